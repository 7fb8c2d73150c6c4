"""Setup -> technique over model -> a Run that grows: the one place where both meet."""

import random
import time
from collections.abc import Generator, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from playground.backends.base import Backend, Capabilities, Request
from playground.backends.catalog import Catalog
from playground.errors import NotSupported, PlaygroundError
from playground.parameters import parameters
from playground.strategies import STRATEGIES, Event, Strategy
from playground.strategies.base import Asking, gather
from playground.transcript import OpenStep, Transcript
from playground.types import Completion, Delta, Message, Progress, Run, Sampling, Setup, Step, Token

INTERVAL = 0.1  # seconds between snapshots: what a page can show and a reader can follow
T = TypeVar("T")


def run(
    setup: Setup, catalog: Catalog, *, given: Sequence[Step] = (), strategy: Strategy | None = None
) -> Generator[Run, None, None]:
    """Yield the Run as it grows, at most ten times a second, and at last complete. Closing it stops the work.

    `given` are steps that need not be asked again, in order: edit one, pass it and those before it,
    and the technique goes on from there. A given completion without a finish reason is continued where it
    ends. `strategy` stands in for the setup's own. Raises PlaygroundError as long as nothing has come back;
    what goes wrong later ends in a Run with status `failed` that keeps all that had arrived.
    """
    strategy = strategy or STRATEGIES[setup.strategy](**setup.options)
    strategy.check(setup.task)
    transcript = Transcript(setup)
    yield transcript.snapshot()  # at once: a client that cancels before the first yield is not heard
    backend = yield from _watch(catalog.open(setup.model), transcript)
    sampling = _settled(setup, backend.capabilities)
    transcript.start(sampling.seed)
    try:
        asker = _Asker(transcript, backend, sampling, tuple(given))
        answer = yield from _watch(strategy.run(setup.task, asker), transcript)
    except PlaygroundError as error:
        if not transcript.has_text:
            raise
        yield transcript.fail(str(error))
    else:
        yield transcript.finish(answer)


def preview(setup: Setup) -> tuple[Step, ...]:
    """The prompts this setup will send. What depends on an answer shows its place as \u27e8step\u27e9."""
    steps: list[Step] = []

    def ask(label: str, messages: tuple[Message, ...], *, n: int = 1, prefix: str = "", **overrides: Any) -> Asking:
        placeholder = Completion(text=f"\u27e8{label}\u27e9", tokens=(Token(0, "", 0.0),))
        steps.append(Step(label=label, messages=messages, prefix=prefix, completions=(placeholder,) * n))
        yield from ()
        return steps[-1].completions

    for _ in STRATEGIES[setup.strategy](**setup.options).run(setup.task, ask):
        pass
    return tuple(steps)


@dataclass(frozen=True)
class _Asker:
    """`ask` for one run: sends requests, writes down what comes, skips what is given."""

    transcript: Transcript
    backend: Backend
    sampling: Sampling
    given: tuple[Step, ...]

    def __call__(
        self, label: str, messages: tuple[Message, ...], *, n: int = 1, prefix: str = "", **overrides: Any
    ) -> Asking:
        step = self.transcript.open(label, messages, prefix, n)
        sampling = replace(self.sampling, **overrides)
        known = self.given[step.number].completions if step.number < len(self.given) else ()
        if len(known) != n:
            return (yield from self._fill(step, messages, prefix, sampling, range(n)))
        step.take(known)
        yield from gather(
            [
                self._fill(
                    step, messages, prefix + known[i].text, _rest(sampling, i, len(known[i].tokens)), range(i, i + 1)
                )
                for i in range(n)
                if known[i].finish_reason is None
            ]
        )
        return step.completions()

    def _fill(
        self, step: OpenStep, messages: tuple[Message, ...], prefix: str, sampling: Sampling, places: range
    ) -> Asking:
        """Ask for the samples in these places of the step."""
        if prefix and not self.backend.capabilities.prefix:
            # The same words, as part of the question: what a model without prefill can be given.
            messages, prefix = (*messages[:-1], Message("user", f"{messages[-1].content}\n\n{prefix}")), ""
        request = Request(messages=messages, prefix=prefix, n=len(places), sampling=sampling)
        stream = self.backend.stream(request)
        try:
            # Said before waiting, so that several asks can all be sent before the first answer is waited for.
            yield Progress(what="Reading the prompt")
            for news in stream:
                if isinstance(news, Delta):
                    step.add(places[news.index], news)
                yield news
        finally:
            stream.close()
        return step.completions()


def _rest(sampling: Sampling, sample: int, drawn: int) -> Sampling:
    """For one sample that goes on alone: what is left of its tokens, and a random stream unlike its neighbours'."""
    seed = None if sampling.seed is None else (sampling.seed + sample) % 2**32
    return replace(sampling, max_tokens=max(1, sampling.max_tokens - drawn), seed=seed)


def _settled(setup: Setup, capabilities: Capabilities) -> Sampling:
    """The sampling to send: everything it asks for is honoured, and the seed is one that can be named afterwards."""
    for p in parameters(Sampling):
        if p.name not in capabilities.sampling and (value := getattr(setup.sampling, p.name)) != p.default:
            raise NotSupported(
                f"`sampling.{p.name}` is {value!r}, but the model {setup.model!r} ignores {p.label.lower()}; "
                f"set it back to {p.default!r} or choose another model."
            )
    if setup.sampling.seed is None and "seed" in capabilities.sampling:
        return replace(setup.sampling, seed=random.randrange(2**32))
    return setup.sampling


def _watch(events: Generator[Event, None, T], transcript: Transcript) -> Generator[Run, None, T]:
    """Pass on snapshots while events come, and return what the events' generator returns."""
    shown = time.monotonic()
    try:
        while True:
            try:
                event = next(events)
            except StopIteration as end:
                result: T = end.value
                return result
            transcript.progress = event if isinstance(event, Progress) else None
            if time.monotonic() - shown >= INTERVAL:
                yield transcript.snapshot()
                shown = time.monotonic()
    finally:
        events.close()
