"""Training a tiny random Llama: what counts in the loss, that it falls, that the seed decides, that it can stop."""

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import torch
from tiny_llama import tiny_llama
from tiny_models import tiny_model

from playground.errors import InvalidSetup, TrainingFailed, TrainingHopeless
from playground.finetuning.methods import METHODS, Learner, method_of
from playground.finetuning.objectives.answers import LearnAnswers
from playground.finetuning.preparation.encoding import encode_row
from playground.finetuning.preparation.rows import TrainingRow, messages_of
from playground.finetuning.recipe import Recipe
from playground.finetuning.training.checkpoints import VERSION, Checkpoints
from playground.finetuning.training.events import (
    LATEST,
    CheckpointWritten,
    Look,
    Looking,
    TrainingStep,
    event_from_dict,
    event_to_dict,
)
from playground.finetuning.training.loop import Trained, Watched, train
from playground.finetuning.training.loss import batches, mean_loss
from playground.returning import Returning

pytestmark = pytest.mark.filterwarnings("ignore:.is_gradient_checkpointing. is deprecated:FutureWarning")

WORDS = ("one", "two", "three", "four", "five", "six")
ROWS = [TrainingRow(messages=messages_of(f"Say {word}."), answer=word) for word in WORDS]
OTHERS = [TrainingRow(messages=messages_of(f"Say {word} now."), answer=word) for word in WORDS[:3]]
RECIPE = Recipe(steps=12, batch=4, rate=1e-2, rank=4)
Tiny = Callable[[], Any]


@pytest.fixture
def tiny(tokenizer: Any) -> Tiny:
    return lambda: tiny_llama(tokenizer)


def finished(model: Any, tokenizer: Any, recipe: Recipe = RECIPE, *more: Any) -> tuple[list[Any], Trained]:
    work = Returning(train(model, tokenizer, ROWS, recipe, *more))
    return list(work), work.value


def losses(events: list[Any]) -> list[float]:
    return [event.loss for event in events if isinstance(event, TrainingStep)]


def attached(model: Any, tokenizer: Any) -> Learner:
    return method_of(RECIPE).attach(model, tokenizer, RECIPE)


# ------------------------------------------------------------------------------------------------- the loss
def test_the_loss_is_over_answer_tokens_alone(tiny: Tiny, tokenizer: Any) -> None:
    model = tiny()
    rows = [
        encode_row(tokenizer, TrainingRow(messages=messages_of("Hi"), answer="yes, at once")),
        encode_row(tokenizer, ROWS[0]),
    ]
    assert len(rows[0].ids) != len(rows[1].ids)
    logprobs = []
    for row in rows:  # each row alone and unpadded, position by position
        with torch.no_grad():
            predicted = model(input_ids=torch.tensor([row.ids])).logits[0].log_softmax(-1)
        logprobs += [predicted[place - 1, row.ids[place]] for place in range(row.start, len(row.ids))]
    expected = -torch.stack(logprobs).mean().item()
    learner = attached(model, tokenizer)  # which has no effect before its first step
    with torch.no_grad():
        total, count = LearnAnswers(tokenizer, "cpu").total(learner, rows)
    assert total.item() / count == pytest.approx(expected, abs=1e-5)
    assert mean_loss(LearnAnswers(tokenizer, "cpu"), learner, rows, batch=1) == pytest.approx(expected, abs=1e-5)


def test_every_example_comes_before_any_comes_again(tokenizer: Any) -> None:
    rows = [encode_row(tokenizer, row) for row in ROWS]
    seen = [row.ids for batch in batches(rows, Recipe(steps=3, batch=4)) for row in batch]
    assert sorted(seen[:6]) == sorted(seen[6:]) == sorted(row.ids for row in rows)
    assert [len(batch) for batch in batches(rows, Recipe(steps=3, batch=4))] == [4, 4, 4]
    few = list(batches(rows[:2], Recipe(steps=2, batch=5)))
    assert [len(batch) for batch in few] == [5, 5]


