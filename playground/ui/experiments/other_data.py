"""What another data set changes in a plan, and what it leaves that may not suit it, in words."""

from collections.abc import Mapping, Sequence
from typing import Any

from playground.parameters import with_effect
from playground.types import Sampling
from playground.ui.experiments import technique_rows
from playground.ui.experiments.technique_rows import Row

ENDS = with_effect(Sampling, "length", "stop")  # what may cut longer answers than those of the data before


def note(
    before: Sequence[Row], after: Sequence[Row], *, scorer: bool, texts: Sequence[str], sampling: Mapping[str, Any]
) -> str:
    """`before` and `after` are the columns, `scorer` is whether that was reset, `texts` are the labels of texts that
    were, and `sampling` is that of all columns."""
    asked = [technique_rows.title(old) for old, new in zip(before, after, strict=True) if old != new]
    changed = [
        *([f"the prompt template of {_joined(asked)} (now that of the data)"] if asked else []),
        *(["the scorer (now the one that suits the data)"] if scorer else []),
        *texts,
    ]
    ends = [name.replace("_", " ") for name in ENDS if name in sampling or any(name in r["sampling"] for r in after)]
    said = f"With the other data, these were reset: {_joined(changed)}." if changed else ""
    kept = f"Kept from before, so check it: {_joined(ends)}." if ends else ""
    return f"{said} {kept}".strip()


def _joined(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
