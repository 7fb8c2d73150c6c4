"""What weight decay pulls at, how preferences are learned more slowly, and in what precision weights are kept."""

from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file
from tiny_llama import tiny_llama

from playground.finetuning.make_adapter import _described
from playground.finetuning.methods import METHODS, method_of, rate_of
from playground.finetuning.methods.bottleneck_learner import Bottlenecks
from playground.finetuning.preparation.rows import PreferenceRow, TrainingRow, messages_of
from playground.finetuning.recipe import Recipe
from playground.finetuning.training.events import TrainingStep
from playground.finetuning.training.loop import train

pytestmark = pytest.mark.filterwarnings("ignore:.is_gradient_checkpointing. is deprecated:FutureWarning")


def kept(learner: Any, weights: list[Any]) -> set[str]:
    """The names of these weights, without layers."""
    ids = {id(weight) for weight in weights}
    if hasattr(learner, "adapted"):
        named = learner.adapted.named_parameters()
    elif isinstance(learner, Bottlenecks):
        named = learner._named().items()
    else:
        named = learner.model.named_parameters()
    return {name for name, weight in named if id(weight) in ids}


@pytest.mark.parametrize("name", METHODS)
def test_decay_pulls_at_matrices_alone(tokenizer: Any, name: Any) -> None:
    recipe = Recipe(method=name, rank=2)
    learner = method_of(recipe).attach(tiny_llama(tokenizer), tokenizer, recipe)
    shrunk = kept(learner, learner.shrunk)
    if name in ("ia3", "prompt_tuning", "prefix_tuning"):
        assert learner.shrunk == []
    elif name == "full":
        assert shrunk
        assert not any("norm" in one for one in shrunk)
    elif name == "bottleneck":
        assert shrunk
        assert all(one.endswith(".weight") for one in shrunk)
        assert all(one.endswith(".bias") for one in kept(learner, learner.weights) - shrunk)
    else:
        assert shrunk
        assert all("lora_A" in one or "lora_B" in one for one in shrunk)
        others = kept(learner, learner.weights) - shrunk
        assert all("magnitude" in one for one in others)
        assert bool(others) == (name == "dora")


def test_decay_leaves_factors_where_they_are(tokenizer: Any) -> None:
    rows = [TrainingRow(messages=messages_of("Say one."), answer="one")]
    found = []
    for decay in (0.0, 0.5):
        recipe = Recipe(method="ia3", steps=3, batch=1, decay=decay)
        run = train(tiny_llama(tokenizer), tokenizer, rows, recipe)
        found.append([event.loss for event in run if isinstance(event, TrainingStep)])
    assert found[0] == found[1]


def test_preferences_are_learned_more_slowly(tokenizer: Any) -> None:
    rows = [PreferenceRow(messages=messages_of("Say one."), chosen="one", rejected="two")]
    answers = [TrainingRow(messages=messages_of("Say one."), answer="one")]
    rates = {}
    for kind, some in (("pairs", rows), ("answers", answers)):
        recipe = Recipe(steps=1, batch=1, warmup=0.0)
        (step,) = train(tiny_llama(tokenizer), tokenizer, some, recipe)
        assert isinstance(step, TrainingStep)
        rates[kind] = step.rate
    assert rates["answers"] == pytest.approx(METHODS["lora"].rate)
    assert rates["pairs"] == pytest.approx(METHODS["lora"].rate / 20)
    assert rate_of(Recipe(rate=0.5), 0.05) == 0.5  # what somebody chose stays


@pytest.mark.parametrize("name", ["lora", "dora", "ia3"])
def test_factors_are_kept_in_full(tokenizer: Any, tmp_path: Path, name: Any) -> None:
    recipe = Recipe(method=name, rank=2)
    learner = method_of(recipe).attach(tiny_llama(tokenizer), tokenizer, recipe)
    learner.save(tmp_path, "tiny")
    for key, weight in load_file(tmp_path / "adapter_model.safetensors").items():
        matrix = "lora_A" in key or "lora_B" in key
        assert weight.dtype == (torch.bfloat16 if matrix else torch.float32), key


def test_a_card_names_the_method_and_its_layers() -> None:
    assert (
        _described(Recipe(layers="all", rank=4, method="rslora")) == "rsLoRA of rank 4, alpha 16, on all linear layers"
    )
    assert _described(Recipe(rank=4)) == "LoRA of rank 4, alpha 16, on q_proj and v_proj"