def test_rows_of_a_size_come_together_and_the_seed_decides() -> None:
    def drawn(seed: int) -> list[Any]:
        return list(batches(range(240), Recipe(steps=60, batch=8, seed=seed), lambda row: row % 30))

    found = drawn(1)
    assert found == drawn(1) != drawn(2)
    assert sorted(row for batch in found[:30] for row in batch) == list(range(240))  # each before any comes again
    plain = batches(range(240), Recipe(steps=60, batch=8, seed=1))
    padded, unsorted = (
        sum(max(row % 30 for row in batch) - row % 30 for batch in some for row in batch) for some in (found, plain)
    )
    assert padded < 0.4 * unsorted


# ---------------------------------------------------------------------------------------------- every method
@pytest.mark.parametrize("name", METHODS)
def test_every_method_learns_and_leaves_the_model_as_it_was(tiny: Tiny, tokenizer: Any, name: Any) -> None:
    model, untouched = tiny(), tiny().state_dict()
    recipe = Recipe(method=name, steps=30, batch=6, rank=4, rate=METHODS[name].rate * 10)
    events, trained = finished(model, tokenizer, recipe)
    assert [event.step for event in events] == list(range(1, 31))
    assert losses(events)[-1] < losses(events)[0] - 0.05
    assert all(weight.dtype == torch.float32 for weight in trained.learner.weights)
    trained.learner.detach()
    if not METHODS[name].makes_model:
        assert all(torch.equal(weight, untouched[key]) for key, weight in model.state_dict().items())


def test_the_seed_decides(tiny: Tiny, tokenizer: Any) -> None:
    found = [losses(finished(tiny(), tokenizer, Recipe(steps=6, batch=4, rate=1e-2, seed=s))[0]) for s in (3, 3, 4)]
    assert found[0] == found[1] != found[2]


def test_a_bfloat16_base_is_trained_with_float32_adapters(tiny: Tiny, tokenizer: Any) -> None:
    _, trained = finished(tiny().to(torch.bfloat16), tokenizer, Recipe(steps=1))
    kinds = {("lora_" in name, weight.dtype) for name, weight in trained.learner.adapted.named_parameters()}
    assert kinds == {(True, torch.float32), (False, torch.bfloat16)}


# ----------------------------------------------------------------------------------------------------- looks
def test_it_looks_before_the_first_step_then_as_often_as_told_and_at_the_end(
    tiny: Tiny, tokenizer: Any, tmp_path: Path
) -> None:
    watched = Watched(rows=OTHERS, prompts=[messages_of("Say six."), messages_of("Hi")], most_tokens=3)
    recipe = Recipe(steps=5, batch=4, rate=1e-2, rank=4, evaluate_every=2)
    events, trained = finished(tiny(), tokenizer, recipe, watched, Checkpoints(tmp_path))
    looks = [event for event in events if isinstance(event, Look)]
    assert [look.step for look in looks] == [0, 2, 4, 5]
    assert all(len(look.answers) == 2 and look.loss is not None for look in looks)
    best = min(looks, key=lambda look: look.loss or 0)
    assert (trained.best_step, trained.best_loss) == (best.step, best.loss)
    kept = [event for event in events if not isinstance(event, Looking)]
    assert [event_from_dict(event_to_dict(event)) for event in kept] == kept
    assert isinstance(events[-1], CheckpointWritten)


def test_sample_answers_are_what_generate_says(tokenizer: Any) -> None:
    from playground.backends.local.engine.prompt import encode
    from playground.finetuning.answering import greedy_answers
    from playground.finetuning.training.answers import sample_answers

    model = tiny_model("llama")
    prompts = ["What is the capital of France?", "Say hello to Anna, please, and tell her that tea is ready."]
    learner = attached(model, tokenizer)
    learner.switch(learning=False)
    try:
        ids = [encode(tokenizer, messages_of(prompt)) for prompt in prompts]
        work = Returning(sample_answers(learner, tokenizer, ids, 8, "cpu"))
        assert len(list(work)) == 8  # it can be stopped after each token
        said = work.value
    finally:
        learner.detach()
    assert list(said) == list(greedy_answers(model, tokenizer, prompts, 8))


