"""Runs a technique on a model and yields the run as it grows."""

import math
import random
import time
from collections.abc import Generator, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from playground.backends.base import Backend, Capabilities, Request
from playground.backends.catalog import Catalog
from playground.errors import LimitReached, NotSupported, PlaygroundError, write_value
from playground.parameters import Parameter, parameters
from playground.returning import Returning
from playground.strategies import Event, Procedure, technique_of
from playground.strategies.base import Asking, Using, gather
from playground.tools import TOOLS, answer_of
from playground.transcript import OpenStep, Transcript
from playground.types import Completion, Delta, Message, Origin, Progress, Run, Sampling, Setup, Step, ThoughtTree

INTERVAL = 0.1  # seconds between snapshots: what a page can show and a reader can follow
T = TypeVar("T")


def run(
    setup: Setup,
    catalog: Catalog,
    *,
    earlier_steps: Sequence[Step] = (),
    max_seconds: float = math.inf,
    every: float | None = None,
) -> Generator[Run, None, None]:
    """Carry out the setup's technique."""
    yield from carry_out(
        technique_of(setup), setup, catalog, earlier_steps=earlier_steps, max_seconds=max_seconds, every=every
    )


def carry_out(
    procedure: Procedure,
    setup: Setup,
    catalog: Catalog,
    *,
    earlier_steps: Sequence[Step] = (),
    also: Sequence[Sampling] = (),
    max_seconds: float = math.inf,
    every: float | None = None,
) -> Generator[Run, None, None]:
    """Yield the Run as it grows, ten times a second or `every` so many, and at last complete. Closing stops the work.

    `earlier_steps` are steps that need not be asked again, in order: edit one, pass it and those before it,
    and the technique goes on from there. A given completion without a finish reason is continued where it
    ends. `also` are settings that the procedure asks with besides the setup's: what the model ignores of them is
    refused alike. `max_seconds` is how many seconds the whole run may take.
    Raises PlaygroundError as long as nothing has come back; what goes wrong later ends in a Run with
    status `failed` that keeps all that had arrived.
    """
    procedure.check(setup.task)
    transcript = Transcript(setup)
    yield transcript.snapshot()  # at once: a client that cancels before the first yield is not heard
    with catalog.keep_loaded(setup.model, setup.adapter):
        backend = yield from _snapshots(catalog.open(setup.model, setup.adapter), transcript)
        sampling = _sampling_to_send(setup, backend.capabilities)
        for other in also:
            refuse_ignored(replace(setup, sampling=other), backend.capabilities)
        transcript.start(sampling.seed)
        try:
            asker = _Asker(transcript, backend, sampling, tuple(earlier_steps), catalog.visitor)
            answer = yield from _snapshots(procedure.carry_out(setup.task, asker), transcript, max_seconds, every)
        except PlaygroundError as error:
            if not transcript.has_content:
                raise
            yield transcript.fail(error)
        else:
            yield transcript.finish(answer)


