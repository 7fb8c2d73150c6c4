"""A request in the words of the chat completions protocol, as one server and model understand it."""

from dataclasses import dataclass
from typing import Any

from playground.backends.base import Capabilities, Request
from playground.backends.endpoints.providers import Limit, Prefix
from playground.parameters import with_effect
from playground.types import Sampling

STOPS = 4  # as many as OpenAI takes; the others are cut here, as all are where a server does not heed them
STATED = with_effect(Sampling, "temperature", "filter", "penalty")
MARGIN, PER_TOKEN = 1_000_000, 600  # bytes of an answer: in all, and for each token or alternative


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """What differs from server to server without being a capability.

    `usage`: takes `stream_options`. `stops`: ends an answer at stop strings; where it does not, they are not sent, and
    the answer is cut here.
    """

    limit: Limit = "max_tokens"
    prefix: Prefix = ""
    usage: bool = True
    stops: bool = True


def body(model: str, request: Request, n: int, capabilities: Capabilities, dialect: Dialect) -> dict[str, Any]:
    """The JSON to send for `n` samples. Every honoured setting is stated: servers have defaults of their own."""
    sampling = request.sampling
    messages: list[dict[str, Any]] = [{"role": m.role, "content": m.content} for m in request.messages]
    fields: dict[str, Any] = {"model": model, "messages": messages, "stream": True, dialect.limit: sampling.max_tokens}
    fields |= {name: getattr(sampling, name) for name in STATED if name in capabilities.sampling}
    if begun := request.prefix + request.begun:
        fields |= begin(messages, begun, dialect)
    if dialect.usage:
        fields["stream_options"] = {"include_usage": True}
    if n > 1:
        fields["n"] = n
    if sampling.seed is not None and "seed" in capabilities.sampling:
        fields["seed"] = sampling.seed
    if sampling.logit_bias:
        fields["logit_bias"] = {str(token): float(bias) for token, bias in sampling.logit_bias.items()}
    if sampling.stop and dialect.stops:
        fields["stop"] = list(sampling.stop[:STOPS])
    if capabilities.logprobs:
        fields |= {"logprobs": True, "top_logprobs": sampling.top_logprobs}
    return fields


def begin(messages: list[dict[str, Any]], begun: str, dialect: Dialect) -> dict[str, Any]:
    """Add the beginning of the assistant's turn to the messages; return the fields that have it continued."""
    turn: dict[str, Any] = {"role": "assistant", "content": begun}
    if dialect.prefix == "prefix":
        messages.append({**turn, "prefix": True})
        return {}
    messages.append(turn)
    return {"continue_final_message": True, "add_generation_prompt": False}


def most_bytes(request: Request, n: int) -> int:
    """How long the answer can be, in bytes, with room to spare."""
    return MARGIN + n * request.sampling.max_tokens * PER_TOKEN * (1 + request.sampling.top_logprobs)


def estimated(text: str) -> int:
    """About how many tokens a text has: four characters each, as English has on average."""
    return -(-len(text) // 4)
