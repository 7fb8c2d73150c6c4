"""What a training would take, said while its form is filled in."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import gradio as gr

from playground.backends.catalog import Catalog
from playground.backends.memory import format_bytes
from playground.errors import PlaygroundError
from playground.finetuning.chosen_models import can_learn
from playground.finetuning.estimate import TrainingEstimate, estimate, estimate_search, parameters_of
from playground.finetuning.fitting import fit_steps
from playground.finetuning.jobs.standing import Standing
from playground.finetuning.jobs.training_jobs import TrainingJobs
from playground.finetuning.recipe import PRESETS, Recipe, RecipePreset
from playground.finetuning.skills import SKILLS
from playground.finetuning.training_data import Parts, built_in, split
from playground.formats import format_duration
from playground.ui.finetune.data_panel import DataAmount
from playground.ui.finetune.form import TrainingForm
from playground.ui.finetune.labels import in_labels, report_labelled
from playground.ui.finetune.search.search_form import SearchForm
from playground.ui.handlers import payloads
from playground.ui.handlers.event_options import AT_ONCE, READING
from playground.ui.handlers.payloads import Choice
from playground.ui.handlers.tab import PageContext, Updates
from playground.ui.setup_form.fields import changes
from playground.ui.widgets.status import sentence

UNKNOWN = "What it would take is known once the model has been loaded."


def estimate_text(found: TrainingEstimate, tries: int = 0) -> str:
    """What is said of an estimate; of a search with how many tries it would make."""
    time, room = format_duration(found.seconds), format_bytes(found.bytes)
    counted = f"{time} for {tries} tries" if tries else time
    how = "as trainings went here" if found.measured else "roughly: none like it has been trained here yet"
    said = f"About {counted} ({how}), and about {room} of memory."
    if found.bytes <= found.free:
        return said
    return f"{said} Only {format_bytes(found.free)} are free: choose a smaller batch, or shorter rows, or LoRA."


@dataclass(frozen=True, slots=True, kw_only=True)
class _Form:
    """What is estimated, as the form holds it. `teacher` is how many parameters another model has that teaches."""

    parts: Parts
    recipe: Recipe
    parameters: int
    model: str
    before: tuple[Standing, ...]
    prompts: int
    teacher: int

    def takes(self, recipe: Recipe) -> TrainingEstimate:
        return estimate(
            self.parts, recipe, self.parameters, self.model, self.before, prompts=self.prompts, teacher=self.teacher
        )

    def fitted(self, preset: RecipePreset) -> Recipe:
        """The preset's recipe, with as many steps as fit into its time."""
        return fit_steps(preset.recipe, preset.seconds, lambda recipe: self.takes(recipe).seconds)

    @property
    def preset(self) -> str:
        """The key of the preset whose recipe this is; empty for none."""
        return next((key for key, preset in PRESETS.items() if self.fitted(preset) == self.recipe), "")


@dataclass(frozen=True, slots=True, kw_only=True)
class EstimateHandlers:
    """The handlers. `words` is where the estimate of a training stands; that of a search stands in its own form."""

    form: TrainingForm
    search: SearchForm
    words: Any
    jobs: TrainingJobs
    shared: PageContext

    @report_labelled
    def estimate_training(self, values: dict[Any, Any], request: gr.Request) -> Updates:
        """What is wrong is said here, where it stands as long as it is so. A preset is marked as long as it is held."""
        presets = self.form.recipe.presets
        try:
            known = self._read(values, request, self.form.recipe.read(values))
        except PlaygroundError as error:
            return {self.words: sentence(in_labels(error), wrong=True), self.search.words: sentence(""), presets: ""}
        if known is None:
            return {self.words: sentence(UNKNOWN), self.search.words: sentence(""), presets: ""}
        return {
            self.words: _in_words(known.takes(known.recipe)),
            self.search.words: self._estimate_search(values, known),
            presets: known.preset,
        }

    @report_labelled
    def fill_preset(self, values: dict[Any, Any], event: gr.EventData, request: gr.Request) -> Updates:
        """Its steps are as many as fit into its time, where that is known."""
        panel, preset = self.form.recipe, payloads.read_choice(event, PRESETS)
        try:
            known = self._read(values, request, preset.recipe)
        except PlaygroundError:  # which is said beside the form
            known = None
        filled = panel.write(known.fitted(preset) if known else preset.recipe)
        return {**filled, panel.presets: payloads.read(Choice, event).key}

    def _estimate_search(self, values: dict[Any, Any], known: _Form) -> Any:
        try:
            search = self.search.read(values, known.recipe)
            found, tries = estimate_search(
                known.parts, known.recipe, search, known.parameters, known.model, known.before, teacher=known.teacher
            )
        except PlaygroundError as error:
            return sentence(in_labels(error), wrong=True)
        return _in_words(found, tries)

    def _read(self, values: dict[Any, Any], request: gr.Request, recipe: Recipe) -> _Form | None:
        """None where nothing can be said yet. Raises PlaygroundError."""
        catalog = self.shared.sessions.of(request)
        info, _ = self.form.chosen_model(values, catalog)
        teacher = self.form.chosen_teacher(values, catalog)
        parameters, (data, parts) = parameters_of(info), self.form.data.read(values, recipe.seed)
        if parameters is None or not parts.training:
            return None
        return _Form(
            parts=parts, recipe=recipe, parameters=parameters, model=info.name,
            before=self.jobs.standings(self.shared.sessions.visitor(request)), prompts=len(data.prompts),
            teacher=(parameters_of(teacher.info) or 0) if teacher else 0,
        )  # fmt: skip


def _in_words(found: TrainingEstimate, tries: int = 0) -> Any:
    return sentence(estimate_text(found, tries), wrong=found.bytes > found.free)


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


def wire(handlers: EstimateHandlers, measured: Sequence[Any]) -> None:
    """Attach the handlers: to all that the forms hold, and to what tells that a training has been measured."""
    recipe = handlers.form.recipe
    inputs = {*handlers.form.inputs, *handlers.search.inputs}
    events = [*changes(inputs), *(one.change for one in measured), handlers.search.frame.expand]
    gr.on(
        events, handlers.estimate_training, inputs, [handlers.words, handlers.search.words, recipe.presets],
        preprocess=False, trigger_mode="always_last", **READING,
    )  # fmt: skip
    outputs = [recipe.presets, *recipe.outputs]
    recipe.presets.choose(handlers.fill_preset, handlers.form.inputs, outputs, preprocess=False, **AT_ONCE)
