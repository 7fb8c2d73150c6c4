"""The parts of the Chat tab, and updates that show a chat in them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from playground.backends.base import excess_tokens
from playground.backends.catalog import Catalog
from playground.chats.tree import Chat, ChatTurn
from playground.errors import PlaygroundError
from playground.strategies.conversation import Conversation
from playground.types import Message, Setup
from playground.ui.chat import chat_values
from playground.ui.chat.chat_form import ChatForm
from playground.ui.handlers import payloads
from playground.ui.handlers.put_back import PutBack
from playground.ui.widgets.waiting_line import WaitingLine

UNTYPED = "\u2026"  # stands for a message that is not typed yet


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatView:
    """The widgets, and the session's memory: the chat that is `held`, what stops the answer that is `going`, how the
    last one ended, and of what the turns that are not sent are `marked`."""

    held: Any
    going: Any
    ending: Any
    marked: Any
    form: ChatForm
    turns: Any
    box: Any
    start: Any
    stop: Any
    line: WaitingLine
    prompt: Any
    token_frame: Any
    tokens: Any
    back: PutBack

    @property
    def inputs(self) -> set[Any]:
        """All that an answer depends on."""
        return {self.held, self.going, self.ending, self.box, *self.form.widgets}

    @property
    def outputs(self) -> list[Any]:
        """All that an answer updates."""
        return [self.held, self.going, self.ending, self.marked, self.turns, self.box]

    def chat(self, values: Mapping[Any, Any]) -> Chat:
        return values[self.held] or Chat()

    def is_busy(self, values: Mapping[Any, Any]) -> bool:
        return not values[self.going].halt.is_set()

    def typed(self, values: Mapping[Any, Any]) -> str:
        """What stands in the box. Raises InvalidSetup for what is no text."""
        return payloads.words(values[self.box], "message")

    @property
    def shown(self) -> list[Any]:
        """All that `show` updates."""
        return [self.held, self.ending, self.marked, self.turns]

    def show(self, chat: Chat) -> dict[Any, Any]:
        """Updates that hold this chat and show it."""
        return {self.held: chat, self.ending: None, self.marked: None, self.turns: chat_values.chat_value(chat)}

    def next_question(self, values: Mapping[Any, Any]) -> tuple[tuple[ChatTurn, ...], str]:
        """What would be asked next: the turns before it, and its words."""
        branch, text = self.chat(values).branch, self.typed(values)
        if not text.strip() and branch and branch[-1].role == "user":
            return branch[:-1], branch[-1].text
        return branch, text if text.strip() else UNTYPED


@dataclass(frozen=True, slots=True)
class _Room:
    """Measures prompts by a model."""

    backend: Any
    setup: Setup

    def excess(self, messages: tuple[Message, ...], most: int | None) -> int:
        return excess_tokens(self.backend, self.setup.sampling, messages, most)


def cut_turns(setup: Setup, said: tuple[ChatTurn, ...], catalog: Catalog) -> tuple[frozenset[int], str]:
    """The numbers of those turns that are not sent with this setup, and that in a sentence. None while the model that
    counts them is not loaded."""
    backend = catalog.loaded_backend(setup.model)
    if backend is None:
        return frozenset(), ""
    technique = Conversation(**setup.options)
    room: Any = _Room(backend, setup)
    try:
        begin, end = technique.cut(setup.task.role, setup.task.turns, setup.task.input, room)
    except PlaygroundError:  # of a chat template that refuses these turns; the preview says so
        return frozenset(), ""
    return frozenset(turn.id for turn in said[begin:end]), chat_values.cut_note(said, begin, end, technique.window)
