"""The same prompt, technique and seed through several panes at once: only the weights differ."""

import threading
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from functools import partial
from typing import Any

import gradio as gr

from playground import presets, setups
from playground.backends.catalog import Catalog
from playground.backends.entries import loaded_names
from playground.errors import InvalidSetup, PlaygroundError
from playground.presets import Preset
from playground.settings import Settings
from playground.types import Setup
from playground.ui.compare import answers_values, examples, measured_values, panes
from playground.ui.compare import run as compare_run
from playground.ui.compare.form import CompareForm
from playground.ui.compare.labels import LABELS
from playground.ui.compare.panes_panel import PanesPanel
from playground.ui.compare.run import Compared
from playground.ui.handlers import payloads
from playground.ui.handlers.event_options import AT_ONCE, QUIET, running
from playground.ui.handlers.messages import told
from playground.ui.handlers.one_at_a_time import news, refuse_second, switch
from playground.ui.handlers.sessions import Sessions
from playground.ui.setup_form.changes import changed, out_of_date
from playground.ui.setup_form.labels import labelled
from playground.ui.widgets.status import sentence
from playground.ui.widgets.waiting_line import WaitingLine


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparePanel:
    """What starts a comparison and what shows it. `compared` is the session's memory of the last one."""

    picker: PanesPanel
    examples: Any
    form: CompareForm
    start: Any
    stop: Any
    line: WaitingLine
    stale: Any
    answers: Any
    shifts: Any
    tables: Any
    error: Any
    saved: Any
    compared: Any
    changed: Any
    opened: Any

    def out_of_date(self, values: Mapping[Any, Any], catalog: Catalog) -> str:
        """That what is shown is of another form than this; "" where it is of this one, or there is nothing."""
        now: Compared | None = values[self.compared]
        if now is None:
            return ""
        try:
            setup = self.form.setup(values)
            panes = self.picker.read(now.setup, values, catalog).panes
        except PlaygroundError:  # half typed
            return out_of_date(())
        names = [*changed(now.setup, setup, LABELS), *(["the panes"] if panes != now.picked.panes else [])]
        return out_of_date(names) if names else ""

    @property
    def results(self) -> list[Any]:
        return [self.compared, self.stale, self.answers, self.shifts, self.tables, self.error, self.start, self.stop]

    def shown(self, now: Compared) -> dict[Any, Any]:
        """Updates that show the comparison as it is now."""
        updates = {
            self.compared: now,
            self.answers: answers_values.comparison_value(now),
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


def wire(panel: ComparePanel, settings: Settings, sessions: Sessions) -> None:
    """Attach the handlers."""
    offered = examples.offered(sessions.of(None))

    def go(now: Compared, changes: int, catalog: Catalog) -> Iterator[dict[Any, Any]]:
        loaded = loaded_names(catalog.models())
        last = now
        with now:
            yield {**panel.shown(now), panel.stale: sentence("")}
            try:
                for last in news(compare_run.follow(now, catalog, settings.max_seconds)):
                    yield panel.shown(last)
            except Exception:
                yield panel.shown(replace(last, stage="failed"))
                raise
        if loaded_names(catalog.models()) != loaded:
            yield {panel.changed: changes + 1}  # a run loads what it needs

    @partial(told, words=partial(labelled, labels=LABELS))
    def compare(values: dict[Any, Any], request: gr.Request) -> Iterator[dict[Any, Any]]:
        refuse_second(values[panel.compared])
        catalog = sessions.of(request)
        setup = panel.form.setup(values)
        picked = panel.picker.read(setup, values, catalog)
        yield from go(Compared(setup=setup, picked=picked), values[panel.changed], catalog)

    @partial(told, words=partial(labelled, labels=LABELS))
    def start_example(
        before: Compared | None, changes: int, event: gr.EventData, request: gr.Request
    ) -> Iterator[dict[Any, Any]]:
        refuse_second(before)
        catalog, example = sessions.of(request), payloads.chosen(event, offered)
        picked = panes.read(example.setup, [asdict(pane) for pane in example.panes], "A", settings.max_panes, catalog)
        yield {**panel.picker.write(example.panes, 0, catalog.models()), **panel.form.write(example.setup)}
        yield from go(Compared(setup=example.setup, picked=picked), changes, catalog)

    @told
    def look(values: dict[Any, Any], request: gr.Request) -> dict[Any, Any]:
        return {panel.stale: sentence(panel.out_of_date(values, sessions.of(request)))}

    @told
    def mark(values: dict[Any, Any], request: gr.Request) -> dict[Any, Any]:
        """Another baseline is seen at once, as long as the panes are those that answered."""
        now: Compared | None = values[panel.compared]
        same = {panel.tables: gr.skip()}
        if now is None or now.busy:
            return same
        picked = panel.picker.read(now.setup, values, sessions.of(request))
        if picked.panes != now.picked.panes or picked.baseline == now.picked.baseline:
            return same
        return panel.shown(replace(now, picked=replace(now.picked, baseline=picked.baseline), shifts=None))

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

    def setup_of(now: Compared | None, event: gr.EventData) -> Setup:
        key = payloads.read(payloads.Choice, event).key
        if now is None or key not in map(str, range(len(now.runs))):
            raise InvalidSetup("There is no such pane; run the comparison again.")
        return now.runs[int(key)].setup

    @told
    def open_one(now: Compared | None, event: gr.EventData) -> Iterator[dict[Any, Any]]:
        setup = setup_of(now, event)
        yield {panel.opened: None}  # opened twice, it is news twice
        yield {panel.opened: setups.to_dict(setup)}

    @told
    def save(now: Compared | None, event: gr.EventData) -> dict[str, str]:
        setup = setup_of(now, event)
        return {"name": "pane.yaml", "text": presets.write_preset(Preset(title="My preset", about="", setup=setup))}

    once = {"preprocess": False, "trigger_mode": "once", **running(settings), **QUIET}
    inputs = {*panel.picker.widgets, panel.compared, panel.changed, *panel.form.widgets}
    results = [*panel.results, panel.changed]
    begun = panel.line.attach(panel.start.click, compare, inputs, results, **once)
    filled = [*panel.picker.written, *panel.form.written, *results]
    example = panel.line.attach(panel.examples.choose, start_example, [panel.compared, panel.changed], filled, **once)
    panel.line.attach(panel.shifts.choose_pane, shift, panel.compared, panel.results, **once)
    panel.line.wire(panel.compared)
    panel.picker.baseline.input(
        mark, {*panel.picker.widgets, panel.compared}, panel.results, preprocess=False, trigger_mode="always_last",
        **AT_ONCE,
    )  # fmt: skip
    held = [*panel.form.widgets, *panel.picker.widgets]
    watched = [event for w in held for event in (w.change, *([w.input] if isinstance(w, gr.HTML) else []))]
    quick = {"preprocess": False, "trigger_mode": "always_last", **AT_ONCE}
    looked = {"inputs": {*held, panel.compared}, "outputs": [panel.stale], **quick}
    gr.on(watched, look, **looked)
    for event in (begun, example):  # the form may hold something else by then
        event.then(look, **looked)
    panel.answers.open_setup(open_one, panel.compared, [panel.opened], **AT_ONCE)
    panel.answers.save_preset(save, panel.compared, panel.saved, **AT_ONCE)
