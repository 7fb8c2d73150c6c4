"""One endpoint of the API: what it answers is JSON, and what goes wrong is said to the program in plain words."""

import functools
import inspect
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any

import gradio as gr

from playground.json_values import as_json
from playground.ui.handlers.messages import plain, report_errors


def publish(handler: Callable[..., Any], name: str, about: str, **limits: Any) -> None:
    """Add `/name` to the Blocks being built. It answers, or streams, what the handler gives, as JSON.

    `limits` are of `events`, for what runs a model.
    """
    gr.api(report_errors(_answering_json(handler), plain), api_name=name, api_description=about, **limits)


def _answering_json(handler: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(handler)
    def returning(*args: Any) -> Any:
        return as_json(handler(*args))

    @functools.wraps(handler)
    def yielding(*args: Any) -> Iterator[Any]:
        with closing(handler(*args)) as answers:  # who stops listening ends the work
            for answer in answers:
                yield as_json(answer)

    return yielding if inspect.isgeneratorfunction(handler) else returning
