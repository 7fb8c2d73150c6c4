"""The parts of the page that show a run: what is sent, the answer, the steps and the tokens."""

from pathlib import Path
from typing import Any

import gradio as gr

from playground.ui.widgets import STATUS_LINE, TOKEN_TEXT, widget

HERE = Path(__file__).parent
TURNS = HERE / "turns.js"
MARK_INVALID = HERE.parent / "setup_form" / "mark_invalid.js"


def prompt_view(value: dict[str, Any], elem_id: str = "prompt") -> gr.HTML:
    """What will be sent. Value: `prompt_values.prompt_value`."""
    return widget(HERE / "prompt.js", uses=[TURNS, MARK_INVALID], value=value, elem_id=elem_id)


def answer_view(value: dict[str, Any], presets: list[dict[str, str]]) -> gr.HTML:
    """Answer, state and measures of a run. Value: `answer_values.answer_value`. Events: `load_preset` with
    its key, `continue_run` to go on with one that broke off, `show_previous` to go back to the one before."""
    return widget(HERE / "answer.js", {"presets": presets}, uses=[STATUS_LINE], value=value, elem_id="answer")


def steps_view(value: dict[str, Any], elem_id: str = "steps") -> gr.HTML:
    """Prompts and outputs of a run. Value: `steps_values.steps_value`. Events: `show_tokens`, `edit_output`."""
    return widget(
        HERE / "steps.js", uses=[TURNS, HERE / "search.js", HERE / "dialogue.js"], value=value, elem_id=elem_id
    )


def token_view(value: dict[str, Any]) -> gr.HTML:
    """Tokens coloured by probability. Value: `tokens_values.tokens_value`. Event: `take_token`, to continue with it."""
    return widget(HERE / "tokens.js", uses=[TOKEN_TEXT], value=value)
