"""Joining a class, and starting one."""

from dataclasses import dataclass
from typing import Any

import gradio as gr

from playground.ui import widgets
from playground.ui.classroom import words


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryPanel:
    """`start` is there in private mode."""

    frame: Any
    said: Any
    code: Any
    nickname: Any
    join: Any
    title: Any = None
    start: Any = None


def build(*, public: bool) -> EntryPanel:
    """Lay out the way in."""
    title = start = None
    with gr.Column(elem_classes=["class-area", "class-entry"], min_width=0) as frame:
        gr.Markdown(words.TITLE)
        gr.Markdown(words.ABOUT)
        gr.Markdown(words.WHAT_IS_KEPT, elem_classes="field-label")
        said = widgets.words(spoken=True)
        gr.Markdown(words.JOIN)
        with gr.Row(elem_classes="class-fields"):
            code = gr.Textbox(label=words.CODE, info=words.CODE_HELP, elem_id="class-code", max_lines=1)
            nickname = gr.Textbox(label=words.NICKNAME, info=words.NICKNAME_HELP, elem_id="class-nickname", max_lines=1)
        with gr.Row(elem_classes="acts"):
            join = gr.Button(words.JOIN_BUTTON, variant="primary", elem_id="class-join")
        if not public:
            gr.Markdown(words.START)
            gr.Markdown(words.START_HELP, elem_classes="field-label")
            title = gr.Textbox("Class", label=words.START_TITLE, elem_id="class-title", max_lines=1)
            with gr.Row(elem_classes="acts"):
                start = gr.Button(words.START_BUTTON, elem_id="class-start")
    return EntryPanel(frame=frame, said=said, code=code, nickname=nickname, join=join, title=title, start=start)
