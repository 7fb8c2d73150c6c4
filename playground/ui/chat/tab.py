"""The Chat tab: the conversation on the left, how it is asked and what is sent on the right."""

from pathlib import Path

import gradio as gr

from playground.backends.catalog import Catalog
from playground.chats.tree import Chat
from playground.types import Setup
from playground.ui import widgets
from playground.ui.chat import chat_form, chat_link, chat_values, files_panel, following_changes, talking, turn_acts
from playground.ui.chat.chat_view import ChatView
from playground.ui.chat.files_panel import ChatFiles
from playground.ui.handlers import put_back
from playground.ui.handlers.event_options import AT_ONCE
from playground.ui.handlers.form_filling import ENDS
from playground.ui.handlers.one_at_a_time import NothingYet, begin_after
from playground.ui.handlers.tab import PageContext, Tab, Taking, Updates, Values
from playground.ui.run_view import prompt_values, tokens_values, views
from playground.ui.setup_form import model_choice, technique_card
from playground.ui.widgets import waiting_line

HERE = Path(__file__).parent


def build(shared: PageContext) -> Tab:
    """Lay out the tab and wire it."""
    settings, sessions, catalog = shared.settings, shared.sessions, shared.catalog
    with gr.Row(elem_id="chatting", equal_height=False):
        with gr.Column(elem_id="chat-said", min_width=0):
            gr.Markdown("## Chat")
            shown = widgets.widget(
                HERE / "chat.js", uses=[widgets.STATUS_LINE], value=chat_values.chat_value(Chat()), elem_id="chat"
            )
            with gr.Column(elem_id="chat-box", min_width=0):
                box = gr.Textbox(
                    label="Your message", lines=2, max_lines=10, placeholder="Say something", elem_id="chat-message"
                )
                with gr.Row(elem_classes="acts"):
                    start = gr.Button("Send", variant="primary", elem_id="chat-send", elem_classes="runs")
                    stop = gr.Button(
                        "Stop the answer", variant="secondary", interactive=False, elem_id="chat-stop",
                        elem_classes="stops",
                    )  # fmt: skip
                line = waiting_line.build(shared.page, start, stop)
            with gr.Column(visible=False, elem_classes="pane", min_width=0) as token_frame:
                tokens = views.token_view(tokens_values.tokens_value("", None))
        with gr.Column(elem_id="chat-settings", min_width=0):
            form = chat_form.build(catalog)
            prompt = views.prompt_view(prompt_values.EMPTY, "chat-prompt")
            files = files_panel.build()
            back = put_back.build(shared.chat, chat_link.title_of)
            gr.Markdown(technique_card.line("conversation"), elem_classes="field-label")
    view = ChatView(
        held=gr.State(None), going=gr.State(NothingYet()), ending=gr.State(None),
        marked=gr.State(None), form=form, turns=shown, box=box, start=start,
        stop=stop, line=line, prompt=prompt, token_frame=token_frame, tokens=tokens, back=back,
    )  # fmt: skip
    ends = talking.wire(talking.TalkHandlers(view=view, settings=settings, sessions=sessions))
    ends += turn_acts.wire(view, lambda values: chat_link.read(view, values))
    ends += files_panel.wire(files, view, shared.setup_to_open, sessions)
    linked = chat_link.linked(files.link, view, measured=True)
    put = put_back.wire(back, linked.write, linked.outputs, sessions, view.going)
    put.then(None, None, None, js=ENDS, **AT_ONCE)
    model_choice.wire(shared, form.choice)
    restored = following_changes.wire(shared, view, linked, [*ends, put])
    return Tab(
        taking=[_taking(files, view)],
        link=chat_link.linked(files.link, view, restored),
    )


def _taking(files: ChatFiles, view: ChatView) -> Taking:
    def with_setup(values: Values, setup: Setup, catalog: Catalog) -> Updates:
        """The setup as a chat: what it shows stands in it, and what it asks in the box."""
        with begin_after(values[view.going]) as change:
            chat, text = chat_link.from_setup(setup)
            kept = chat_link.read(view, values)
            return {
                **view.form.write(setup, catalog), **view.show(chat), view.box: gr.update(value=text),
                **view.back.offer(kept), view.going: change,
            }  # fmt: skip

    outputs = [*view.form.widgets, *view.shown, view.box, *view.back.marks, view.going]
    return Taking(button=files.take, inputs=[*view.inputs], outputs=outputs, take=with_setup)
