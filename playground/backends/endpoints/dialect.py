"""Builds the body of a chat completions request, as one server and model understand it."""

from dataclasses import dataclass
from typing import Any

from playground.backends.base import Capabilities, Request
from playground.backends.endpoints.providers import LimitField, PrefillField
from playground.functions.listing import as_tools
from playground.parameters import with_effect
from playground.types import Message, Sampling

MAX_STOPS = 4  # as many as OpenAI takes; the others are cut here, as all are where a server does not heed them
SENT_SETTINGS = with_effect(Sampling, "temperature", "filter", "penalty")
MARGIN, PER_TOKEN = 1_000_000, 600  # bytes of an answer: in all, and for each token or alternative


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """What differs from server to server without being a capability.

    `usage`: takes `stream_options`. `stops`: ends an answer at stop strings; where it does not, they are not sent, and
    the answer is cut here.
    """

    limit_field: LimitField = "max_tokens"
    prefill: PrefillField = ""
    usage: bool = True
    stops: bool = True


def request_body(model: str, request: Request, n: int, capabilities: Capabilities, dialect: Dialect) -> dict[str, Any]:
    """The JSON to send for `n` samples. Every honoured setting is stated: servers have defaults of their own."""
    sampling = request.sampling
    messages = [message_body(message) for message in request.messages]
    fields: dict[str, Any] = {
        "model": model,
        "messages": messages,
        "stream": True,
        dialect.limit_field: sampling.max_tokens,
    }
    if functions := [function for message in request.messages for function in message.functions]:
        fields["tools"] = as_tools(functions)
    fields |= {name: getattr(sampling, name) for name in SENT_SETTINGS if name in capabilities.sampling}
    if start := request.prefill + request.generated_text:
        fields |= begin_turn(messages, start, dialect)
    if dialect.usage:
        fields["stream_options"] = {"include_usage": True}
    if n > 1:
        fields["n"] = n
    if sampling.seed is not None and "seed" in capabilities.sampling:
        fields["seed"] = sampling.seed
    if sampling.logit_bias:
        fields["logit_bias"] = {str(token): float(bias) for token, bias in sampling.logit_bias.items()}
    if sampling.stop and dialect.stops:
        fields["stop"] = list(sampling.stop[:MAX_STOPS])
    if request.form:
        fields |= request.form.fields
    if capabilities.logprobs:
        fields |= {"logprobs": True, "top_logprobs": sampling.top_logprobs}
    return fields


def message_body(message: Message) -> dict[str, Any]:
    """A message as the protocol has it, with the calls that it makes or the call that it answers."""
    body: dict[str, Any] = {"role": message.role, "content": message.content}
    if message.calls:
        body["tool_calls"] = [
            {"id": call.id, "type": "function", "function": {"name": call.name, "arguments": call.arguments}}
            for call in message.calls
        ]
    return {**body, "tool_call_id": message.call_id} if message.call_id else body


def begin_turn(messages: list[dict[str, Any]], start: str, dialect: Dialect) -> dict[str, Any]:
    """Add the beginning of the assistant's turn to the messages; return the fields that have it continued."""
    turn: dict[str, Any] = {"role": "assistant", "content": start}
    if dialect.prefill == "prefix":
        messages.append({**turn, "prefix": True})
        return {}
    messages.append(turn)
    return {"continue_final_message": True, "add_generation_prompt": False}


def max_answer_bytes(request: Request, n: int) -> int:
    """How long the answer can be, in bytes, with room to spare."""
    return MARGIN + n * request.sampling.max_tokens * PER_TOKEN * (1 + request.sampling.top_logprobs)


def estimate_tokens(text: str) -> int:
    """About how many tokens a text has: four characters each, as English has on average."""
    return -(-len(text) // 4)
