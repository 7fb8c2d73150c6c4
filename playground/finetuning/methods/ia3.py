"""IA3: one factor for each key, value and inner value of the feed-forward layers, and nothing else, is trained."""

from typing import Any

from playground.finetuning.methods.base import Learner, Method
from playground.finetuning.recipe import Recipe

INNER = ["down_proj"]
TARGETS = ["k_proj", "v_proj", *INNER]


def _attach(model: Any, tokenizer: Any, recipe: Recipe) -> Learner:
    from peft import IA3Config

    from playground.finetuning.methods.peft_learner import PeftLearner

    return PeftLearner(model, IA3Config(task_type="CAUSAL_LM", target_modules=TARGETS, feedforward_modules=INNER))


IA3 = Method(
    name="ia3",
    title="IA3",
    paper="Liu et al. 2022, arXiv 2205.05638",
    trained="One factor for each key, each value and each inner value of the feed-forward layers: what is there is "
    "turned up or down, and nothing new is added.",
    cost="The fewest parameters of the methods that change weights. A step takes a little longer than with LoRA. It "
    "runs on a copy of the model, apart from the common batch.",
    fails="Where the model has to learn what it does not have: it can only stress what is there. It wants a high "
    "learning rate.",
    rate=2e-2,
    reads=(),
    attach=_attach,
)
