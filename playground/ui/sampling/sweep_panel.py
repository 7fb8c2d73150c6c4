"""One prompt over a grid of temperatures and top-p: a heat map that fills while the answers come."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import gradio as gr

from playground import setups
from playground.csv_text import csv_text
from playground.errors import InvalidSetup, PlaygroundError
from playground.evaluation import sweep
from playground.evaluation.sweep import Sweep
from playground.parameters import Parameter, parameters
from playground.settings import Settings
from playground.types import Run, Task
from playground.ui import widgets
from playground.ui.handlers.event_options import AT_ONCE, QUIET, running
from playground.ui.handlers.messages import report_errors
from playground.ui.handlers.one_at_a_time import Stoppable, refuse_second
from playground.ui.handlers.sessions import Sessions
from playground.ui.handlers.trigger_modes import ended_event
from playground.ui.run_view import following
from playground.ui.sampling import sweep_values
from playground.ui.sampling.number_list import NumberList
from playground.ui.sampling.question import Question
from playground.ui.setup_form import sampling_fields, task_fields
from playground.ui.setup_form.changes import describe_staleness, list_changes
from playground.ui.setup_form.check import check_setup
from playground.ui.setup_form.fields import Field, pick, read_fields
from playground.ui.setup_form.form import open_with
from playground.ui.setup_form.labels import describe_error
from playground.ui.setup_form.sampling_fields import SamplingFields
from playground.ui.setup_form.task_fields import TaskFields
from playground.ui.setup_form.used_fields import WITH_LABELS
from playground.ui.widgets import waiting_line
from playground.ui.widgets.status import sentence
from playground.ui.widgets.waiting_line import WaitingLine

HERE = Path(__file__).parent

TEMPERATURES, TOP_PS = "0.2, 0.7, 1, 1.5", "0.5, 0.9, 1"
LABELS = ("Canberra", "Sydney", "Melbourne")  # what the first question is answered with
MAX_TOKENS = 20  # an answer to compare is a short one


@dataclass(frozen=True, slots=True, kw_only=True)
class SweepRun(Stoppable):
    """The last sweep of this session."""

    run: Run
    grid: Sweep


@dataclass(frozen=True, slots=True, kw_only=True)
class SweepView:
    """The widgets. `sweep_run` is the session's memory."""

    sweep_run: Any
    question: Question
    grid: tuple[Field, ...]
    task: TaskFields  # how answers are read
    sampling: SamplingFields  # where they end
    stale: Any
    map: Any
    table: Any
    start: Any
    stop: Any
    line: WaitingLine
    save_cells: Any
    save_answers: Any

    @property
    def inputs(self) -> set[Any]:
        return {
            self.sweep_run,
            *self.question.widgets,
            *self.task.widgets,
            *self.sampling.widgets,
            *(f.widget for f in self.grid),
        }

    def read(self, values: Mapping[Any, Any]) -> dict[str, Any]:
        """The setup as plain data: the question above, with how its answers are read and where they end."""
        data = self.question.read(values)
        data["task"] |= self.task.read(values)
        data["sampling"] |= self.sampling.read(values)
        return data

    def out_of_date(self, values: Mapping[Any, Any]) -> str:
        """That the map is of another prompt or grid than the form holds; "" where it is not, or there is none.

        Temperature and top-p above the sweep have no say in it.
        """
        now: SweepRun | None = values[self.sweep_run]
        if now is None:
            return ""
        try:
            setup, grid = setups.parse(self.read(values)), _grid(self, values)
        except PlaygroundError:  # half typed
            return describe_staleness(())
        before = now.run.setup
        drawn = before.sampling
        fixed = replace(setup, sampling=replace(setup.sampling, temperature=drawn.temperature, top_p=drawn.top_p))
        names = [*list_changes(before, fixed, sweep_values.LABELS)]
        names += [
            *(["the role"] if before.task.role != setup.task.role else []),
            *(["the grid"] if grid != now.grid else []),
        ]
        return describe_staleness(names) if names else ""

    def show(self, now: SweepRun) -> dict[Any, Any]:
        busy = now.run.status in ("waiting", "running")
        return {
            self.sweep_run: now,
            self.map: sweep_values.sweep_value(now.run, now.grid),
            self.table: gr.skip() if busy else sweep_values.cell_table(now.run, now.grid),
        }


