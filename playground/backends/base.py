"""What a model looks like from outside: a request goes in, deltas stream out."""

from dataclasses import dataclass
from typing import Protocol

from playground.types import Delta, Message, Progress, Sampling


@dataclass(frozen=True, slots=True, kw_only=True)
class Capabilities:
    """What a model honours. A setting it would ignore is refused by name, never dropped.

    `sampling` holds names of `Sampling` fields. `prefix`: the assistant's turn can be started for it.
    `system`: takes a system message. `samples`: n samples of one prompt in one request.
    `chat`: has a chat template; without one the conversation is sent as plain text to be continued.
    """

    sampling: frozenset[str]
    prefix: bool = True
    system: bool = True
    samples: bool = True
    logprobs: bool = True
    chat: bool = True
    context_length: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One prompt and how many samples of it. `prefix` begins the assistant's turn."""

    messages: tuple[Message, ...]
    prefix: str = ""
    n: int = 1
    sampling: Sampling = Sampling()
    adapter: str | None = None


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

    def count_tokens(self, messages: tuple[Message, ...], prefix: str = "") -> int:
        """Exact length in tokens of the prompt that `stream` would send."""
        ...
