"""Imports Gradio without the stubs that it compares with its own code each time, a third of the time that it takes."""

import inspect
from typing import Any


def import_gradio() -> None:
    """As the first import of it. For each of its components Gradio reads its own source, makes a stub of it for
    editors, and reads the one that lies there; it passes over a component that has no file.
    """
    find = inspect.getfile

    def find_file(of: Any) -> str:
        if str(getattr(of, "__module__", "")).startswith("gradio."):
            raise OSError("no stub is wanted")
        return find(of)

    inspect.getfile = find_file  # type: ignore[assignment]
    try:
        import gradio  # noqa: F401
    finally:
        inspect.getfile = find
