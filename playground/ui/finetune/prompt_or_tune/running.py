"""The comparison as it goes on, Stop, and prices that are changed afterwards."""

import time
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, replace
from threading import Lock
from typing import Any

import gradio as gr

from playground.errors import InvalidSetup
from playground.finetuning.chosen_models import choose_model
from playground.finetuning.held_out.answering import Answering
from playground.finetuning.held_out.tasks import TASKS, Task
from playground.finetuning.jobs.job import Job
from playground.finetuning.jobs.training_jobs import TrainingJobs
from playground.finetuning.preparation.rows import TrainingRow
from playground.finetuning.prompt_or_tune.comparing import Place, compare_prompting_and_tuning
from playground.finetuning.prompt_or_tune.costs import Prices, parse_prices
from playground.finetuning.prompt_or_tune.known import Compared
from playground.finetuning.prompt_or_tune.plan import parse_plan
from playground.finetuning.training_data import Parts
from playground.returning import Returning
from playground.ui.finetune.in_place import run_in_place
from playground.ui.finetune.limits import check_size, seconds_left
from playground.ui.finetune.prompt_or_tune import prompt_or_tune_values
from playground.ui.finetune.prompt_or_tune.panel import PromptOrTunePanel
from playground.ui.finetune.prompt_or_tune.ways_figure import figures
from playground.ui.handlers import payloads
from playground.ui.handlers.event_options import AT_ONCE, QUIET, experimenting
from playground.ui.handlers.messages import report_errors
from playground.ui.handlers.tab import PageContext, Updates
from playground.ui.handlers.visitors import visitor_of
from playground.ui.setup_form.fields import read_fields
from playground.ui.widgets.status import sentence

INTERVAL = 0.3  # seconds between two news


@dataclass(frozen=True, slots=True, kw_only=True)
class PromptOrTuneHandlers:
    """The handlers. `changes` counts what was trained, for the list of trainings; `turns` is
    held while one begins."""

    panel: PromptOrTunePanel
    jobs: TrainingJobs
    shared: PageContext
    changes: Any
    turns: Lock

    def compare(self, values: dict[Any, Any], request: gr.Request) -> Iterator[Updates]:
        """What is found, as it comes. A failure stands where it would, and what was found before stays."""
        panel, shared = self.panel, self.shared
        task, prices, place = read_task(values[panel.task]), self._prices(values), self._place(values, request)
        plan = parse_plan(read_fields(panel.plan, values))
        with shared.places.hold(visitor_of(request)):
            yield {panel.state: sentence("It begins."), **self._show(None, None)}
            work = self._follow(compare_prompting_and_tuning(task, plan, place), prices)
            stopped = {panel.state: sentence(prompt_or_tune_values.STOPPED)}
            yield from run_in_place(work, values[panel.line.turn], panel.state, lambda: stopped)
            # Trainings that a Stop or a failure has ended are listed too.
            yield {self.changes: time.time(), shared.model_changes: values[shared.model_changes] + 1}

    def _follow(
        self, comparing: Generator[Compared, None, Compared], prices: Prices | None
    ) -> Generator[Updates, None, Updates]:
        """What to show while it goes on: each new way at once, and how far it is now and then."""
        shown, said = -1, 0.0
        with Returning(comparing) as work:
            for known in work:
                fresh = len(known.ways) != shown
                if fresh or time.monotonic() - said > INTERVAL:
                    said, shown = time.monotonic(), len(known.ways)
                    more = {**self._show(known, prices), self.changes: time.time()} if fresh else {}
                    yield {self.panel.state: sentence(prompt_or_tune_values.state_text(known)), **more}
            return {self.panel.state: sentence(prompt_or_tune_values.state_text(work.value))}

    def change_prices(self, values: dict[Any, Any]) -> Updates:
        """The sentence at other prices."""
        try:
            text, wrong = prompt_or_tune_values.said_text(values[self.panel.known], self._prices(values)), False
        except InvalidSetup as error:
            text, wrong = str(error), True
        return {self.panel.said: sentence(text, wrong=wrong)}

    def describe(self, name: object) -> Updates:
        """What the chosen task is."""
        return {self.panel.task: gr.update(info=read_task(name).about)}

    def _prices(self, values: dict[Any, Any]) -> Prices | None:
        return parse_prices(read_fields(self.panel.prices, values))

    def _place(self, values: dict[Any, Any], request: gr.Request) -> Place:
        """Where it runs, within what this server allows."""
        shared, settings = self.shared, self.shared.settings
        catalog, owner = shared.sessions.of(request), shared.sessions.visitor(request)
        address = shared.sessions.address(request)
        info, _ = choose_model(catalog, payloads.words(values[self.panel.model], "model"))

        def allow(job: Job, rows: Sequence[TrainingRow]) -> float | None:
            check_size(settings, job, Parts(training=tuple(rows), validation=()), catalog.info(job.model))
            neighbours = self.jobs.standings_at(address) if owner else ()
            return seconds_left(settings, self.jobs.standings(owner), job.recipe, neighbours)

        answering = Answering(
            catalog=catalog, store=shared.store, visitor=owner, max_seconds=settings.max_seconds,
            max_total_seconds=settings.max_experiment_seconds, max_cells=settings.max_cells,
        )  # fmt: skip
        return Place(
            answering=answering,
            jobs=self.jobs,
            settings=settings,
            model=info.name,
            allow=allow,
            turns=self.turns,
            address=address,
        )

    def _show(self, known: Compared | None, prices: Prices | None) -> Updates:
        panel = self.panel
        plots = zip(panel.plots, figures(known), strict=True)
        return {
            panel.known: replace(known, stage="") if known else None,
            panel.said: sentence(prompt_or_tune_values.said_text(known, prices)),
            panel.table: prompt_or_tune_values.table_value(known),
            **{plot: gr.update(value=figure, visible=figure is not None) for plot, figure in plots},
        }


def read_task(name: object) -> Task:
    """Raises InvalidSetup for a task that is not on offer."""
    if not isinstance(name, str) or name not in TASKS:
        raise InvalidSetup(path=("task",), value=name, rule=f"it must be one of {', '.join(TASKS)}.")
    return TASKS[name]


def wire(handlers: PromptOrTuneHandlers) -> None:
    """Attach the handlers."""
    panel, shared = handlers.panel, handlers.shared
    compare, describe = report_errors(handlers.compare), report_errors(handlers.describe)
    prices = {field.widget for field in panel.prices}
    counts = {handlers.changes, shared.model_changes}
    numbers = {field.widget for field in panel.plan}
    panel.line.attach(
        panel.start.click, compare, {panel.task, panel.model, *prices, *numbers, *counts},
        [panel.state, *panel.found, *counts], preprocess=False, trigger_mode="once",
        **{**experimenting(), **QUIET},
    )  # fmt: skip
    panel.line.wire()
    panel.task.change(describe, panel.task, [panel.task], preprocess=False, **AT_ONCE)
    gr.on(
        [price.change for price in prices], report_errors(handlers.change_prices), {panel.known, *prices},
        [panel.said], preprocess=False, trigger_mode="always_last", **AT_ONCE,
    )  # fmt: skip
