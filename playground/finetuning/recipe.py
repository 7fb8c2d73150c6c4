"""All that decides how a model is trained, but for its data: each number declared once."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

from playground import setups
from playground.parameters import STRICT, choice, number, text

MAX_SEED = 2**32 - 1
MethodName = Literal["lora", "rslora", "dora", "full", "bottleneck", "ia3", "prompt_tuning", "prefix_tuning"]
Places = Literal["feed_forward", "both"]
Layers = Literal["query_value", "attention", "all"]
Schedule = Literal["cosine", "linear", "constant"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """The method, and its numbers. Fields that only some methods read are named by these (`Method.reads`)."""

    __pydantic_config__ = STRICT
    method: MethodName = choice("lora", help="What is trained, and what stays as it is.")
    steps: int = number(150, 1, 5000, step=1, help="Updates of the weights; each looks at one batch.")
    batch: int = number(8, 1, 64, step=1, help="Examples of one step. More make a step slower and its direction surer.")
    rate: float | None = number(
        None, 1e-7, 1.0, step=1e-5, label="Learning rate", empty="what suits the method and the data",
        help="How far a step goes, at its peak. Too high, and the loss jumps; too low, and it hardly falls.",
    )  # fmt: skip
    warmup: float = number(
        0.1, 0.0, 0.5, step=0.05, help="Share of the steps in which the learning rate climbs to its peak."
    )
    schedule: Schedule = choice("cosine", help="How the learning rate falls after its peak.")
    decay: float = number(
        0.0, 0.0, 0.5, step=0.01, label="Weight decay",
        help="How much each step shrinks the trained matrices: a brake on overfitting. Factors, norms and virtual "
        "tokens do not shrink.",
    )  # fmt: skip
    clip: float = number(
        1.0, 0.01, 100.0, step=0.01, label="Longest gradient",
        help="A longer gradient is cut to this length, so that one odd batch does not throw the model off.",
    )  # fmt: skip
    rank: int = number(
        8, 1, 128, step=1, help="Width of the two small matrices beside each weight: what can be learned."
    )
    alpha: int = number(
        16,
        1,
        256,
        step=1,
        help="How loud the adapter is: its change is multiplied by alpha over rank, rsLoRA's by alpha over its root.",
    )
    dropout: float = number(0.0, 0.0, 0.5, step=0.05, help="Share of the adapter's inputs that each step leaves out.")
    layers: Layers = choice("query_value", help="Which weights of each block get an adapter.")
    width: int = number(16, 1, 512, step=1, help="Numbers that a bottleneck adapter squeezes each token's state into.")
    places: Places = choice(
        "feed_forward", help="After which parts of each block: the feed-forward one, or attention too."
    )
    tokens: int = number(20, 1, 200, step=1, label="Virtual tokens", help="How many stand before the prompt.")
    start: str = text(
        "Read the text and answer as shown, and with nothing else.", max_length=2000, label="They begin as",
        help="The text whose tokens the virtual ones begin as: an instruction that already works is a good start.",
    )  # fmt: skip
    beta: float = number(
        0.1, 0.01, 2.0, step=0.01,
        help="Of preferences: how close what learns stays to the model as it was. Lower learns more, and strays more.",
    )  # fmt: skip
    instruction: str = text(
        max_length=4000, lines=2, label="Instruction to learn by heart",
        help="A system message that the model answers by, and then learns to do without: its own probabilities with it "
        "are what is learned. Empty: the answers of the rows are.",
    )  # fmt: skip
    temperature: float = number(
        1.0, 0.5, 5.0, step=0.1,
        help="Of such an instruction, and of a teacher: higher, and more is learned of the answers that were not the "
        "likeliest.",
    )  # fmt: skip
    evaluate_every: int = number(
        20, 1, 1000, step=1, label="Look every", help="Steps between two looks at validation loss and sample answers."
    )
    patience: int = number(
        0, 0, 50, step=1, help="Looks without a lower validation loss before it stops by itself; 0 is never."
    )
    seed: int = number(0, 0, MAX_SEED, step=1, help="Of the data's order and of the first weights.")


def parse_recipe(data: Any) -> Recipe:
    """A checked recipe. Raises InvalidSetup naming what is wrong with it, an unknown key for example."""
    recipe: Recipe = setups.build(Recipe, data, ("recipe",))
    return recipe


def recipe_to_dict(recipe: Recipe) -> Mapping[str, Any]:
    """The whole recipe as plain data; `parse_recipe` of it gives the same."""
    return asdict(recipe)


@dataclass(frozen=True, slots=True, kw_only=True)
class RecipePreset:
    """A recipe to begin with, named after the `seconds` that it is to take: its steps are fitted to those."""

    title: str
    about: str
    seconds: float
    recipe: Recipe


PRESETS = {
    "two_minutes": RecipePreset(
        title="Two minutes", seconds=120,
        about="As many steps of LoRA as take some two minutes here: enough to see an adapter come into being.",
        recipe=Recipe(steps=60, evaluate_every=15),
    ),
    "ten_minutes": RecipePreset(
        title="Ten minutes", seconds=600,
        about="As many steps of LoRA as take some ten minutes here; it ends by itself once the validation loss has "
        "stopped falling.",
        recipe=Recipe(steps=300, evaluate_every=25, patience=4),
    ),
}  # fmt: skip
