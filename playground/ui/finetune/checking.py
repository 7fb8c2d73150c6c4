"""Checks the rows that a training would learn from, before it does."""

from dataclasses import dataclass
from typing import Any

import gradio as gr

from playground.finetuning.preparation.checks import check_rows
from playground.finetuning.preparation.tokenizers import open_tokenizer
from playground.ui.finetune import row_checks_values
from playground.ui.finetune.form import TrainingForm
from playground.ui.handlers.event_options import QUIET, running
from playground.ui.handlers.messages import report_errors
from playground.ui.handlers.tab import PageContext, Updates


@dataclass(frozen=True, slots=True, kw_only=True)
class RowChecksHandlers:
    """The handler."""

    form: TrainingForm
    shared: PageContext

    @report_errors
    def check_training_rows(self, values: dict[Any, Any], request: gr.Request) -> Updates:
        info, source = self.form.chosen_model(values, self.shared.sessions.of(request))
        _, parts = self.form.read_data(values)
        opened = open_tokenizer(source, info.title, self.shared.settings)
        apart = (*parts.validation, *parts.held_out)
        findings = check_rows(parts.training, apart, tokenizer=opened.tokenizer, window=opened.window)
        return {self.form.data.checks.found: row_checks_values.checks_value(parts, findings, opened.tokenizer)}


def wire(handlers: RowChecksHandlers) -> None:
    """Attach the handler."""
    checks = handlers.form.data.checks
    checks.check.click(
        handlers.check_training_rows, handlers.form.inputs, [checks.found], preprocess=False,
        **{**running(handlers.shared.settings), **QUIET},
    )  # fmt: skip
