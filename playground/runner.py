"""Runs a technique on a model and yields the run as it grows."""

import math
import random
import time
from collections.abc import Generator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from playground.answer_forms.form import NAMES, form_of, read_form
from playground.backends.base import Backend, Capabilities, Request, excess_tokens
from playground.backends.catalog import Catalog
from playground.errors import LimitReached, NotSupported, PlaygroundError, write_value
from playground.functions.calls import NOT_KNOWN
from playground.parameters import Parameter, parameters
from playground.retrieval.answering import search_tool
from playground.returning import Returning
from playground.strategies import Event, Procedure, technique_of
from playground.strategies.base import Asking, Using, gather
from playground.task import Message, Task
from playground.tools import TOOL_NAMES, Search, use_tool
from playground.transcript import OpenStep, Transcript
from playground.types import Completion, Delta, Origin, Progress, Run, Sampling, Setup, Step, ThoughtTree, Weights

INTERVAL = 0.1  # seconds between snapshots: what a page can show and a reader can follow
T = TypeVar("T")


def run(
    setup: Setup, catalog: Catalog, *, earlier_steps: Sequence[Step] = (), max_seconds: float = math.inf,
    every: float | None = None,
) -> Generator[Run, None, None]:  # fmt: skip
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
    with ExitStack() as kept:
        backends: dict[str, Backend] = {}
        asked = (setup, *technique_of(setup).asked_with(setup), *(replace(setup, sampling=other) for other in also))
        for model, adapter in dict.fromkeys((one.model, one.adapter) for one in asked):
            kept.enter_context(catalog.keep_loaded(model, adapter))
            backends[model] = yield from _snapshots(catalog.open(model, adapter), transcript)
        for one in asked:
            refuse_ignored(one, backends[one.model].capabilities)
        sampling = _sampling_to_send(setup, backends[setup.model].capabilities)
        transcript.start(sampling.seed)
        try:
            search = search_tool(catalog.library, setup.task.collection, technique_of(setup).searches(setup.task))
            asker = _Asker(transcript, backends, sampling, tuple(earlier_steps), catalog.visitor, search)
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
    backends: dict[str, Backend]  # by the names of their models
    sampling: Sampling
    earlier_steps: tuple[Step, ...]
    visitor: str
    search: Search | None

    def __call__(
        self,
        label: str,
        messages: tuple[Message, ...],
        *,
        n: int = 1,
        prefill: str = "",
        together: str = "",
        depends_on: tuple[str, ...] = (),
        answer_to: Task | None = None,
        weights: Weights | None = None,
        one_of: tuple[str, ...] = (),
        **overrides: Any,
    ) -> Asking:
        new_step = Step(label=label, messages=messages, prefix=prefill, together=together, depends_on=depends_on)
        asked = self.transcript.setup.weights_for(weights) if weights else self.transcript.setup
        backend = self.backends[asked.model]
        if not backend.capabilities.functions and any(message.functions for message in messages):
            rule = f"cannot be offered: {NOT_KNOWN.format(model=self.transcript.setup.model)}."
            raise NotSupported(path=("tools",), rule=rule)
        step = self.transcript.open(new_step, n)
        completions = self._known_completions(step, tool="")
        held = read_form("labels", "\n".join(one_of)) if one_of and "labels" in backend.capabilities.forms else None
        request = Request(
            messages=messages, prefill=prefill, n=n, model=asked.model, adapter=asked.adapter, visitor=self.visitor,
            sampling=replace(self.sampling, **overrides), scale=asked.scale, form=held or form_of(answer_to or Task()),
        )  # fmt: skip
        if len(completions) != n:
            return (yield from self._fill(backend, step, request, 0))
        step.start_from(completions)
        unfinished = [(i, _remaining_request(request, i, c)) for i, c in enumerate(completions) if not c.finish_reason]
        yield from gather([self._fill(backend, step, rest, i) for i, rest in unfinished])
        return step.completions()

    def use(self, label: str, tool: str, argument: str, *, depends_on: tuple[str, ...] = ()) -> Using:
        asked = (Message("user", argument),)
        step = self.transcript.open(Step(label=label, messages=asked, depends_on=depends_on, tool=tool), 1)
        known = self._known_completions(step, tool)
        if len(known) == 1 and known[0].finish_reason is not None:
            step.start_from(known)
        else:
            yield Progress(what=f"Using the {tool}")
            started, text = time.monotonic(), (yield from use_tool(tool, argument, self.search))
            origin = Origin(weights="", tool=tool) if tool in TOOL_NAMES else None
            news = Delta(index=0, text=text, finish_reason="stop", origin=origin, seconds=time.monotonic() - started)
            step.add(0, news)
            yield news
        return step.completions()[0]

    def call(
        self, label: str, name: str, arguments: str, *, fault: str = "", depends_on: tuple[str, ...] = ()
    ) -> Using:
        asked = (Message("user", arguments),)
        step = self.transcript.open(Step(label=label, messages=asked, depends_on=depends_on, tool=name), 1)
        known = self._known_completions(step, name)
        if len(known) == 1 and (known[0].edited or known[0].text):
            step.start_from(known)
        else:
            news = Delta(index=0, text=fault, finish_reason="stop")
            step.add(0, news)
            yield news
        return step.completions()[0]

    def excess(self, messages: tuple[Message, ...], most: int | None) -> int:
        return excess_tokens(self.backends[self.transcript.setup.model], self.sampling, messages, most)

    def _known_completions(self, step: OpenStep, tool: str) -> tuple[Completion, ...]:
        """What is given for the step: none where another was asked in its place, a model or a tool."""
        at = step.number
        given = self.earlier_steps[at] if at < len(self.earlier_steps) else None
        return given.completions if given and given.tool == tool else ()

    def _fill(self, backend: Backend, step: OpenStep, request: Request, first: int) -> Asking:
        """Ask for samples, the first of which has place `first` in the step."""
        if request.sampling.max_tokens == 0:  # a continued sample that had all its tokens
            step.add(first, Delta(index=0, finish_reason="length"))
            return step.completions()
        if (begun := request.prefill + request.generated_text) and not backend.capabilities.prefill:
            # The same words, as part of the question: what a model without prefill can be given.
            message = Message("user", f"{request.messages[-1].content}\n\n{begun}")
            request = replace(request, messages=(*request.messages[:-1], message), prefill="", generated_text="")
        stream = backend.stream(request)
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
    if setup.sampling.seed is None and "seed" in capabilities.sampling:
        return replace(setup.sampling, seed=random.randrange(2**32))
    return setup.sampling


