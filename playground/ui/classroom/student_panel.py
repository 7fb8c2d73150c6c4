"""A student's page."""

from dataclasses import dataclass
from typing import Any

import gradio as gr

from playground.types import Sampling
from playground.ui import widgets
from playground.ui.classroom import words
from playground.ui.classroom.number_boxes import number_boxes
from playground.ui.classroom.student_values import SAMPLING
from playground.ui.handlers.one_at_a_time import NothingYet
from playground.ui.widgets import waiting_line
from playground.ui.widgets.waiting_line import WaitingLine


@dataclass(frozen=True, slots=True, kw_only=True)
class StudentPanel:
    """`fields` are what a student may change, by the key that they have in a technique or its sampling; `begun` is
    which assignment they were filled for, and `drawn` what of the page was drawn last."""

    frame: Any
    head: Any
    said: Any
    facts: Any
    shown: Any
    fields: dict[str, Any]
    run: Any
    submit: Any
    stop: Any
    line: WaitingLine
    take: Any
    open: Any
    state: Any
    results: Any
    board: Any
    consent: Any
    leave: Any
    begun: Any
    drawn: Any
    going: Any

    @property
    def view(self) -> list[Any]:
        """What follows from the class's state."""
        texts = [self.head, self.said, self.facts, self.shown, self.board, self.state, self.results]
        return [*texts, self.consent, self.submit, self.take, *self.fields.values(), self.begun, self.drawn]


def build(page: Any) -> StudentPanel:
    """Lay out the page, out of sight until somebody has joined."""
    with gr.Column(visible=False, elem_classes="class-area", elem_id="class-student", min_width=0) as frame:
        head = widgets.words(elem_id="class-head", elem_classes="class-said")
        said = widgets.words(spoken=True, elem_id="class-said", elem_classes="class-said")
        shown = widgets.tables(elem_id="class-shown")
        with gr.Row(elem_classes="halves", equal_height=False):
            with gr.Column(elem_classes="asking", min_width=0):
                facts = widgets.tables(elem_id="class-facts")
                fields = _build_fields()
                with gr.Row(elem_classes="acts"):
                    run = gr.Button(words.RUN, variant="primary", elem_classes="runs", elem_id="class-run")
                    submit = gr.Button(words.SUBMIT, elem_id="class-submit")
                    stop = gr.Button(words.STOP, interactive=False, elem_classes="stops", elem_id="class-stop")
                line = waiting_line.build(page, run, stop)
                with gr.Row(elem_classes="quiet-row"):
                    take = gr.Button(words.TAKE, size="sm", elem_classes="quiet-button", elem_id="class-take")
                    opened = gr.Button(words.OPEN, size="sm", elem_classes="quiet-button")
                consent = gr.Checkbox(False, label=words.CONSENT, elem_id="class-consent")
            with gr.Column(elem_classes="seeing", min_width=0):
                state = widgets.words(spoken=True, elem_id="class-state")
                board = widgets.tables(elem_id="class-board")
                results = widgets.tables(elem_id="class-results")
        with gr.Row(elem_classes="quiet-row"):
            leave = gr.Button(words.LEAVE, size="sm", elem_classes="quiet-button")
        begun, drawn = gr.Number(0, visible=False, elem_id="class-begun"), gr.State("")
    return StudentPanel(
        frame=frame, head=head, said=said, facts=facts, shown=shown, fields=fields, run=run, submit=submit, stop=stop,
        line=line, take=take, open=opened, state=state, results=results, board=board, consent=consent, leave=leave,
        begun=begun, drawn=drawn, going=gr.State(NothingYet()),
    )  # fmt: skip


def _build_fields() -> dict[str, Any]:
    template = gr.Textbox(label=words.TEMPLATE, info=words.TEMPLATE_HELP, lines=4, elem_id="class-template")
    role = gr.Textbox(label=words.SYSTEM, lines=2, elem_id="class-role")
    with gr.Row(elem_classes="class-fields"):
        sampling = number_boxes(Sampling, *SAMPLING, empty=True)
    return {"template": template, "role": role, **sampling}
