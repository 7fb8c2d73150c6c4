"""What is to be trained, as the tab's form holds it: a model, data, a recipe and a title."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import gradio as gr

from playground.backends.catalog import Catalog, ModelInfo
from playground.backends.sources import ModelSource
from playground.errors import InvalidSetup, NotSupported
from playground.finetuning.chosen_models import TEACHER, ChosenTeacher, can_learn, choose_model, choose_teacher
from playground.finetuning.jobs.job import Job
from playground.finetuning.methods import METHODS
from playground.finetuning.preparation.checks import refuse_useless
from playground.finetuning.recipe import Recipe
from playground.finetuning.training_data import Parts, TrainingData
from playground.parameters import parameters
from playground.ui.finetune import data_panel, recipe_panel
from playground.ui.finetune.data_panel import OF_ONES_OWN, DataPanel
from playground.ui.finetune.recipe_panel import RecipePanel
from playground.ui.finetune.weights_values import choices_of, find_weights, offered_weights
from playground.ui.handlers import payloads
from playground.ui.handlers.tab import Updates

MAX_TITLE = 80
WORDS_ON_SHARED = (
    "On a shared server nobody trains on words of their own: whoever runs it would answer for them. Leave "
    "\u201c{label}\u201d as it was."
)
TEACHER_ON_SHARED = "On a shared server no other model teaches: two would be in memory at once."
NO_TEACHER = ("None: the answers of the rows are learned", "")
OWN_ON_SHARED = "On a shared server nobody trains on rows of their own: whoever runs it would answer for them."


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingForm:
    """The widgets."""

    model: Any
    teacher: Any
    data: DataPanel
    recipe: RecipePanel
    title: Any

    @property
    def inputs(self) -> set[Any]:
        return {self.model, self.teacher, self.title, *self.data.inputs, *self.recipe.inputs}

    def read(self, values: Mapping[Any, Any], catalog: Catalog, owner: str) -> tuple[Job, Parts]:
        """What the form asks for. Raises InvalidSetup, UnknownModel, and NotSupported for a model that cannot learn."""
        info, source = self.chosen_model(values, catalog)
        recipe = self.recipe.read(values)
        if owner:
            refuse_own_words(values[self.data.name], recipe)
        teacher = self.chosen_teacher(values, catalog, owner)
        data, parts = self.read_data(values)
        refuse_useless(parts.training, (*parts.validation, *parts.held_out))
        # On a shared server no words of a stranger are kept: there a training is called what it is.
        typed = "" if owner else payloads.words(values[self.title], "title").strip()
        title = typed or f"{data.title}, {METHODS[recipe.method].title}"
        if len(title) > MAX_TITLE:
            raise InvalidSetup(f"The title has {len(title):,} characters; {MAX_TITLE} is the most.")
        job = Job(
            id="", title=title, model=info.name, model_title=info.title, source=source, recipe=recipe,
            data=data.title, prompts=data.prompts, made=time.time(), owner=owner,
            teacher=teacher.source if teacher else None, teacher_title=teacher.title if teacher else "",
            teacher_adapter=teacher.adapter if teacher else None,
        )  # fmt: skip
        return job, parts

    def chosen_model(self, values: Mapping[Any, Any], catalog: Catalog) -> tuple[ModelInfo, ModelSource]:
        """Raises UnknownModel, and NotSupported for a model that cannot learn."""
        return choose_model(catalog, payloads.words(values[self.model], "model"))

    def chosen_teacher(self, values: Mapping[Any, Any], catalog: Catalog, owner: str = "") -> ChosenTeacher | None:
        """What teaches, if another model is to, or an adapter. Raises NotSupported, and InvalidSetup for itself."""
        if not (named := values[self.teacher]):
            return None
        if owner:
            raise NotSupported(TEACHER_ON_SHARED)
        return choose_teacher(catalog, find_weights(catalog, named)[1], values[self.model])

    def read_data(self, values: Mapping[Any, Any]) -> tuple[TrainingData, Parts]:
        """The data and its parts, by the recipe's seed. Raises InvalidSetup."""
        return self.data.read(values, self.recipe.read(values).seed)

    def offer(self, chosen: Any, catalog: Catalog) -> Updates:
        """Updates that offer the models there are now."""
        models = trainable(catalog)
        names = [name for _, name in models]
        return {
            self.model: gr.Dropdown(models, value=chosen if chosen in names else names[0] if names else None),
            self.teacher: gr.update(choices=teachers(catalog)),
        }


def refuse_own_words(data: Any, recipe: Recipe) -> None:
    """Raises NotSupported for rows, and for words in the recipe, that a stranger would teach."""
    if data in OF_ONES_OWN:
        raise NotSupported(OWN_ON_SHARED)
    for parameter in parameters(Recipe):
        if parameter.kind == "text" and getattr(recipe, parameter.name) != parameter.default:
            raise NotSupported(WORDS_ON_SHARED.format(label=parameter.label))


def trainable(catalog: Catalog) -> list[tuple[str, str]]:
    return [(info.title, info.name) for info in catalog.models() if can_learn(info)]


def teachers(catalog: Catalog) -> list[tuple[str, str]]:
    """Whoever can teach: the models of this machine, alone and with each adapter."""
    names = {name for _, name in trainable(catalog)}
    offered = {key: one for key, one in offered_weights(catalog).items() if one[1].model in names}
    return [NO_TEACHER, *choices_of(offered)]


def build(catalog: Catalog, *, public: bool = False) -> TrainingForm:
    """Lay out the form; on a public server without what is refused there."""
    models = trainable(catalog)
    gr.Markdown("### Data")
    data = data_panel.build(public=public)
    gr.Markdown("### Recipe")
    model = gr.Dropdown(models, value=models[0][1] if models else None, label="Model", filterable=False)
    teacher = gr.Dropdown(
        teachers(catalog), value="", label="Teacher", filterable=False, visible=not public, info=TEACHER,
    )  # fmt: skip
    recipe = recipe_panel.build(public=public)
    title = gr.Textbox(label="Title (optional)", info="Empty: data and method.", max_lines=1, visible=not public)
    return TrainingForm(model=model, teacher=teacher, data=data, recipe=recipe, title=title)
