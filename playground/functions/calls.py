"""The calls in a model's words: read, written as models write them, and checked against the functions."""

import json
import re
from collections.abc import Sequence
from itertools import islice
from typing import Any

from playground.types import Function, FunctionCall

MAX_ARGUMENTS = 10_000  # characters of one call
MOST_CALLS = 64  # of one reply: each is a step
# How models write a call that learned it as Qwen2.5 and Hermes did; what servers send apart is written so as well.
OPEN, CLOSE = "<tool_call>", "</tool_call>"
CALL = re.compile(rf"{OPEN}(.*?)(?:{CLOSE}|\Z)", re.DOTALL)
FENCE = "```"
NOT_KNOWN = (  # why a model is offered no functions, and what to do
    "{model} was not seen to know any: its chat template has no place for them, or its calls have a form that is not "
    "read here. Choose a model of Qwen2.5's kind, such as qwen2.5-coder-0.5b, or an endpoint"
)


def read_calls(text: str) -> tuple[str, tuple[FunctionCall, ...]]:
    """What was said before the first call, and the first calls. One that cannot be read has no name."""
    found = list(islice(CALL.finditer(text), MOST_CALLS))
    if not found:
        bare = text.strip().removeprefix(FENCE).removeprefix("json").removesuffix(FENCE).strip()
        call = _read_call(bare, 0) if is_call(bare) else None
        return ("", (call,)) if call and call.name else (text, ())
    return text[: found[0].start()].strip(), tuple(
        _read_call(match[1].strip(), place) for place, match in enumerate(found)
    )


def is_call(words: str) -> bool:
    """Whether this is nothing but a call, which small models leave without its marks."""
    try:
        value = json.loads(words)
    except (ValueError, RecursionError):
        return False
    return isinstance(value, dict) and value.keys() == {"name", "arguments"}


def _read_call(words: str, place: int) -> FunctionCall:
    key = f"call{place:05d}"  # nine letters and digits, as the strictest servers want it
    try:
        call = json.loads(words)
        name, arguments = call["name"], call.get("arguments", {})
    except (ValueError, RecursionError, KeyError, TypeError, AttributeError):
        return FunctionCall(name="", arguments=words, id=key)
    written = arguments if isinstance(arguments, str) else json.dumps(arguments, ensure_ascii=False)
    return FunctionCall(name=name if isinstance(name, str) else "", arguments=written, id=key)


def write_call(name: str, arguments: str) -> str:
    """A call as `read_calls` reads it."""
    try:
        value = json.loads(arguments or "{}")
    except (ValueError, RecursionError):
        value = arguments
    return f"{OPEN}\n{json.dumps({'name': name, 'arguments': value}, ensure_ascii=False)}\n{CLOSE}"


def fault_of(call: FunctionCall, functions: Sequence[Function]) -> str:
    """Why a call cannot be carried out, in words for the model that made it; "" where it can."""
    from jsonschema.exceptions import best_match
    from referencing import Registry
    from referencing.exceptions import Unresolvable

    from playground.evaluation.scorers.schema_keywords import StepBudget, limited_validator

    if not call.name:
        return 'The call cannot be read; its form is {"name": ..., "arguments": {...}}.'
    function = next((function for function in functions if function.name == call.name), None)
    if function is None:
        names = ", ".join(function.name for function in functions)
        return f"There is no function called {ascii(call.name)[:80]}; there are {names}."
    if len(call.arguments) > MAX_ARGUMENTS:
        return f"The arguments have {len(call.arguments):,} characters; {MAX_ARGUMENTS:,} is the most."
    value = arguments_of(call)
    if not isinstance(value, dict):
        return "The arguments are no JSON object."
    try:  # within a budget, and with a registry of nothing: the library's own would fetch what a schema refers to
        validator = limited_validator(StepBudget())(json.loads(function.parameters), registry=Registry())
        error = best_match(validator.iter_errors(value))
    except (RecursionError, OverflowError, Unresolvable):
        return "The arguments could not be checked: they are too long or too deep, or have too large a number."
    if error is None:
        return ""
    path = ".".join(map(str, error.absolute_path))
    return f"The arguments do not fit: {f'at {path}, ' if path else ''}{error.message[:200]}."


def arguments_of(call: FunctionCall) -> Any:
    """The arguments as a value; as they were written, where that is no JSON."""
    try:
        return json.loads(call.arguments or "{}")
    except (ValueError, RecursionError):
        return call.arguments
