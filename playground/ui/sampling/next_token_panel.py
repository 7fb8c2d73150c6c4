"""The distribution of the next token, as it was read: settings are tried on it without asking the model again."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gradio as gr

from playground import presets, setups
from playground.backends.catalog import Catalog
from playground.csv_text import csv_text
from playground.errors import InvalidSetup, NotSupported, PlaygroundError
from playground.parameters import parameters
from playground.settings import Settings
from playground.types import Progress, Sampling
from playground.ui import widgets
from playground.ui.handlers import payloads
from playground.ui.handlers.event_options import QUIET
from playground.ui.handlers.messages import in_words
from playground.ui.handlers.sessions import Sessions
from playground.ui.sampling import next_token_values, question, reading
from playground.ui.sampling.question import Question
from playground.ui.sampling.reading import SHOWN, Reading
from playground.ui.sampling.token_clicks import Nudge
from playground.ui.setup_form import check as checking
from playground.ui.setup_form import sampling_panel
from playground.ui.setup_form.sampling_panel import SamplingPanel
from playground.ui.widgets import waiting_line
from playground.ui.widgets.status import share_of, status
from playground.ui.widgets.waiting_line import WaitingLine

HERE = Path(__file__).parent

EXAMPLES = {
    "fact": ("Capital of Australia", "What is the capital of Australia?", "The capital of Australia is"),
    "story": ("A story begins", "Tell me a story.", "Once upon a time, there was a"),
    "rut": ("Stuck in repetition", "List some colours.", "red, blue, red, blue, red, blue, red,"),
}
ABOUT = "Fills in prompt and answer so far, and reads the next token"
FIRST = "fact"


@dataclass(frozen=True, slots=True, kw_only=True)
class NextTokenView:
    """The widgets. `reading` is the session's memory of the last one."""

    reading: Any
    examples: Any
    read: Any
    draw: Any
    bars: Any
    table: Any
    save: Any
    panel: SamplingPanel
    question: Question
    line: WaitingLine

    @property
    def inputs(self) -> set[Any]:
        return {self.reading, *self.question.widgets}

    def sampling(self, values: Mapping[Any, Any]) -> Sampling:
        return setups.parse_sampling(self.panel.fields.read(values))

    def current(self, values: Mapping[Any, Any]) -> Reading:
        """The reading, if it answers the question that the form holds. Raises InvalidSetup."""
        now: Reading | None = values[self.reading]
        if now is None or self.stale(now, values):
            why = "The question has changed since it was read" if now else "Nothing has been read yet"
            raise InvalidSetup(f"{why}; press \u201cRead the next token\u201d first.")
        return now

    def stale(self, now: Reading, values: Mapping[Any, Any]) -> bool:
        return now.asked.wording != self.question.wording(values)

    def pictures(self, now: Reading, values: Mapping[Any, Any]) -> dict[Any, Any]:
        """Bars and table under the settings that the form holds."""
        asked = now.asked
        try:
            sampling = self.sampling(values)
            outlook = now.next.distribution(sampling, SHOWN)
        except PlaygroundError as error:  # of the settings, and someone may just be typing
            return {self.bars: show_failure(error)}
        value = next_token_values.next_token_value(outlook, sampling)
        about = {
            "context": asked.prefill or asked.setup.task.input,
            "note": now.note,
            "stale": self.stale(now, values),
            "spoken": f"{now.note} {value['sentence']}".strip(),
        }
        return {self.bars: {**value, **about}, self.table: next_token_values.candidate_table(outlook.candidates)}


def show_failure(error: Exception) -> dict[str, Any]:
    return {**next_token_values.EMPTY, **status("failed", error=in_words(error, question.in_labels))}


def show_progress(progress: Progress) -> dict[str, Any]:
    return {**next_token_values.EMPTY, **status("reading", progress.what, share=share_of(progress))}


