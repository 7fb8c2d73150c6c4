"""Another model as a teacher: what learns comes to say what it says, and one with other tokens is refused by name."""

import copy
from pathlib import Path
from typing import Any

import pytest
import torch
from tiny_llama import tiny_llama

from playground.backends.sources import ModelSource
from playground.errors import InvalidSetup, TrainingFailed
from playground.finetuning.jobs import worker
from playground.finetuning.jobs.base_model import load_teacher
from playground.finetuning.jobs.job import Job, JobFolder
from playground.finetuning.objectives.teachers import Teacher, check_teacher
from playground.finetuning.preparation.rows import PreferenceRow, TrainingRow, messages_of
from playground.finetuning.recipe import Recipe
from playground.finetuning.training.events import TrainingStep
from playground.finetuning.training.loop import train
from playground.finetuning.training.sealed import seal
from playground.returning import Returning

pytestmark = pytest.mark.filterwarnings("ignore:.is_gradient_checkpointing. is deprecated:FutureWarning")
ROWS = [TrainingRow(messages=messages_of(f"Say {word}."), answer=word) for word in ("one", "two", "three", "four")]


def opinionated(tokenizer: Any) -> Any:
    """A model that is surer of what it says than a random one is, and says something else."""
    model = copy.deepcopy(tiny_llama(tokenizer))
    for weight in model.parameters():
        weight.data *= 5
    return model


def test_what_learns_comes_closer_to_its_teacher(tokenizer: Any) -> None:
    teacher = Teacher(opinionated(tokenizer), len(tokenizer))
    recipe = Recipe(method="full", steps=25, batch=4, rate=3e-3)
    student = tiny_llama(tokenizer)
    sealed = seal(student, tokenizer, ROWS, recipe, teacher)
    with Returning(train(student, tokenizer, ROWS, recipe, teacher=teacher)) as work:
        losses = [event.loss for event in work if isinstance(event, TrainingStep)]
    assert losses[0] == pytest.approx(sealed.before, rel=1e-3)  # in nats a token, of the very same divergence
    assert losses[-1] < 0.7 * losses[0]


def test_a_teacher_with_more_rows_than_the_student_is_cut(tokenizer: Any) -> None:
    model = tiny_llama(tokenizer)
    ids = torch.tensor([[5, 6, 7]])
    whole = model(input_ids=ids).logits
    cut = Teacher(model, 100).logits(ids, torch.ones_like(ids), torch.arange(3)[None], 2)
    assert torch.allclose(cut, whole[:, -2:, :100], atol=1e-6)


def test_another_tokenizer_is_refused_by_name(tokenizer: Any, default_model: tuple[Any, Any]) -> None:
    check_teacher(tokenizer, tokenizer, "Large", "Small")
    with pytest.raises(TrainingFailed, match=r"Large splits text into other tokens than Small.* let it write answers"):
        check_teacher(default_model[1], tokenizer, "Large", "Small")


def test_pairs_have_no_teacher(tokenizer: Any) -> None:
    pairs = [PreferenceRow(messages=messages_of("Say one."), chosen="one", rejected="two")]
    run = train(tiny_llama(tokenizer), tokenizer, pairs, Recipe(steps=1), teacher=Teacher(None, 1))
    with pytest.raises(InvalidSetup, match="Pairs of answers are not learned from a teacher"):
        next(run)


def test_the_process_loads_the_teacher_of_its_job(tokenizer: Any, tmp_path: Path) -> None:
    opinionated(tokenizer).save_pretrained(tmp_path)
    tokenizer.save_pretrained(tmp_path)
    source = ModelSource(kind="folder", place=str(tmp_path))
    job = Job(
        id="", title="Words", model="tiny", model_title="Tiny", source=source, recipe=Recipe(), data="Words",
        prompts=(), made=0.0, teacher=source, teacher_title="Large",
    )  # fmt: skip
    student = tiny_llama(tokenizer)
    teacher, window = load_teacher(job, tmp_path, student, tokenizer)
    assert window == student.config.max_position_embeddings
    ids = torch.tensor([[5, 6, 7]])
    said = teacher.logits(ids, torch.ones_like(ids), torch.arange(3)[None], 1)
    assert torch.allclose(said.float(), opinionated(tokenizer)(input_ids=ids).logits[:, -1:], atol=0.2)
    with pytest.raises(TrainingFailed, match=r"8 tokens"):
        worker._refuse_too_long(ROWS, [Recipe()], tokenizer, 2048, teacher_window=8)
    worker._refuse_too_long(ROWS, [Recipe()], tokenizer, 2048, teacher_window=window)


def test_a_teacher_may_have_an_adapter(tokenizer: Any, tmp_path: Path) -> None:
    base = tmp_path / "base"
    tiny_llama(tokenizer).save_pretrained(base)
    tokenizer.save_pretrained(base)
    recipe = Recipe(steps=25, batch=4, rate=0.1, rank=4, alpha=64, layers="all")
    with Returning(train(tiny_llama(tokenizer), tokenizer, ROWS, recipe)) as work:
        list(work)
    work.value.learner.save(tmp_path / "adapter", "base")
    adapter = ModelSource(kind="folder", place=str(tmp_path / "adapter"))
    source = ModelSource(kind="folder", place=str(base))
    job = Job(
        id="", title="Words", model="tiny", model_title="Tiny", source=source, recipe=Recipe(), data="Words",
        prompts=(), made=0.0, teacher=source, teacher_title="Tiny + words", teacher_adapter=adapter,
    )  # fmt: skip
    student = tiny_llama(tokenizer)
    teacher, _ = load_teacher(job, tmp_path, student, tokenizer)
    ids = torch.tensor([[5, 6, 7]])
    given = ids, torch.ones_like(ids), torch.arange(3)[None], 1
    learned, said = work.value.learner.logits(*given).float(), teacher.logits(*given).float()
    assert torch.allclose(said, learned, atol=0.05)
    assert (learned - student(input_ids=ids).logits[:, -1:]).abs().max() > 0.3
    folder = JobFolder(tmp_path / "job")
    folder.create(job, ROWS, ())
    assert folder.read_job() == job
