"""The interface of every model: a request goes in, deltas stream out."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from playground.answer_forms.form import AnswerForm
from playground.types import Delta, Message, Progress, Sampling, Token, Weights


@dataclass(frozen=True, slots=True, kw_only=True)
class Capabilities:
    """What a model honours. A setting it would ignore is refused by name, never dropped.

    `sampling` holds names of `Sampling` fields, `forms` kinds of forms that it holds an answer to. `prefix`: the
    assistant's turn can be started for it.
    `system`: takes a system message. `samples`: n samples of one prompt in one request.
    `logits`: `next_token` and `score` work. `adapters`: rows with adapters and without share a batch.
    `functions`: may be offered some, and its calls are read.
    `task`: what a model does that takes a text and answers in a form of its own, empty for one that is prompted.
    `chat`: has a chat template; without one the conversation is sent as plain text
    to be continued. `parallel`: how many samples at once it has room for; more would wait.
    """

    sampling: frozenset[str]
    forms: frozenset[str] = frozenset()
    functions: bool = False
    prefill: bool = True
    system: bool = True
    samples: bool = True
    logprobs: bool = True
    logits: bool = False
    adapters: bool = False
    task: str = ""
    chat: bool = True
    context_length: int | None = None
    parallel: int = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Request(Weights):
    """One prompt, how many samples of it, and of which weights. `prefill` begins the assistant's turn.

    `generated_text` are a sample's own earlier words: they follow the prefill and count as generated. The adapter is
    one that is loaded for the model. `visitor` is who asks, where strangers share a server: what was computed for one
    is not used for another, whose time would tell them what the first has asked. `form` is what each sample is held to.
    """

    messages: tuple[Message, ...]
    prefill: str = ""
    generated_text: str = ""
    n: int = 1
    sampling: Sampling = Sampling()
    visitor: str = ""
    form: AnswerForm | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A token that may come next, and what the sampling settings make of it.

    `logit` is the model's own, `shift` what penalties and bias add to it. `model_probability` is before all
    settings, `tempered_probability` after penalties and temperature, `probability` after the filters as well;
    `cut_by` names the filter that ruled it out.
    """

    id: int
    text: str
    logit: float
    shift: float
    model_probability: float
    tempered_probability: float
    probability: float
    cut_by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NextTokenDistribution:
    """What may come next under some settings. Entropies are over the whole vocabulary, in nats.

    `left` counts the tokens of the whole vocabulary that can come: before any filter, then after each in its order.
    """

    candidates: tuple[Candidate, ...]
    model_entropy: float
    entropy: float  # after all settings
    vocabulary: int
    left: tuple[int, ...]


class NextToken(Protocol):
    """A model's logits after a prompt, kept, so that settings can be tried on them at once."""

    def distribution(self, sampling: Sampling, count: int) -> NextTokenDistribution:
        """The `count` tokens that matter most before or after the settings, the model's likeliest first.

        Raises InvalidSetup for a bias on a token that the model does not have.
        """
        ...

    def draw(self, sampling: Sampling, stream: random.Random) -> Candidate:
        """One token by its final probability, with numbers from this random stream."""
        ...


class Stream(Protocol):
    """An iterator of news about one request; `close` stops the work, also before the first news."""

    def __iter__(self) -> "Stream": ...

    def __next__(self) -> Delta | Progress: ...

    def close(self) -> None: ...


class Backend(Protocol):
    """A model that can be asked. Safe to use from many threads at once."""

    @property
    def capabilities(self) -> Capabilities: ...

    def stream(self, request: Request) -> Stream:
        """Submit the request now; iterate for its deltas. Closing the iterator stops the work.

        Raises PromptTooLong at once, LimitReached or GenerationFailed while iterating.
        """
        ...

    def count_tokens(self, messages: tuple[Message, ...], prefill: str = "") -> int:
        """Exact length in tokens of the prompt that `stream` would send."""
        ...

    def prompt_text(self, messages: tuple[Message, ...], prefill: str = "") -> str:
        """The prompt as the model reads it, control tokens included."""
        ...

    def next_token(self, request: Request) -> NextToken:
        """What may come after the prompt of one sample. Raises NotSupported without `logits`."""
        ...

    def score(self, request: Request, text: str | Sequence[int]) -> tuple[Token, ...]:
        """How likely `text` (or its token ids) is as the answer to the request's prompt, token by token.

        Each token has its log-probability, entropy and the request's number of alternatives under the request's
        adapter; sampling settings are left out of it. Raises NotSupported without `logits`, PromptTooLong.
        """
        ...


def excess_tokens(backend: Backend, sampling: Sampling, messages: tuple[Message, ...], most: int | None) -> int:
    """How many tokens of a prompt are too many for the model's window, in which the answer has its room, or for `most`.

    A long answer is kept free no more than half of the window: it ends where the window does.
    """
    window, honoured = backend.capabilities.context_length, backend.capabilities.sampling
    room = [] if most is None else [most]
    if window is not None:
        answer = sampling.max_tokens if "max_tokens" in honoured else 1
        room.append(window - min(answer, window // 2))
    return max(0, backend.count_tokens(messages) - min(room)) if room else 0
