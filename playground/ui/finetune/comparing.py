"""What was learned is loaded into the list of models, and opened in Compare beside its base."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gradio as gr

from playground.backends import commands
from playground.backends.catalog import Catalog
from playground.backends.sources import ModelSource
from playground.finetuning.jobs.standing import Standing
from playground.finetuning.jobs.training_jobs import TrainingJobs
from playground.finetuning.methods import method_of
from playground.settings import Settings
from playground.types import Message, Weights
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


def weights_of(standing: Standing) -> Weights:
    """What was learned, as it is asked for once it is loaded: a model of its own, or an adapter of the base."""
    name = name_of(standing)
    return (
        Weights(model=name)
        if method_of(standing.job.recipe).makes_model
        else Weights(model=standing.job.model, adapter=name)
    )


def loading_learned(standing: Standing, folder: Path, catalog: Catalog, settings: Settings) -> Iterator[Any]:
    """Load what was learned into the list of models under its name, unless it is there; news until it is loaded."""
    job, name = standing.job, name_of(standing)
    if method_of(job.recipe).makes_model:
        known = [info.name for info in catalog.models()]
        return commands.load_model(catalog, settings, name if name in known else str(folder), name)
    adapters = [adapter.name for adapter in catalog.info(job.model).adapters]
    source = name if name in adapters else str(folder)
    return commands.load_adapter(catalog, settings, job.model, source, name, job.title, made_here=True)


def unload_learned(standing: Standing, catalog: Catalog) -> bool:
    """Take what was learned off the list of models, where it stands: its folder is about to go.

    Raises ModelInUse while somebody asks it.
    """
    weights = weights_of(standing)
    info = next((info for info in catalog.models() if info.name == weights.model), None)
    there = info is not None and (not weights.adapter or weights.adapter in {one.name for one in info.adapters})
    if there:
        catalog.unload(weights.model, weights.adapter)
    return there


def task_of(prompt: Sequence[Message]) -> dict[str, str] | None:
    """The task that asks a prompt as it stands, with its system message as the role; None for one of several turns."""
    match [(message.role, message.content) for message in prompt]:
        case [("user", asked)]:
            return {"input": asked}
        case [("system", role), ("user", asked)]:
            return {"input": asked, "role": role}
    return None


def comparison_of(standing: Standing) -> dict[str, Any]:
    """The base and what it learned, side by side on one of the prompts, as Compare's form is kept.

    A prompt of several turns is none that its form can hold: without another it opens with nothing asked.
    """
    job, weights = standing.job, weights_of(standing)
    tuned = {"model": weights.model, **({"adapter": weights.adapter} if weights.adapter else {})}
    task = next((task for prompt in job.prompts if (task := task_of(prompt))), {})
    return {
        "setup": {"task": task, "sampling": SAMPLING},
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
        yield {shared.comparison_to_open: None}  # opened twice, it is news twice
        for _ in loading_learned(standing, folder, shared.sessions.of(request), shared.settings):
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
