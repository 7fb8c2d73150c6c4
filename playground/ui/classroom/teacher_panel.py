"""The teacher's page: who is there, the assignment, scores, all prompts, and the end."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gradio as gr

from playground.ui import widgets
from playground.ui.classroom import assignment_panel, words
from playground.ui.classroom.assignment_panel import AssignmentForm
from playground.ui.handlers.one_at_a_time import NothingYet
from playground.ui.widgets import waiting_line
from playground.ui.widgets.waiting_line import WaitingLine

HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True, kw_only=True)
class TeacherPanel:
    """`counted` is what figures and prompts were drawn for last: they are drawn anew when something was handed in.
    `asked` is what the teacher was told that giving another assignment deletes."""

    frame: Any
    head: Any
    invitation: Any
    picture: Any
    new_link: Any
    present: Any
    pause: Any
    door: Any
    message: Any
    send: Any
    who: Any
    free: Any
    remove: Any
    project: Any
    unproject: Any
    form: AssignmentForm
    said: Any
    sealed: Any
    stop: Any
    line: WaitingLine
    show_board: Any
    board: Any
    figure: Any
    scores_note: Any
    prompts: Any
    csv: Any
    json: Any
    end: Any
    delete: Any
    counted: Any
    asked: Any
    going: Any
    timer: Any

    @property
    def often(self) -> list[Any]:
        """What follows from what goes on."""
        return [self.head, self.present, self.pause, self.door, self.show_board, self.who, self.counted, *self.seldom]

    @property
    def seldom(self) -> list[Any]:
        """What follows from what was handed in."""
        return [self.board, self.figure, self.scores_note, self.prompts]


def build(page: Any) -> TeacherPanel:
    """Lay out the page, out of sight until a teacher has come."""
    with gr.Column(visible=False, elem_classes="class-area", elem_id="class-teacher", min_width=0) as frame:
        with gr.Row(elem_classes="class-poster", equal_height=False):
            with gr.Column(min_width=0):
                head = widgets.words(elem_id="class-teacher-head", elem_classes="class-said")
                invitation = widgets.widget(HERE / "invitation.js", value={}, elem_id="class-invitation")
                gr.Markdown(words.HOW_TO_JOIN, elem_classes="field-label")
            picture = widgets.widget(HERE / "picture.js", value={}, elem_classes="class-qr")
        said = widgets.words(spoken=True, elem_id="class-teacher-said", elem_classes="class-said")
        with gr.Row(elem_classes="halves", equal_height=False):
            with gr.Column(elem_classes="asking", min_width=0):
                form = assignment_panel.build()
                gr.Markdown(words.TAKE_HOME)
                gr.Markdown(words.END_HELP, elem_classes="field-label")
                with gr.Row(elem_classes="quiet-row", elem_id="class-files"):
                    csv, json = widgets.download(words.CSV), widgets.download(words.JSON)
                    new_link = gr.Button(words.NEW_LINK, size="sm", elem_classes="quiet-button")
                with gr.Row(elem_classes="acts"):
                    end = gr.Button(words.END, elem_id="class-end")
                    delete = gr.Button(words.DELETE, variant="stop", elem_id="class-delete")
            with gr.Column(elem_classes="seeing", min_width=0):
                live = _build_live()
                gr.Markdown(words.SCORES)
                with gr.Row(elem_classes="acts"):
                    sealed = gr.Button(words.OPEN_SEALED, elem_id="class-open-sealed", elem_classes="runs")
                    stop = gr.Button(words.STOP, interactive=False, elem_classes="stops")
                    show_board = gr.Button(words.SHOW_BOARD, elem_id="class-show-board")
                line = waiting_line.build(page, sealed, stop)
                board = widgets.tables(elem_id="class-teacher-board")
                figure = gr.Plot(visible=False, show_label=False)
                scores_note = widgets.words()
        gr.Markdown(words.PROMPTS)
        gr.Markdown(words.PROMPTS_HELP, elem_classes="field-label")
        prompts = widgets.widget(HERE / "prompts.js", value=[], elem_id="class-prompts")
        timer = gr.Timer(3, active=False)
    return TeacherPanel(
        frame=frame, head=head, invitation=invitation, picture=picture, new_link=new_link, form=form, said=said,
        sealed=sealed, stop=stop, line=line, show_board=show_board, board=board, figure=figure,
        scores_note=scores_note, prompts=prompts, csv=csv, json=json, end=end, delete=delete, counted=gr.State(""),
        asked=gr.State(""), going=gr.State(NothingYet()), timer=timer, **live,
    )  # fmt: skip


def _build_live() -> dict[str, Any]:
    gr.Markdown(words.PRESENT)
    present = widgets.tables(elem_id="class-present")
    with gr.Row(elem_classes="acts"):
        pause = gr.Button(words.PAUSE, elem_id="class-pause")
        door = gr.Button(words.CLOSE_DOOR, elem_id="class-close-door")
    message = gr.Textbox(label=words.MESSAGE, elem_id="class-message", max_lines=3)
    with gr.Row(elem_classes="acts"):
        send = gr.Button(words.SEND, elem_id="class-send")
    who = gr.Dropdown([], label=words.WHO, elem_id="class-who")
    with gr.Row(elem_classes="quiet-row"):
        free = gr.Button(words.FREE, size="sm", elem_classes="quiet-button")
        remove = gr.Button(words.REMOVE, size="sm", elem_classes="quiet-button", elem_id="class-remove")
        project = gr.Button(words.PROJECT, size="sm", elem_classes="quiet-button", elem_id="class-project")
        unproject = gr.Button(words.UNPROJECT, size="sm", elem_classes="quiet-button")
    return {
        "present": present, "pause": pause, "door": door, "message": message, "send": send, "who": who, "free": free,
        "remove": remove, "project": project, "unproject": unproject,
    }  # fmt: skip
