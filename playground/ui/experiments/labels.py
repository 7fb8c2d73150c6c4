"""An experiment's errors in the words of its form: a person looks for a label, not for `data.shots`."""

from collections.abc import Sequence

from playground.errors import FieldPath, PlaygroundError, dotted_path
from playground.ui.setup_form.labels import LABELS, Labels, describe_error, label_of

SHOTS = ("data", "shots")
EXAMPLES = ("task", "examples")
COLUMN: Labels = {**LABELS, ("template",): "Prompt template", ("name",): "Name", ("sampling",): "Sampling"}


def describe_plan_error(error: PlaygroundError, labels: Labels, names: Sequence[str] = ()) -> str:
    """The error with the labels of the form's fields, and the names of the ticked columns, in their order."""
    if error.source or error.path[:1] != ("techniques",) or len(error.path) < 3:
        return describe_error(error, labels)
    column, field = _column(error.path, names), error.path[2:]
    if field == EXAMPLES and not error.value:  # they are not written there, but taken from the data
        return f"{column} needs examples: set {label_of(SHOTS, labels)} to 1 or more, or untick it."
    return error.of(f"{column}, {label_of(field, COLUMN) or f'`{dotted_path(field)}`'},")


def _column(path: FieldPath, names: Sequence[str]) -> str:
    at = int(path[1])
    return f"\u201c{names[at]}\u201d" if at < len(names) and names[at] else f"Column {at + 1}"
