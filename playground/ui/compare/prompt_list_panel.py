"""A list of prompts through all panes: a table that grows row by row, to sort, search and take away."""

import json
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import gradio as gr

from playground import comparison, setups
from playground.backends.entries import loaded_names
from playground.csv_text import csv_text
from playground.errors import InvalidSetup
from playground.evaluation import prompt_table
from playground.evaluation.prompt_table import PromptRow
from playground.settings import Settings
from playground.ui import widgets
from playground.ui.compare import prompt_list_values
from playground.ui.compare.form import CompareForm
from playground.ui.compare.labels import LABELS
from playground.ui.compare.panes import Picked
from playground.ui.compare.panes_panel import PanesPanel
from playground.ui.handlers.event_options import AT_ONCE, QUIET, experimenting
from playground.ui.handlers.experiment_limits import CELLS, list_text
from playground.ui.handlers.messages import told
from playground.ui.handlers.one_at_a_time import Stoppable, refuse_second, switch
from playground.ui.handlers.payloads import reported
from playground.ui.handlers.tab import Shared
from playground.ui.handlers.uploads import text_of_file
from playground.ui.handlers.visitors import visitor_of
from playground.ui.setup_form.labels import labelled
from playground.ui.widgets import waiting_line
from playground.ui.widgets.status import sentence
from playground.ui.widgets.waiting_line import WaitingLine

HERE = Path(__file__).parent

PROMPTS = "What is the capital of France?\nName a fruit that is yellow.\nWhat do bees make?"
MOST_BYTES = 256 * 1024  # of a file with prompts


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed(Stoppable):
    """The rows so far."""

    picked: Picked
    count: int
    rows: tuple[PromptRow, ...] = ()
    stage: str = "answering"


@dataclass(frozen=True, slots=True, kw_only=True)
class PromptList:
    """The widgets. `listed` is the session's memory."""

    prompts: Any
    upload: Any
    start: Any
    stop: Any
    line: WaitingLine
    state: Any
    table: Any
    cell: Any
    save_csv: Any
    save_json: Any
    listed: Any

    def shown(self, now: Listed) -> dict[Any, Any]:
        busy = now.stage == "answering"
        return {
            self.listed: now,
            self.state: sentence(prompt_list_values.state(now.stage, len(now.rows), now.count)),
            self.table: gr.Dataframe(**prompt_list_values.frame(now.picked, now.rows)),
            **switch(self.start, self.stop, busy=busy),
        }


def build(page: Any, settings: Settings) -> PromptList:
    """Lay out the list."""
    prompts = gr.Textbox(
        PROMPTS, label="Prompts", info="One a line; or a CSV with a column prompt, input, question or text.", lines=4,
        max_lines=12,
    )  # fmt: skip
    with gr.Row(elem_classes="quiet-row"):
        upload = gr.UploadButton(
            "Open a CSV or text file", file_types=[".csv", ".txt"], type="binary", size="sm", variant="secondary",
            elem_classes="quiet-button",
        )  # fmt: skip
    gr.Markdown(list_text(settings, prompt_table.MAX_ROWS), elem_id="list-limits", elem_classes="field-label")
    with gr.Row(elem_classes="acts"):
        start = gr.Button("Run the list", variant="primary", elem_id="list-button", elem_classes="runs")
        stop = gr.Button("Stop the list", interactive=False, elem_id="list-stop", elem_classes="stops")
    line = waiting_line.build(page, start, stop)
    state = widgets.words(elem_id="list-state")
    table = gr.Dataframe(
        headers=["Prompt"], datatype="str", interactive=False, wrap=False, max_chars=90, show_label=False,
        show_search="filter", buttons=["copy", "fullscreen"], elem_id="list-table", max_height=460,
    )  # fmt: skip
    cell = widgets.widget(HERE / "cell_view.js", value=prompt_list_values.EMPTY_CELL, elem_id="list-cell")
    with gr.Row(elem_classes="quiet-row list-files"):
        save_csv, save_json = widgets.download("Download as CSV"), widgets.download("Download as JSON")
    return PromptList(
        prompts=prompts, upload=upload, start=start, stop=stop, line=line, state=state, table=table, cell=cell,
        save_csv=save_csv, save_json=save_json, listed=gr.State(None),
    )  # fmt: skip


