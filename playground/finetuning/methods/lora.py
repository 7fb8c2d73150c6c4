"""Low-rank adaptation: two small matrices beside a weight, which alone are trained."""

from typing import Any

from playground.finetuning.methods.base import Learner, Method
from playground.finetuning.recipe import Recipe

READS = ("rank", "alpha", "dropout", "layers")
ALL_LINEAR = "all-linear"  # as PEFT names every linear layer but the last
LAYERS: dict[str, Any] = {
    "query_value": ["q_proj", "v_proj"],
    "attention": ["q_proj", "k_proj", "v_proj", "o_proj"],
    "all": ALL_LINEAR,
}


def _attach(model: Any, tokenizer: Any, recipe: Recipe) -> Learner:
    # Imported when something is trained: the cards of methods are on the page before torch is.
    import torch
    from peft import LoraConfig

    from playground.finetuning.methods.peft_learner import PeftLearner

    torch.manual_seed(recipe.seed)
    config = LoraConfig(
        task_type="CAUSAL_LM", r=recipe.rank, lora_alpha=recipe.alpha, lora_dropout=recipe.dropout,
        target_modules=LAYERS[recipe.layers], use_rslora=recipe.method == "rslora", use_dora=recipe.method == "dora",
    )  # fmt: skip
    return PeftLearner(model, config)


LORA = Method(
    name="lora",
    title="LoRA",
    paper="Hu et al. 2021, arXiv 2106.09685",
    trained="Two small matrices beside each chosen weight. The model itself stays as it is, and one copy of it serves "
    "any number of adapters at once.",
    cost="More with each rank and layer: of the default model 0.3 % of the parameters at rank 8 on query and value, a "
    "file of a megabyte, and 29 % at rank 128 on all layers. A step takes about two thirds of the time of full "
    "fine-tuning.",
    fails="With too low a rank for what is new, or too high a learning rate: it forgets what the model knew beside "
    "the task. It teaches a manner of answering well, and facts badly.",
    rate=2e-3,
    reads=READS,
    attach=_attach,
)

RSLORA = Method(
    name="rslora",
    title="rsLoRA",
    paper="Kalajdzievski 2023, arXiv 2312.03732",
    trained="The same matrices as LoRA's, multiplied by alpha over the square root of the rank, so that a higher rank "
    "is as loud as a low one.",
    cost="As LoRA.",
    fails="At low ranks it is LoRA with a louder adapter: lower alpha or the learning rate. It is for ranks "
    "from 16 on.",
    rate=1e-3,
    reads=READS,
    attach=_attach,
)

DORA = Method(
    name="dora",
    title="DoRA",
    paper="Liu et al. 2024, arXiv 2402.09353",
    trained="LoRA's matrices for the direction of each weight's columns, and a number a column for their length.",
    cost="A quarter more time a step than LoRA. It cannot share a batch: it runs on a copy of the model, merged.",
    fails="Where LoRA fails. What it gains shows at low ranks, and is often less than chance explains.",
    rate=2e-3,
    reads=READS,
    attach=_attach,
)
