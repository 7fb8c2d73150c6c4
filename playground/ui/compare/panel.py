"""Several setups answer one prompt at once: what starts that, and what shows it."""

import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import gradio as gr

from playground import comparison
from playground.backends.catalog import Catalog
from playground.backends.entries import loaded_names
from playground.errors import InvalidSetup, PlaygroundError
from playground.settings import Settings
from playground.ui.compare import (
    answers_values,
    before_values,
    measured_values,
    pane_acts,
    repeated_values,
)
from playground.ui.compare import run as compare_run
from playground.ui.compare.examples import Comparison
from playground.ui.compare.form import CompareForm
from playground.ui.compare.labels import LABELS, in_labels, report_labelled
from playground.ui.compare.pane_acts import PaneActs
from playground.ui.compare.panes_panel import PanesPanel
from playground.ui.compare.rating.blind_panel import BlindPanel
from playground.ui.compare.repeating import RepeatingFields
from playground.ui.compare.run import ComparisonRun
from playground.ui.handlers import payloads
from playground.ui.handlers.event_options import QUIET, running
from playground.ui.handlers.messages import in_words, report_errors
from playground.ui.handlers.one_at_a_time import news, refuse_second
from playground.ui.handlers.sessions import Sessions
from playground.ui.handlers.tab import Updates
from playground.ui.run_view import steps_values
from playground.ui.setup_form.changes import describe_staleness, list_changes
from playground.ui.widgets.status import sentence
from playground.ui.widgets.waiting_line import WaitingLine


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparePanel:
    """What starts a comparison and what shows it. `acts` has the session's memory of the last one."""

    picker: PanesPanel
    examples: Any
    form: CompareForm
    repeating: RepeatingFields
    start: Any
    stop: Any
    line: WaitingLine
    stale: Any
    estimate: Any
    shifts: Any
    tables: Any
    error: Any
    acts: PaneActs
    blind: BlindPanel
    model_changes: Any

    @property
    def comparison_run(self) -> Any:
        return self.acts.comparison_run

    @property
    def held(self) -> list[Any]:
        """The widgets that say what is compared."""
        return [*self.form.widgets, self.picker.rows, *self.repeating.widgets]

    def read(self, values: Mapping[Any, Any], catalog: Catalog) -> ComparisonRun:
        """What the widgets hold. Raises InvalidSetup for what cannot be compared."""
        setup, asked = self.form.setup(values), self.repeating.read(values)
        if asked.reference.strip():
            repeated_values.score_by(asked.reference, setup)
        picked = self.picker.read(setup, values, catalog)
        comparison.refuse_useless(picked.panes)
        return compare_run.begin(setup, picked, asked.repetitions, asked.reference.strip())

    def out_of_date(self, values: Mapping[Any, Any], catalog: Catalog) -> str:
        """That what is shown is of another form than this; "" where it is of this one, or there is nothing."""
        now: ComparisonRun | None = values[self.comparison_run]
        if now is None:
            return ""
        try:
            held = self.read(values, catalog)
            picked = self.picker.read(now.setup, values, catalog)  # what was common then: its change is told as such
        except PlaygroundError:  # half typed
            return describe_staleness(())
        names = list(list_changes(now.setup, held.setup, LABELS))
        if (picked.panes, picked.placebos) != (now.picked.panes, now.picked.placebos):
            names.append("the panes")
        if now.repetitions != held.repetitions:
            names.append("\u201cRepetitions\u201d")
        if now.reference != held.reference:
            names.append("\u201cReference answer\u201d")
        return describe_staleness(names) if names else ""

    def estimated(self, values: Mapping[Any, Any], catalog: Catalog) -> str:
        """What comparing would take, by what is measured of the comparison before; "" for what is half typed."""
        before: ComparisonRun | None = values[self.comparison_run]
        try:
            held = self.read(values, catalog)
        except PlaygroundError:
            return ""
        known = [run for runs in before.every for run in runs] if before else ()
        return before_values.said_before(held.picked, held.repetitions, catalog, known)

    @property
    def results(self) -> list[Any]:
        return [
            self.comparison_run, self.stale, self.acts.answers, self.shifts, self.tables, self.error,
            self.acts.steps, self.acts.steps_title,
        ]  # fmt: skip

    def show(self, now: ComparisonRun) -> dict[Any, Any]:
        """Updates that show the comparison as it is now."""
        updates = {
            self.comparison_run: now,
            self.acts.answers: answers_values.comparison_value(now),
        }
        if now.stage == "answering" and now.runs:
            return updates  # what is measured has been cleared and cannot have come yet
        seen = None if now.hidden else now
        return {
            **updates,
            self.shifts: measured_values.shifts_value(seen),
            self.tables: measured_values.tables_value(seen),
            self.error: sentence(now.error, wrong=bool(now.error)),
        }

    def cleared(self) -> dict[Any, Any]:
        """Updates that take away what is of the comparison before."""
        return {
            self.stale: sentence(""),
            self.acts.steps_title: sentence(""),
            self.acts.steps: steps_values.steps_value(None),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparisonHandlers:
    """The handlers. `offered` are the comparisons that start with one click."""

    panel: ComparePanel
    offered: Mapping[str, Comparison]
    settings: Settings
    sessions: Sessions

    @report_labelled
    def compare(self, values: dict[Any, Any], request: gr.Request) -> Iterator[Updates]:
        panel, catalog = self.panel, self.sessions.of(request)
        refuse_second(values[panel.comparison_run])
        now = panel.read(values, catalog)
        now = replace(now, revealed=panel.blind.begin(now.picked, values))
        yield from self.follow(now, values[panel.model_changes], catalog)

    @report_labelled
    def start_example(self, values: dict[Any, Any], event: gr.EventData, request: gr.Request) -> Iterator[Updates]:
        panel, catalog = self.panel, self.sessions.of(request)
        refuse_second(values[panel.comparison_run])
        example = payloads.read_choice(event, self.offered)
        rows = panel.picker.write(example.panes)
        picked = panel.picker.read(example.setup, rows, catalog)
        now = replace(compare_run.begin(example.setup, picked), revealed=panel.blind.begin(picked, values))
        way_back = panel.picker.back.offer(values[panel.picker.back.kept])
        form = {**rows, **panel.form.write(example.setup), **panel.repeating.write(), **way_back}
        with now:
            yield {**form, panel.comparison_run: now}  # with its first news, so that a second click sees it
            yield from self.follow(now, values[panel.model_changes], catalog)

    @report_labelled
    def ask_again(
        self, now: ComparisonRun | None, changes: int, event: gr.EventData, request: gr.Request
    ) -> Iterator[Updates]:
        refuse_second(now)
        there, at, _ = pane_acts.clicked(now, event)
        yield from self.follow(compare_run.again(there, at), changes, self.sessions.of(request), at)

    @report_errors
    def shift(self, now: ComparisonRun | None, event: gr.EventData, request: gr.Request) -> Iterator[Updates]:
        key, panel = payloads.read(payloads.Choice, event).key, self.panel
        if now is None or now.hidden or key not in map(str, now.beside):
            raise InvalidSetup("There is no such pane beside the baseline; run the comparison again.")
        refuse_second(now)
        fresh = replace(now, halt=threading.Event(), stage="measuring")
        with fresh:
            yield panel.show(fresh)
            catalog, most = self.sessions.of(request), self.settings.max_seconds
            last = fresh
            for last in news(compare_run.remeasured(fresh, int(key), catalog, most)):
                yield panel.show(last)
            fresh.halt.set()  # what is clicked as soon as this is seen begins
            yield panel.show(last)

    def follow(self, now: ComparisonRun, changes: int, catalog: Catalog, only: int | None = None) -> Iterator[Updates]:
        """The comparison from its first news to its last; `only` one pane is asked, if that is given."""
        panel, settings = self.panel, self.settings
        snapshots = compare_run.follow(now, catalog, settings.max_seconds, only, settings.max_experiment_seconds)
        loaded, last = loaded_names(catalog.models()), now
        with now:
            yield {**panel.show(now), **panel.cleared(), **panel.blind.show_start(now)}
            try:
                for last in news(snapshots):
                    yield panel.show(last)
            except Exception as error:
                begun = bool(last.every)
                last = replace(last, stage="failed", error=in_words(error, in_labels) if begun else "")
                if not begun:
                    yield {**panel.blind.show_end(last), **panel.show(last)}
                    raise
            yield {**panel.blind.show_end(last), **panel.show(last)}
        if loaded_names(catalog.models()) != loaded:
            yield {panel.model_changes: changes + 1}  # a run loads what it needs


def wire(handlers: ComparisonHandlers) -> list[Any]:
    """Attach the handlers. Returns the ends of runs, by which the form may hold something else."""
    panel = handlers.panel
    once = {"preprocess": False, "trigger_mode": "once", **running(handlers.settings), **QUIET}
    results, memory = (
        [*panel.results, *panel.blind.results, panel.model_changes],
        [panel.comparison_run, panel.model_changes],
    )
    inputs, attach = {*memory, *panel.blind.held}, panel.line.attach
    run = attach(panel.start.click, handlers.compare, {*panel.held, *inputs}, results, **once)
    back = panel.picker.back
    form = [panel.picker.rows, *panel.form.outputs, *panel.repeating.widgets, *back.marks]
    example = attach(panel.examples.choose, handlers.start_example, {*inputs, back.kept}, [*form, *results], **once)
    attach(panel.acts.answers.ask_again, handlers.ask_again, memory, results, **once)
    attach(panel.shifts.choose_pane, handlers.shift, panel.comparison_run, panel.results, **once)
    panel.line.wire(panel.comparison_run)
    pane_acts.wire(panel.acts)
    return [run, example]
