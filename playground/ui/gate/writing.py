"""What the page is told can always be written: one value that JSON cannot hold would end all that a session hears."""

from typing import Any

import orjson
from gradio import routes

from playground.json_values import as_json


class Writer:
    """`orjson` as Gradio's routes use it, which does not fail on half a surrogate pair or on a very large number.

    A visitor or a model may have written either, and an answer may repeat it.
    """

    def __getattr__(self, name: str) -> Any:
        return getattr(orjson, name)

    @staticmethod
    def dumps(value: Any, *args: Any, **options: Any) -> bytes:
        try:
            return orjson.dumps(value, *args, **options)
        except TypeError:  # rare: only then is all of it gone through
            return orjson.dumps(as_json(value), *args, **options)


def write_anything() -> None:
    """Let Gradio write with this, for the whole process."""
    routes.orjson = Writer()
