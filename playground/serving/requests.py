"""What a program asks: counted and checked once, and refused by name where it would have no effect."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Literal

from playground import setups
from playground.errors import InvalidSetup
from playground.parameters import STRICT, choice, flag, number, text
from playground.serving.forms import FIELD, OTHER_FIELD, read_form_fields
from playground.serving.names import LONGEST
from playground.serving.tools import TOOL_FIELDS, check_answered_calls, offer, read_call_fields, read_tools
from playground.task import FormKind
from playground.types import MAX_TEXT, Message, Sampling

MOST_MESSAGES, MOST_PARTS = 1000, 100
SETTINGS = tuple(f.name for f in fields(Sampling))
# What the protocol has where a conversation leaves a setting out. A technique has those of a setup.
LEFT_OUT = {"temperature": 1.0, "max_tokens": 4096}
LIMIT = "max_completion_tokens"  # the newer name of `max_tokens`
WITHOUT_EFFECT = (  # on the words of an answer, whatever they are
    "user", "metadata", "store", "service_tier", "safety_identifier", "prompt_cache_key", "parallel_tool_calls",
)  # fmt: skip
TEXT_PART = "text"


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """A message as it is sent. What a technique told of its steps may come back with an answer, and is not sent on."""

    __pydantic_config__ = STRICT
    role: Literal["system", "developer", "user", "assistant", "tool"] = choice("user", help="Who says it.")
    content: str = text(max_length=MAX_TEXT, help="What is said.")
    reasoning_content: str = text(max_length=setups.MAX_TOTAL, help="Left out.")


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestFields:
    """The fields of a request that are neither messages nor sampling settings."""

    __pydantic_config__ = STRICT
    model: str = text(max_length=LONGEST, help="A name of the list of models.")
    n: int = number(1, 1, 64, step=1, help="How many answers.")
    stream: bool = flag(False, help="Send the answer as it grows.")
    logprobs: bool = flag(False, help="Send the tokens with their log-probabilities.")
    continue_final_message: bool = flag(False, help="Continue the last message, which is the assistant's.")
    add_generation_prompt: bool = flag(True, help="Begin a turn of the assistant's.")


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamOptions:
    """What a stream ends with."""

    __pydantic_config__ = STRICT
    include_usage: bool = flag(False, help="Count the tokens in a last chunk.")


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatRequest:
    """A checked request. `prefill` begins the answer; `options` and `task` are those of a technique's setup, which
    are checked with it; `left_out` are sampling settings that were not sent. `form` and `form_text` are the task's own.
    """

    model: str
    messages: tuple[Message, ...]
    prefill: str
    n: int
    stream: bool
    counts_tokens: bool
    logprobs: bool
    sampling: Sampling
    left_out: frozenset[str]
    options: Any
    task: Any
    form: FormKind = "none"
    form_text: str = ""


READ_HERE = (
    *(f.name for f in fields(RequestFields)), *TOOL_FIELDS, "messages", "stream_options", FIELD, OTHER_FIELD,
    "options", "task", LIMIT,
)  # fmt: skip
KNOWN = (*READ_HERE, *SETTINGS)


def read_chat(body: Mapping[str, Any]) -> ChatRequest:
    """Raises PlaygroundError naming the field, its value and what is allowed. A field that is null is left out."""
    given = {key: value for key, value in body.items() if value is not None}
    _refuse_what_has_no_effect(given)
    asked: RequestFields = setups.build(
        RequestFields, {f.name: given[f.name] for f in fields(RequestFields) if f.name in given}, ()
    )
    if not asked.model:
        raise InvalidSetup(path=("model",), rule="is missing.")
    options: StreamOptions = setups.build(StreamOptions, given.get("stream_options", {}), ("stream_options",))
    if "stream_options" in given and not asked.stream:
        raise InvalidSetup(path=("stream_options",), rule="has no effect without `stream`; leave it out.")
    sampling = _read_sampling(given)
    if sampling.top_logprobs and not asked.logprobs:
        raise InvalidSetup(path=("top_logprobs",), rule="has no effect without `logprobs`; set that to true.")
    form, form_text = read_form_fields(given, setups.build)
    messages = offer(read_tools(given), read_messages(given.get("messages")))
    prefill = ""
    if asked.continue_final_message == asked.add_generation_prompt:
        rule = (
            "must be true, and `add_generation_prompt` false, to continue the last message; leave both out otherwise."
        )
        raise InvalidSetup(path=("continue_final_message",), rule=rule)
    if asked.continue_final_message:
        *before, last = messages
        if last.role != "assistant" or not before:
            raise InvalidSetup(
                path=("continue_final_message",), rule="needs a last message of the assistant's, after another."
            )
        messages, prefill = tuple(before), last.content
    return ChatRequest(
        model=asked.model,
        messages=messages,
        prefill=prefill,
        n=asked.n,
        stream=asked.stream,
        counts_tokens=options.include_usage,
        logprobs=asked.logprobs,
        sampling=sampling,
        left_out=frozenset(SETTINGS) - given.keys() - ({"max_tokens"} if LIMIT in given else set()),
        options=given.get("options", {}),
        task=given.get("task", {}),
        form=form,
        form_text=form_text,
    )


def read_messages(listed: Any) -> tuple[Message, ...]:
    """The turns of a conversation. Raises InvalidSetup."""
    path = ("messages",)
    if not isinstance(listed, list) or not listed:
        raise InvalidSetup(path=path, rule="must be a list of at least one message.")
    if len(listed) > MOST_MESSAGES:
        raise InvalidSetup(path=path, rule=f"has {len(listed):,} messages; {MOST_MESSAGES:,} is the most.")
    messages = tuple(_read_message(sent, (*path, place)) for place, sent in enumerate(listed))
    check_answered_calls(messages, path)
    if (total := sum(map(_characters, messages))) > setups.MAX_TOTAL:
        raise InvalidSetup(path=path, rule=f"has {total:,} characters in all; {setups.MAX_TOTAL:,} is the most.")
    return messages


def _characters(message: Message) -> int:
    return len(message.content) + sum(len(call.name) + len(call.arguments) for call in message.calls)


def _read_message(sent: Any, path: tuple[str | int, ...]) -> Message:
    if not isinstance(sent, dict):
        raise InvalidSetup(path=path, rule="must be a message with `role` and `content`.")
    given = {key: value for key, value in sent.items() if value is not None}
    if given.get("tool_calls"):
        given.setdefault("content", "")
    for name in ("role", "content"):
        if name not in given:
            raise InvalidSetup(path=(*path, name), rule="is missing.")
    content = _join_text(given["content"], (*path, "content"))
    calls, answered = given.pop("tool_calls", None), given.pop("tool_call_id", "")
    turn: Turn = setups.build(Turn, {**given, "content": content}, path)
    role = "system" if turn.role == "developer" else turn.role
    return Message(role, turn.content, **read_call_fields(role, calls, answered, path))


def _join_text(content: Any, path: tuple[str | int, ...]) -> Any:
    """Parts of text as one text; anything else as it is, to be checked."""
    if not isinstance(content, list):
        return content
    if len(content) > MOST_PARTS:
        raise InvalidSetup(path=path, rule=f"has {len(content):,} parts; {MOST_PARTS} is the most.")
    for place, part in enumerate(content):
        is_text = isinstance(part, dict) and part.get("type") == TEXT_PART and isinstance(part.get(TEXT_PART), str)
        if not is_text or part.keys() - {"type", TEXT_PART}:
            raise InvalidSetup(
                path=(*path, place),
                rule='must be a text, {"type": "text", "text": ...}: models here read nothing else.',
            )
    return "".join(part[TEXT_PART] for part in content)


def _read_sampling(given: Mapping[str, Any]) -> Sampling:
    values = {name: given[name] for name in SETTINGS if name in given}
    if LIMIT in given and values.setdefault("max_tokens", given[LIMIT]) != given[LIMIT]:
        raise InvalidSetup(path=(LIMIT,), rule="is another name of `max_tokens`, and differs from it; send one.")
    if isinstance(values.get("stop"), str):
        values["stop"] = [values["stop"]]
    try:
        sampling: Sampling = setups.build(Sampling, {**LEFT_OUT, **values}, ())
    except InvalidSetup as error:
        if error.path == ("max_tokens",) and LIMIT in given:
            raise error.at((LIMIT,)) from None
        raise
    return sampling


def _refuse_what_has_no_effect(given: Mapping[str, Any]) -> None:
    for name in given:
        if name not in KNOWN + WITHOUT_EFFECT:
            raise InvalidSetup(path=(name,), rule=f"is not known. Known keys: {', '.join(KNOWN)}.")
