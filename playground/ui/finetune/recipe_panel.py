"""How it is to learn: the method with its card, and the numbers of the recipe, those first that matter most."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import gradio as gr

from playground.errors import InvalidSetup
from playground.finetuning.methods import METHODS, Method
from playground.finetuning.recipe import PRESETS, Recipe, parse_recipe, recipe_to_dict
from playground.parameters import parameters
from playground.ui import widgets
from playground.ui.handlers.tab import Updates
from playground.ui.setup_form.fields import Field, pick, read_fields

FIRST = ("steps", "batch", "rate")
REST = (
    "rank", "alpha", "dropout", "layers", "width", "places", "tokens", "start", "warmup", "schedule", "decay", "clip",
    "beta", "instruction", "temperature", "evaluate_every", "patience", "seed",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class RecipePanel:
    """The widgets."""

    presets: Any
    method: Any
    card: Any
    numbers: tuple[Field, ...]

    @property
    def inputs(self) -> set[Any]:
        return {self.method, *(field.widget for field in self.numbers)}

    @property
    def outputs(self) -> list[Any]:
        return [self.method, self.card, *(field.widget for field in self.numbers)]

    def read(self, values: Mapping[Any, Any]) -> Recipe:
        """Raises InvalidSetup."""
        return parse_recipe({"method": values[self.method], **read_fields(self.numbers, values)})

    def write(self, recipe: Recipe) -> Updates:
        """Updates that make the form hold a recipe."""
        held = recipe_to_dict(recipe)
        filled = {field.widget: field.write(held[field.parameter.name]) for field in self.numbers}
        return {**filled, self.method: recipe.method, **self.describe(recipe.method, filled)}

    def describe(self, name: Any, filled: Updates | None = None) -> Updates:
        """Updates that show a method's card, and of the numbers those that it reads. Raises InvalidSetup."""
        method = chosen(name)
        shown = {
            field.widget: {
                **(filled or {}).get(field.widget, gr.update()),
                "visible": is_read(field, method),
            }
            for field in self.numbers
        }
        return {self.card: card_text(method), **shown}


def chosen(name: Any) -> Method:
    """Raises InvalidSetup for what is no method."""
    if not isinstance(name, str) or name not in METHODS:
        raise InvalidSetup(path=("recipe", "method"), value=name, rule=f"it must be one of {', '.join(METHODS)}.")
    return METHODS[name]


def card_text(method: Method) -> str:
    """What is trained, what that takes, and when it fails."""
    rate = f"Learning rate that suits it: {method.rate:g}, and of preferences a twentieth of that."
    return (
        f"**What is trained.** {method.trained}\n\n**What it takes.** {method.cost}\n\n"
        f"**When it fails.** {method.fails} {rate} ({method.paper})"
    )


def build(*, public: bool = False) -> RecipePanel:
    """Lay out the panel. On a public server nobody trains on words of their own, and no field takes any."""
    offered = [{"key": key, "title": one.title, "about": one.about} for key, one in PRESETS.items()]
    presets = widgets.choices(offered, "Recipes", elem_id="recipes")
    titles = [(method.title, name) for name, method in METHODS.items()]
    method = gr.Dropdown(titles, value=titles[0][1], label="Method", filterable=False, elem_id="training-method")
    card = gr.Markdown(card_text(METHODS[titles[0][1]]), elem_classes="card-line")
    numbers = pick(Recipe, *FIRST)
    with gr.Accordion("All numbers of the recipe", open=False):
        words = {one.name for one in parameters(Recipe) if one.kind == "text"} if public else set()
        numbers += pick(Recipe, *(name for name in REST if name not in words))
    for field in numbers:
        field.widget.visible = is_read(field, METHODS[titles[0][1]])
    return RecipePanel(presets=presets, method=method, card=card, numbers=numbers)


def is_read(field: Field, method: Method) -> bool:
    """Whether a method reads that number: most are for all of them."""
    only_some = {name for one in METHODS.values() for name in one.reads}
    return field.parameter.name not in only_some or field.parameter.name in method.reads
