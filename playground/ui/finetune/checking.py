"""Checks the rows that a training would learn from, before it does."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import gradio as gr

from playground.finetuning.preparation.checks import check_rows
from playground.finetuning.preparation.tokenizers import open_tokenizer
from playground.ui.finetune import row_checks_values
from playground.ui.finetune.form import TrainingForm
from playground.ui.finetune.labels import report_labelled
from playground.ui.handlers.event_options import AT_ONCE, QUIET, running
from playground.ui.handlers.tab import PageContext, Updates
from playground.ui.setup_form.fields import changes


@dataclass(frozen=True, slots=True, kw_only=True)
class RowChecksHandlers:
    """The handlers."""

    form: TrainingForm
    shared: PageContext

    @report_labelled
    def check_training_rows(self, values: dict[Any, Any], request: gr.Request) -> Iterator[Updates]:
        """What was found before goes first: it would look like this check's, should this one fail."""
        yield self.clear()
        info, source = self.form.chosen_model(values, self.shared.sessions.of(request))
        _, parts = self.form.read_data(values)
        opened = open_tokenizer(source, info.title, self.shared.settings)
        apart = (*parts.validation, *parts.held_out)
        findings = check_rows(parts.training, apart, tokenizer=opened.tokenizer, window=opened.window)
        yield {self.form.data.checks.found: row_checks_values.checks_value(parts, findings, opened.tokenizer)}

    def clear(self) -> Updates:
        return {self.form.data.checks.found: row_checks_values.NOTHING}


def wire(handlers: RowChecksHandlers) -> None:
    """Attach the handlers. What was found of other rows, or by another model's tokens, does not stay."""
    form, checks = handlers.form, handlers.form.data.checks
    checked = checks.check.click(
        handlers.check_training_rows, form.inputs, [checks.found], preprocess=False,
        **{**running(handlers.shared.settings), **QUIET},
    )  # fmt: skip
    seed = [field.widget for field in form.recipe.numbers if field.parameter.name == "seed"]
    read = [form.model, *form.data.inputs, *seed]
    gr.on(changes(read), handlers.clear, None, [checks.found], cancels=[checked], **AT_ONCE)
