"""Which of a request's headers Gradio gets to see."""

import re

from starlette.types import Scope

ONE_RANGE = re.compile(rb"bytes=([0-9]{1,18}-[0-9]{0,18}|-[0-9]{1,18})")


def without_unread(scope: Scope) -> Scope:
    """The request without cookies, which only the gate reads, and without ranges that Gradio fails at.

    A request whose range is left out is answered with the whole file, as HTTP has it.
    """
    kept = [(name, value) for name, value in scope["headers"] if _is_read(name, value)]
    return {**scope, "headers": kept}


def _is_read(name: bytes, value: bytes) -> bool:
    return name != b"cookie" and (name != b"range" or ONE_RANGE.fullmatch(value) is not None)
