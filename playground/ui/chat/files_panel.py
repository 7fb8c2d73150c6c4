"""A chat is taken away as a file, and one is opened."""

from dataclasses import dataclass
from functools import partial
from typing import Any

import gradio as gr

from playground import setups
from playground.chats import chat_files
from playground.ui.chat import chat_link
from playground.ui.chat.chat_form import report_labelled
from playground.ui.chat.chat_view import ChatView
from playground.ui.handlers.event_options import AT_ONCE, READING
from playground.ui.handlers.messages import report_errors
from playground.ui.handlers.one_at_a_time import begin_after
from playground.ui.handlers.sessions import Sessions
from playground.ui.handlers.tab import Updates
from playground.ui.handlers.uploads import text_of_file
from playground.ui.widgets import download, link_button

MOST_BYTES = 2 * 2**20


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatFiles:
    """The buttons."""

    json: Any
    markdown: Any
    open: Any
    link: Any
    take: Any
    setup: Any


def build() -> ChatFiles:
    with gr.Row(elem_classes="quiet-row"):
        take = gr.Button(
            "Take the Playground\u2019s setup", size="sm", variant="secondary", elem_classes="quiet-button"
        )
        setup = gr.Button("Open in the Playground", size="sm", variant="secondary", elem_classes="quiet-button")
        link = link_button("Copy a link to this chat")
        json, markdown = download("Download as JSON"), download("As Markdown")
        opened = gr.UploadButton(
            "Open a file", file_types=[".json", ".md"], type="binary", size="sm", variant="secondary",
            elem_classes="quiet-button",
        )  # fmt: skip
    return ChatFiles(json=json, markdown=markdown, open=opened, link=link, take=take, setup=setup)


def wire(files: ChatFiles, view: ChatView, opened_elsewhere: Any, sessions: Sessions) -> list[Any]:
    """Attach the handlers. Returns the event that fills the chat. `opened_elsewhere` opens a setup elsewhere."""

    @report_labelled
    def save_json(values: dict[Any, Any], request: gr.Request) -> Updates:
        setup = setups.parse(view.form.held(values))
        return {files.json: {"name": "chat.json", "text": chat_files.write_json(setup, _said(values))}}

    @report_labelled
    def save_markdown(values: dict[Any, Any]) -> Updates:
        setup = setups.parse(view.form.held(values))
        text = chat_files.write_markdown(f"A chat with {setup.model_title}", setup.task.role, _said(values))
        return {files.markdown: {"name": "chat.md", "text": text}}

    @report_labelled
    def open_setup(values: dict[Any, Any], request: gr.Request) -> Updates:
        return {opened_elsewhere: setups.to_dict(chat_link.as_setup(view, values, sessions.of(request)))}

    @report_errors
    def opened(content: Any, values: Any, last: Any) -> Updates:
        with begin_after(last) as change:
            told = chat_files.read_file(text_of_file(content, MOST_BYTES))
            return {**view.show(told.chat), role: told.role, **view.back.offer(values), view.going: change}

    _said = partial(chat_link.said, view)
    role = view.form.task.field("role").widget
    plain: dict[str, Any] = {"preprocess": False, **AT_ONCE}
    files.json.click(save_json, view.inputs, [files.json], **plain)
    files.markdown.click(save_markdown, view.inputs, [files.markdown], **plain)
    files.setup.click(open_setup, view.inputs, [opened_elsewhere], **plain)
    outputs = [*view.shown, role, *view.back.marks, view.going]
    return [files.open.upload(opened, [files.open, view.back.kept, view.going], outputs, **READING)]
