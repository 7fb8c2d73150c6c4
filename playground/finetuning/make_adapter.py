"""Trains an adapter for a skill and writes its folder, measured before and after."""

from collections.abc import Generator
from pathlib import Path
from random import Random
from typing import Any

from peft import PeftModel

from playground.backends.packaged_models import default_model
from playground.finetuning import cards
from playground.finetuning.answering import greedy_answers
from playground.finetuning.figures import ShareRight, tally
from playground.finetuning.methods import method_of, rate_of
from playground.finetuning.methods.lora import ALL_LINEAR, LAYERS
from playground.finetuning.preparation.rows import TrainingRow, messages_of
from playground.finetuning.recipe import Recipe
from playground.finetuning.skills.base import Skill
from playground.finetuning.training.events import TrainingEvent
from playground.finetuning.training.loop import train


def measure(skill: Skill, model: Any, tokenizer: Any) -> dict[str, ShareRight]:
    """The skill's measures over its held-out part, by greedy answers of at most `skill.max_tokens` tokens."""
    items = skill.held_out()
    answers = greedy_answers(model, tokenizer, [item.prompt for item in items], skill.max_tokens)
    return tally(skill.marks(answer, item.truth) for answer, item in zip(answers, items, strict=True))


def measure_adapter(skill: Skill, folder: Path, model: Any, tokenizer: Any) -> dict[str, ShareRight]:
    """The same with the adapter of a folder on the model, which is afterwards as it was."""
    adapted = PeftModel.from_pretrained(model, folder)
    try:
        return measure(skill, adapted.eval(), tokenizer)
    finally:
        adapted.unload()


def make_adapter(
    skill: Skill, recipe: Recipe, model: Any, tokenizer: Any, folder: Path
) -> Generator[TrainingEvent, None, cards.WeightsCard]:
    """Train the skill's adapter and write it and its card into the folder; the card is the generator's value.

    Closing the generator stops the training and writes nothing.
    """
    before = measure(skill, model, tokenizer)
    examples = skill.training(Random(recipe.seed))
    rows = [TrainingRow(messages=messages_of(example.input), answer=example.output) for example in examples]
    trained = yield from train(model, tokenizer, rows, recipe)
    try:
        trained.learner.save(folder, default_model().name)
    finally:
        trained.learner.detach()
    after = measure_adapter(skill, folder, model, tokenizer)
    card = cards.WeightsCard(
        title=skill.title,
        about=skill.about,
        example=skill.example,
        data=skill.data,
        training={
            "base": default_model().name,
            "method": _described(recipe),
            "examples": len(examples),
            "steps": recipe.steps,
            "batch": recipe.batch,
            "learning_rate": rate_of(recipe),
            "seed": recipe.seed,
        },
        before=before,
        after=after,
        limits=skill.limits,
    )
    cards.write_card(card, folder)
    return card


def _described(recipe: Recipe) -> str:
    """The method as the card says it."""
    layers = LAYERS[recipe.layers]
    where = "all linear layers" if layers == ALL_LINEAR else " and ".join(layers)
    return f"{method_of(recipe).title} of rank {recipe.rank}, alpha {recipe.alpha}, on {where}"
