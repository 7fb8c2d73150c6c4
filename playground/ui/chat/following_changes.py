"""What follows from a change of the chat or of how it is asked: what is sent next, what of it is cut, what is kept."""

from collections.abc import Sequence
from functools import partial
from typing import Any

import gradio as gr

from playground import setups
from playground.errors import PlaygroundError
from playground.ui.chat import chat_link, chat_values
from playground.ui.chat.chat_form import LABELS
from playground.ui.chat.chat_view import UNTYPED, ChatView, cut_turns
from playground.ui.handlers import drafts
from playground.ui.handlers.drafts import as_kept, keep, refill
from playground.ui.handlers.event_options import AT_ONCE
from playground.ui.handlers.messages import report_errors
from playground.ui.handlers.tab import PageContext, TabLink, Updates, Values
from playground.ui.handlers.trigger_modes import ended_event, on_opening_and
from playground.ui.run_view import prompt_values
from playground.ui.setup_form.labels import describe_error

TO_BE_TYPED = f"\u201c{UNTYPED}\u201d stands for your next message"


def wire(shared: PageContext, view: ChatView, linked: TabLink, ends: Sequence[Any]) -> Any:
    """Attach the handlers. Returns what attaches a handler to when the tab holds what the browser has kept of it."""
    sessions, kept, filled = shared.sessions, shared.chat, drafts.build_mark()

    def preview(values: Values, catalog: Any) -> tuple[Updates, Any]:
        """What is sent next, and the turns that are not."""
        said, text = view.next_question(values)
        sent = chat_values.summary_sent(view.chat(values))
        try:
            setup = view.form.setup(values, said, text, catalog)
        except PlaygroundError as error:
            value = {**prompt_values.EMPTY, "error": describe_error(error, LABELS), "sent": sent}
            return {view.prompt: value}, (frozenset(), "")
        value = prompt_values.worked_out(lambda: setups.to_dict(setup), catalog).value
        if text == UNTYPED and value["summary"]:
            value = {**value, "summary": f"{value['summary']} \u00b7 {TO_BE_TYPED}"}
        return {view.prompt: {**value, "wrong": [], "sent": sent}}, cut_turns(setup, said, catalog)

    @report_errors
    def look(values: dict[Any, Any], request: gr.Request) -> Updates:
        catalog, busy = sessions.of(request), view.is_busy(values)  # asked now: an answer that ends meanwhile is newer
        shown, (cut, note) = preview(values, catalog)
        held, lost = as_kept(linked, values, catalog, partial(chat_link.read_newest, view, values))
        lost = chat_link.kept_note(view, values, held) if lost else ""
        chat, ending = view.chat(values), values[view.ending]
        of, marks = (chat, cut, note, lost), {view.turns: gr.skip()}
        if not busy and of != values[view.marked]:  # else a long chat would be sent at every key
            marked = chat_values.chat_value(chat, cut, said=note, ending=ending, lost=lost)
            marks = {view.turns: marked, view.marked: of}
        return {**shown, **marks, kept: keep(values[filled], held)}

    @report_errors
    def reopen_chat(held: Any, request: gr.Request) -> Updates:
        return refill(linked, held, sessions.of(request))

    restored = drafts.restore(shared.page, kept, filled, reopen_chat, linked.outputs)
    over = ended_event([*ends, restored])
    watched = [*(widget.change for widget in [*view.form.widgets, view.box]), over]
    quick: dict[str, Any] = {"preprocess": False, "trigger_mode": "always_last", **AT_ONCE}
    outputs = [view.prompt, view.turns, view.marked, kept]
    on_opening_and(
        shared.opening,
        [*watched, shared.model_changes.change, shared.ready.change],
        look,
        {*view.inputs, view.marked, filled},
        outputs,
        **quick,
    )
    return filled.change