def build(page: Any, catalog: Catalog) -> NextTokenView:
    """Lay out the question, the settings and the picture."""
    offered = {key: p for key, p in presets.sampling_presets().items() if _shapes_only(p.sampling)}
    with gr.Row(elem_classes="halves", equal_height=False):
        with gr.Column(elem_classes="asking", min_width=0):
            gr.Markdown("## Which token comes next?")
            examples = widgets.choices(
                [{"key": k, "title": e[0], "about": ABOUT} for k, e in EXAMPLES.items()], "Examples"
            )
            choice, task, prefill = question.build(catalog)
            with gr.Row(elem_classes="acts"):
                read = gr.Button("Read the next token", variant="primary", elem_id="read-button", elem_classes="runs")
                draw = gr.Button("Sample a token", variant="secondary", elem_id="draw-button")
            line = waiting_line.build(page)
        with gr.Column(elem_id="next-settings", elem_classes="setting", min_width=0):
            gr.Markdown("**Sampling** acts at once; the model is not asked again.", elem_classes="field-label")
            chips = widgets.chips([])
            load = sampling_panel.build_presets(offered)
            with gr.Column(elem_classes="sliders", min_width=0):
                sampling = question.shaping()
        with gr.Column(elem_classes="seeing", min_width=0):
            bars = widgets.widget(
                HERE / "next_token.js", uses=[widgets.STATUS_LINE], value=next_token_values.EMPTY, elem_id="next-token"
            )
            with gr.Accordion("As a table", open=False):
                table = gr.Dataframe(
                    headers=next_token_values.HEADERS, datatype=next_token_values.KINDS, interactive=False,
                    show_label=False, elem_id="next-token-table",
                )  # fmt: skip
                save = widgets.download("Download as CSV")
    _, task.field("input").widget.value, prefill.widget.value = EXAMPLES[FIRST]
    asks = Question(choice=choice, task=task, prefill=prefill, sampling=sampling)
    panel = SamplingPanel(chips=chips, load=load, fields=sampling)
    sampling_panel.wire(panel, offered)
    return NextTokenView(
        reading=gr.State(None), examples=examples, read=read, draw=draw, bars=bars,
        table=table, save=save, panel=panel, question=asks, line=line,
    )  # fmt: skip


def _shapes_only(sampling: Sampling) -> bool:
    changed = [p.name for p in parameters(Sampling) if getattr(sampling, p.name) != p.default]
    return all(name in sampling_panel.SHAPING for name in changed)


def wire(view: NextTokenView, settings: Settings, sessions: Sessions) -> None:
    """Attach the handlers of the settings, which ask no model."""

    @question.report_labelled
    def redraw(values: dict[Any, Any], request: gr.Request) -> dict[Any, Any]:
        now = values[view.reading]
        chips = {view.panel.chips: sampling_panel.list_differences(view.panel.fields, values)}
        try:
            reading.require_logits(checking.model(values[view.question.choice.model], sessions.of(request)))
        except NotSupported as error:
            return {**chips, view.bars: show_failure(error)}
        return {**chips, **(view.pictures(now, values) if now else {view.bars: next_token_values.EMPTY})}

    @question.report_labelled
    def bias(values: dict[Any, Any], event: gr.EventData) -> dict[Any, Any]:
        f = view.panel.fields.field("logit_bias")
        amounts, nudge = f.read(values[f.widget]), payloads.read(Nudge, event)
        amounts[nudge.id] = amounts.get(nudge.id, 0.0) + nudge.by
        return {f.widget: f.write({key: amount for key, amount in amounts.items() if amount})}

    @question.report_labelled
    def save(values: dict[Any, Any]) -> dict[Any, Any]:
        now = view.current(values)
        rows = next_token_values.candidate_table(now.next.distribution(view.sampling(values), SHOWN).candidates)
        return {view.save: {"name": "next_token.csv", "text": csv_text(next_token_values.HEADERS, rows)}}

    at_once = {"preprocess": False, "trigger_mode": "always_last", "concurrency_limit": settings.max_users, **QUIET}
    outputs = [view.panel.chips, view.bars, view.table]
    gr.on([w.change for w in view.question.widgets], redraw, view.inputs, outputs, **at_once)
    view.bars.nudge_bias(bias, view.inputs, view.panel.fields.widgets, preprocess=False, **QUIET)
    view.save.click(save, view.inputs, [view.save], preprocess=False, **QUIET)