def wire(view: PromptList, picker: PanesPanel, form: CompareForm, shared: Shared) -> None:
    """Attach the handlers. The panes and all but the prompt are those of the comparison.

    A list takes as long as an experiment: it has one of their places, and their limits.
    """
    settings, sessions, changed = shared.settings, shared.sessions, shared.changed
    limits: dict[str, Any] = {"max_seconds": settings.max_seconds, "max_total_seconds": settings.max_experiment_seconds}

    @partial(told, words=partial(labelled, labels=LABELS))
    def run(values: dict[Any, Any], request: gr.Request) -> Iterator[dict[Any, Any]]:
        refuse_second(values[view.listed])
        catalog = sessions.of(request)
        prompts = prompt_table.read_prompts(_text(values[view.prompts]))
        picked = picker.read(form.setup(values, prompts[0]), values, catalog)
        comparison.refuse_useless(picked.panes)
        prompt_table.check_size(prompts, picked.panes, settings.max_cells, CELLS)
        how = {**limits, "placebos": picked.placebos}
        now, loaded = Listed(picked=picked, count=len(prompts)), loaded_names(catalog.models())
        with now:
            yield {**view.shown(now), view.cell: prompt_list_values.EMPTY_CELL}
            try:
                with (
                    shared.places.held(visitor_of(request)),
                    closing(prompt_table.run_table(picked.panes, prompts, catalog, **how)) as growing,
                ):
                    for rows in growing:
                        stopped = now.halt.is_set()
                        whole = rows if prompt_list_values.ended(rows[-1]) else rows[:-1]
                        if len(whole) > len(now.rows):
                            now = replace(now, rows=whole)
                            yield view.shown(now)
                        if stopped:
                            break
                yield view.shown(replace(now, stage="stopped" if now.halt.is_set() else "done"))
            except Exception:
                yield view.shown(replace(now, stage="failed"))
                raise
        if loaded_names(catalog.models()) != loaded:
            yield {changed: values[changed] + 1}  # a run loads what it needs

    @told
    def opened(content: Any) -> str:
        return "\n".join(prompt_table.read_prompts(text_of_file(content, MOST_BYTES)))

    @told
    def whole(event: gr.EventData) -> dict[str, str]:
        clicked = reported(event)  # not `gr.SelectData`, which fails on what no table sends
        if not isinstance(clicked, Mapping) or "value" not in clicked:
            raise InvalidSetup("That is no cell of the table; click one.")
        return prompt_list_values.cell(clicked.get("index"), clicked["value"], clicked.get("row_value"))

    @told
    def as_csv(now: Listed | None) -> dict[str, str]:
        now = _needed(now)
        return {"name": "comparison.csv", "text": csv_text(*prompt_list_values.records(now.picked, now.rows))}

    @told
    def as_json(now: Listed | None) -> dict[str, str]:
        now = _needed(now)
        runs = [{"prompt": row.prompt, "runs": [setups.run_to_dict(run) for run in row.runs]} for row in now.rows]
        return {"name": "comparison.json", "text": json.dumps(runs, ensure_ascii=False, indent=1)}

    inputs = {picker.rows, changed, view.listed, view.prompts, *form.widgets}
    outputs = [view.listed, view.state, view.table, view.cell, view.start, view.stop, changed]
    once = {"preprocess": False, "trigger_mode": "once", **experimenting(), **QUIET}
    view.line.attach(view.start.click, run, inputs, outputs, **once)
    view.line.wire(view.listed)
    view.upload.upload(opened, view.upload, view.prompts, **AT_ONCE)
    view.table.select(whole, None, view.cell, **AT_ONCE)
    view.save_csv.click(as_csv, view.listed, view.save_csv, **AT_ONCE)
    view.save_json.click(as_json, view.listed, view.save_json, **AT_ONCE)


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise InvalidSetup(path=("prompts",), rule="must be text.")
    return value


def _needed(now: Listed | None) -> Listed:
    if now is None or not now.rows:
        raise InvalidSetup("There is no row to download yet; run the list first.")
    return now
