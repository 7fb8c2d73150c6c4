"""A head is a training like any other: it waits for its turn, is stopped, killed, gone on with and deleted."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
from test_head_training import ROWS, encoder

from playground.errors import NotSupported
from playground.finetuning.estimate import estimate_head
from playground.finetuning.heads.kept import kept_heads
from playground.finetuning.heads.plan import HeadPlan
from playground.finetuning.jobs.job import Job, JobFolder
from playground.finetuning.jobs.standing import Standing
from playground.finetuning.jobs.training_jobs import TrainingJobs
from playground.finetuning.taking_away.merging import merge_into

KILLED = "killed, most likely because memory ran out. It can go on from its last checkpoint."


@pytest.fixture
def jobs(tmp_path: Path, warm_trainings: None) -> Iterator[TrainingJobs]:
    jobs = TrainingJobs(tmp_path / "trainings", tmp_path / "cache")
    yield jobs
    jobs.close()


@pytest.fixture
def start(jobs: TrainingJobs, tmp_path: Path) -> Callable[..., str]:
    source = str(encoder("bert", tmp_path / "encoder"))

    def begin(steps: int = 3) -> str:
        plan, rows = HeadPlan(encoder_source=source, steps=steps, batch=2), ROWS["classification"]
        job = Job(
            id="", title="Moods", model="", model_title="Tiny", source=plan.source, recipe=plan.recipe,
            data="some rows", prompts=(), made=0.0, head=plan,
        )  # fmt: skip
        return jobs.start(job, rows, (), rows)

    return begin


def until(jobs: TrainingJobs, key: str, true: Callable[[Standing], bool]) -> Standing:
    while not true(standing := jobs.standing(key)):
        time.sleep(0.05)
    return standing


def stepped(standing: Standing) -> bool:
    assert standing.going, standing.end
    return len(standing.history.steps) >= 2


def ended(standing: Standing) -> bool:
    return not standing.going


def test_it_leaves_a_model_with_its_card_and_scores(
    jobs: TrainingJobs, start: Callable[..., str], tmp_path: Path
) -> None:
    key = start()
    done = until(jobs, key, ended)
    assert done.end
    assert done.phase == "done", done.end.words
    assert done.end.words.startswith("Done after 3 steps. Accuracy on 6 rows held out: ")
    (kept,) = kept_heads(jobs)
    assert (kept.key, [score.name for score in kept.head.scores]) == (key, ["Accuracy", "F1, mean over labels"])
    assert kept.head.trained == kept.head.parameters > 1000
    assert {"model.safetensors", "config.json", "tokenizer.json"} <= {path.name for path in kept.folder.iterdir()}
    card = (kept.folder / "README.md").read_text("utf-8")
    assert "| Accuracy | " in card
    assert "some rows" in card
    with pytest.raises(NotSupported, match="is one already"):
        list(merge_into(JobFolder(kept.folder.parent), tmp_path, tmp_path / "merged"))
    plan = kept.standing.job.head
    assert plan
    found = estimate_head(plan, ROWS["classification"], ROWS["classification"], [done])
    assert found is None or found.measured  # three steps are too few to tell
    jobs.delete(key)
    assert kept_heads(jobs) == ()


def test_it_waits_for_its_turn_is_stopped_killed_and_goes_on(jobs: TrainingJobs, start: Callable[..., str]) -> None:
    key = start(steps=3000)
    behind = start()
    assert jobs.standing(behind).place == 0
    until(jobs, key, stepped)
    jobs.stop(key)
    stopped = until(jobs, key, ended)
    assert stopped.end
    assert stopped.end.words.endswith("it can go on from there.")
    assert stopped.end.step >= 2
    assert until(jobs, behind, ended).phase == "done"

    jobs.resume(key)
    until(jobs, key, lambda one: one.going and len(one.history.steps) > stopped.end.step + 1)
    assert jobs._turns._running
    psutil.Process(jobs._turns._running[1].pid).kill()
    killed = until(jobs, key, ended)
    assert killed.end
    assert (killed.phase, killed.resumable) == ("failed", True)
    assert killed.end.words.endswith(KILLED)


def test_what_is_no_encoder_is_said(jobs: TrainingJobs, start: Callable[..., str], tmp_path: Path) -> None:
    (tmp_path / "encoder" / "config.json").unlink()
    failed = until(jobs, start(), ended)
    assert failed.end
    assert "holds no encoder: there is no config.json in it" in failed.end.words


def test_what_one_would_take_is_known_of_the_own_encoder_and_of_what_was_trained_here() -> None:
    rows: Any = ROWS["classification"]
    both, alone = (
        estimate_head(HeadPlan(trains=trains), rows, rows, [], cores=2) for trains in ("encoder_and_head", "head_alone")
    )
    assert both
    assert alone
    assert both.seconds > alone.seconds > 0
    assert both.bytes > alone.bytes
    assert estimate_head(HeadPlan(encoder_source="org/other"), rows, rows, []) is None
