"""An experiment's paths in the words of its form: a person looks for a label, not for `data.shots`."""

import re

LABELS = {
    "data.name": "Data set", "data.size": "Items", "data.shots": "Examples", "data.seed": "Seed of the draw",
    "data.template": "Words around an item", "data.answer": "Answer type", "data.labels": "Labels",
    "repetitions": "Repetitions", "seed": "Seed of the answers", "title": "Title", "about": "About",
}  # fmt: skip
PATH = re.compile(r"`(?P<path>[a-z_.]+)`")
COLUMN = re.compile(r"`techniques\.(?P<at>\d+)\.(?P<rest>[\w.]+)`")


def labelled_plan(words: str) -> str:
    """A message with the labels of the form's fields in place of their paths; any other as it is."""
    named = PATH.sub(
        lambda found: f"\u201c{LABELS[path]}\u201d" if (path := found["path"]) in LABELS else found[0], words
    )
    return COLUMN.sub(lambda found: f"Column {int(found['at']) + 1}, `{found['rest']}`,", named)