def test_it_stops_when_the_validation_loss_does_not_fall_and_keeps_the_best(
    tiny: Tiny, tokenizer: Any, tmp_path: Path
) -> None:
    wrong = [TrainingRow(messages=row.messages, answer="nine nine nine") for row in ROWS]  # the better, the worse
    recipe = Recipe(steps=60, batch=6, rate=3e-2, rank=4, evaluate_every=2, patience=3)
    model = tiny()
    events, trained = finished(model, tokenizer, recipe, Watched(rows=wrong), Checkpoints(tmp_path))
    looks = [event for event in events if isinstance(event, Look)]
    best = min(range(len(looks)), key=lambda at: looks[at].loss or 0)
    assert best == len(looks) - 4
    assert trained.step == looks[-1].step < 60
    encoded = [encode_row(tokenizer, row) for row in wrong]
    assert mean_loss(LearnAnswers(tokenizer, "cpu"), trained.learner, encoded) == pytest.approx(
        looks[best].loss, abs=1e-5
    )


# ------------------------------------------------------------------------------------- stop, go on, and fail
def test_closing_takes_the_adapter_off_again(tiny: Tiny, tokenizer: Any) -> None:
    model = tiny()
    names = set(model.state_dict())
    run = train(model, tokenizer, ROWS, RECIPE)
    next(run)
    assert set(model.state_dict()) != names
    run.close()
    assert set(model.state_dict()) == names


EVENTS = 18  # of a training of nine steps with four looks, each in two parts, and a checkpoint


def resumable(name: Any) -> Recipe:
    return Recipe(method=name, steps=9, batch=4, rank=4, dropout=0.2, evaluate_every=3)


@pytest.fixture(scope="module")
def never_stopped(tokenizer: Any, tmp_path_factory: pytest.TempPathFactory) -> Callable[[Any], Any]:
    """What happens by each method in a training that is not stopped, and what it leaves."""

    @cache
    def of(name: Any) -> tuple[list[Any], Trained]:
        kept = Checkpoints(tmp_path_factory.mktemp("whole"))
        return finished(tiny_llama(tokenizer), tokenizer, resumable(name), Watched(rows=OTHERS), kept)

    return of


@pytest.mark.parametrize(
    ("name", "stop"),
    [*((name, 6) for name in METHODS), *(("lora", stop) for stop in range(1, EVENTS + 1) if stop != 6)],
)
def test_what_was_stopped_goes_on_as_if_it_had_not_been(
    tiny: Tiny, tokenizer: Any, never_stopped: Callable[[Any], Any], tmp_path: Path, name: Any, stop: int
) -> None:
    recipe, watched = resumable(name), Watched(rows=OTHERS)
    whole, trained = never_stopped(name)
    assert len(whole) == EVENTS
    run = train(tiny(), tokenizer, ROWS, recipe, watched, Checkpoints(tmp_path / "parts"))
    first = [next(run) for _ in range(stop)]
    run.close()
    assert Checkpoints(tmp_path / "parts").read_step() == max(
        (e.step for e in first if not isinstance(e, Looking)), default=0
    )
    rest, again = finished(tiny(), tokenizer, recipe, watched, Checkpoints(tmp_path / "parts"))
    assert losses([*first, *rest]) == losses(whole)
    looks = [[(e.step, e.loss) for e in some if isinstance(e, Look)] for some in ([*first, *rest], whole)]
    assert looks[0] == looks[1]
    assert again.best_step == trained.best_step
    ended = trained.learner.state()
    assert all(torch.equal(weight, ended[key]) for key, weight in again.learner.state().items())


def test_a_look_can_be_stopped_after_each_batch_and_each_token(tiny: Tiny, tokenizer: Any, tmp_path: Path) -> None:
    watched = Watched(rows=OTHERS * 7, prompts=[messages_of("Say six.")], most_tokens=4)  # rows in two batches
    run = train(tiny(), tokenizer, ROWS, RECIPE, watched, Checkpoints(tmp_path))
    parts = [type(next(run)) for _ in range(7)]
    assert parts == [*[Looking] * 6, Look]


