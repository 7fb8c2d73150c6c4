"""What the form holds as code, to go on with elsewhere: a script of the whole technique, or a single call."""

from dataclasses import dataclass
from functools import partial
from typing import Any

import gradio as gr

from playground.export.kinds import KINDS, CodeKind, kind_of, write_code
from playground.ui.handlers.event_options import READING
from playground.ui.handlers.messages import report_errors
from playground.ui.handlers.sessions import Sessions
from playground.ui.playground.variables_panel import PromptForm
from playground.ui.run_view.report_values import fence
from playground.ui.setup_form.check import check_setup
from playground.ui.setup_form.labels import describe_error
from playground.ui.widgets import download


@dataclass(frozen=True, slots=True, kw_only=True)
class CodePanel:
    """The widgets."""

    folded: Any
    kind: Any
    save: Any
    code: Any


def build() -> CodePanel:
    """Lay it out, folded away. Not in Gradio's editor, which each page would fetch as it opens: 390 kB of scripts."""
    with gr.Accordion("As code", open=False, elem_id="as-code") as folded:
        kind = gr.Radio(
            [(kind.title, name) for name, kind in KINDS.items()], value="python", label="Written for",
            info="Made from the form when you open this or make a choice here. It never holds the key.",
        )  # fmt: skip
        save = download("Download the code")
        code = gr.Markdown(max_height=600, elem_id="code")
    return CodePanel(folded=folded, kind=kind, save=save, code=code)


def wire(panel: CodePanel, form: PromptForm, sessions: Sessions) -> None:
    """It is written when it is opened, and anew with each choice."""

    def write(values: dict[Any, Any], request: gr.Request) -> tuple[str, CodeKind]:
        catalog, chosen = sessions.of(request), kind_of(values[panel.kind])
        return write_code(check_setup(form.read(values, catalog), catalog), chosen, catalog), chosen

    @partial(report_errors, words=describe_error)
    def fill_in_code(values: dict[Any, Any], request: gr.Request) -> dict[Any, Any]:
        code, chosen = write(values, request)
        return {panel.code: fence(code, chosen.language)}

    @partial(report_errors, words=describe_error)
    def save(values: dict[Any, Any], request: gr.Request) -> dict[Any, Any]:
        code, chosen = write(values, request)
        return {panel.save: {"name": f"prompt.{chosen.ending}", "text": code}}

    inputs = {*form.widgets, panel.kind}
    gr.on(
        [panel.folded.expand, panel.kind.input], fill_in_code, inputs, [panel.code],
        preprocess=False, trigger_mode="always_last", **READING,
    )  # fmt: skip
    panel.save.click(save, inputs, [panel.save], preprocess=False, **READING)
