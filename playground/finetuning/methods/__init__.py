"""The ways to train, in the order in which they are offered; each says what it trains, what it takes, when it fails.

base.py                 Types of a training method: what people are told of it, and what learns while it trains
bottleneck.py           Bottleneck adapters: a narrow layer after parts of each block, and nothing else, is trained
bottleneck_learner.py   What learns in bottleneck adapters: small networks that add to what parts of each block put
                        out
full.py                 Full fine-tuning: every weight of a copy of the model is trained
ia3.py                  IA3: one factor for each key, value and inner value of the feed-forward layers is trained
lora.py                 Low-rank adaptation: two small matrices beside a weight, which alone are trained
peft_learner.py         What learns in methods that put an adapter of PEFT into a model
quick_attention.py      Attention that learns in float32 where a model computes in bfloat16
quick_layers.py         Layers of a model whose own weights stay as they are, in fewer passes over memory
virtual_learners.py     What learns in prompt tuning and prefix tuning, laid out as PEFT keeps it
virtual_tokens.py       Prompt tuning and prefix tuning: what is trained stands before the prompt
whole_model.py          What learns in full fine-tuning: a copy of the model in float32
"""

from playground.finetuning.methods.base import Learner, Method
from playground.finetuning.methods.bottleneck import BOTTLENECK
from playground.finetuning.methods.full import FULL
from playground.finetuning.methods.ia3 import IA3
from playground.finetuning.methods.lora import DORA, LORA, RSLORA
from playground.finetuning.methods.virtual_tokens import PREFIX_TUNING, PROMPT_TUNING
from playground.finetuning.recipe import Recipe

METHODS: dict[str, Method] = {
    method.name: method for method in (LORA, RSLORA, DORA, FULL, BOTTLENECK, IA3, PROMPT_TUNING, PREFIX_TUNING)
}


def method_of(recipe: Recipe) -> Method:
    """The method that a recipe names."""
    return METHODS[recipe.method]


def rate_of(recipe: Recipe, share: float = 1.0) -> float:
    """The learning rate at its peak: the recipe's, or what suits the method, times the objective's share of it."""
    return method_of(recipe).rate * share if recipe.rate is None else recipe.rate


__all__ = ["METHODS", "Learner", "Method", "method_of", "rate_of"]
