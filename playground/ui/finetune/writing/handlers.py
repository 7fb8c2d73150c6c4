"""A model writes rows while one watches; each is kept or left out by the person before it is learned."""

import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import gradio as gr

from playground import setups
from playground.backends.catalog import Catalog
from playground.errors import InvalidSetup, LimitReached, NotSupported
from playground.evaluation.own_data import MAX_BYTES
from playground.finetuning.preparation.own_rows import read_rows
from playground.finetuning.preparation.rows import TrainingRow
from playground.finetuning.preparation.writing.from_prompts import Written, answer_prompts, read_prompts
from playground.finetuning.preparation.writing.from_seeds import write_more
from playground.finetuning.preparation.writing.writer import CatalogWriter
from playground.formats import format_count
from playground.types import Weights
from playground.ui.finetune.failing import fail_in_place
from playground.ui.finetune.writing.panel import (
    ANSWERS,
    MORE,
    WritingChoice,
    WritingPanel,
    shown,
    writers,
)
from playground.ui.handlers import payloads
from playground.ui.handlers.event_options import AT_ONCE, QUIET, running
from playground.ui.handlers.messages import report_errors
from playground.ui.handlers.tab import PageContext, Updates
from playground.ui.handlers.trigger_modes import on_opening_and
from playground.ui.setup_form.fields import read_fields
from playground.ui.widgets.status import sentence
from playground.ui.widgets.waiting_line import WaitingLine

INTERVAL = 0.4  # seconds between two news of the rows
ON_SHARED = "On a shared server nobody trains on rows of their own, so no model writes any."


@dataclass(frozen=True, slots=True, kw_only=True)
class WritingHandlers:
    """The handlers."""

    panel: WritingPanel
    shared: PageContext
    line: WaitingLine

    @report_errors
    def write_rows(self, values: dict[Any, Any], request: gr.Request) -> Iterator[Updates]:
        """Rows as they are written; closing stops the work, and what was written stays."""
        panel, catalog = self.panel, self.shared.sessions.of(request)
        model, work = self._begin(values, catalog)
        yield {panel.state: sentence("Opening the model."), panel.stop: gr.update(visible=True), panel.rows: ()}
        ended = {panel.stop: gr.update(visible=False), panel.kept: gr.update(interactive=True)}
        yield from fail_in_place(self._write(model, work, catalog), panel.state, ended)

    def _write(self, model: str, work: Iterator[Written], catalog: Catalog) -> Iterator[Updates]:
        panel = self.panel
        for _ in catalog.open(model):
            yield {panel.state: gr.skip()}
        rows: list[TrainingRow] = []
        left_out: Counter[str] = Counter()
        told = 0.0
        for written in work:
            if written.row is None:
                left_out[written.left_out] += 1
            else:
                rows.append(written.row)
            if time.monotonic() - told > INTERVAL:
                told = time.monotonic()
                yield self._show(rows, left_out, going=True)
        yield self._show(rows, left_out, going=False)

    def _begin(self, values: Mapping[Any, Any], catalog: Catalog) -> tuple[str, Iterator[Written]]:
        """The model that writes, and its work, which has not begun. Raises for what is not given as it must be."""
        panel = self.panel
        if self.shared.settings.public:
            raise NotSupported(ON_SHARED)
        model = catalog.info(payloads.words(values[panel.writer], "model"))
        if model.capabilities.task:
            raise NotSupported(f"{model.title} is made for one task and writes no rows; choose a language model.")
        how: WritingChoice = setups.build(WritingChoice, read_fields(panel.how, values), ("data",))
        writer, kind = CatalogWriter(catalog, Weights(model=model.name)), values[panel.kind]
        if kind not in (ANSWERS, MORE):
            raise InvalidSetup(path=("data",), value=kind, rule=f"it must be {ANSWERS} or {MORE}.")
        given = payloads.words(values[panel.prompts if kind == ANSWERS else panel.seeds], "rows")
        if len(given) > MAX_BYTES:
            raise LimitReached(f"At most {MAX_BYTES // 2**20} MB can be given; give a part of it.")
        if kind == ANSWERS:
            return model.name, answer_prompts(writer, read_prompts(given), how.about)
        return model.name, write_more(writer, read_rows(given).rows, how.wanted, how.about, seed=0)

    def _show(self, rows: Sequence[TrainingRow], left_out: Mapping[str, int], *, going: bool) -> Updates:
        panel = self.panel
        numbers = [str(number) for number in range(len(rows))]
        choices = [(shown(row), number) for row, number in zip(rows, numbers, strict=True)]
        return {
            panel.rows: tuple(rows),
            panel.state: sentence(state_text(len(rows), left_out, going=going)),
            panel.stop: gr.update(visible=going),
            panel.kept: gr.update(choices=choices, value=numbers, visible=bool(rows), interactive=not going),
        }

    @report_errors
    def stop_writing(self, rows: Sequence[TrainingRow]) -> Updates:
        return self._show(rows or (), {}, going=False)

    @report_errors
    def ask_for(self, kind: object) -> Updates:
        """What is to be given for what is written."""
        panel, answers = self.panel, kind == ANSWERS
        return {
            panel.prompts: gr.update(visible=answers),
            panel.seeds: gr.update(visible=not answers),
            panel.wanted: gr.update(visible=not answers),
        }

    @report_errors
    def offer_writers(self, chosen: object, request: gr.Request) -> Updates:
        models = writers(self.shared.sessions.of(request))
        names = [name for _, name in models]
        value = chosen if chosen in names else names[0] if names else None
        return {self.panel.writer: gr.Dropdown(models, value=value)}


def state_text(rows: int, left_out: Mapping[str, int], *, going: bool) -> str:
    """How many rows there are, and what else the model wrote."""
    without = [f"{count:,} {why}" for why, count in left_out.items()]
    ended = [f"{format_count(rows, 'row')} written."] if rows or not going else ["The model begins."]
    return " ".join([*ended, *([f"Left out: {', '.join(without)}."] if without else [])])


def wire(handlers: WritingHandlers) -> None:
    """Attach the handlers."""
    panel, shared = handlers.panel, handlers.shared
    inputs = {panel.writer, panel.kind, panel.prompts, panel.seeds, *(field.widget for field in panel.how)}
    outputs = [panel.state, panel.stop, panel.rows, panel.kept]
    begun = handlers.line.attach(
        panel.write.click, handlers.write_rows, inputs, outputs, preprocess=False, trigger_mode="once",
        **{**running(shared.settings), **QUIET},
    )  # fmt: skip
    handlers.line.wire(gr.State(None))
    panel.stop.click(handlers.stop_writing, panel.rows, outputs, cancels=[begun], **AT_ONCE)
    panel.kind.change(
        handlers.ask_for, panel.kind, [panel.prompts, panel.seeds, panel.wanted], preprocess=False, **AT_ONCE
    )
    on_opening_and(
        shared.page.load, [shared.model_changes.change], handlers.offer_writers, panel.writer, [panel.writer],
        preprocess=False, trigger_mode="always_last", **AT_ONCE,
    )  # fmt: skip
