"""Rows of a form -> what a search goes over, and back; tries -> a table. Pure functions to plain values."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from playground import setups
from playground.errors import InvalidSetup
from playground.finetuning.jobs.standing import Standing
from playground.finetuning.recipe import Recipe
from playground.finetuning.search.space import MOST_NUMBERS, SEARCHABLE
from playground.finetuning.search.telling import COLUMNS, cells_of, value_text, winner_of
from playground.parameters import STRICT, Parameter, parameters, text
from playground.ui.setup_form.fields import NUMBER

RANGE = re.compile(r"(\S+) +to +(\S+)")
FIRST = ("rate", "rank", "alpha")  # those that matter most; a new row is of the first
EXAMPLE = ({"name": "rate", "values": "0.0003 to 0.01"}, {"name": "rank", "values": "4, 8, 16"})
NOTE = "A try that broke off is one of them. Losses are of the validation part, which chose the best of them."


@dataclass(frozen=True, slots=True, kw_only=True)
class GoneOver:
    """One row of the form: a number of the recipe, and its values as typed."""

    __pydantic_config__ = STRICT
    name: str = text(FIRST[0], max_length=40, help="Which number.")
    values: str = text(max_length=300, help="Its values.")


def searchable() -> list[Parameter]:
    """The numbers that can be gone over, in the order in which they are offered."""
    known = {parameter.name: parameter for parameter in parameters(Recipe)}
    return [known[name] for name in dict.fromkeys([*FIRST, *SEARCHABLE])]


def read_rows(rows: Any) -> dict[str, Any]:
    """What the rows say, as a search's `over`; empty rows say nothing. Raises InvalidSetup."""
    known = {parameter.name: parameter for parameter in searchable()}
    over: dict[str, Any] = {}
    if not isinstance(rows, list) or len(rows) > MOST_NUMBERS:
        raise InvalidSetup(path=("search", "over"), rule=f"must be a list of at most {MOST_NUMBERS} rows.")
    for number, row in enumerate(rows):
        read: GoneOver = setups.build(GoneOver, row, ("search", "over", number))
        if not read.values.strip():
            continue
        if read.name not in known:
            raise InvalidSetup(path=("search", "over", read.name), rule="is not known.")
        if read.name in over:
            raise InvalidSetup(path=("search", "over", read.name), rule="is there twice; keep one of them.")
        over[read.name] = _values(known[read.name], read.values.strip())
    return over


def write_rows(over: Mapping[str, Any]) -> list[dict[str, str]]:
    """Rows that say the same."""
    return [{"name": name, "values": _typed(values)} for name, values in over.items()]


def _values(parameter: Parameter, typed: str) -> Any:
    if (ends := RANGE.fullmatch(typed)) and parameter.kind != "choice":
        return {"from": _value(parameter, ends[1]), "to": _value(parameter, ends[2])}
    return [_value(parameter, part.strip()) for part in typed.split(",") if part.strip()]


def _value(parameter: Parameter, typed: str) -> Any:
    """A number where it is one; what cannot be read is passed on, to be refused by name."""
    if parameter.kind == "choice" or not NUMBER.fullmatch(typed):
        return typed
    number = float(typed)
    return int(number) if parameter.kind == "integer" and number.is_integer() else number


def _typed(values: Any) -> str:
    if isinstance(values, Mapping):
        return f"{value_text(values['from'])} to {value_text(values['to'])}"
    return ", ".join(map(value_text, values))


def tries_value(standing: Standing | None) -> list[dict[str, Any]]:
    """All tries of a search, a row each."""
    tries = standing.history.tries if standing else ()
    if not tries:
        return []
    labels = {parameter.name: parameter.label for parameter in parameters(Recipe)}
    names, won = list(tries[0].values), winner_of(tries)
    rows = [
        {
            "head": f"{one.number} (lowest)" if one == won else f"{one.number}",
            "cells": [*(value_text(one.values[name]) for name in names), *cells_of(one)],
        }
        for one in tries
    ]
    columns = [*(labels[name] for name in names), *COLUMNS]
    return [{"caption": counted(tries), "corner": "Try", "columns": columns, "rows": rows, "note": NOTE}]


def counted(tries: Sequence[Any]) -> str:
    """How many there were of how many."""
    broken = sum(one.loss is None for one in tries)
    said = f"{len(tries)} of {tries[-1].tries} tries"
    return f"{said}, {broken} broke off" if broken else said
