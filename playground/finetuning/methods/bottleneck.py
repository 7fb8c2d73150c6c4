"""Bottleneck adapters: a narrow layer after parts of each block, and nothing else, is trained."""

from typing import Any

from playground.finetuning.methods.base import Learner, Method
from playground.finetuning.recipe import Recipe


def _attach(model: Any, tokenizer: Any, recipe: Recipe) -> Learner:
    from playground.finetuning.methods.bottleneck_learner import Bottlenecks

    return Bottlenecks(model, recipe)


BOTTLENECK = Method(
    name="bottleneck",
    title="Bottleneck adapters",
    paper="Houlsby et al. 2019, arXiv 1902.00751; after the feed-forward part alone: Pfeiffer et al. 2020, arXiv "
    "2005.00247",
    trained="A small network after the feed-forward part of each block, or after attention too: down to a few numbers, "
    "what is below zero cut off, up again, and added to what went in. It begins as no change at all.",
    cost="Of the default model 0.4 % of the parameters at width 16 after one part, twice that after both. A step costs "
    "about what one of LoRA does. Answers take a little longer, for good: since it bends what it "
    "reads, it can never be folded into the weights. It shares a batch with the base and other adapters.",
    fails="Too narrow, it cannot hold what is new; wide, it learns few rows by heart. Only this playground reads its "
    "file: other programs have formats of their own for it.",
    rate=1e-3,
    reads=("width", "places"),
    attach=_attach,
    of_peft=False,
    merges=False,
)
