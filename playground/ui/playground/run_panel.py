"""Running what the form holds: the answer streams, the one before it stays at hand, and what fails wipes nothing."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import gradio as gr

from playground import setups
from playground.backends.catalog import Catalog
from playground.errors import PlaygroundError
from playground.running import first_answers, runner
from playground.settings import Settings
from playground.sharing.kept_runs import KeptRun
from playground.strategies.answers.reading_anew import read_anew
from playground.types import Run, Setup, Step
from playground.ui.handlers.event_options import AT_ONCE, QUIET, running
from playground.ui.handlers.messages import report_errors
from playground.ui.handlers.one_at_a_time import Stoppable, refuse_second
from playground.ui.handlers.sessions import Sessions
from playground.ui.handlers.tab import Updates
from playground.ui.handlers.trigger_modes import ended_event
from playground.ui.playground import draft, editing
from playground.ui.playground.history_panel import HistoryPanel
from playground.ui.playground.variables_panel import PromptForm
from playground.ui.run_view import answer_values, following, prompt_values, steps_values
from playground.ui.run_view.places import Branch, Edit, Pick, last_run, read_of
from playground.ui.run_view.votes_and_tokens import Insight
from playground.ui.setup_form.check import check_setup
from playground.ui.setup_form.fixed_parts import check_fixed
from playground.ui.setup_form.labels import describe_error
from playground.ui.widgets.waiting_line import WaitingLine


@dataclass(frozen=True, slots=True, kw_only=True)
class Beginning:
    """What a run began with: steps that were there, and whether these, or all of it, came out of a browser."""

    steps: tuple[Step, ...] = ()
    past: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RunOnPage:
    """A run that is on the page, and what it began with."""

    run: Run
    beginning: Beginning = Beginning()

    @property
    def said_something(self) -> bool:
        """Whether anything came that it did not begin with."""
        return answer_values.amount(self.run.steps) > answer_values.amount(self.beginning.steps)


@dataclass(frozen=True, slots=True, kw_only=True)
class Results:
    """The right side, and the session's memory: the last run, what it began with, the one shown before it, and what
    stops the one that is going on."""

    run: Any
    beginning: Any
    before: Any
    going: Any
    prompt: Any
    stale: Any
    answer: Any
    steps: Any
    insight: Insight
    history: HistoryPanel
    start: Any
    stop: Any
    line: WaitingLine

    def holding(self, values: dict[Any, Any]) -> RunOnPage | None:
        """What the page shows now."""
        return (
            RunOnPage(run=values[self.run], beginning=values[self.beginning] or Beginning())
            if values[self.run]
            else None
        )

    def meanwhile(self, run: Run, earlier: Run | None) -> dict[Any, Any]:
        """While the model of this run loads, what the same weights answered earlier stands in its place. It is no part
        of the run: neither the history nor a file of it will have it."""
        if earlier is None:
            return {}
        if run.status != "waiting":
            return self.insight.hide()
        steps = steps_values.steps_value(setups.without_tokens(replace(earlier, status=run.status)))
        return {self.answer: answer_values.earlier_answer(run, earlier), self.steps: steps}

    def updates(self, now: RunOnPage, before: RunOnPage | None, failed: Run | None = None) -> dict[Any, Any]:
        """Show this run, `before` being the one to go back to; `failed` is one of which nothing came, after it."""
        return {
            self.run: now.run,
            self.beginning: now.beginning,
            self.before: before,
            self.answer: answer_values.answer_value(
                now.run, now.beginning.steps, back=before is not None, failed=failed, past=now.beginning.past
            ),
            self.steps: steps_values.steps_value(now.run),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class RunHandlers:
    """The handlers."""

    fields: PromptForm
    view: Results
    fixed: Any  # the page's memory of what may not be changed
    settings: Settings
    sessions: Sessions

    @partial(report_errors, words=describe_error)
    def run(self, values: dict[Any, Any], request: gr.Request) -> Iterator[Updates]:
        refuse_second(values[self.view.going])
        catalog = self.sessions.of(request)
        setup = check_setup(self.fields.read(values, catalog), catalog)
        check_fixed(values[self.fixed], setups.parse(self.fields.read_as_typed(values, catalog)))
        prompt_values.refuse_overlong(setup, catalog)
        form, variables = draft.read_draft(self.fields, values, catalog), self.fields.sent_values(values, catalog)
        yield from self.follow(setup, catalog, values, form_values=form if variables else {}, of=variables)

    @report_errors
    def edit(self, values: dict[Any, Any], event: gr.EventData, request: gr.Request) -> Iterator[Updates]:
        refuse_second(values[self.view.going])
        before, change = read_of(Edit, event, values[self.view.run])
        yield from self.follow(before.setup, self.sessions.of(request), values, editing.edit_output(before, change))

    @report_errors
    def branch(self, values: dict[Any, Any], event: gr.EventData, request: gr.Request) -> Iterator[Updates]:
        refuse_second(values[self.view.going])
        before, change = read_of(Branch, event, values[self.view.run])
        steps = editing.take_branch(before, change)
        yield from self.follow(before.setup, self.sessions.of(request), values, steps, change)

    @report_errors
    def resume(self, values: dict[Any, Any], request: gr.Request) -> Iterator[Updates]:
        refuse_second(values[self.view.going])
        before = last_run(values[self.view.run])
        yield from self.follow(before.setup, self.sessions.of(request), values, editing.resume(before))

    @report_errors
    def read_again(self, values: dict[Any, Any], request: gr.Request) -> Updates:
        """Another answer type reads something else out of the same replies: no model is asked for that."""
        view, catalog = self.view, self.sessions.of(request)
        shown, going = view.holding(values), values[view.going]
        if shown is None or (going is not None and not going.halt.is_set()):
            return {view.run: gr.skip()}
        try:
            again = read_anew(shown.run, check_setup(self.fields.read(values, catalog), catalog))
        except PlaygroundError:  # the preview says what is wrong
            again = None
        if again is None or again == shown.run:
            return {view.run: gr.skip()}
        return {**view.updates(replace(shown, run=again), values[view.before]), **view.insight.show_vote(again)}

    @report_errors
    def go_back(self, values: dict[Any, Any]) -> Updates:
        """The run before this one and this one change places."""
        view = self.view
        refuse_second(values[view.going])
        earlier: RunOnPage | None = values[view.before]
        if earlier is None:
            return {view.before: None}
        return {**view.updates(earlier, view.holding(values)), **view.insight.show(earlier.run)}

    @report_errors
    def inspect(self, run: Any, event: gr.EventData) -> Updates:
        run, place = read_of(Pick, event, run)
        return self.view.insight.inspect(run, place.step, place.sample)

    def follow(
        self, setup: Setup, catalog: Catalog, values: dict[Any, Any], steps: tuple[Step, ...] = (),
        at: Pick | None = None, **kept: Any,
    ) -> Iterator[Updates]:  # fmt: skip
        """A run from its first news to its last. It goes on from `steps`; the history keeps what is `kept` with it."""
        view, limit, earlier = self.view, self.settings.max_seconds, self.view.holding(values)
        now = RunOnPage(
            run=Run(setup=setup),
            beginning=Beginning(steps=steps, past=bool(steps and earlier and earlier.beginning.past)),
        )
        with Stoppable() as going:
            kept_answer = None if steps else first_answers.find(setup, catalog)
            insight = view.insight.show(kept_answer) if kept_answer else view.insight.hide()
            begun = {view.stale: gr.update(visible=False), **view.history.begun(), view.going: going}
            yield {**view.updates(now, earlier), **insight, **begun, **view.meanwhile(now.run, kept_answer)}
            runs = runner.run(setup, catalog, earlier_steps=steps, max_seconds=limit)
            for run in following.follow(setup, runs, going.halt):
                now = replace(now, run=run)
                if run.status in ("waiting", "running"):  # its end is news once: what is done then stays
                    yield {**view.updates(now, earlier), **view.meanwhile(run, kept_answer)}
                if run.status != "waiting":
                    kept_answer = None  # put away: what is opened from here on is of the run itself
            if earlier and now.run.status in ("stopped", "failed") and not now.said_something:
                ended = view.history.ended(None)
                back = view.updates(earlier, values[view.before], failed=now.run)
                yield {**back, **view.insight.show(earlier.run), **ended}
            else:
                ended = view.history.ended(KeptRun(run=now.run, **kept))
                yield {**view.updates(now, earlier), **view.insight.show(now.run, at), **ended}


def wire(handlers: RunHandlers) -> list[Any]:
    """Attach the handlers. Returns the events after which another run may be shown."""
    view, fields = handlers.view, handlers.fields
    memory = {view.run, view.beginning, view.before, view.going}
    form = {*fields.widgets, *memory}
    outputs = [*memory, view.history.runs, view.stale, view.answer, view.steps, *view.insight.outputs]
    once = {"preprocess": False, "trigger_mode": "once", **running(handlers.settings), **QUIET}
    view.line.wire(view.going)
    view.steps.show_tokens(handlers.inspect, view.run, view.insight.outputs, **AT_ONCE)
    runs = [
        view.line.attach(view.start.click, handlers.run, {*form, handlers.fixed}, outputs, **once),
        view.line.attach(view.steps.edit_output, handlers.edit, memory, outputs, **once),
        view.line.attach(view.insight.tokens.view.take_token, handlers.branch, memory, outputs, **once),
        view.line.attach(view.answer.continue_run, handlers.resume, memory, outputs, **once),
    ]
    kinds = [fields.task.field(name).widget.change for name in ("answer", "labels")]
    quick = {"preprocess": False, "trigger_mode": "always_last", **AT_ONCE}
    # What was chosen while a run went on is read at its end.
    anew = gr.on([*kinds, ended_event(runs)], handlers.read_again, form, outputs, **quick)
    return [*runs, anew, view.answer.show_previous(handlers.go_back, memory, outputs, **AT_ONCE)]