def refuse_ignored(setup: Setup, capabilities: Capabilities) -> None:
    """Raises NotSupported, by name, for a sampling parameter, or a form of the answer, that is asked for and not sent
    to this model."""
    if setup.task.form != "none" and setup.task.form not in capabilities.forms:
        raise NotSupported(path=("task", "form"), rule=f"is {NAMES[setup.task.form]}: {no_form(setup, capabilities)}.")
    if technique_of(setup).offers_functions and not capabilities.functions:
        raise NotSupported(path=("strategy",), rule=f"offers functions, and {NOT_KNOWN.format(model=setup.model)}.")
    for p in parameters(Sampling):
        if p.name not in capabilities.sampling and (value := getattr(setup.sampling, p.name)) != p.default:
            raise NotSupported(
                path=("sampling", p.name),
                rule=f"is {write_value(value)} and would not be sent: {not_honoured(setup.model, p)}. "
                f"Set it back to {write_value(p.default)}, or choose another model.",
            )


def no_form(setup: Setup, capabilities: Capabilities) -> str:
    """What a model that holds no answer to the form of a setup does instead."""
    others = [NAMES[kind] for kind in NAMES if kind in capabilities.forms]
    instead = f"it was seen to keep {' and '.join(others)}" if others else "it was not seen to keep any form"
    return f"{setup.model} cannot hold an answer to that; {instead}. Choose another form or a local model"


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
