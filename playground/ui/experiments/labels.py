"""An experiment's paths in the words of its form: a person looks for a label, not for `data.shots`."""

import re
from collections.abc import Sequence

LABELS = {
    "data.name": "Data set", "data.size": "Items", "data.shots": "Examples", "data.seed": "Seed of the draw",
    "data.template": "Words around an item", "data.answer": "Answer type", "data.labels": "Labels",
    "repetitions": "Repetitions", "seed": "Seed of the answers", "title": "Title", "about": "About",
}  # fmt: skip
PARTS = {"template": "Wording", "name": "Name", "sampling": "Sampling"}  # of a way of asking
PATH = re.compile(r"`(?P<path>[a-z_.]+)`")
COLUMN = re.compile(r"`techniques\.(?P<at>\d+)\.(?P<rest>[\w.]+)`")
NO_EXAMPLES = re.compile(r"`techniques\.(?P<at>\d+)\.task\.examples` is empty; few-shot needs it\.")


def labelled_plan(words: str, names: Sequence[str] = ()) -> str:
    """A message with the labels of the form's fields in place of their paths; any other as it is.

    `names` are those of the ticked ways of asking, in their order.
    """

    def column(found: re.Match[str]) -> str:
        at = int(found["at"])
        return f"\u201c{names[at]}\u201d" if at < len(names) and names[at] else f"Column {at + 1}"

    def part(found: re.Match[str]) -> str:
        rest = found["rest"]
        return f"{column(found)}, " + (f"\u201c{PARTS[rest]}\u201d," if rest in PARTS else f"`{rest}`,")

    def field(found: re.Match[str]) -> str:
        return f"\u201c{LABELS[found['path']]}\u201d" if found["path"] in LABELS else found[0]

    words = PATH.sub(field, words).replace("\u201d is None;", "\u201d is empty;")
    words = NO_EXAMPLES.sub(
        lambda found: f"{column(found)} needs examples: set \u201cExamples\u201d to 1 or more, or untick it.", words
    )
    return COLUMN.sub(part, words)
