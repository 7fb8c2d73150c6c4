"""Full fine-tuning: every weight of a copy of the model is trained."""

from typing import Any

from playground.finetuning.methods.base import Learner, Method
from playground.finetuning.recipe import Recipe


def _attach(model: Any, tokenizer: Any, recipe: Recipe) -> Learner:
    from playground.finetuning.methods.whole_model import WholeModel

    return WholeModel(model, tokenizer)


FULL = Method(
    name="full",
    title="Full fine-tuning",
    paper="as in Howard and Ruder 2018, arXiv 1801.06146",
    trained="Every weight of a copy of the model, in float32: in bfloat16, small updates would be lost.",
    cost="Sixteen bytes of memory a parameter while it learns, and a file as large as the model. Each task has a "
    "model of its own, which shares no batch with others.",
    fails="With few rows it learns them by heart, and it forgets most of what the model could do beside them. The "
    "learning rate has to be small.",
    rate=3e-5,
    reads=(),
    attach=_attach,
    makes_model=True,
    merges=False,
)
