"""What a handler says, in the language of the request that it answers."""

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar

from playground.lessons.shelf import ORIGINAL
from playground.ui.language.texts import AsWritten, Texts, texts_of

STOP = re.compile(r"(?<=[.!?]) +(?=\S)")
# Handlers say a thing many calls below the place that knows the request, and in threads that this is copied into.
_language: ContextVar[str] = ContextVar("language", default=ORIGINAL)


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Meanwhile all that is said is in this language."""
    before = _language.set(language)
    try:
        yield
    finally:
        _language.reset(before)


def spoken_language() -> str:
    return _language.get()


def spoken_texts() -> Texts:
    """The texts of the language that is spoken now."""
    return texts_of(_language.get())


def translated_naming(text: str, names: Iterable[str]) -> str:
    """Sentences in that language, and in them these names, which are texts of the page in its tables too."""
    for name in sorted(names, key=len, reverse=True):
        text = text.replace(name, translated(name))
    return AsWritten(" ".join(map(translated, STOP.split(text))))


def listed(names: Sequence[str]) -> str:
    """Names one after the other, each in that language: "x, y and z"; "" for none."""
    *before, last = map(translated, names or [""])
    return f"{', '.join(before)} {translated('and')} {last}" if before else last


def translated(text: str) -> str:
    """The text in the language that is spoken now, as it is where there is none; a filled sentence by its template."""
    return spoken_texts().translate(text)
