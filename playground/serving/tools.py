"""Functions that a program offers, the calls that a model made, and what they gave: as OpenAI's protocol has them."""

import json
import secrets
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from playground.errors import FieldPath, InvalidSetup
from playground.functions.calls import MOST_CALLS, OPEN, read_calls
from playground.functions.listing import read_functions
from playground.types import MAX_TEXT, Function, FunctionCall, Message

OLDER = ("functions", "function_call")  # of the protocol
TOOL_FIELDS = ("tools", "tool_choice", *OLDER)
CHOICES = ("auto", "none")
CALL_FORM = 'must be a list of calls: {"id": ..., "type": "function", "function": {"name": ..., "arguments": "{...}"}}.'


def read_tools(given: Mapping[str, Any]) -> tuple[Function, ...]:
    """The functions that are offered. Raises InvalidSetup."""
    for name in OLDER:
        if given.get(name) not in (None, [], "none"):
            raise InvalidSetup(path=(name,), rule="is of an older protocol; send `tools` and `tool_choice`.")
    choice = given.get("tool_choice", "auto")
    if choice not in CHOICES:
        rule = f"must be one of {', '.join(CHOICES)}: no model here can be made to call a function."
        raise InvalidSetup(path=("tool_choice",), rule=rule)
    listed = given.get("tools") or []
    if choice == "none" or not listed:
        return ()
    try:
        written = json.dumps(listed, ensure_ascii=False)
    except RecursionError:
        raise InvalidSetup(path=("tools",), rule="is nested too deeply.") from None
    if len(written) > MAX_TEXT:
        raise InvalidSetup(path=("tools",), rule=f"has {len(written):,} characters; {MAX_TEXT:,} is the most.")
    return read_functions(written, ("tools",))


def offer(functions: tuple[Function, ...], messages: tuple[Message, ...]) -> tuple[Message, ...]:
    """The conversation, in which these functions may be called."""
    first = next((place for place, message in enumerate(messages) if message.role == "user"), 0)
    return (*messages[:first], replace(messages[first], functions=functions), *messages[first + 1 :])


def read_call_fields(role: str, calls: Any, answered: Any, path: FieldPath) -> dict[str, Any]:
    """What a message has besides its words: the calls that it makes, or the call that it answers."""
    if (role == "tool") is not bool(answered) or not isinstance(answered, str) or len(answered) > 100:
        rule = "must be the id of a call, in a message of the role tool and in no other."
        raise InvalidSetup(path=(*path, "tool_call_id"), rule=rule)
    if not calls:
        return {"call_id": answered}
    where = (*path, "tool_calls")
    if role != "assistant":
        raise InvalidSetup(path=where, rule="can be in a message of the assistant's only.")
    if not isinstance(calls, list) or len(calls) > MOST_CALLS:
        raise InvalidSetup(path=where, rule=f"{CALL_FORM[:-1]}, {MOST_CALLS} at most.")
    return {"calls": tuple(_read_call(call, where) for call in calls)}


def check_answered_calls(messages: tuple[Message, ...], path: FieldPath) -> None:
    """Raises InvalidSetup for what answers no call."""
    made: set[str] = set()
    for place, message in enumerate(messages):
        if message.call_id and message.call_id not in made:
            rule = "is the id of a call that no message before it makes."
            raise InvalidSetup(path=(*path, place, "tool_call_id"), rule=rule)
        made |= {call.id for call in message.calls}


def _read_call(call: Any, path: FieldPath) -> FunctionCall:
    function = call.get("function") if isinstance(call, dict) else None
    if not isinstance(function, dict):
        raise InvalidSetup(path=path, rule=CALL_FORM)
    words = (function.get("name"), function.get("arguments"), call.get("id"))
    if not all(isinstance(word, str) and len(word) <= MAX_TEXT for word in words):
        raise InvalidSetup(path=path, rule=CALL_FORM)
    return FunctionCall(name=function["name"], arguments=function["arguments"], id=call["id"])


def certain_text(text: str) -> str:
    """What of a growing answer is no call, and will be none."""
    before, found, _ = text.partition(OPEN)
    if found:
        return before.strip()
    if text.lstrip().startswith(("{", "```")):  # it may be a call without its marks
        return ""
    held = next((n for n in range(len(OPEN) - 1, 0, -1) if text.endswith(OPEN[:n])), 0)
    return text[: len(text) - held].rstrip()


def split_calls(text: str) -> tuple[str, list[dict[str, Any]]]:
    """A whole answer as its words and its calls, as the protocol has them; no calls where one cannot be read."""
    said, calls = read_calls(text)
    if not all(call.name for call in calls):
        return text, []
    return said, [
        {
            "index": place,
            "id": f"call_{secrets.token_hex(12)}",
            "type": "function",
            "function": {"name": call.name, "arguments": call.arguments},
        }
        for place, call in enumerate(calls)
    ]
