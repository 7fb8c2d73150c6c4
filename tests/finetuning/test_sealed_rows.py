"""Rows that are sealed for the end: their loss is measured before and after, and said once."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from tiny_llama import tiny_llama

from playground.backends.sources import ModelSource
from playground.finetuning.jobs.job import Job
from playground.finetuning.jobs.training_jobs import TrainingJobs
from playground.finetuning.preparation.encoding import encode_row
from playground.finetuning.preparation.rows import PreferenceRow, Row, TrainingRow, messages_of
from playground.finetuning.recipe import Recipe
from playground.finetuning.training.loop import train
from playground.finetuning.training.sealed import MOST_SEALED, seal
from playground.returning import Returning

pytestmark = pytest.mark.filterwarnings("ignore:.is_gradient_checkpointing. is deprecated:FutureWarning")
WORDS = ("one", "two", "three", "four")
ROWS = [TrainingRow(messages=messages_of(f"Say {word}."), answer=word) for word in WORDS]
SEALED = [TrainingRow(messages=messages_of(f"Say {word} now."), answer=word) for word in WORDS]
RECIPE = Recipe(steps=12, batch=4, rate=1e-2, rank=4)


def loss_by_hand(logits: Any, rows: list[Any]) -> float:
    parts = []
    for row in rows:
        predicted = logits(torch.tensor([row.ids]))[0].float().log_softmax(-1)
        parts += [predicted[place - 1, row.ids[place]] for place in range(row.start, len(row.ids))]
    return -torch.stack(parts).mean().item()


def test_the_loss_before_and_after_is_that_of_the_sealed_rows(tokenizer: Any) -> None:
    model = tiny_llama(tokenizer)
    encoded = [encode_row(tokenizer, row) for row in SEALED]
    sealed = seal(model, tokenizer, SEALED, RECIPE)
    with torch.no_grad():
        before = loss_by_hand(lambda ids: model(input_ids=ids).logits, encoded)
    assert sealed.before == pytest.approx(before, abs=1e-4)
    with Returning(train(model, tokenizer, ROWS, RECIPE)) as work:
        list(work)
    with torch.no_grad():
        after = loss_by_hand(lambda ids: work.value.learner.adapted(input_ids=ids).logits, encoded)
    assert after < before
    assert sealed.words(sealed.judge(work.value.learner)) == (
        f"On 4 rows sealed for the end the loss is {after:.3f}; with the model as it was it is {before:.3f}."
    )


@pytest.mark.parametrize("recipe", [Recipe(), Recipe(instruction="Say it in French.")])
def test_many_rows_are_read_in_part(tokenizer: Any, recipe: Recipe) -> None:
    many = [TrainingRow(messages=messages_of(f"Say {at}."), answer="yes") for at in range(MOST_SEALED + 5)]
    assert len(seal(tiny_llama(tokenizer), tokenizer, many, recipe).encoded) == MOST_SEALED


def test_of_pairs_it_is_their_own_loss(tokenizer: Any) -> None:
    pairs: list[Row] = [PreferenceRow(messages=row.messages, chosen=row.answer, rejected="no") for row in SEALED]
    assert seal(tiny_llama(tokenizer), tokenizer, pairs, RECIPE).before == pytest.approx(0.693, abs=1e-3)


@pytest.fixture
def jobs(tmp_path: Path, warm_trainings: None) -> Iterator[TrainingJobs]:
    jobs = TrainingJobs(tmp_path / "trainings", tmp_path / "cache")
    yield jobs
    jobs.close()


def test_a_training_says_it_at_its_end(tokenizer: Any, jobs: TrainingJobs, tmp_path: Path) -> None:
    for part in (tiny_llama(tokenizer), tokenizer):
        part.save_pretrained(tmp_path / "tiny")
    job = Job(
        id="", title="Words", model="tiny", model_title="Tiny", recipe=Recipe(steps=2, batch=2), data="Words",
        source=ModelSource(kind="folder", place=str(tmp_path / "tiny")), prompts=(), made=0.0,
    )  # fmt: skip
    key = jobs.start(job, ROWS, [], SEALED)
    while (standing := jobs.standing(key)).going:
        time.sleep(0.05)
    assert standing.end
    assert "On 4 rows sealed for the end the loss is " in standing.end.words
