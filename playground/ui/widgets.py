"""Parts that Gradio has no component for: each is `gr.HTML` with a fixed frame, data as its value and a script.

The frame never contains the value, and the scripts write only `textContent` and `.value`: what a model
or a person wrote cannot become markup.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any

import gradio as gr

SCRIPTS = Path(__file__).parent / "scripts"


@dataclass(frozen=True, slots=True, kw_only=True)
class TextColumn:
    """One text of a row: its key in the value, its label, and how tall its box starts."""

    key: str
    label: str
    hint: str = ""
    lines: int = 1


@cache
def script(name: str) -> str:
    return (SCRIPTS / f"{name}.js").read_text("utf-8")


def rows_editor(columns: Sequence[TextColumn], *, noun: str, most: int, **shown: Any) -> gr.HTML:
    """Rows of texts that can be added, removed and moved. Value: a list of dicts by column key. Event: `input`."""
    fixed = {"columns": [asdict(c) for c in columns], "noun": noun, "most": most}
    return widget("rows", fixed, value=[], **shown)


def prompt_view(value: dict[str, Any]) -> gr.HTML:
    """What will be sent. Value: `prompt_preview.prompt_value`."""
    return widget("prompt", value=value, elem_id="prompt")


def answer_view(value: dict[str, Any], presets: list[dict[str, str]]) -> gr.HTML:
    """Answer, state and measures of a run. Value: `render.answer_value`. Events: `select` with a preset's key,
    `submit` to go on with a run that broke off."""
    return widget("answer", {"presets": presets}, value=value, elem_id="answer")


def steps_view(value: dict[str, Any]) -> gr.HTML:
    """Prompts and outputs of a run. Value: `render_steps.steps_value`. Events: `select` an output, `edit` one."""
    return widget("steps", value=value, elem_id="steps")


def token_view(value: dict[str, Any]) -> gr.HTML:
    """Tokens coloured by probability. Value: `render.tokens_value`. Event: `edit`, to go on with another token."""
    return widget("tokens", value=value)


def chips(value: list[dict[str, str]]) -> gr.HTML:
    """What differs from the defaults. Event: `clear` with the parameter's name as key."""
    return widget("chips", value=value)


def choices(offered: list[dict[str, str]]) -> gr.HTML:
    """Buttons by key. Event: `select` with the key."""
    return widget("choices", {"choices": offered})


def download(caption: str) -> gr.HTML:
    """A button that saves a text. Event: `click`; answer it with the value `{"name", "text"}`.

    Without a caption there is no button: something else is clicked.
    """
    return widget("download", {"caption": caption})


def status_line(value: dict[str, str]) -> gr.HTML:
    """One line with a dot. Value: `{"state": "ready" | "loading" | "idle" | "failed", "text"}`."""
    return widget("status", value=value)


def widget(name: str, fixed: dict[str, Any] | None = None, **properties: Any) -> gr.HTML:
    """A part of the page: the script `scripts/NAME.js` draws the value into an empty frame."""
    # `fixed` goes into the script: an update of an unmounted `gr.HTML` makes it forget properties of its own.
    return gr.HTML(
        html_template=f'<div class="{name}"></div>',
        js_on_load=f"const fixed = {json.dumps(fixed or {})};\n{script('dom')}\n{script(name)}",
        apply_default_css=False,
        **properties,
    )
