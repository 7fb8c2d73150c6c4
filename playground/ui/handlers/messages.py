"""Errors on their way to the page: the one place where they become words for the person.

Where the words stand is one rule for all tabs:
- What concerns a field stands at the field, or at what the form as a whole shows, as long as it is so.
- An action that cannot begin, or that changes nothing, says why in a toast: raise in a handler with `report_errors`.
- Work that has begun and fails says why where its result would stand, and stays there: `in_words`.
- What happened unasked, such as a model that somebody else has unloaded, is a toast as well.
"""

import functools
import html
import inspect
import logging
from collections.abc import Callable, Iterator
from typing import Any, TypeVar, cast

import gradio as gr

from playground.errors import PlaygroundError
from playground.ui.language.translating import translated

Handler = TypeVar("Handler", bound=Callable[..., Any])
BUG = "This is a bug in the playground, not in what you typed. The server's log has the details."
log = logging.getLogger(__name__)


def in_words(error: BaseException, words: Callable[[PlaygroundError], str] = str) -> str:
    """What to tell the person, in a form's own words. Anything but a PlaygroundError is logged as the bug it is."""
    if isinstance(error, PlaygroundError):
        return words(error)
    log.error("A bug in the playground", exc_info=error)
    return BUG


def plain(words: str) -> gr.Error:
    """Raise it to give a program the words as they are."""
    return gr.Error(words, title=translated("Not possible"), print_exception=False)


def toast(words: str) -> gr.Error:
    """Raise it to show a person the words. Gradio renders HTML in toasts, so they are escaped."""
    return plain(html.escape(translated(words), quote=False))


def warn(words: str) -> None:
    """Show a person the words beside what an action does, escaped likewise."""
    gr.Warning(html.escape(translated(words), quote=False), title=translated("Note"))


def tell(words: str) -> None:
    """Show a person what happened unasked, escaped likewise."""
    gr.Info(html.escape(translated(words), quote=False), title=translated("Note"))


def report_errors(
    handler: Handler, say: Callable[[str], gr.Error] = toast, words: Callable[[PlaygroundError], str] = str
) -> Handler:
    """Let an event handler raise: its errors are said, to the person unless `say` is another, its bugs logged.

    `words` composes the message, with the labels of the form that the handler reads.
    """

    @functools.wraps(handler)
    def returning(*args: Any) -> Any:
        try:
            return handler(*args)
        except gr.Error:
            raise
        except Exception as error:
            raise say(in_words(error, words)) from None

    @functools.wraps(handler)
    def yielding(*args: Any) -> Iterator[Any]:
        try:
            yield from handler(*args)
        except gr.Error:
            raise
        except Exception as error:
            raise say(in_words(error, words)) from None

    return cast(Handler, yielding if inspect.isgeneratorfunction(handler) else returning)
