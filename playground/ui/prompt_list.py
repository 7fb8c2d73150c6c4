"""A list of prompts through all panes: a table that grows row by row, to sort, search and take away."""

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import gradio as gr

from playground import setups
from playground.csv_text import csv_text
from playground.errors import InvalidSetup
from playground.evaluation import prompt_table
from playground.evaluation.prompt_table import Row
from playground.settings import Settings
from playground.ui import live_run, pane_picker, render_list, widgets
from playground.ui.compare_form import CompareForm
from playground.ui.events import AT_ONCE, QUIET, experimenting
from playground.ui.experiment_limits import CELLS, list_text
from playground.ui.fair_shares import Places
from playground.ui.field_names import labelled_prompt
from playground.ui.gate import visitor_of
from playground.ui.messages import toast, told
from playground.ui.pane_picker import Picked
from playground.ui.preset_bar import as_text
from playground.ui.render_models import in_memory
from playground.ui.sessions import Sessions

PROMPTS = "What is the capital of France?\nName a fruit that is yellow.\nWhat do bees make?"
MOST_BYTES = 256 * 1024  # of a file with prompts


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """The rows so far. `halt` stops the rest."""

    picked: Picked
    count: int
    rows: tuple[Row, ...] = ()
    stage: str = "answering"
    halt: threading.Event = field(default_factory=threading.Event)


@dataclass(frozen=True, slots=True)
class PromptList:
    """The widgets. `listed` is the session's memory."""

    prompts: Any
    upload: Any
    start: Any
    stop: Any
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
            self.state: render_list.state(now.stage, len(now.rows), now.count),
            self.table: gr.Dataframe(**render_list.frame(now.picked, now.rows)),
            self.start: gr.update(interactive=not busy),
            self.stop: gr.update(interactive=busy),
        }


def build(settings: Settings) -> PromptList:
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
    with gr.Row(elem_classes="acts"):
        start = gr.Button("Run the list", variant="primary", elem_id="list-button")
        stop = gr.Button("Stop the list", interactive=False, elem_id="list-stop")
    gr.Markdown(list_text(settings, prompt_table.MAX_ROWS), elem_id="list-limits", elem_classes="field-label")
    state = widgets.widget("words", value="", elem_id="list-state")
    table = gr.Dataframe(
        headers=["Prompt"], datatype="str", interactive=False, wrap=False, max_chars=90, show_label=False,
        show_search="filter", buttons=["copy", "fullscreen"], elem_id="list-table", max_height=460,
    )  # fmt: skip
    cell = widgets.widget("cell_view", value=render_list.EMPTY_CELL, elem_id="list-cell")
    with gr.Row(elem_classes="quiet-row"):
        save_csv, save_json = widgets.download("Download as CSV"), widgets.download("Download as JSON")
    return PromptList(prompts, upload, start, stop, state, table, cell, save_csv, save_json, gr.State(None))


def wire(
    view: PromptList,
    picker: Any,
    form: CompareForm,
    changed: Any,
    places: Places,
    settings: Settings,
    sessions: Sessions,
) -> None:
    """Attach the handlers. The panes and all but the prompt are those of the comparison.

    A list takes as long as an experiment: it has one of their `places`, and their limits.
    """
    limits = {"within": settings.max_seconds, "in_all": settings.max_experiment_seconds}

    @partial(told, say=lambda words: toast(labelled_prompt(words)))
    def run(values: dict[Any, Any], request: gr.Request) -> Iterator[dict[Any, Any]]:
        before: Listed | None = values[view.listed]
        live_run.alone(before.halt if before else None)
        catalog = sessions.of(request)
        picked = pane_picker.read(values[picker], settings.max_panes, catalog)
        prompts = prompt_table.read_prompts(_text(values[view.prompts]))
        prompt_table.check_size(prompts, picked.panes, settings.max_cells, CELLS)
        setup = form.setup(values, prompts[0])
        now, loaded = Listed(picked=picked, count=len(prompts)), in_memory(catalog)
        yield {**view.shown(now), view.cell: render_list.EMPTY_CELL}
        try:
            with (
                places.held(visitor_of(request)),
                closing(prompt_table.table(setup, picked.panes, prompts, catalog, **limits)) as growing,
            ):
                for rows in growing:
                    stopped = now.halt.is_set()
                    whole = rows if render_list.ended(rows[-1]) else rows[:-1]
                    if len(whole) > len(now.rows):
                        now = replace(now, rows=whole)
                        yield view.shown(now)
                    if stopped:
                        break
            yield view.shown(replace(now, stage="stopped" if now.halt.is_set() else "done"))
        except Exception:
            yield view.shown(replace(now, stage="failed"))
            raise
        finally:
            now.halt.set()
        if in_memory(catalog) != loaded:
            yield {changed: values[changed] + 1}  # a run loads what it needs

    @told
    def stop(now: Listed | None) -> None:
        if now is not None:
            now.halt.set()

    @told
    def opened(content: Any) -> str:
        return "\n".join(prompt_table.read_prompts(as_text(content, MOST_BYTES)))

    @told
    def whole(event: gr.EventData) -> dict[str, str]:
        clicked = event._data  # not `gr.SelectData`, which fails on what no table sends
        if not isinstance(clicked, Mapping) or "value" not in clicked:
            raise InvalidSetup("That is no cell of the table; click one.")
        return render_list.cell(clicked.get("index"), clicked["value"], clicked.get("row_value"))

    @told
    def as_csv(now: Listed | None) -> dict[str, str]:
        now = _needed(now)
        return {"name": "comparison.csv", "text": csv_text(*render_list.records(now.picked, now.rows))}

    @told
    def as_json(now: Listed | None) -> dict[str, str]:
        now = _needed(now)
        runs = [{"prompt": row.prompt, "runs": [setups.run_to_dict(run) for run in row.runs]} for row in now.rows]
        return {"name": "comparison.json", "text": json.dumps(runs, ensure_ascii=False, indent=1)}

    inputs = {picker, changed, view.listed, view.prompts, *form.widgets}
    outputs = [view.listed, view.state, view.table, view.cell, view.start, view.stop, changed]
    view.start.click(run, inputs, outputs, preprocess=False, trigger_mode="once", **experimenting(), **QUIET)
    view.stop.click(stop, view.listed, None, **AT_ONCE)
    view.upload.upload(opened, view.upload, view.prompts, **AT_ONCE)
    view.table.select(whole, None, view.cell, **AT_ONCE)
    view.save_csv.click(as_csv, view.listed, view.save_csv, **AT_ONCE)
    view.save_json.click(as_json, view.listed, view.save_json, **AT_ONCE)


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise InvalidSetup("`prompts` must be text.", ("prompts",))
    return value


def _needed(now: Listed | None) -> Listed:
    if now is None or not now.rows:
        raise InvalidSetup("There is no row to download yet; run the list first.")
    return now
