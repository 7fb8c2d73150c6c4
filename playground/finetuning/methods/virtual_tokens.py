"""Prompt tuning and prefix tuning: what is trained stands before the prompt, and the model stays as it is."""

from typing import Any

from playground.finetuning.methods.base import Learner, Method
from playground.finetuning.recipe import Recipe

READS = ("tokens", "start")


def _attach_prompt(model: Any, tokenizer: Any, recipe: Recipe) -> Learner:
    from playground.finetuning.methods.virtual_learners import VirtualPrompt

    return VirtualPrompt(model, tokenizer, recipe)


def _attach_prefix(model: Any, tokenizer: Any, recipe: Recipe) -> Learner:
    from playground.finetuning.methods.virtual_learners import VirtualPrefix

    return VirtualPrefix(model, tokenizer, recipe)


PROMPT_TUNING = Method(
    name="prompt_tuning",
    title="Prompt tuning",
    paper="Lester et al. 2021, arXiv 2104.08691",
    trained="Word vectors of some virtual tokens before the prompt: a prompt that need not be made of words. They "
    "begin as those of a text.",
    cost="A few thousand parameters. Each step and each answer reads the virtual tokens too. Many of them share a "
    "batch with everything else.",
    fails="Slow to learn: it wants a high learning rate and many steps, and small models gain little from it.",
    rate=0.1,
    reads=READS,
    attach=_attach_prompt,
    merges=False,
)

PREFIX_TUNING = Method(
    name="prefix_tuning",
    title="Prefix tuning",
    paper="Li and Liang 2021, arXiv 2101.00190",
    trained="Keys and values of some virtual tokens before the prompt, in every layer. They begin as those of a real "
    "text: random ones would wreck the model at first.",
    cost="About as many parameters as a small LoRA, and the step of one. Answers read the virtual tokens for nothing, "
    "since their keys and values are there already.",
    fails="With a learning rate that is too high it loses the thread of the prompt; it cannot change how single words "
    "are worked on, only what is attended to.",
    rate=1e-2,
    reads=READS,
    attach=_attach_prefix,
    merges=False,
)