def build(page: Any, question: Question, settings: Settings, sessions: Sessions) -> None:
    """Lay out the sweep of this question and wire it."""
    with gr.Row(elem_classes="halves sweep", equal_height=False):
        with gr.Column(elem_classes="asking", min_width=0):
            gr.Markdown("## Sweep")
            gr.Markdown(
                "Asks the prompt above again and again, at every temperature with every top-p. The role and the other "
                "sampling parameters are those above; the answer starts from nothing.",
                elem_classes="field-label",
            )
            grid = _grid_fields()
            with gr.Row(elem_classes="pair"):
                sampling = sampling_fields.build("max_tokens", "seed")
            task = task_fields.build("answer", "labels")
            with gr.Row(elem_classes="acts"):
                start = gr.Button("Run the sweep", variant="primary", elem_id="sweep-button", elem_classes="runs")
                stop = gr.Button(
                    "Stop the sweep", variant="secondary", interactive=False, elem_id="sweep-stop", elem_classes="stops"
                )
            line = waiting_line.build(page, start, stop)
        with gr.Column(elem_classes="seeing", min_width=0):
            stale = widgets.words(elem_id="sweep-stale")
            heat = widgets.widget(
                HERE / "sweep_map.js",
                uses=[widgets.STATUS_LINE],
                value=sweep_values.sweep_value(None, None),
                elem_id="sweep-map",
            )
            with gr.Accordion("As a table", open=False):
                table = gr.Dataframe(
                    headers=sweep_values.HEADERS, datatype=["number"] * len(sweep_values.HEADERS), interactive=False,
                    show_label=False, elem_id="sweep-table",
                )  # fmt: skip
                with gr.Row(elem_classes="quiet-row"):
                    save_cells = widgets.download("Download the table as CSV")
                    save_answers = widgets.download("Download all answers as CSV")
    sampling.field("max_tokens").widget.value = MAX_TOKENS
    open_with(task.write(Task(input="", answer="label", labels=LABELS)))
    view = SweepView(
        sweep_run=gr.State(None), question=question, grid=grid, task=task, sampling=sampling, stale=stale, map=heat,
        table=table, start=start, stop=stop, line=line, save_cells=save_cells, save_answers=save_answers,
    )  # fmt: skip
    kind, labels = task.field("answer").widget, task.frames["labels"]
    kind.change(lambda answer: gr.update(visible=answer in WITH_LABELS), kind, labels, **AT_ONCE)
    _wire_run(view, settings, sessions)
    _wire_downloads(view)


def _grid_fields() -> tuple[Field, ...]:
    by_name = {p.name: p for p in parameters(Sweep)}
    with gr.Row(elem_classes="pair"):
        temperatures = _numbers(by_name["temperatures"], TEMPERATURES)
        top_ps = _numbers(replace(by_name["top_ps"], label=sweep_values.TOP_PS), TOP_PS)
    return (temperatures, top_ps, *pick(Sweep, "samples", label=sweep_values.SAMPLES))


def _numbers(p: Parameter, value: str) -> NumberList:
    box = gr.Textbox(value, label=p.label, info=f"{p.help} Up to {p.max_length}, separated by commas.", min_width=140)
    return NumberList(parameter=p, widget=box)


def _grid(view: SweepView, values: Mapping[Any, Any]) -> Sweep:
    """The grid that the form holds. Raises InvalidSetup."""
    made: Sweep = setups.build(Sweep, read_fields(view.grid, values), ())
    return made


def _wire_run(view: SweepView, settings: Settings, sessions: Sessions) -> None:
    @partial(report_errors, words=partial(describe_error, labels=sweep_values.LABELS))
    def run(values: dict[Any, Any], request: gr.Request) -> Iterator[dict[Any, Any]]:
        catalog = sessions.of(request)
        refuse_second(values[view.sweep_run])
        setup = check_setup(view.read(values), catalog)
        grid = _grid(view, values)
        now = SweepRun(run=Run(setup=setup), grid=grid)
        yield {view.sweep_run: now, view.stale: sentence("")}  # with its first news, so that a second sees it
        for last in following.follow(
            setup, sweep.run(setup, catalog, grid, max_seconds=settings.max_seconds), now.halt
        ):
            now = replace(now, run=last)
            yield view.show(now)

    @report_errors
    def look(values: dict[Any, Any]) -> dict[Any, Any]:
        try:
            _grid(view, values)
        except PlaygroundError as error:
            return {view.stale: sentence(describe_error(error, sweep_values.LABELS), wrong=True)}
        return {view.stale: sentence(view.out_of_date(values))}

    outputs = [view.sweep_run, view.stale, view.map, view.table]
    once = {"preprocess": False, "trigger_mode": "once", **running(settings), **QUIET}
    ran = view.line.attach(view.start.click, run, view.inputs, outputs, **once)
    view.line.wire(view.sweep_run)
    looked = {"preprocess": False, "trigger_mode": "always_last", **AT_ONCE}
    watched = [w.change for w in view.inputs if w is not view.sweep_run]
    gr.on([*watched, ended_event([ran])], look, view.inputs, [view.stale], **looked)


def _wire_downloads(view: SweepView) -> None:
    @report_errors
    def cells(now: SweepRun | None) -> dict[str, str]:
        now = _require_cells(now)
        return {"name": "sweep.csv", "text": csv_text(sweep_values.HEADERS, sweep_values.cell_table(now.run, now.grid))}

    @report_errors
    def answers(now: SweepRun | None) -> dict[str, str]:
        now = _require_cells(now)
        rows = sweep_values.answer_table(now.run, now.grid)
        return {"name": "sweep_answers.csv", "text": csv_text(sweep_values.ANSWER_HEADERS, rows)}

    view.save_cells.click(cells, view.sweep_run, view.save_cells, **AT_ONCE)
    view.save_answers.click(answers, view.sweep_run, view.save_answers, **AT_ONCE)


def _require_cells(now: SweepRun | None) -> SweepRun:
    if now is None:
        raise InvalidSetup("There is no sweep to download yet; run one first.")
    return now
