"""A table of trainings: what differs in their recipes, and what came of each."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from playground.backends.memory import format_bytes
from playground.csv_text import csv_text
from playground.finetuning.history.outcome import Outcome
from playground.finetuning.jobs.standing import Standing
from playground.finetuning.recipe import Recipe, recipe_to_dict
from playground.formats import format_duration
from playground.parameters import parameters

MISSING = "\u2013"
OUTCOME = ("Lowest validation loss", "Loss on sealed rows", "Score on sealed items", "Time", "Size")
NOTE = "Losses are compared on the same data and rows only: those of one seed and the same shares."
Compared = tuple[Standing, Outcome]


@dataclass(frozen=True, slots=True, kw_only=True)
class SideBySide:
    """The columns after the title, and a row for each training: its title, and its cells as they are read."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, tuple[str, ...]], ...]


def side_by_side(compared: Sequence[Compared]) -> SideBySide:
    """Of a recipe only what is not the same in all of them."""
    labels = {parameter.name: parameter.label for parameter in parameters(Recipe)}
    recipes = [recipe_to_dict(standing.job.recipe) for standing, _ in compared]
    differing = [name for name in labels if len({repr(recipe[name]) for recipe in recipes}) > 1]
    models = len({standing.job.model for standing, _ in compared}) > 1
    rows = [
        (
            standing.job.title,
            (
                *(_shown(recipe[name]) for name in differing),
                *([standing.job.model_title] if models else []),
                standing.job.data,
                *_cells(outcome),
            ),
        )
        for (standing, outcome), recipe in zip(compared, recipes, strict=True)
    ]
    columns = (*(labels[name] for name in differing), *(["Model"] if models else []), "Data", *OUTCOME)
    return SideBySide(columns=columns, rows=tuple(rows))


def as_csv(compared: Sequence[Compared]) -> str:
    """All numbers of all recipes and outcomes, a training a row, for a spreadsheet."""
    names = [parameter.name for parameter in parameters(Recipe)]
    headers = (
        "id",
        "title",
        "phase",
        "model",
        "data",
        *names,
        "lowest_validation_loss",
        "sealed_loss",
        "held_out",
        "seconds",
        "bytes",
    )
    rows = []
    for standing, outcome in compared:
        job, recipe = standing.job, recipe_to_dict(standing.job.recipe)
        figures = (outcome.lowest, outcome.sealed, outcome.held_out, outcome.seconds, outcome.bytes)
        rows.append(
            (
                job.id, job.title, standing.phase, job.model, job.data, *(recipe[name] for name in names),
                *("" if figure is None else figure for figure in figures),
            )
        )  # fmt: skip
    return csv_text(headers, rows)


def _cells(outcome: Outcome) -> tuple[str, ...]:
    return (
        MISSING if outcome.lowest is None else f"{outcome.lowest:.3f}",
        MISSING if outcome.sealed is None else f"{outcome.sealed:.3f}",
        outcome.held_out or MISSING,
        MISSING if outcome.seconds is None else format_duration(outcome.seconds),
        MISSING if outcome.bytes is None else format_bytes(outcome.bytes),
    )


def _shown(value: Any) -> str:
    if value is None or value == "":
        return MISSING
    text = f"{value:g}" if isinstance(value, float) else " ".join(str(value).split())
    return text if len(text) <= 40 else f"{text[:39]}\u2026"
