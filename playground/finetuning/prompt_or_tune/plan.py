"""How much is asked, searched and trained, and with which recipes: each number declared once."""

from dataclasses import dataclass, replace
from typing import Any

from playground import setups
from playground.finetuning.recipe import MAX_SEED, Recipe
from playground.parameters import STRICT, flag, number

TUNED = Recipe(method="lora", batch=8, evaluate_every=1000)
VIRTUAL = Recipe(method="prompt_tuning", batch=8, tokens=16, evaluate_every=1000)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Every training takes the same steps, so that what differs is how many different examples it sees."""

    __pydantic_config__ = STRICT
    asked: int = number(90, 1, 1000, step=1, label="Sealed items", help="Asked in every way; more make it surer.")
    validation: int = number(
        24, 0, 200, step=1, label="Items to search on", help="Each prompt of the search is tried on them. 0: no search."
    )
    shots: int = number(6, 0, 32, step=1, label="Examples shown", help="Of few-shot, and of half of the search.")
    few: int = number(50, 1, 10_000, step=1, label="First LoRA on", help="Examples that it learns.")
    more: int = number(200, 1, 10_000, step=1, label="Second LoRA on", help="Examples that it learns.")
    most: int | None = number(
        None, 1, 10_000, step=1, label="Third LoRA on", empty="all there are",
        help="Examples that it learns, and prompt tuning too.",
    )  # fmt: skip
    steps: int = number(48, 1, 5000, step=1, help="Of each training; each looks at eight examples.")
    virtual: bool = flag(True, label="Prompt tuning too", help="Learns 16 virtual tokens instead of an adapter.")
    seed: int = number(0, 0, MAX_SEED, step=1, help="Of the data's parts and of the trainings.")

    @property
    def tuned(self) -> Recipe:
        return replace(TUNED, steps=self.steps, seed=self.seed)


def parse_plan(data: Any) -> Plan:
    """A checked plan. Raises InvalidSetup naming what is wrong with it."""
    plan: Plan = setups.build(Plan, data, ("plan",))
    return plan
