"""How Gradio's components are made is looked up once for each kind of component, and not for each component."""

import inspect
from functools import cache
from typing import Any

from gradio import blocks, component_meta


class Inspected:
    """`inspect` as Gradio's components use it, with what constructors take from memory.

    Gradio reads the constructors of all its classes for each component of a page, and for each that a handler updates.
    """

    getfullargspec = staticmethod(cache(inspect.getfullargspec))  # which Gradio asks of constructors alone

    def __getattr__(self, name: str) -> Any:
        return getattr(inspect, name)

    @staticmethod
    def signature(of: Any) -> inspect.Signature:
        return _constructor(of) if of.__name__ == "__init__" else inspect.signature(of)


_constructor = cache(inspect.signature)


def remember() -> None:
    """Let Gradio look with this, for the whole process."""
    component_meta.inspect = blocks.inspect = Inspected()
