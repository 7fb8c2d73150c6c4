"""A chat as a link and a browser keep it, read again with every check."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from playground import setups
from playground.chats.tree import MOST_TURNS, Chat, Speaker
from playground.errors import InvalidSetup
from playground.parameters import STRICT, choice, flag, many, number, text
from playground.types import MAX_TEXT


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptTurn:
    """A turn; `parent` is the place of the one before it in the list."""

    __pydantic_config__ = STRICT
    parent: int | None = number(None, 0, MOST_TURNS, step=1, help="The place of the turn before it.")
    role: Speaker = choice("user", help="Who says it.")
    text: str = text(max_length=MAX_TEXT, help="What is said.")
    edited: bool = flag(False, help="It was written by hand.")
    cut: bool = flag(False, help="It did not come to its end.")


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptChat:
    """All turns, and the place of the last that is shown."""

    __pydantic_config__ = STRICT
    turns: tuple[KeptTurn, ...] = many(max_length=MOST_TURNS, help="The turns, each after the one before it.")
    at: int | None = number(None, 0, MOST_TURNS, step=1, help="The place of the last turn that is shown.")


def as_data(chat: Chat) -> dict[str, Any]:
    """As plain data for `read`, without what was measured."""
    places = {turn.id: place for place, turn in enumerate(chat.turns)}
    kept = KeptChat(
        turns=tuple(
            KeptTurn(
                parent=None if turn.parent is None else places[turn.parent], role=turn.role, text=turn.text,
                edited=turn.edited, cut=turn.cut,
            )
            for turn in chat.turns
        ),
        at=None if chat.at is None else places[chat.at],
    )  # fmt: skip
    return setups.changed_values(kept)


def read(data: Any) -> Chat:
    """The chat. Raises InvalidSetup or LimitReached for what is none: anybody can write such data."""
    kept: KeptChat = setups.build(KeptChat, {} if data is None else data, ("chat",))
    chat = Chat()
    for place, turn in enumerate(kept.turns):
        if turn.parent is not None and turn.parent >= place:
            raise InvalidSetup(path=("chat", "turns", place, "parent"), rule="is not the place of a turn before it.")
        chat = chat.add(turn.parent, turn.role, turn.text)
        chat = chat.replace_turn(replace(chat.turns[-1], edited=turn.edited, cut=turn.cut))
    if kept.at is not None and kept.at >= len(kept.turns):
        raise InvalidSetup(path=("chat", "at"), rule="is not the place of a turn.")
    return replace(chat, at=kept.at)


def has_turns(held: Mapping[str, Any]) -> bool:
    """Whether what was kept holds a chat in which something was said."""
    chat = held.get("chat")
    return isinstance(chat, Mapping) and bool(chat.get("turns"))
