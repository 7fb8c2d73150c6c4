"""Several setups answer one prompt at once: what starts that, and what shows it."""

import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import gradio as gr

from playground import comparison
from playground.backends.catalog import Catalog
from playground.backends.entries import loaded_names
from playground.errors import InvalidSetup, PlaygroundError
from playground.evaluation import pane_estimate
from playground.settings import Settings
from playground.ui.compare import answers_values, examples, measured_values, pane_acts, repeated_values
from playground.ui.compare import run as compare_run
from playground.ui.compare.form import CompareForm
from playground.ui.compare.labels import LABELS
from playground.ui.compare.pane_acts import PaneActs
from playground.ui.compare.panes_panel import PanesPanel
from playground.ui.compare.repeating import RepeatingFields
from playground.ui.compare.run import Compared
from playground.ui.handlers import payloads
from playground.ui.handlers.event_options import AT_ONCE, QUIET, running
from playground.ui.handlers.messages import told
from playground.ui.handlers.one_at_a_time import news, refuse_second, switch
from playground.ui.handlers.sessions import Sessions
from playground.ui.run_view import steps_values
from playground.ui.setup_form.changes import changed, out_of_date
from playground.ui.setup_form.labels import labelled
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
    changed: Any

    @property
    def compared(self) -> Any:
        return self.acts.compared

    @property
    def held(self) -> list[Any]:
        """The widgets that say what is compared."""
        return [*self.form.widgets, self.picker.rows, *self.repeating.widgets]

    def read(self, values: Mapping[Any, Any], catalog: Catalog) -> Compared:
        """What the widgets hold. Raises InvalidSetup for what cannot be compared."""
        setup, asked = self.form.setup(values), self.repeating.read(values)
        if asked.reference.strip():
            repeated_values.judge(asked.reference, setup)
        picked = self.picker.read(setup, values, catalog)
        comparison.refuse_useless(picked.panes)
        return compare_run.begin(setup, picked, asked.repetitions, asked.reference.strip())

    def out_of_date(self, values: Mapping[Any, Any], catalog: Catalog) -> str:
        """That what is shown is of another form than this; "" where it is of this one, or there is nothing."""
        now: Compared | None = values[self.compared]
        if now is None:
            return ""
        try:
            held = self.read(values, catalog)
            picked = self.picker.read(now.setup, values, catalog)  # what was common then: its change is told as such
        except PlaygroundError:  # half typed
            return out_of_date(())
        names = list(changed(now.setup, held.setup, LABELS))
        if (picked.panes, picked.placebos) != (now.picked.panes, now.picked.placebos):
            names.append("the panes")
        if now.repetitions != held.repetitions:
            names.append("\u201cRepetitions\u201d")
        if now.reference != held.reference:
            names.append("\u201cReference answer\u201d")
        return out_of_date(names) if names else ""

    def estimated(self, values: Mapping[Any, Any], catalog: Catalog) -> str:
        """What comparing would take, by what is measured of the comparison before; "" for what is half typed."""
        before: Compared | None = values[self.compared]
        try:
            held = self.read(values, catalog)
        except PlaygroundError:
            return ""
        speeds = pane_estimate.speeds_of(run for runs in before.every for run in runs) if before else {}
        panes = held.picked.panes
        made = pane_estimate.estimate_panes(panes, held.repetitions, catalog, speeds)
        return repeated_values.estimate_sentence(len(panes), held.repetitions, made)

    @property
    def results(self) -> list[Any]:
        return [
            self.compared, self.stale, self.acts.answers, self.shifts, self.tables, self.error, self.start, self.stop,
            self.acts.steps, self.acts.steps_title,
        ]  # fmt: skip

    def shown(self, now: Compared) -> dict[Any, Any]:
        """Updates that show the comparison as it is now."""
        updates = {
            self.compared: now,
            self.acts.answers: answers_values.comparison_value(now),
            **switch(self.start, self.stop, busy=now.busy),
        }
        if now.stage == "answering" and now.runs:
            return updates  # what is measured has been cleared and cannot have come yet
        return {
            **updates,
            self.shifts: measured_values.shifts_value(now),
            self.tables: measured_values.tables_value(now),
            self.error: sentence(now.error, wrong=bool(now.error)),
        }

    def cleared(self) -> dict[Any, Any]:
        """Updates that take away what is of the comparison before."""
        return {
            self.stale: sentence(""),
            self.acts.steps_title: sentence(""),
            self.acts.steps: steps_values.steps_value(None),
        }


