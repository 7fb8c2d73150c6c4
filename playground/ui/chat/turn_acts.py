"""What a click on a turn does that asks no model: edit, delete, go back to it, show a branch, its tokens."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import gradio as gr

from playground.chats.tree import Chat, Feedback
from playground.errors import InvalidSetup
from playground.parameters import STRICT, choice, text
from playground.types import MAX_TEXT
from playground.ui.chat.chat_view import ChatView
from playground.ui.handlers import payloads
from playground.ui.handlers.event_options import AT_ONCE
from playground.ui.handlers.messages import report_errors
from playground.ui.handlers.one_at_a_time import begin_after
from playground.ui.handlers.payloads import whole
from playground.ui.handlers.tab import Updates
from playground.ui.run_view import tokens_values


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnPick:
    """One turn of the chat, by its number."""

    __pydantic_config__ = STRICT

    turn: int = whole(2**32)


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnEdit(TurnPick):
    """Another text for it."""

    text: str = text(max_length=MAX_TEXT, help="What the turn is to say.")


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnThumb(TurnPick):
    """A thumb up or down at it, or none."""

    feedback: Feedback = choice("", help="Which thumb.")


def require_text(text: str) -> str:
    """Raises InvalidSetup for a text in which nothing is said."""
    if not text.strip():
        raise InvalidSetup("There is no message; write one first.")
    return text


def wire(view: ChatView, as_kept: Callable[[dict[Any, Any]], Any]) -> list[Any]:
    """Attach the handlers. Returns the events of their ends. `as_kept` is the chat as it can be put back."""

    def acting(change: Callable[[Chat, gr.EventData], Chat]) -> Callable[..., Updates]:
        @report_errors
        def act(values: dict[Any, Any], event: gr.EventData) -> Updates:
            with begin_after(values[view.going]) as step:
                return {**view.show(change(view.chat(values), event)), view.going: step}

        return act

    def edit(chat: Chat, event: gr.EventData) -> Chat:
        change = payloads.read(TurnEdit, event)
        if not change.text.strip():
            raise InvalidSetup("A turn says something; delete it instead.")
        return chat.edit(change.turn, change.text)

    def go_back(chat: Chat, event: gr.EventData) -> Chat:
        return chat.go_back(payloads.read(TurnPick, event).turn)

    def show_branch(chat: Chat, event: gr.EventData) -> Chat:
        return chat.show(payloads.read(TurnPick, event).turn)

    @report_errors
    def delete(values: dict[Any, Any], event: gr.EventData) -> Updates:
        with begin_after(values[view.going]) as step:
            chat = view.chat(values).take_out(payloads.read(TurnPick, event).turn)
            return {**view.show(chat), **view.back.offer(as_kept(values)), view.going: step}

    @report_errors
    def rate(values: dict[Any, Any], event: gr.EventData) -> Updates:
        with begin_after(values[view.going]) as step:
            thumb = payloads.read(TurnThumb, event)
            rated = view.chat(values).rate(thumb.turn, thumb.feedback)
            return {view.held: rated, view.going: step}  # how the last answer ended stays

    @report_errors
    def inspect(values: dict[Any, Any], event: gr.EventData) -> Updates:
        chat = view.chat(values)
        turn = chat.turn(payloads.read(TurnPick, event).turn)
        value = tokens_values.tokens_value(f"Turn {len(chat.path(turn.id))}", turn.reply, turn.id)
        return {view.token_frame: gr.update(visible=True), view.tokens: value}

    @report_errors
    def begin_anew(values: dict[Any, Any]) -> Updates:
        with begin_after(values[view.going]) as step:
            hidden = {view.token_frame: gr.update(visible=False), view.going: step}
            return {**view.show(Chat()), **hidden, **view.back.offer(as_kept(values))}

    memory, shown = {view.held, view.going}, [*view.shown, view.going]
    plain: dict[str, Any] = {"preprocess": False, **AT_ONCE}
    undone = [*shown, view.token_frame, *view.back.marks]
    everything = view.inputs
    view.turns.inspect_turn(inspect, memory, [view.token_frame, view.tokens], **plain)
    return [
        view.turns.edit_turn(acting(edit), memory, shown, **plain),
        view.turns.go_back(acting(go_back), memory, shown, **plain),
        view.turns.show_branch(acting(show_branch), memory, shown, **plain),
        view.turns.rate_turn(rate, memory, [view.held, view.going], **plain),
        view.turns.delete_turn(delete, everything, undone, **plain),
        view.turns.begin_anew(begin_anew, everything, undone, **plain),
    ]
