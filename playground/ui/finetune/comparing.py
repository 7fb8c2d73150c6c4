"""What was learned is loaded into the list of models, and opened in Compare beside its base."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import gradio as gr

from playground.backends import commands
from playground.backends.sources import ModelSource
from playground.finetuning.jobs.standing import Standing
from playground.finetuning.jobs.training_jobs import TrainingJobs
from playground.finetuning.methods import method_of
from playground.ui.finetune.running_panel import RunningPanel
from playground.ui.handlers.event_options import QUIET, running
from playground.ui.handlers.messages import report_errors
from playground.ui.handlers.tab import PageContext, Updates
from playground.ui.widgets.waiting_line import WaitingLine

SAMPLING = {"temperature": 0, "max_tokens": 60}


def name_of(standing: Standing) -> str:
    """The name of what was learned in the list of models: of its title, and of its id, which no other has."""
    title = ModelSource(kind="folder", place=standing.job.title.replace("/", " ")).name
    return f"{title[:40]}-{standing.job.id.rpartition('-')[2]}"


def comparison_of(standing: Standing) -> dict[str, Any]:
    """The base and what it learned, side by side on one of the prompts, as Compare's form is kept."""
    job, name = standing.job, name_of(standing)
    tuned = {"model": name} if method_of(job.recipe).makes_model else {"model": job.model, "adapter": name}
    prompt = job.prompts[0][-1].content if job.prompts else ""
    return {
        "setup": {"task": {"input": prompt}, "sampling": SAMPLING},
        "rows": {"panes": [{"model": job.model}, tuned], "baseline": 0},
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparingHandlers:
    """The handler. `line` says what it waits for."""

    panel: RunningPanel
    jobs: TrainingJobs
    shared: PageContext
    line: WaitingLine

    def compare(self, key: str, changes: int, request: gr.Request) -> Iterator[Updates]:
        shared, owner = self.shared, self.shared.sessions.visitor(request)
        standing, folder = self.jobs.standing(key, owner), self.jobs.result(key, owner)
        catalog, name = shared.sessions.of(request), name_of(standing)
        job = standing.job
        yield {shared.comparison_to_open: None}  # opened twice, it is news twice
        known = [info.name for info in catalog.models()]
        if method_of(job.recipe).makes_model:
            source = name if name in known else str(folder)
            loading = commands.load_model(catalog, shared.settings, source, name)
        else:
            adapters = [adapter.name for adapter in catalog.info(job.model).adapters]
            source = name if name in adapters else str(folder)
            loading = commands.load_adapter(
                catalog, shared.settings, job.model, source, name, job.title, made_here=True
            )
        for _ in loading:
            yield {shared.comparison_to_open: None}
        yield {shared.comparison_to_open: comparison_of(standing), shared.model_changes: changes + 1}


def wire(handlers: ComparingHandlers) -> None:
    """Attach the handler."""
    panel, shared, line = handlers.panel, handlers.shared, handlers.line
    line.attach(
        panel.compare.click, report_errors(handlers.compare), [panel.chosen, shared.model_changes],
        [shared.comparison_to_open, shared.model_changes], trigger_mode="once", **{**running(shared.settings), **QUIET},
    )  # fmt: skip
    line.wire(gr.State(None))
