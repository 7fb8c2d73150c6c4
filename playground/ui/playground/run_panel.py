"""Running what the form holds: the answer streams, the one before it stays at hand, and what fails wipes nothing."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import gradio as gr

from playground import runner, setups
from playground.backends.catalog import Catalog
from playground.errors import PlaygroundError
from playground.settings import Settings
from playground.strategies.reading_anew import read_anew
from playground.types import Run, Setup, Step
from playground.ui.handlers.event_options import AT_ONCE, QUIET, running
from playground.ui.handlers.messages import told
from playground.ui.handlers.one_at_a_time import Stoppable, refuse_second, switch
from playground.ui.handlers.sessions import Sessions
from playground.ui.playground import editing
from playground.ui.playground.variables_panel import PromptForm
from playground.ui.playground.versions_panel import Asked
from playground.ui.run_view import answer_values, following, prompt_values, steps_values
from playground.ui.run_view.places import Branch, Edit, Pick, last_run, read_of
from playground.ui.run_view.votes_and_tokens import Insight
from playground.ui.setup_form.check import checked
from playground.ui.setup_form.labels import labelled
from playground.ui.widgets.waiting_line import WaitingLine


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A run that is on the page, and the steps that it began with."""

    run: Run
    given: tuple[Step, ...] = ()

    @property
    def said_something(self) -> bool:
        """Whether anything came that it did not begin with."""
        return answer_values.amount(self.run.steps) > answer_values.amount(self.given)


@dataclass(frozen=True, slots=True, kw_only=True)
class Results:
    """The right side, and the session's memory: the last run, the steps it began with, the one shown before it, and
    what stops the one that is going on."""

    run: Any
    given: Any
    before: Any
    going: Any
    prompt: Any
    stale: Any
    answer: Any
    steps: Any
    insight: Insight
    start: Any
    stop: Any
    line: WaitingLine

    def holding(self, values: dict[Any, Any]) -> Shown | None:
        """What the page shows now."""
        return Shown(run=values[self.run], given=values[self.given]) if values[self.run] else None

    def updates(self, now: Shown, before: Shown | None, failed: Run | None = None) -> dict[Any, Any]:
        """Show this run, `before` being the one to go back to; `failed` is one of which nothing came, after it."""
        busy = now.run.status in ("waiting", "running")
        return {
            self.run: now.run,
            self.given: now.given,
            self.before: before,
            self.answer: answer_values.answer_value(now.run, now.given, back=before is not None, failed=failed),
            self.steps: steps_values.steps_value(now.run),
            **switch(self.start, self.stop, busy=busy),
        }


def wire(fields: PromptForm, view: Results, asked: Any, settings: Settings, sessions: Sessions) -> list[Any]:
    """Attach the handlers. Returns the events after which another run may be shown, that of the Run button first.

    `asked` is told what the form held when a run of it begins.
    """

    def go(
        setup: Setup, catalog: Catalog, values: dict[Any, Any], given: tuple[Step, ...] = (), at: Pick | None = None
    ) -> Iterator[dict[Any, Any]]:
        earlier = view.holding(values)
        now = Shown(run=Run(setup=setup), given=given)
        with Stoppable() as going:
            hidden = {**view.insight.hide(), view.stale: gr.update(visible=False)}
            yield {**view.updates(now, earlier), **hidden, view.going: going}
            runs = runner.run(setup, catalog, earlier_steps=given, max_seconds=settings.max_seconds)
            for run in following.follow(setup, runs, going.halt):
                now = Shown(run=run, given=given)
                yield view.updates(now, earlier)
            if earlier and now.run.status in ("stopped", "failed") and not now.said_something:
                kept, before = earlier, values[view.before]
                yield {**view.updates(kept, before, failed=now.run), **view.insight.show(kept.run)}
            else:
                yield {**view.updates(now, earlier), **view.insight.show(now.run, at)}

    @partial(told, words=labelled)
    def run(values: dict[Any, Any], request: gr.Request) -> Iterator[dict[Any, Any]]:
        refuse_second(values[view.going])
        catalog = sessions.of(request)
        setup = checked(fields.read(values, catalog), catalog)
        prompt_values.refuse_overlong(setup, catalog)
        typed = fields.read_as_typed(values, catalog)
        yield {asked: Asked(setup=setups.parse(typed), sent=setup, of=fields.variables.read(values).title(typed))}
        yield from go(setup, catalog, values)

    @told
    def edit(values: dict[Any, Any], event: gr.EventData, request: gr.Request) -> Iterator[dict[Any, Any]]:
        refuse_second(values[view.going])
        before, change = read_of(Edit, event, values[view.run])
        yield from go(before.setup, sessions.of(request), values, editing.edited(before, change))

    @told
    def branch(values: dict[Any, Any], event: gr.EventData, request: gr.Request) -> Iterator[dict[Any, Any]]:
        refuse_second(values[view.going])
        before, change = read_of(Branch, event, values[view.run])
        yield from go(before.setup, sessions.of(request), values, editing.branched(before, change), change)

    @told
    def resume(values: dict[Any, Any], request: gr.Request) -> Iterator[dict[Any, Any]]:
        refuse_second(values[view.going])
        before = last_run(values[view.run])
        yield from go(before.setup, sessions.of(request), values, editing.resumed(before))

    @told
    def read_again(values: dict[Any, Any], request: gr.Request) -> dict[Any, Any]:
        """Another answer type reads something else out of the same replies: no model is asked for that."""
        shown, going, catalog = view.holding(values), values[view.going], sessions.of(request)
        if shown is None or (going is not None and not going.halt.is_set()):
            return {view.run: gr.skip()}
        try:
            again = read_anew(shown.run, checked(fields.read(values, catalog), catalog))
        except PlaygroundError:  # the preview says what is wrong
            again = None
        if again is None:
            return {view.run: gr.skip()}
        return {**view.updates(replace(shown, run=again), values[view.before]), **view.insight.show_vote(again)}

    @told
    def back(values: dict[Any, Any]) -> dict[Any, Any]:
        """The run before this one and this one change places."""
        refuse_second(values[view.going])
        earlier: Shown | None = values[view.before]
        if earlier is None:
            return {view.before: None}
        return {**view.updates(earlier, view.holding(values)), **view.insight.show(earlier.run)}

    @told
    def inspect(before: Any, event: gr.EventData) -> dict[Any, Any]:
        before, place = read_of(Pick, event, before)
        return view.insight.inspect(before, place.step, place.sample)

    memory = {view.run, view.given, view.before, view.going}
    everything = [*memory, asked, view.stale, view.answer, view.steps, view.start, view.stop, *view.insight.outputs]
    once = {"preprocess": False, "trigger_mode": "once", **running(settings), **QUIET}
    events: list[tuple[Any, Callable[..., Any], set[Any]]] = [
        (view.start.click, run, {*fields.widgets, *memory}),
        (view.steps.edit_output, edit, memory),
        (view.insight.tokens.view.take_token, branch, memory),
        (view.answer.continue_run, resume, memory),
    ]
    view.line.wire(view.going)
    view.steps.show_tokens(inspect, view.run, view.insight.outputs, **AT_ONCE)
    ends = [view.line.attach(event, handler, inputs, everything, **once) for event, handler, inputs in events]
    kinds = [fields.task.field(name).widget.change for name in ("answer", "labels")]
    quick = {"preprocess": False, "trigger_mode": "always_last", **AT_ONCE}
    anew = gr.on(kinds, read_again, {*fields.widgets, *memory}, everything, **quick)
    return [*ends, anew, view.answer.show_previous(back, memory, everything, **AT_ONCE)]
