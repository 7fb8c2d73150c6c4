"""Types of the rows that a model learns from, and their JSON lines."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from playground.errors import InvalidSetup
from playground.types import Message

ROLES = ("system", "user", "assistant")


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingRow:
    """What is asked, and the answer that is learned. `id` is its name for people, such as the line of a file."""

    messages: tuple[Message, ...]
    answer: str
    id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PreferenceRow:
    """What is asked, and two answers to it, of which the first was preferred."""

    messages: tuple[Message, ...]
    chosen: str
    rejected: str
    id: str = ""


Row: TypeAlias = TrainingRow | PreferenceRow


def messages_of(prompt: str, system: str = "") -> tuple[Message, ...]:
    """The messages that ask a prompt, with a system message before it unless that is empty."""
    asked = Message("user", prompt)
    return (Message("system", system), asked) if system else (asked,)


def prompt_of(row: Row) -> str:
    """All that is said before the answer, as one text: two rows that ask the same have the same."""
    return "\n".join(f"{message.role}: {message.content}" for message in row.messages)


def answers_of(row: Row) -> tuple[str, ...]:
    """The answers that it holds: one to learn, or the preferred one and the other."""
    return (row.answer,) if isinstance(row, TrainingRow) else (row.chosen, row.rejected)


def to_json_lines(rows: Iterable[Row]) -> str:
    """One row a line, in the form that TRL's trainers read: `prompt` with `completion`, or `chosen` and `rejected`."""
    return "".join(f"{json.dumps(_as_record(row), ensure_ascii=False)}\n" for row in rows)


def from_json_lines(text: str) -> tuple[Row, ...]:
    """The rows that `to_json_lines` wrote. Raises InvalidSetup naming the line of one that it did not write."""
    rows = []
    for number, line in enumerate(text.split("\n"), 1):
        try:
            if line.strip():
                rows.append(_row_of(json.loads(line)))
        except (ValueError, KeyError, TypeError, AttributeError):
            message = f"Line {number:,} is no row of training data: write the file anew from its source."
            raise InvalidSetup(message, path=("rows", number)) from None
    return tuple(rows)


def _as_record(row: Row) -> dict[str, Any]:
    said = {name: [_turn("assistant", text)] for name, text in zip(_answer_names(row), answers_of(row), strict=True)}
    return {"id": row.id, "prompt": [_turn(message.role, message.content) for message in row.messages], **said}


def _answer_names(row: Row) -> Sequence[str]:
    return ("completion",) if isinstance(row, TrainingRow) else ("chosen", "rejected")


def _turn(role: str, content: str) -> dict[str, str]:
    return {"role": role, "content": content}


def _row_of(record: dict[str, Any]) -> Row:
    messages = tuple(Message(turn["role"], turn["content"]) for turn in record["prompt"])
    if not messages or any(message.role not in ROLES or not isinstance(message.content, str) for message in messages):
        raise ValueError
    if "completion" in record:
        return TrainingRow(messages=messages, answer=_answer(record["completion"]), id=record["id"])
    return PreferenceRow(
        messages=messages, chosen=_answer(record["chosen"]), rejected=_answer(record["rejected"]), id=record["id"]
    )


def _answer(turns: list[dict[str, str]]) -> str:
    (turn,) = turns
    if turn["role"] != "assistant" or not isinstance(turn["content"], str):
        raise ValueError
    return turn["content"]
