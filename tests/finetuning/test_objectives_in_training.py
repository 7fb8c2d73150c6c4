"""What is made smaller follows from the rows and the recipe, and the loop makes it smaller."""

import math
from typing import Any

import pytest
from tiny_llama import tiny_llama

from playground.errors import InvalidSetup
from playground.finetuning.objectives.answers import LearnAnswers
from playground.finetuning.objectives.choosing import objective_of
from playground.finetuning.objectives.distillation import LearnFromTeacher
from playground.finetuning.objectives.preferences import LearnPreferences
from playground.finetuning.preparation.rows import PreferenceRow, Row, TrainingRow, messages_of
from playground.finetuning.recipe import Recipe
from playground.finetuning.training.events import Look, TrainingStep
from playground.finetuning.training.loop import Watched, train
from playground.returning import Returning

pytestmark = pytest.mark.filterwarnings("ignore:.is_gradient_checkpointing. is deprecated:FutureWarning")
PAIRS: tuple[Row, ...] = tuple(
    PreferenceRow(messages=messages_of(f"Is {n} fine?"), chosen="Yes, it is.", rejected="No, not at all.", id=str(n))
    for n in range(6)
)
ANSWERS: tuple[Row, ...] = tuple(
    TrainingRow(messages=messages_of(f"Is {n} fine?"), answer="Yes, it is.", id=str(n)) for n in range(6)
)
RECIPE = Recipe(steps=30, batch=4, rate=3e-2, rank=4, evaluate_every=15, beta=1.0)


def opinionated(tokenizer: Any) -> Any:
    """A random model to which it matters what it reads."""
    model = tiny_llama(tokenizer)
    for weight in model.parameters():
        weight.data *= 10
    return model


@pytest.mark.parametrize(
    ("rows", "instruction", "kind"),
    [
        (ANSWERS, "", LearnAnswers),
        (PAIRS, "", LearnPreferences),
        (ANSWERS, "Speak like a sailor.", LearnFromTeacher),
    ],
)
def test_the_objective_follows_from_rows_and_recipe(
    rows: tuple[Row, ...], instruction: str, kind: type, tokenizer: Any
) -> None:
    assert isinstance(objective_of(tiny_llama(tokenizer), tokenizer, rows, Recipe(instruction=instruction)), kind)


@pytest.mark.parametrize(
    ("rows", "instruction", "said"),
    [((*ANSWERS, *PAIRS), "", "train on one kind at a time"), (PAIRS, "Be brief.", "pairs of answers teach no")],
)
def test_what_does_not_go_together_is_refused(
    rows: tuple[Row, ...], instruction: str, said: str, tokenizer: Any
) -> None:
    model = tiny_llama(tokenizer)
    with pytest.raises(InvalidSetup, match=said):
        next(train(model, tokenizer, rows, Recipe(instruction=instruction)))


def test_preferences_are_learned(tokenizer: Any) -> None:
    work = Returning(train(tiny_llama(tokenizer), tokenizer, PAIRS[:5], RECIPE, Watched(rows=PAIRS[5:])))
    events = list(work)
    steps = [event.loss for event in events if isinstance(event, TrainingStep)]
    looks = [event.loss for event in events if isinstance(event, Look)]
    assert steps[0] == pytest.approx(math.log(2), abs=1e-3)  # the reference is where it begins
    assert looks[0] == pytest.approx(math.log(2), abs=1e-3)
    assert max(steps[-5:]) < 0.3
    assert looks[-1] is not None
    assert looks[-1] < 0.4


def test_an_instruction_is_learned_by_heart(tokenizer: Any) -> None:
    recipe = Recipe(steps=40, batch=6, rate=1e-2, rank=8, layers="all", instruction="Speak like a sailor.")
    work = Returning(train(opinionated(tokenizer), tokenizer, ANSWERS, recipe))
    steps = [event.loss for event in work if isinstance(event, TrainingStep)]
    assert steps[0] > 0.01
    assert min(steps[-5:]) < steps[0] / 2
