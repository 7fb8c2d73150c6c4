"""The two buttons that take what is shown away as a file: as JSON without loss, or as a report in Markdown."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import gradio as gr

from playground.ui.handlers.event_options import READING
from playground.ui.handlers.messages import report_errors
from playground.ui.widgets import download

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class FileButtons:
    """The buttons."""

    json: Any
    markdown: Any


def build(what: str) -> FileButtons:
    with gr.Row(elem_classes="quiet-row run-files"):
        return FileButtons(json=download(f"Download the {what} as JSON"), markdown=download("As Markdown"))


def wire(
    files: FileButtons, name: str, memory: set[Any], shown: Callable[[dict[Any, Any]], T], *,
    as_json: Callable[[T], str], as_report: Callable[[T], str],
) -> None:  # fmt: skip
    """Attach the handlers. `shown` gives what is on the screen, by the session's `memory`; files are called `name`."""

    def saving(button: Any, ending: str, write: Callable[[T], str]) -> Callable[[dict[Any, Any]], dict[Any, Any]]:
        @report_errors
        def save(values: dict[Any, Any]) -> dict[Any, Any]:
            return {button: {"name": f"{name}.{ending}", "text": write(shown(values))}}

        return save

    for button, ending, write in ((files.json, "json", as_json), (files.markdown, "md", as_report)):
        button.click(saving(button, ending, write), memory, [button], preprocess=False, **READING)
