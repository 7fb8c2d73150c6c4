"""A chat as a link and a browser keep it, read again with every check."""

from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from playground import setups
from playground.chats.tree import MOST_TURNS, Chat, ChatTurn, Feedback, Speaker, checked
from playground.errors import InvalidSetup
from playground.json_values import LOST
from playground.parameters import STRICT, choice, flag, many, number, text
from playground.types import MAX_TEXT, Completion

MOST_COUNTED = 10**9  # tokens, or seconds: more than any answer has


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptMeasures:
    """What was measured of an answer, as far as it is small: its tokens are not kept."""

    __pydantic_config__ = STRICT
    prompt_tokens: int = number(0, 0, MOST_COUNTED, step=1, help="Tokens of its prompt.")
    completion_tokens: int = number(0, 0, MOST_COUNTED, step=1, help="Its tokens.")
    estimated: bool = flag(False, help="These counts are not the server's own.")
    first: float | None = number(None, 0, MOST_COUNTED, step=0.01, help="Seconds to its first token.")
    seconds: float = number(0.0, 0, MOST_COUNTED, step=0.01, help="Seconds in all.")
    ended: Literal["", "stop", "length", "cancelled", "refused"] = choice("", help="How it ended.")


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptTurn:
    """A turn; `parent` is the place of the one before it in the list."""

    __pydantic_config__ = STRICT
    parent: int | None = number(None, 0, MOST_TURNS, step=1, help="The place of the turn before it.")
    role: Speaker = choice("user", help="Who says it.")
    summary: str = text(max_length=MAX_TEXT, help="What was sent for it in place of turns that were left out.")
    text: str = text(max_length=MAX_TEXT, help="What is said.")
    edited: bool = flag(False, help="It was written by hand.")
    cut: bool = flag(False, help="It did not come to its end.")
    feedback: Feedback = choice("", help="A thumb up or down at an answer.")
    measured: KeptMeasures | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptChat:
    """All turns, and the place of the last that is shown."""

    __pydantic_config__ = STRICT
    turns: tuple[KeptTurn, ...] = many(max_length=MOST_TURNS, help="The turns, each after the one before it.")
    at: int | None = number(None, 0, MOST_TURNS, step=1, help="The place of the last turn that is shown.")


def as_data(chat: Chat) -> dict[str, Any]:
    """As plain data for `read`, without the tokens of answers."""
    places = {turn.id: place for place, turn in enumerate(chat.turns)}
    kept = KeptChat(
        turns=tuple(
            KeptTurn(
                parent=None if turn.parent is None else places[turn.parent], role=turn.role, text=_readable(turn.text),
                edited=turn.edited, cut=turn.cut, feedback=turn.feedback, summary=_readable(turn.summary),
                measured=_measures(turn.reply),
            )
            for turn in chat.turns
        ),
        at=None if chat.at is None else places[chat.at],
    )  # fmt: skip
    return setups.changed_values(kept)


def newest(chat: Chat, fits: Callable[[Chat], bool]) -> Chat:
    """The branch that is shown, with as many of its last turns as fit, by whatever measure; each more is larger."""
    branch = chat.branch
    first = bisect_left(range(len(branch)), True, key=lambda first: fits(_from(chat, branch[first:])))
    return _from(chat, branch[first:])


def _from(chat: Chat, turns: Sequence[ChatTurn]) -> Chat:
    """With these turns only, each after the one before it."""
    if not turns:
        return replace(chat, turns=(), at=None)
    return replace(chat, turns=(replace(turns[0], parent=None), *turns[1:]), at=turns[-1].id)


def read(data: Any) -> Chat:
    """The chat. Raises InvalidSetup or LimitReached for what is none: anybody can write such data."""
    kept: KeptChat = setups.build(KeptChat, {} if data is None else data, ("chat",))
    for place, turn in enumerate(kept.turns):
        if turn.parent is not None and turn.parent >= place:
            raise InvalidSetup(path=("chat", "turns", place, "parent"), rule="is not the place of a turn before it.")
        if turn.role == "user" and (turn.feedback or turn.summary or turn.measured):
            raise InvalidSetup(path=("chat", "turns", place), rule="is the user's, and has what only answers have.")
    if kept.at is not None and kept.at >= len(kept.turns):
        raise InvalidSetup(path=("chat", "at"), rule="is not the place of a turn.")
    turns = tuple(_as_it_was(place, turn) for place, turn in enumerate(kept.turns))
    return checked(Chat(turns=turns, at=kept.at, made=len(turns)))


def has_turns(held: Mapping[str, Any]) -> bool:
    """Whether what was kept holds a chat in which something was said."""
    chat = held.get("chat")
    return isinstance(chat, Mapping) and bool(chat.get("turns"))


def _readable(text: str) -> str:
    """What `read` takes: a model may say anything, control characters too."""
    return setups.UNREADABLE.sub(LOST, text)


def _measures(reply: Completion | None) -> KeptMeasures | None:
    if reply is None:
        return None
    return KeptMeasures(
        prompt_tokens=reply.prompt_tokens, completion_tokens=reply.completion_tokens, estimated=reply.estimated,
        first=reply.time_to_first_token, seconds=reply.seconds, ended=reply.finish_reason or "",
    )  # fmt: skip


def _as_it_was(place: int, kept: KeptTurn) -> ChatTurn:
    reply, measured = None, kept.measured
    if measured is not None:
        reply = Completion(
            text=kept.text, prompt_tokens=measured.prompt_tokens, completion_tokens=measured.completion_tokens,
            estimated=measured.estimated, time_to_first_token=measured.first, seconds=measured.seconds,
            finish_reason=measured.ended or None,
        )  # fmt: skip
    return ChatTurn(
        id=place, parent=kept.parent, role=kept.role, text=kept.text, edited=kept.edited, cut=kept.cut, reply=reply,
        summary=kept.summary, feedback=kept.feedback,
    )  # fmt: skip