@dataclass(frozen=True)
class _Asker:
    """`ask` for one run: sends requests, uses tools, writes down what comes, skips what is given."""

    transcript: Transcript
    backend: Backend
    sampling: Sampling
    earlier_steps: tuple[Step, ...]
    visitor: str

    def __call__(
        self,
        label: str,
        messages: tuple[Message, ...],
        *,
        n: int = 1,
        prefill: str = "",
        together: str = "",
        depends_on: tuple[str, ...] = (),
        **overrides: Any,
    ) -> Asking:
        new_step = Step(label=label, messages=messages, prefix=prefill, together=together, depends_on=depends_on)
        step = self.transcript.open(new_step, n)
        completions = self._known_completions(step, tool="")
        setup, sampling = self.transcript.setup, replace(self.sampling, **overrides)
        request = Request(
            messages=messages,
            prefill=prefill,
            n=n,
            sampling=sampling,
            model=setup.model,
            adapter=setup.adapter,
            scale=setup.scale,
            visitor=self.visitor,
        )
        if len(completions) != n:
            return (yield from self._fill(step, request, 0))
        step.start_from(completions)
        unfinished = [i for i in range(n) if completions[i].finish_reason is None]
        yield from gather([self._fill(step, _remaining_request(request, i, completions[i]), i) for i in unfinished])
        return step.completions()

    def use(self, label: str, tool: str, argument: str, *, depends_on: tuple[str, ...] = ()) -> Using:
        asked = (Message("user", argument),)
        step = self.transcript.open(Step(label=label, messages=asked, depends_on=depends_on, tool=tool), 1)
        known = self._known_completions(step, tool)
        if len(known) == 1 and known[0].finish_reason is not None:
            step.start_from(known)
        else:
            yield Progress(what=f"Using the {tool}")
            started, text = time.monotonic(), answer_of(tool, argument)
            origin = Origin(weights="", tool=tool) if tool in TOOLS else None
            news = Delta(index=0, text=text, finish_reason="stop", origin=origin, seconds=time.monotonic() - started)
            step.add(0, news)
            yield news
        (completion,) = step.completions()
        return completion

    def _known_completions(self, step: OpenStep, tool: str) -> tuple[Completion, ...]:
        """What is given for the step: none where another was asked in its place, a model or a tool."""
        at = step.number
        given = self.earlier_steps[at] if at < len(self.earlier_steps) else None
        return given.completions if given and given.tool == tool else ()

    def _fill(self, step: OpenStep, request: Request, first: int) -> Asking:
        """Ask for samples, the first of which has place `first` in the step."""
        if request.sampling.max_tokens == 0:  # a continued sample that had all its tokens
            step.add(first, Delta(index=0, finish_reason="length"))
            return step.completions()
        begun = request.prefill + request.generated_text
        if begun and not self.backend.capabilities.prefill:
            # The same words, as part of the question: what a model without prefill can be given.
            message = Message("user", f"{request.messages[-1].content}\n\n{begun}")
            request = replace(request, messages=(*request.messages[:-1], message), prefill="", generated_text="")
        stream = self.backend.stream(request)
        try:
            # Said before waiting, so that several asks can all be sent before the first answer is waited for.
            yield Progress(what="Reading the prompt")
            for news in stream:
                if isinstance(news, Delta):
                    step.add(first + news.index, news)
                yield news
        finally:
            stream.close()
        return step.completions()


def _remaining_request(request: Request, sample: int, completion: Completion) -> Request:
    """For one sample that goes on alone: the tokens it has left, and a random stream unlike its neighbours'."""
    sampling = request.sampling
    seed = None if sampling.seed is None else (sampling.seed + sample) % 2**32
    left = max(0, sampling.max_tokens - (len(completion.tokens) or completion.completion_tokens))
    return replace(request, generated_text=completion.text, n=1, sampling=replace(sampling, max_tokens=left, seed=seed))


def _sampling_to_send(setup: Setup, capabilities: Capabilities) -> Sampling:
    """The sampling to send: everything it asks for is honoured, and the seed is one that can be named afterwards."""
    refuse_ignored(setup, capabilities)
    if setup.sampling.seed is None and "seed" in capabilities.sampling:
        return replace(setup.sampling, seed=random.randrange(2**32))
    return setup.sampling


def refuse_ignored(setup: Setup, capabilities: Capabilities) -> None:
    """Raises NotSupported, by name, for a sampling parameter that is asked for and not sent to this model."""
    for p in parameters(Sampling):
        if p.name not in capabilities.sampling and (value := getattr(setup.sampling, p.name)) != p.default:
            raise NotSupported(
                path=("sampling", p.name),
                rule=f"is {write_value(value)} and would not be sent: {not_honoured(setup.model, p)}. "
                f"Set it back to {write_value(p.default)}, or choose another model.",
            )


def not_honoured(model: str, parameter: Parameter) -> str:
    """Why a sampling parameter is not sent to a model, in the words of all who say so: the page, a run, a program.

    That it ignores it would be too much: of some settings nothing can be seen from outside.
    """
    return f"{model} was not seen to honour {parameter.label.lower()}"


def _snapshots(
    events: Generator[Event, None, T], transcript: Transcript, max_seconds: float = math.inf, every: float | None = None
) -> Generator[Run, None, T]:
    """Pass on snapshots while events come, and return what the events' generator returns."""
    started = last_time = time.monotonic()
    with Returning(events) as work:
        for event in work:
            if time.monotonic() - started > max_seconds:
                raise LimitReached(f"The run was ended after {max_seconds:g} seconds, the most this server allows.")
            transcript.progress = event if isinstance(event, Progress) else None
            if isinstance(event, ThoughtTree):
                transcript.tree = event.thoughts
            if time.monotonic() - last_time >= (INTERVAL if every is None else every):
                yield transcript.snapshot()
                last_time = time.monotonic()
        return work.value
