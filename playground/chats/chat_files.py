"""A branch as the messages of the chat completions protocol, or as Markdown, and back."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from playground import setups
from playground.chats.tree import Chat, ChatTurn, as_turns, chat_of
from playground.errors import InvalidSetup, LimitReached
from playground.types import MAX_TEXT, MAX_TURNS, Setup

HEADING = re.compile(r"## (system|user|assistant)(?:, thumbs (up|down))?")
FENCE = re.compile(r"(`{3,})")
SYSTEM = ("system", "developer")
NONE = "This is no conversation that can be opened"


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a file says: the system message, and the turns in their order, as a chat of one branch."""

    role: str = ""
    chat: Chat


@dataclass(frozen=True, slots=True, kw_only=True)
class _Said:
    role: str
    content: str
    feedback: Any = ""


def write_json(setup: Setup, branch: Sequence[ChatTurn]) -> str:
    """The body of a request in the protocol: who is asked, how tokens are chosen, and the messages. A thumb stands as
    `feedback` in its message."""
    changed = setups.changed_values(setup.sampling)
    messages = [
        {"role": said.role, "content": said.content, **({"feedback": said.feedback} if said.feedback else {})}
        for said in _all_said(setup.task.role, branch)
    ]
    body = {"model": setup.model, "messages": messages, **changed}
    return json.dumps(body, ensure_ascii=False, indent=2, allow_nan=False) + "\n"


def write_markdown(title: str, role: str, branch: Sequence[ChatTurn]) -> str:
    """A heading and a fenced text for each turn, so that no text is taken for markup."""
    parts = [f"# {title}"]
    for said in _all_said(role, branch):
        thumb = f", thumbs {said.feedback}" if said.feedback else ""
        parts.append(f"## {said.role}{thumb}\n\n{_fenced(said.content)}")
    return "\n\n".join(parts) + "\n"


def read_file(text: str) -> Told:
    """What `write_json` or `write_markdown` wrote, or another program in the protocol. Raises InvalidSetup,
    LimitReached."""
    start = text.lstrip()[:1]
    said = _from_json(text) if start in ("{", "[") else _from_markdown(text)
    if not said:
        raise InvalidSetup(f"{NONE}: it has no messages.")
    opening = 0
    while opening < len(said) and said[opening].role in SYSTEM:
        opening += 1
    for number, one in enumerate(said, 1):
        _check(one, number, opening)
    if len(said) - opening > MAX_TURNS:
        raise LimitReached(f"{NONE}: it has {len(said) - opening:,} turns; {MAX_TURNS} is the most.")
    if longest := next((number for number, one in enumerate(said, 1) if len(one.content) > MAX_TEXT), 0):
        raise LimitReached(f"{NONE}: message {longest} has more than {MAX_TEXT:,} characters.")
    role = "\n\n".join(one.content for one in said[:opening])
    turns = [{"role": one.role, "text": one.content} for one in said[opening:]]
    checked = setups.parse({"strategy": "conversation", "task": {"role": role, "turns": turns}}).task
    chat = chat_of(checked.turns)
    for turn, one in zip(chat.turns, said[opening:], strict=True):
        chat = chat.rate(turn.id, one.feedback) if one.feedback else chat
    return Told(role=checked.role, chat=chat)


def _check(said: _Said, number: int, opening: int) -> None:
    """Raises InvalidSetup for the message of that number, if it is none that stands there in a chat."""
    if number <= opening:
        if said.feedback:
            raise InvalidSetup(f"{NONE}: message {number} is a system message with a thumb; only answers have one.")
        return
    if said.role in SYSTEM:
        raise InvalidSetup(f"{NONE}: message {number} is a system message; those stand at the beginning.")
    if said.role not in ("user", "assistant"):
        raise InvalidSetup(f"{NONE}: message {number} is from {said.role!a}; a chat has user and assistant.")
    if not said.content.strip():
        raise InvalidSetup(f"{NONE}: message {number} is empty.")
    if said.feedback and (said.role != "assistant" or said.feedback not in ("up", "down")):
        raise InvalidSetup(f"{NONE}: message {number} has a `feedback` that is not up or down at an answer.")


def _all_said(role: str, branch: Sequence[ChatTurn]) -> list[_Said]:
    system = [_Said(role="system", content=role)] if role.strip() else []
    turns = zip(branch, as_turns(branch), strict=True)
    return [*system, *(_Said(role=sent.role, content=sent.text, feedback=turn.feedback) for turn, sent in turns)]


def _from_json(text: str) -> list[_Said]:
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        raise InvalidSetup(f"{NONE}: it begins like JSON and cannot be read as that.") from None
    messages = data.get("messages") if isinstance(data, Mapping) else data
    if not isinstance(messages, list) or not setups.has_few_values(messages):
        raise InvalidSetup(f"{NONE}: it has no list of `messages`.")
    return [_message(number, message) for number, message in enumerate(messages, 1)]


def _message(number: int, message: Any) -> _Said:
    role, content = (message.get(key) for key in ("role", "content")) if isinstance(message, Mapping) else (None, None)
    if isinstance(content, list):  # in parts, as pictures are sent
        parts = [part for part in content if isinstance(part, Mapping) and isinstance(part.get("text"), str)]
        if len(parts) < len(content):
            raise InvalidSetup(f"{NONE}: message {number} has a part that is no text.")
        content = "".join(part["text"] for part in parts)
    if not isinstance(role, str) or not isinstance(content, str):
        raise InvalidSetup(f"{NONE}: message {number} has no `role` and `content` that are text.")
    return _Said(role=role, content=content, feedback=message.get("feedback") or "")


def _from_markdown(text: str) -> list[_Said]:
    said, lines = [], iter(text.replace("\r\n", "\n").split("\n"))
    for line in lines:
        heading = HEADING.fullmatch(line.strip())
        if heading is None:
            continue
        opened = next((FENCE.fullmatch(line.strip()) for line in lines if line.strip()), None)
        if opened is None:
            raise InvalidSetup(f"{NONE}: below the heading \u201c{line.strip()}\u201d stands no text between fences.")
        inside = []
        for line in lines:
            if line == opened[1]:
                break
            inside.append(line)
        else:
            raise InvalidSetup(f"{NONE}: a fence of {len(opened[1])} backticks is not closed.")
        said.append(_Said(role=heading[1], content="\n".join(inside), feedback=heading[2] or ""))
    return said


def _fenced(text: str) -> str:
    """Behind more backticks than stand side by side in it."""
    fence = "`" * max(3, 1 + max(map(len, re.findall("`+", text)), default=0))
    return f"{fence}\n{text}\n{fence}"
