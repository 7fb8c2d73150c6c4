"""A recipe taken away as YAML, and one opened from a file."""

from dataclasses import dataclass
from typing import Any

import gradio as gr

from playground.finetuning.recipe import Recipe
from playground.finetuning.recipe_files import read_recipe, write_recipe
from playground.ui import widgets
from playground.ui.finetune.form import TrainingForm, refuse_own_words
from playground.ui.finetune.labels import report_labelled
from playground.ui.handlers.event_options import AT_ONCE
from playground.ui.handlers.messages import report_errors
from playground.ui.handlers.tab import Updates
from playground.ui.handlers.uploads import text_of_file


@dataclass(frozen=True, slots=True, kw_only=True)
class RecipeFiles:
    """The buttons."""

    save: Any
    open: Any


def build() -> RecipeFiles:
    """Lay out the buttons."""
    with gr.Row(elem_classes="quiet-row"):
        save = widgets.download("Save the recipe")
        opened = gr.UploadButton(
            "Open a recipe", file_types=[".yaml", ".yml", ".json"], type="binary", size="sm", variant="secondary",
            elem_classes="quiet-button",
        )  # fmt: skip
    return RecipeFiles(save=save, open=opened)


@dataclass(frozen=True, slots=True, kw_only=True)
class RecipeFileHandlers:
    """The handlers. On a `public` server a recipe brings no words of its own."""

    files: RecipeFiles
    form: TrainingForm
    public: bool

    @report_labelled
    def save_recipe(self, values: dict[Any, Any]) -> Updates:
        recipe = self.form.recipe.read(values)
        return {self.files.save: {"name": f"{recipe.method}.recipe.yaml", "text": write_recipe(recipe)}}

    @report_errors
    def open_recipe(self, content: Any) -> Updates:
        recipe: Recipe = read_recipe(text_of_file(content), "The file")
        if self.public:
            refuse_own_words("", recipe)
        return self.form.recipe.write(recipe)


def wire(handlers: RecipeFileHandlers) -> None:
    """Attach the handlers."""
    files, recipe = handlers.files, handlers.form.recipe
    files.save.click(handlers.save_recipe, recipe.inputs, [files.save], preprocess=False, **AT_ONCE)
    files.open.upload(handlers.open_recipe, files.open, recipe.outputs, **AT_ONCE)
