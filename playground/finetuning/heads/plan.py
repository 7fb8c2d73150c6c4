"""What is trained and how, each number declared once, and what came of it."""

from dataclasses import dataclass
from typing import Any, Literal

from playground import setups
from playground.backends.sources import ModelSource, parse_source
from playground.finetuning.heads.kinds import HeadName
from playground.finetuning.recipe import MAX_SEED, Recipe
from playground.parameters import STRICT, choice, number, text

ENCODER = "all-MiniLM-L6-v2"
MOST_MEASURED = 150  # rows that are held out: more would take longer than the training
DECAY = 0.01
RATES = {"encoder_and_head": 2e-4, "head_alone": 1e-2}
Trains = Literal["encoder_and_head", "head_alone"]


@dataclass(frozen=True, slots=True, kw_only=True)
class HeadPlan:
    """A head on an encoder, and how it is trained."""

    __pydantic_config__ = STRICT
    kind: HeadName = choice("classification", help="What it is to do.")
    encoder_source: str = text(
        max_length=500, label="Encoder",
        help="Empty: all-MiniLM-L6-v2, which the playground has. Else a folder, or a name at the hub: BERT, RoBERTa, "
        "DeBERTa and T5 among others.",
    )  # fmt: skip
    trains: Trains = choice(
        "encoder_and_head", label="What learns", help="The head alone is quicker, and learns less. All else stays."
    )
    steps: int = number(120, 1, 3000, step=1, help="Updates of the weights; each looks at one batch.")
    batch: int = number(16, 1, 64, step=1, help="Rows of one step.")
    rate: float | None = number(
        None, 1e-6, 1.0, step=1e-5, label="Learning rate", empty="what suits what is trained",
        help="How far a step goes, at its peak.",
    )  # fmt: skip
    seed: int = number(0, 0, MAX_SEED, step=1, help="Of the data's order and of the first weights.")

    @property
    def recipe(self) -> Recipe:
        """Its numbers as the loop takes them."""
        return Recipe(
            steps=self.steps, batch=self.batch, rate=RATES[self.trains] if self.rate is None else self.rate,
            decay=DECAY, seed=self.seed,
        )  # fmt: skip

    @property
    def source(self) -> ModelSource:
        """Where the encoder lies. Raises InvalidSetup for what is no source."""
        if self.encoder_source:
            return parse_source(self.encoder_source)
        return ModelSource(kind="packaged", place=ENCODER)


def parse_head_plan(data: Any) -> HeadPlan:
    """A checked plan. Raises InvalidSetup naming what is wrong with it."""
    plan: HeadPlan = setups.build(HeadPlan, data, ("head",))
    return plan


@dataclass(frozen=True, slots=True, kw_only=True)
class HeadScore:
    """A measure with its 95 % interval, on so many rows, before training and after it."""

    name: str
    rows: int
    before: tuple[float, float, float]
    after: tuple[float, float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainedHead:
    """What came of a plan. `trained` counts the weights that learned, of so many `parameters`."""

    plan: HeadPlan
    encoder: str
    data: str
    scores: tuple[HeadScore, ...]
    trained: int
    parameters: int
    seconds: float
    made: float