def wire(panel: ComparePanel, settings: Settings, sessions: Sessions) -> None:
    """Attach the handlers."""
    offered = examples.offered(sessions.of(None))
    in_labels = partial(told, words=partial(labelled, labels=LABELS))

    def go(now: Compared, changes: int, catalog: Catalog, only: int | None = None) -> Iterator[dict[Any, Any]]:
        loaded = loaded_names(catalog.models())
        last = now
        with now:
            yield {**panel.shown(now), **panel.cleared()}
            try:
                for last in news(compare_run.follow(now, catalog, settings.max_seconds, only)):
                    yield panel.shown(last)
            except Exception:
                yield panel.shown(replace(last, stage="failed"))
                raise
        if loaded_names(catalog.models()) != loaded:
            yield {panel.changed: changes + 1}  # a run loads what it needs

    @in_labels
    def compare(values: dict[Any, Any], request: gr.Request) -> Iterator[dict[Any, Any]]:
        refuse_second(values[panel.compared])
        catalog = sessions.of(request)
        yield from go(panel.read(values, catalog), values[panel.changed], catalog)

    @in_labels
    def start_example(
        before: Compared | None, changes: int, event: gr.EventData, request: gr.Request
    ) -> Iterator[dict[Any, Any]]:
        refuse_second(before)
        catalog, example = sessions.of(request), payloads.chosen(event, offered)
        written = panel.picker.write(example.panes)
        picked = panel.picker.read(example.setup, written, catalog)
        yield {**written, **panel.form.write(example.setup), **panel.repeating.write()}
        yield from go(compare_run.begin(example.setup, picked), changes, catalog)

    @in_labels
    def ask_again(
        now: Compared | None, changes: int, event: gr.EventData, request: gr.Request
    ) -> Iterator[dict[Any, Any]]:
        refuse_second(now)
        there, at, _ = pane_acts.clicked(now, event)
        yield from go(compare_run.again(there, at), changes, sessions.of(request), at)

    @told
    def look(values: dict[Any, Any], request: gr.Request) -> dict[Any, Any]:
        catalog = sessions.of(request)
        return {
            panel.stale: sentence(panel.out_of_date(values, catalog)),
            panel.estimate: sentence(panel.estimated(values, catalog)),
        }

    @told
    def mark(values: dict[Any, Any], request: gr.Request) -> dict[Any, Any]:
        """Another baseline is seen at once, as long as the panes are those that answered."""
        now: Compared | None = values[panel.compared]
        same = {panel.tables: gr.skip()}
        if now is None or now.busy:
            return same
        try:
            picked = panel.picker.read(now.setup, values, sessions.of(request))
        except PlaygroundError:  # said when it is compared
            return same
        if picked.panes != now.picked.panes or picked.baseline == now.picked.baseline:
            return same
        return panel.shown(replace(now, picked=picked, shifts=None))

    @told
    def shift(now: Compared | None, event: gr.EventData, request: gr.Request) -> Iterator[dict[Any, Any]]:
        key = payloads.read(payloads.Choice, event).key
        if now is None or key not in map(str, now.beside):
            raise InvalidSetup("There is no such pane beside the baseline; run the comparison again.")
        refuse_second(now)
        fresh = replace(now, halt=threading.Event(), stage="measuring")
        with fresh:
            yield panel.shown(fresh)
            for last in news(compare_run.remeasured(fresh, int(key), sessions.of(request), settings.max_seconds)):
                yield panel.shown(last)

    once = {"preprocess": False, "trigger_mode": "once", **running(settings), **QUIET}
    results, memory = [*panel.results, panel.changed], [panel.compared, panel.changed]
    begun = panel.line.attach(panel.start.click, compare, {*panel.held, *memory}, results, **once)
    filled = [panel.picker.rows, *panel.form.written, *panel.repeating.widgets, *results]
    example = panel.line.attach(panel.examples.choose, start_example, memory, filled, **once)
    panel.line.attach(panel.acts.answers.ask_again, ask_again, memory, results, **once)
    panel.line.attach(panel.shifts.choose_pane, shift, panel.compared, panel.results, **once)
    panel.line.wire(panel.compared)
    quick: dict[str, Any] = {"preprocess": False, "trigger_mode": "always_last", **AT_ONCE}
    panel.picker.rows.input(mark, {panel.picker.rows, panel.compared}, panel.results, **quick)
    watched = [event for w in panel.held for event in (w.change, *([w.input] if isinstance(w, gr.HTML) else []))]
    looked = {"inputs": {*panel.held, panel.compared}, "outputs": [panel.stale, panel.estimate], **quick}
    gr.on(watched, look, **looked)
    for event in (begun, example):  # the form may hold something else by then
        event.then(look, **looked)
    pane_acts.wire(panel.acts)
