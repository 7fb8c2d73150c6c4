"""A list of prompts for all panes, as widgets: a table that grows row by row, to sort, search and take away."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gradio as gr

from playground import setups
from playground.csv_text import csv_text
from playground.errors import InvalidSetup
from playground.evaluation import prompt_table
from playground.evaluation.prompt_table import PromptRow
from playground.settings import Settings
from playground.ui import widgets
from playground.ui.compare import prompt_list_values
from playground.ui.compare.rating.blind import Blindable
from playground.ui.handlers.event_options import AT_ONCE
from playground.ui.handlers.experiment_limits import list_text
from playground.ui.handlers.messages import report_errors
from playground.ui.handlers.payloads import read_report
from playground.ui.handlers.uploads import text_of_file
from playground.ui.widgets import waiting_line
from playground.ui.widgets.status import sentence
from playground.ui.widgets.waiting_line import WaitingLine

HERE = Path(__file__).parent

PROMPTS = "What is the capital of France?\nName a fruit that is yellow.\nWhat do bees make?"
LIST = "prompt-list"  # the tab's id
MOST_BYTES = 256 * 1024  # of a file with prompts


@dataclass(frozen=True, slots=True, kw_only=True)
class PromptListRun(Blindable):
    """The rows so far."""

    count: int
    rows: tuple[PromptRow, ...] = ()
    stage: str = "answering"
    error: str = ""

    @property
    def busy(self) -> bool:
        return self.stage == "answering"


@dataclass(frozen=True, slots=True, kw_only=True)
class PromptList:
    """The widgets. `list_run` is the session's memory, and `tabs` are those of which the list is one."""

    tabs: Any
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
    list_run: Any

    def show(self, now: PromptListRun) -> dict[Any, Any]:
        state = prompt_list_values.state(now.stage, len(now.rows), now.count, now.error)
        hidden, whole = prompt_list_values.prompts_alone(now.rows), prompt_list_values.frame(now.picked, now.rows)
        return {
            self.list_run: now,
            self.state: sentence(state, wrong=bool(now.error)),
            self.table: gr.Dataframe(**(hidden if now.hidden else whole)),
        }

    @property
    def results(self) -> list[Any]:
        return [self.list_run, self.state, self.table]


def build(page: Any, settings: Settings, tabs: Any) -> PromptList:
    """Lay out the list, in the tab LIST of these."""
    prompts = gr.Textbox(
        PROMPTS, label="Prompts", info="One per line, or a CSV with a column prompt, input, question or text.", lines=4,
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
        tabs=tabs, prompts=prompts, upload=upload, start=start, stop=stop, line=line, state=state, table=table,
        cell=cell, save_csv=save_csv, save_json=save_json, list_run=gr.State(None),
    )  # fmt: skip


def wire_files(view: PromptList) -> None:
    """Attach the handlers: prompts come out of a file, a cell is shown whole, and the answers go into files."""

    @report_errors
    def opened(content: Any) -> str:
        return "\n".join(prompt_table.read_prompts(text_of_file(content, MOST_BYTES)))

    @report_errors
    def whole(event: gr.EventData) -> dict[str, str]:
        clicked = read_report(event)  # not `gr.SelectData`, which fails on what no table sends
        if not isinstance(clicked, Mapping) or "value" not in clicked:
            raise InvalidSetup("That is no cell of the table; click one.")
        return prompt_list_values.cell(clicked.get("index"), clicked["value"], clicked.get("row_value"))

    @report_errors
    def as_csv(now: PromptListRun | None) -> dict[str, str]:
        now = _needed(now)
        return {"name": "comparison.csv", "text": csv_text(*prompt_list_values.records(now.picked, now.rows))}

    @report_errors
    def as_json(now: PromptListRun | None) -> dict[str, str]:
        now = _needed(now)
        runs = [{"prompt": row.prompt, "runs": [setups.run_to_dict(run) for run in row.runs]} for row in now.rows]
        return {"name": "comparison.json", "text": json.dumps(runs, ensure_ascii=False, indent=1)}

    view.upload.upload(opened, view.upload, view.prompts, **AT_ONCE)
    view.table.select(whole, None, view.cell, **AT_ONCE)
    view.save_csv.click(as_csv, view.list_run, view.save_csv, **AT_ONCE)
    view.save_json.click(as_json, view.list_run, view.save_json, **AT_ONCE)


def _needed(now: PromptListRun | None) -> PromptListRun:
    if now is None or not now.rows:
        raise InvalidSetup("There is no row to download yet; run the list first.")
    now.refuse_hidden()
    return now
