"""A branch as the messages of the chat completions protocol, or as Markdown, and back."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from playground import setups
from playground.errors import InvalidSetup, LimitReached
from playground.types import MAX_TEXT, MAX_TURNS, Setup, Turn

HEADING = re.compile(r"## (system|user|assistant)")
FENCE = re.compile(r"(`{3,})")
SYSTEM = ("system", "developer")
NONE = "This is no conversation that can be opened"


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a file says: the system message, and the turns in their order."""

    role: str = ""
    turns: tuple[Turn, ...] = ()


def write_json(setup: Setup, turns: Sequence[Turn]) -> str:
    """The body of a request in the protocol: who is asked, how tokens are chosen, and the messages."""
    changed = setups.changed_values(setup.sampling)
    system = [{"role": "system", "content": setup.task.role}] if setup.task.role.strip() else []
    messages = [*system, *({"role": turn.role, "content": turn.text} for turn in turns)]
    body = {"model": setup.model, "messages": messages, **changed}
    return json.dumps(body, ensure_ascii=False, indent=2, allow_nan=False) + "\n"


def write_markdown(title: str, role: str, turns: Sequence[Turn]) -> str:
    """A heading and a fenced text for each turn, so that no text is taken for markup."""
    said = [*([("system", role)] if role.strip() else []), *((turn.role, turn.text) for turn in turns)]
    return "\n\n".join([f"# {title}", *(f"## {who}\n\n{_fenced(text)}" for who, text in said)]) + "\n"


def read_file(text: str) -> Told:
    """What `write_json` or `write_markdown` wrote, or another program in the protocol. Raises InvalidSetup,
    LimitReached."""
    start = text.lstrip()[:1]
    said = _from_json(text) if start in ("{", "[") else _from_markdown(text)
    if not said:
        raise InvalidSetup(f"{NONE}: it has no messages.")
    opening = 0
    while opening < len(said) and said[opening][0] in SYSTEM:
        opening += 1
    for number, (role, content) in enumerate(said[opening:], opening + 1):
        if role in SYSTEM:
            raise InvalidSetup(f"{NONE}: message {number} is a system message; those stand at the beginning.")
        if role not in ("user", "assistant"):
            raise InvalidSetup(f"{NONE}: message {number} is from {role!a}; a chat has user and assistant.")
        if not content.strip():
            raise InvalidSetup(f"{NONE}: message {number} is empty.")
    if len(said) - opening > MAX_TURNS:
        raise LimitReached(f"{NONE}: it has {len(said) - opening:,} turns; {MAX_TURNS} is the most.")
    if longest := next((number for number, (_, content) in enumerate(said, 1) if len(content) > MAX_TEXT), 0):
        raise LimitReached(f"{NONE}: message {longest} has more than {MAX_TEXT:,} characters.")
    role = "\n\n".join(content for _, content in said[:opening])
    turns = [{"role": role, "text": content} for role, content in said[opening:]]
    checked = setups.parse({"strategy": "conversation", "task": {"role": role, "turns": turns}}).task
    return Told(role=checked.role, turns=checked.turns)


def _from_json(text: str) -> list[tuple[str, str]]:
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        raise InvalidSetup(f"{NONE}: it begins like JSON and cannot be read as that.") from None
    messages = data.get("messages") if isinstance(data, Mapping) else data
    if not isinstance(messages, list) or not setups.has_few_values(messages):
        raise InvalidSetup(f"{NONE}: it has no list of `messages`.")
    return [_message(number, message) for number, message in enumerate(messages, 1)]


def _message(number: int, message: Any) -> tuple[str, str]:
    role, content = (message.get(key) for key in ("role", "content")) if isinstance(message, Mapping) else (None, None)
    if isinstance(content, list):  # in parts, as pictures are sent
        parts = [part for part in content if isinstance(part, Mapping) and isinstance(part.get("text"), str)]
        if len(parts) < len(content):
            raise InvalidSetup(f"{NONE}: message {number} has a part that is no text.")
        content = "".join(part["text"] for part in parts)
    if not isinstance(role, str) or not isinstance(content, str):
        raise InvalidSetup(f"{NONE}: message {number} has no `role` and `content` that are text.")
    return role, content


def _from_markdown(text: str) -> list[tuple[str, str]]:
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
        said.append((heading[1], "\n".join(inside)))
    return said


def _fenced(text: str) -> str:
    """Behind more backticks than stand side by side in it."""
    fence = "`" * max(3, 1 + max(map(len, re.findall("`+", text)), default=0))
    return f"{fence}\n{text}\n{fence}"
