"""Trains an adapter for a skill and writes its folder, measured before and after."""

from collections.abc import Generator
from pathlib import Path
from random import Random
from typing import Any

import torch
from peft import PeftModel, get_peft_model_state_dict
from safetensors.torch import save_file

from playground.backends.packaged_models import default_model
from playground.finetuning import cards
from playground.finetuning.answering import greedy_answers
from playground.finetuning.figures import ShareRight, tally
from playground.finetuning.recipe import Recipe
from playground.finetuning.skills.base import Skill
from playground.finetuning.training import TrainingStep, train


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
) -> Generator[TrainingStep, None, cards.WeightsCard]:
    """Train the skill's adapter and write it and its card into the folder; the card is the generator's value.

    Closing the generator stops the training and writes nothing.
    """
    before = measure(skill, model, tokenizer)
    examples = skill.training(Random(recipe.seed))
    adapted = yield from train(model, tokenizer, examples, recipe)
    try:
        save(adapted, folder)
    finally:
        adapted.unload()
    after = measure_adapter(skill, folder, model, tokenizer)
    card = cards.WeightsCard(
        title=skill.title,
        about=skill.about,
        example=skill.example,
        data=skill.data,
        training={
            "base": default_model().name,
            "method": f"LoRA of rank {recipe.rank}, alpha {recipe.alpha}, on {' and '.join(recipe.targets)}",
            "examples": len(examples),
            "steps": recipe.steps,
            "batch": recipe.batch,
            "learning_rate": recipe.rate,
            "seed": recipe.seed,
        },
        before=before,
        after=after,
        limits=skill.limits,
    )
    cards.write_card(card, folder)
    return card


def save(adapted: Any, folder: Path) -> None:
    """The adapter as a PEFT folder: bfloat16 safetensors, and a config that names the base and no place on a disk."""
    folder.mkdir(parents=True, exist_ok=True)
    weights = get_peft_model_state_dict(adapted)
    save_file(
        {name: weight.to(torch.bfloat16).cpu().contiguous() for name, weight in weights.items()},
        folder / "adapter_model.safetensors",
        metadata={"format": "pt"},
    )
    (folder / "adapter_model.safetensors").chmod(0o644)  # it is written for its owner alone
    config = adapted.peft_config["default"]
    config.base_model_name_or_path = default_model().name
    config.inference_mode = True
    config.save_pretrained(str(folder))