def test_a_checkpoint_of_another_version_says_so(tiny: Tiny, tokenizer: Any, tmp_path: Path) -> None:
    kept = Checkpoints(tmp_path)
    finished(tiny(), tokenizer, Recipe(steps=2, batch=2), None, kept)
    data = torch.load(tmp_path / LATEST, weights_only=True)
    for other in ({**data, "version": 1}, {key: value for key, value in data.items() if key != "version"}, [1]):
        torch.save(other, tmp_path / LATEST)
        with pytest.raises(TrainingHopeless, match="begun by another version of the playground"):
            finished(tiny(), tokenizer, Recipe(steps=4, batch=2), None, kept)
        with pytest.raises(TrainingHopeless, match="begun by another version of the playground"):
            kept.read_step()


def test_prompts_alone_do_not_stop_it_early(tiny: Tiny, tokenizer: Any) -> None:
    watched = Watched(prompts=[messages_of("Say six.")], most_tokens=2)
    _, trained = finished(tiny(), tokenizer, Recipe(steps=6, batch=2, evaluate_every=1, patience=2), watched)
    assert trained.step == 6


def test_one_that_stopped_by_itself_takes_no_more_steps_when_its_result_was_lost(
    tiny: Tiny, tokenizer: Any, tmp_path: Path
) -> None:
    wrong = [TrainingRow(messages=row.messages, answer="nine nine nine") for row in ROWS]
    recipe = Recipe(steps=60, batch=6, rate=3e-2, rank=4, evaluate_every=2, patience=3)
    _, trained = finished(tiny(), tokenizer, recipe, Watched(rows=wrong), Checkpoints(tmp_path))
    events, again = finished(tiny(), tokenizer, recipe, Watched(rows=wrong), Checkpoints(tmp_path))
    assert losses(events) == []
    assert (again.step, again.best_step) == (trained.step, trained.best_step)


def test_the_best_weights_are_kept_with_their_step_and_loss(tiny: Tiny, tokenizer: Any, tmp_path: Path) -> None:
    recipe = Recipe(steps=4, batch=4, rate=1e-2, evaluate_every=2)
    _, trained = finished(tiny(), tokenizer, recipe, Watched(rows=OTHERS), Checkpoints(tmp_path))
    best = Checkpoints(tmp_path).read_best()
    assert best is not None
    assert (best["step"], best["loss"]) == (trained.best_step, trained.best_loss)
    assert trained.best_loss is not None
    Checkpoints(tmp_path).write_best(best["weights"], 3, 0.5)  # of a look after the checkpoint, before a kill
    _, again = finished(tiny(), tokenizer, recipe, Watched(rows=OTHERS), Checkpoints(tmp_path))
    assert (again.best_step, again.best_loss) == (3, 0.5)


def test_a_loss_that_is_no_number_is_named(tiny: Tiny, tokenizer: Any) -> None:
    model = tiny()
    names = set(model.state_dict())
    model.model.embed_tokens.weight.data[:] = float("nan")
    with pytest.raises(TrainingFailed, match="not a number any more at step 1: the learning rate"):
        finished(model, tokenizer, Recipe(steps=3, warmup=0.0))
    assert set(model.state_dict()) == names


def test_a_full_disk_is_told_and_leaves_the_checkpoint_before(
    tiny: Tiny, tokenizer: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = Checkpoints(tmp_path)
    kept.write({"standing": {}, "step": 1})

    def full(data: Any, path: Path) -> None:
        path.write_bytes(b"half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(torch, "save", full)
    with pytest.raises(TrainingFailed, match=r"No space left on device\. The one before it is still there"):
        kept.write({"step": 2})
    assert kept.read() == {"standing": {}, "step": 1, "version": VERSION}
    assert [path.name for path in tmp_path.iterdir()] == ["latest.pt"]


def test_a_checkpoint_that_is_none_is_told(tmp_path: Path) -> None:
    (tmp_path / "latest.pt").write_bytes(b"nonsense")
    with pytest.raises(TrainingFailed, match="cannot be read; start this training anew"):
        Checkpoints(tmp_path).read()


def test_no_rows_are_refused(tiny: Tiny, tokenizer: Any) -> None:
    with pytest.raises(InvalidSetup, match="no rows to train on"):
        next(train(tiny(), tokenizer, [], RECIPE))
