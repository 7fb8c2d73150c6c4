"""What a handler says, in the language of the request that it answers."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from playground.lessons.shelf import ORIGINAL
from playground.ui.language.texts import Texts, texts_of

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


def translated(text: str) -> str:
    """The text in the language that is spoken now, as it is where there is none; a filled sentence by its template."""
    return spoken_texts().translate(text)
