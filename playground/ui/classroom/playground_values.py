"""A student's assignment as the Playground holds it, and what of it is fixed there."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from playground import setups
from playground.classroom import assignment as assignments
from playground.classroom import items
from playground.classroom.assignment import ITEM, Assignment
from playground.classroom.records import ClassState
from playground.csv_text import exact_csv
from playground.evaluation.columns import columns
from playground.evaluation.datasets import load
from playground.evaluation.grid import column_setup
from playground.evaluation.plan import Technique
from playground.ui.classroom import words
from playground.ui.classroom.student_values import may_change
from playground.ui.handlers.tab import TABLE
from playground.ui.language.translating import translated
from playground.ui.setup_form import fixed_parts

MOST_ROWS = 50  # items that the Playground's table of values has room for


def opened(state: ClassState, assignment: Assignment, technique: Technique) -> tuple[dict[str, Any], dict[str, Any]]:
    """The setup, with the items that the student sees as rows of values, and what the page remembers as fixed."""
    experiment = items.seen_experiment(assignment, state.seed, technique)
    dataset = load(experiment.data)
    setup = column_setup(columns(experiment)[0], experiment, dataset)
    shown = for_playground(setups.to_dict(setup), technique.template, [item.input for item in dataset.items])
    begun = replace(setup, task=replace(setup.task, input=shown["task"]["input"]))
    why = translated(words.OPENED.format(free=may_change(assignment)))
    return shown, fixed_parts.fix(begun, assignments.fixed_parts(assignment), why, state.begun)


def for_playground(setup: Mapping[str, Any], template: str, inputs: Sequence[str]) -> dict[str, Any]:
    """The setup with the template as its input, and rows of values."""
    rows = exact_csv(["item"], [[one] for one in inputs[:MOST_ROWS]])
    asked = (template or "{input}").replace("{input}", ITEM)
    return {**setup, "task": {**setup["task"], "input": asked}, TABLE: rows}
