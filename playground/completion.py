"""One sampled answer with its tokens, and the deltas by which it grows."""

from dataclasses import dataclass
from typing import Literal

FinishReason = Literal["stop", "length", "cancelled", "refused"]  # refused: withheld by a server, all or in part


@dataclass(frozen=True, slots=True)
class Alternative:
    """A token that could have come instead. `logprob` is the natural log of its probability."""

    id: int
    text: str
    logprob: float
    control: bool = False  # a control token, such as the end of the answer, which no text can stand for
    barred: bool = False  # the form of the answer did not allow it


@dataclass(frozen=True, slots=True)
class Token:
    """A generated token. `logprob` is under the model's own distribution, before sampling settings."""

    id: int
    text: str
    logprob: float
    entropy: float | None = None  # nats, of the model's own next-token distribution
    top: tuple[Alternative, ...] = ()
    forced: bool = False  # chosen by the person, who had the answer go on from it
    ruled_out: float | None = None  # how much of the model's own probability the form of the answer did not allow


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Which weights made a text, as said by what decoded it and not by what was asked for; or which tool did."""

    weights: str
    adapter: str = ""
    scale: float = 1.0
    without_effect: bool = False  # the adapter was applied, and was measured to change nothing
    tool: str = ""  # no model's words then, and `weights` is empty


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What a task model found: a label with its probability, for the whole input or for characters of it."""

    label: str
    probability: float
    start: int | None = None
    end: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """Tokens as counted by a server, or estimated where it does not say; `cost` in US dollars where it is known."""

    prompt_tokens: int
    completion_tokens: int
    estimated: bool = False
    cost: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Delta:
    """News of one sample: text that became certain, tokens that were drawn, perhaps the end.

    `seconds` counts from the request's submission. The first delta of a sample has `prompt_tokens` and `origin`, the
    last one `finish_reason`. Text and tokens of one delta need not cover each other: text is held back while it may
    still be part of a stop string or half a character. `reasoning` is thought that a server tells from the answer.
    """

    index: int
    text: str = ""
    tokens: tuple[Token, ...] = ()
    prompt_tokens: int | None = None
    finish_reason: FinishReason | None = None
    seconds: float = 0.0
    reasoning: str = ""
    origin: Origin | None = None
    findings: tuple[Finding, ...] = ()
    usage: Usage | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """Why nothing streams yet: `done` of `total` in `unit`, for example megabytes or places in a queue."""

    what: str
    done: float = 0.0
    total: float = 0.0
    unit: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Completion:
    """One sampled answer. `text` includes neither the stop string nor the prefill it continued."""

    text: str
    finish_reason: FinishReason | None = None  # None while it streams
    prompt_tokens: int = 0
    completion_tokens: int = 0
    time_to_first_token: float | None = None  # seconds since the request was submitted
    seconds: float = 0.0
    tokens: tuple[Token, ...] = ()
    edited: bool = False  # written by the person, not by the model
    reasoning: str = ""
    origin: Origin | None = None
    findings: tuple[Finding, ...] = ()
    estimated: bool = False  # the token counts are not the server's own
    cost: float | None = None  # US dollars
