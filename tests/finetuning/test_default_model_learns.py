"""The default model learns for real, once and shortly: the data, the recipe and the loop of the tab."""

from typing import Any

import pytest

from playground.finetuning.recipe import Recipe
from playground.finetuning.training.events import TrainingStep
from playground.finetuning.training.loop import train
from playground.finetuning.training_data import built_in, split
from playground.returning import Returning

pytestmark = pytest.mark.filterwarnings("ignore:.is_gradient_checkpointing. is deprecated:FutureWarning")


def test_the_default_model_learns_in_a_few_steps(default_model: tuple[Any, Any]) -> None:
    model, tokenizer = default_model
    names = set(model.state_dict())
    parts = split(built_in("sentiment", 0), 40, 0.1, 0)
    with Returning(train(model, tokenizer, parts.training, Recipe(steps=6, batch=4, warmup=0.0))) as work:
        losses = [event.loss for event in work if isinstance(event, TrainingStep)]
    work.value.learner.detach()
    assert losses[-1] < losses[0] - 1
    assert set(model.state_dict()) == names
