"""What a task must have for what is asked of it, refused by name before anything is sent."""

from collections.abc import Iterable

from playground.errors import InvalidSetup
from playground.types import Task


def check_required(task: Task, fields: Iterable[str], title: str) -> None:
    """Raises InvalidSetup for a field that is empty, though what has this title needs it."""
    for name in fields:
        value = getattr(task, name)
        if not (value.strip() if isinstance(value, str) else value):
            raise InvalidSetup(f"`task.{name}` is empty; {title.lower()} needs it.", ("task", name))


def check_examples(task: Task) -> None:
    """Raises InvalidSetup for an example that lacks a side."""
    for i, example in enumerate(task.examples):
        for side in ("input", "output"):
            if not getattr(example, side).strip():
                message = f"`task.examples.{i}.{side}` is empty; fill in row {i + 1} of the examples or remove it."
                raise InvalidSetup(message, ("task", "examples", i, side))


def check_labels(task: Task) -> None:
    """Raises InvalidSetup for labels that the answer type cannot do with."""
    where = ("task", "labels")
    if task.answer == "label" and not task.labels:
        raise InvalidSetup("`task.labels` is empty; answer type label needs the list of allowed labels.", where)
    if not all(label.strip() for label in task.labels):
        raise InvalidSetup("`task.labels` has a label of spaces only; remove it.", where)
    if task.answer == "choice" and len(task.labels) > 26:
        message = f"`task.labels` has {len(task.labels)} choices; there are letters for 26."
        raise InvalidSetup(message, where)
