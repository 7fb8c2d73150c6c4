"""What a task must have for what is asked of it, refused by name before anything is sent."""

from collections.abc import Iterable

from playground.answer_forms.form import form_of
from playground.errors import InvalidSetup
from playground.types import Task

NEEDED = {  # why labels are, by answer type
    "label": "answer type label needs the list of allowed labels.",
    "choice": "answer type choice needs the options that the prompt lists, in the order of their letters: Mars for A, "
    "Venus for B. Where each question lists its own, write the letters.",
}


def check_required(task: Task, fields: Iterable[str], title: str) -> None:
    """Raises InvalidSetup for a field that is empty, though what has this title needs it."""
    for name in fields:
        value = getattr(task, name)
        if not (value.strip() if isinstance(value, str) else value):
            raise InvalidSetup(path=("task", name), value="", rule=f"{title.lower()} needs it.")


def check_examples(task: Task) -> None:
    """Raises InvalidSetup for an example that lacks a side."""
    for i, example in enumerate(task.examples):
        for side in ("input", "output"):
            if not getattr(example, side).strip():
                rule = f"fill in row {i + 1} of the examples or remove it."
                raise InvalidSetup(path=("task", "examples", i, side), value="", rule=rule)


def check_labels(task: Task) -> None:
    """Raises InvalidSetup for labels that the answer type cannot do with."""
    where = ("task", "labels")
    if task.answer in NEEDED and not task.labels:
        raise InvalidSetup(path=where, value=(), rule=NEEDED[task.answer])
    if not all(label.strip() for label in task.labels):
        raise InvalidSetup(path=where, rule="has a label of spaces only; remove it.")
    if task.answer == "choice" and len(task.labels) > 26:
        raise InvalidSetup(path=where, rule=f"has {len(task.labels)} choices; there are letters for 26.")


def check_form_of_answer(task: Task, why_not: str) -> None:
    """Raises InvalidSetup for a form that is none, or that the technique's answer cannot be held to: `why_not`."""
    if task.form != "none" and why_not:
        raise InvalidSetup(path=("task", "form"), rule=why_not)
    form_of(task)
