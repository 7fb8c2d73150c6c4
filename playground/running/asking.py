"""The door through which a technique asks: models, tools and people, all of which the transcript writes down."""

import time
from dataclasses import dataclass, replace
from typing import Any

from playground.answer_forms.form import form_of, read_form
from playground.backends.base import Backend, Request, excess_tokens
from playground.backends.measuring import known_measure, measure
from playground.errors import NotSupported
from playground.functions.calls import NOT_KNOWN
from playground.running.transcript import OpenStep, Transcript
from playground.strategies.base import Asking, Using, gather
from playground.task import Message, Task
from playground.tools import TOOL_NAMES, Search, use_tool
from playground.types import Completion, Delta, Origin, Progress, Sampling, Step, Weights


@dataclass(frozen=True)
class Asker:
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

    def score(self, step: Step, text: str) -> Using:
        opened = self.transcript.open(step, 1)
        yield Progress(what="Measuring how likely the model finds given words")
        setup, at = self.transcript.setup, opened.number
        request = Request(
            messages=step.messages, visitor=self.visitor, model=setup.model, adapter=setup.adapter, scale=setup.scale
        )
        earlier = self.earlier_steps[at] if at < len(self.earlier_steps) else None
        news = known_measure(step, text, earlier)
        if news is None:
            news = measure(self.backends[setup.model], request, text)
        opened.add(0, news)
        yield news
        return opened.completions()[0]

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
