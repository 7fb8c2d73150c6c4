"""A model writes rows while one watches; each is kept or left out by the person before it is learned."""

import time
from collections import Counter
from collections.abc import Generator, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
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
from playground.ui.finetune.in_place import run_in_place
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
from playground.ui.language.texts import AsWritten
from playground.ui.setup_form.fields import read_fields
from playground.ui.widgets.status import sentence
from playground.ui.widgets.waiting_line import WaitingLine

INTERVAL = 0.4  # seconds between two news of the rows
ON_SHARED = "On a shared server nobody trains on rows of their own, so no model writes any."


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenSoFar:
    """The rows that a model wrote, and how often it wrote something else, by what was wrong with it."""

    rows: list[TrainingRow] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)

    def take(self, written: Written) -> None:
        if written.row is None:
            self.left_out[written.left_out] += 1
        else:
            self.rows.append(written.row)


@dataclass(frozen=True, slots=True, kw_only=True)
class WritingHandlers:
    """The handlers."""

    panel: WritingPanel
    shared: PageContext
    line: WaitingLine

    @report_errors
    def write_rows(self, values: dict[Any, Any], request: gr.Request) -> Iterator[Updates]:
        """Rows as they are written; closing stops the work, and what was written stays."""
        catalog, so_far = self.shared.sessions.of(request), WrittenSoFar()
        model, work = self._begin(values, catalog)
        yield {self.panel.state: sentence("Opening the model."), self.panel.rows: ()}
        writing, stopped = self._write(model, work, catalog, so_far), partial(self._show, so_far, "Stopped.")
        yield from run_in_place(writing, values[self.line.turn], self.panel.state, stopped)

    def _write(
        self, model: str, work: Iterator[Written | None], catalog: Catalog, so_far: WrittenSoFar
    ) -> Generator[Updates, None, Updates]:
        for _ in catalog.open(model):
            yield {self.panel.state: gr.skip()}
        told = 0.0
        for written in work:
            if written is not None:
                so_far.take(written)
            if time.monotonic() - told > INTERVAL:
                told = time.monotonic()
                yield self._show(so_far, going=True)
        return self._show(so_far)

    def _begin(self, values: Mapping[Any, Any], catalog: Catalog) -> tuple[str, Iterator[Written | None]]:
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

    def _show(self, so_far: WrittenSoFar, end: str = "", *, going: bool = False) -> Updates:
        panel, rows = self.panel, so_far.rows
        numbers = [str(number) for number in range(len(rows))]
        choices = [(AsWritten(shown(row)), number) for row, number in zip(rows, numbers, strict=True)]
        return {
            panel.rows: tuple(rows),
            panel.state: sentence(state_text(len(rows), so_far.left_out, end, going=going)),
            panel.kept: gr.update(choices=choices, value=numbers, visible=bool(rows), interactive=not going),
        }

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


def state_text(rows: int, left_out: Mapping[str, int], end: str = "", *, going: bool = False) -> str:
    """How many rows there are, what else the model wrote, and how it came to its `end` where that is early."""
    without = [f"{count:,} {why}" for why, count in left_out.items()]
    ended = [f"{format_count(rows, 'row')} written."] if rows or not going else ["The model begins."]
    return " ".join([*([end] if end else []), *ended, *([f"Left out: {', '.join(without)}."] if without else [])])


def wire(handlers: WritingHandlers) -> None:
    """Attach the handlers."""
    panel, shared = handlers.panel, handlers.shared
    inputs = {panel.writer, panel.kind, panel.prompts, panel.seeds, *(field.widget for field in panel.how)}
    outputs = [panel.state, panel.rows, panel.kept]
    handlers.line.attach(
        panel.write.click, handlers.write_rows, inputs, outputs, preprocess=False, trigger_mode="once",
        **{**running(shared.settings), **QUIET},
    )  # fmt: skip
    handlers.line.wire()
    panel.kind.change(
        handlers.ask_for, panel.kind, [panel.prompts, panel.seeds, panel.wanted], preprocess=False, **AT_ONCE
    )
    on_opening_and(
        shared.opening, [shared.model_changes.change], handlers.offer_writers, panel.writer, [panel.writer],
        preprocess=False, trigger_mode="always_last", **AT_ONCE,
    )  # fmt: skip
