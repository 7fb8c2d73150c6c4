"""A list of prompts goes through all panes; it takes as long as an experiment, so it has one of their places."""

import threading
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import gradio as gr

from playground import comparison
from playground.backends.catalog import Catalog
from playground.backends.entries import loaded_names
from playground.errors import InvalidSetup
from playground.evaluation import prompt_table
from playground.ui.compare import prompt_list_values
from playground.ui.compare.form import CompareForm
from playground.ui.compare.labels import in_labels, report_labelled
from playground.ui.compare.panes import PaneSelection
from playground.ui.compare.panes_panel import PanesPanel
from playground.ui.compare.prompt_list_panel import LIST, PromptList, PromptListRun
from playground.ui.compare.rating.blind_panel import BlindPanel
from playground.ui.handlers.event_options import QUIET, experimenting
from playground.ui.handlers.experiment_limits import CELLS
from playground.ui.handlers.messages import in_words, report_errors
from playground.ui.handlers.one_at_a_time import refuse_second
from playground.ui.handlers.tab import PageContext, ReadInputs, Updates
from playground.ui.handlers.visitors import visitor_of
from playground.ui.setup_form.labels import describe_error

ONCE = {"preprocess": False, "trigger_mode": "once", **experimenting(), **QUIET}


@dataclass(frozen=True, slots=True, kw_only=True)
class PromptListHandlers:
    """The handlers. The panes and all but the prompt are those of the comparison."""

    view: PromptList
    picker: PanesPanel
    form: CompareForm
    blind: BlindPanel
    shared: PageContext

    @property
    def outputs(self) -> list[Any]:
        return [*self.view.results, self.view.cell, *self.blind.results, self.shared.model_changes]

    @report_labelled
    def run(self, values: dict[Any, Any], request: gr.Request) -> Iterator[Updates]:
        refuse_second(values[self.view.list_run])
        prompts = prompt_table.read_prompts(_text(values[self.view.prompts]))
        setup = self.form.setup(values, prompts[0])
        picked = self.picker.read(setup, values, self.shared.sessions.of(request))
        revealed = self.blind.begin(picked, values)
        yield from self.follow(picked, prompts, values[self.shared.model_changes], request, revealed)

    def try_setup(self, event: Any, read: ReadInputs, inputs: Sequence[Any], tabs: Any, tab: str) -> None:
        """Let an event try a setup on inputs here; its own pane replaces the others: every answer is then its own."""
        view, picker, model_changes = self.view, self.picker, self.shared.model_changes

        @partial(report_errors, words=describe_error)
        def run_inputs(values: dict[Any, Any], request: gr.Request) -> Iterator[Updates]:
            refuse_second(values[view.list_run])
            setup, asked = read(values, request)
            text, rows = prompt_table.write_prompts(asked), picker.alone(setup)
            prompts = prompt_table.read_prompts(text)
            picked = picker.read(setup, rows, self.shared.sessions.of(request))
            in_sight = {tabs: gr.Tabs(selected=tab), view.tabs: gr.Tabs(selected=LIST)}
            panes = gr.update(value=rows[picker.rows])  # a plain value breaks a gr.HTML that is not on the page yet
            form = {picker.rows: panes, view.prompts: text, **picker.back.offer(values[picker.back.kept])}
            with closing(self.follow(picked, prompts, values[model_changes], request)) as news:
                # Together with the session's memory of the run, so that a second click sees it.
                yield {**in_sight, **form, **next(news)}
                yield from news

        form = [tabs, view.tabs, picker.rows, view.prompts, *picker.back.marks]
        memory = {view.list_run, model_changes, picker.back.kept}
        view.line.attach(event, run_inputs, {*inputs, *memory}, [*form, *self.outputs], **ONCE)

    def follow(
        self, picked: PaneSelection, prompts: Sequence[str], changes: int, request: gr.Request,
        revealed: threading.Event | None = None,
    ) -> Generator[Updates, None, None]:  # fmt: skip
        """The list from its first news to its last; answers are kept back until it is `revealed` whose they are."""
        view, blind, catalog = self.view, self.blind, self.shared.sessions.of(request)
        comparison.refuse_useless(picked.panes)
        prompt_table.check_size(prompts, picked.panes, self.shared.settings.max_cells, CELLS)
        now, loaded = (
            PromptListRun(picked=picked, count=len(prompts), revealed=revealed),
            loaded_names(catalog.models()),
        )
        with now:
            yield {**view.show(now), view.cell: prompt_list_values.EMPTY_CELL, **blind.show_start(now)}
            try:
                with self.shared.places.hold(visitor_of(request)), closing(self.ask(now, prompts, catalog)) as growing:
                    for now in growing:
                        yield view.show(now)
            except Exception as error:
                begun = bool(now.rows)
                now = replace(now, stage="failed", error=in_words(error, in_labels) if begun else "")
                if not begun:
                    yield {**blind.show_end(now), **view.show(now)}
                    raise
            else:
                now = replace(now, stage="stopped" if now.halt.is_set() else "done")
            yield {**blind.show_end(now), **view.show(now)}
        if loaded_names(catalog.models()) != loaded:
            yield {self.shared.model_changes: changes + 1}  # a run loads what it needs

    def ask(self, now: PromptListRun, prompts: Sequence[str], catalog: Catalog) -> Generator[PromptListRun, None, None]:
        """The list whenever one more row is whole, until its end or until it is stopped."""
        settings, picked = self.shared.settings, now.picked
        tables = prompt_table.run_table(
            picked.panes, prompts, catalog, placebos=picked.placebos, max_seconds=settings.max_seconds,
            max_total_seconds=settings.max_experiment_seconds,
        )  # fmt: skip
        with closing(tables):
            for rows in tables:
                stopped = now.halt.is_set()
                whole = rows if prompt_list_values.ended(rows[-1]) else rows[:-1]
                if len(whole) > len(now.rows):
                    now = replace(now, rows=whole)
                    yield now
                if stopped:
                    return


def wire(handlers: PromptListHandlers) -> None:
    """Attach the handlers."""
    view, picker, blind, model_changes = handlers.view, handlers.picker, handlers.blind, handlers.shared.model_changes
    inputs = {picker.rows, model_changes, view.list_run, view.prompts, *handlers.form.widgets, *blind.held}
    view.line.attach(view.start.click, handlers.run, inputs, handlers.outputs, **ONCE)
    view.line.wire(view.list_run)


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise InvalidSetup(path=("prompts",), rule="must be text.")
    return value
