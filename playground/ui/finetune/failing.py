"""Work that has begun and fails says why where its result would stand."""

from collections.abc import Iterator
from typing import Any

from playground.ui.handlers.messages import in_words
from playground.ui.handlers.tab import Updates
from playground.ui.widgets.status import sentence


def fail_in_place(work: Iterator[Updates], state: Any, ended: Updates) -> Iterator[Updates]:
    """What the work shows; if it fails, why, in the words `state`, with what is to be so after its end."""
    try:
        yield from work
    except Exception as error:  # in_words logs what is a bug
        yield {**ended, state: sentence(in_words(error), wrong=True)}
