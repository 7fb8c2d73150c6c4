"""What a training would take, said while its form is filled in."""

from dataclasses import dataclass
from typing import Any

import gradio as gr

from playground.backends.catalog import Catalog, ModelInfo
from playground.backends.memory import format_bytes
from playground.errors import PlaygroundError
from playground.finetuning.estimate import TrainingEstimate, estimate
from playground.finetuning.jobs.training_jobs import TrainingJobs
from playground.finetuning.recipe import Recipe
from playground.finetuning.skills import SKILLS
from playground.finetuning.training_data import built_in, split
from playground.formats import format_duration
from playground.ui.finetune.data_panel import DataAmount
from playground.ui.finetune.form import TrainingForm, can_learn
from playground.ui.handlers.event_options import READING
from playground.ui.handlers.messages import report_errors
from playground.ui.handlers.tab import PageContext, Updates
from playground.ui.setup_form.fields import changes
from playground.ui.widgets.status import sentence


def estimate_text(found: TrainingEstimate) -> str:
    """What is said of an estimate."""
    time, room = format_duration(found.seconds), format_bytes(found.bytes)
    how = "as trainings went here" if found.measured else "roughly: none like it has been trained here yet"
    said = f"About {time} ({how}), and about {room} of memory."
    if found.bytes <= found.free:
        return said
    return f"{said} Only {format_bytes(found.free)} are free: choose a smaller batch, or shorter rows, or LoRA."


def parameters_of(info: ModelInfo) -> int | None:
    """How many parameters a model has, where that is known before it is loaded."""
    return info.details.parameters if info.details else info.suggestion.parameters if info.suggestion else None


@dataclass(frozen=True, slots=True, kw_only=True)
class EstimateHandlers:
    """The handler. `words` is where the estimate stands."""

    form: TrainingForm
    words: Any
    jobs: TrainingJobs
    shared: PageContext

    @report_errors
    def estimate_training(self, values: dict[Any, Any], request: gr.Request) -> Updates:
        try:
            catalog = self.shared.sessions.of(request)
            info, _ = self.form.chosen_model(values, catalog)
            teacher = self.form.chosen_teacher(values, catalog)
            parameters, recipe = parameters_of(info), self.form.recipe.read(values)
            data, parts = self.form.read_data(values)
        except PlaygroundError as error:  # said here, where it stands as long as it is so
            return {self.words: sentence(str(error), wrong=True)}
        if parameters is None or not parts.training:
            return {self.words: sentence("What it would take is known once the model has been loaded.")}
        before = self.jobs.standings(self.shared.sessions.visitor(request))
        taught_by = (parameters_of(teacher[0]) or 0) if teacher else 0
        found = estimate(parts, recipe, parameters, info.name, before, prompts=len(data.prompts), teacher=taught_by)
        return {self.words: sentence(estimate_text(found), wrong=found.bytes > found.free)}


def opening_text(catalog: Catalog) -> str:
    """What is said before anybody has touched the form."""
    info = next((info for info in catalog.models() if can_learn(info)), None)
    parameters = parameters_of(info) if info else None
    if info is None or parameters is None:
        return ""
    amount, recipe = DataAmount(), Recipe()
    data = built_in(next(iter(SKILLS)), recipe.seed)
    parts = split(data, amount.most, amount.validation, recipe.seed)
    return estimate_text(estimate(parts, recipe, parameters, info.name, [], prompts=len(data.prompts)))


def wire(handlers: EstimateHandlers, running_changes: Any) -> None:
    """Attach the handler: to all that the form holds, and to the end of a training, which is measured by then."""
    events = [*changes(handlers.form.inputs), running_changes.change]
    gr.on(
        events, handlers.estimate_training, handlers.form.inputs, [handlers.words], preprocess=False,
        trigger_mode="always_last", **READING,
    )  # fmt: skip
