"""Errors in the words of a form: a person looks for a label, not for `task.input`."""

from collections.abc import Mapping

from playground.errors import FieldPath, PlaygroundError, with_name
from playground.parameters import parameters
from playground.strategies import STRATEGIES
from playground.types import Agent, ChainStep, Example, Run, Sampling, Setup, Task, Turn

Labels = Mapping[FieldPath, str]  # of a form's fields, by what they hold of a setup or an experiment
OWN = ("model", "adapter", "scale", "strategy")
LABELS: Labels = {
    **{("options", p.name): p.label for strategy in STRATEGIES.values() for p in parameters(strategy)},
    **{("task", p.name): p.label for p in parameters(Task)},
    **{("sampling", p.name): p.label for p in parameters(Sampling)},
    **{(p.name,): p.label for p in parameters(Setup) if p.name in OWN},
}
BIASES = ("sampling", "logit_bias")  # by token, where others are lists of rows
ROWS = {p.name: p.label for cls in (Example, ChainStep, Turn, Agent) for p in parameters(cls)}


def describe_error(error: PlaygroundError, labels: Labels = LABELS) -> str:
    """The error with the label of the field that it is about; one that no field has, or of a file, as it is."""
    name = label_of(error.path, labels)
    return error.of(name) if name and not error.source else str(error)


def labelled_run(run: Run, labels: Labels = LABELS) -> str:
    """The same for the error that a run has ended with."""
    name = label_of(run.error_path, labels)
    return with_name(run.error, run.error_path, name) if name else run.error


def label_of(path: FieldPath, labels: Labels) -> str:
    """The label of the field that holds what is at the path, and the place in it; "" where no field does."""
    for end in range(len(path), 0, -1):
        if label := labels.get(path[:end]):
            return ", ".join([f"\u201c{label}\u201d", *(_inside(path[:end], key) for key in path[end:])])
    return ""


def _inside(field: FieldPath, key: str | int) -> str:
    if field == BIASES:
        return f"token {key}"
    return f"row {key + 1}" if isinstance(key, int) else ROWS.get(key, key).lower()
