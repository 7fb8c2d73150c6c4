"""Trainings in a process of their own, on a tiny model: queued, stopped, gone on with, killed, deleted."""

import json
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from threading import Barrier
from typing import Any

import psutil
import pytest

from playground.backends.sources import ModelSource
from playground.errors import InvalidSetup, LimitReached, TrainingFailed
from playground.finetuning.jobs import priority, training_jobs, turns
from playground.finetuning.jobs.job import Job, JobFolder
from playground.finetuning.jobs.standing import Standing
from playground.finetuning.jobs.training_jobs import TrainingJobs
from playground.finetuning.jobs.turns import Turns
from playground.finetuning.preparation.rows import TrainingRow, messages_of
from playground.finetuning.recipe import Recipe
from playground.finetuning.search.space import Search

ROWS = [TrainingRow(messages=messages_of(f"Say {word}."), answer=word) for word in ("one", "two", "three", "four")]
LONG = Recipe(steps=5000, batch=2, rank=2, evaluate_every=1000)
LONGER = replace(LONG, steps=4000)
SHORT = Recipe(steps=3, batch=2, rank=2)


@pytest.fixture
def jobs(tmp_path: Path, warm_trainings: None) -> Iterator[TrainingJobs]:
    jobs = TrainingJobs(tmp_path / "trainings", tmp_path / "cache")
    yield jobs
    jobs.close()


@pytest.fixture
def start(jobs: TrainingJobs, base: Path) -> Callable[..., str]:
    def begin(recipe: Recipe = SHORT, rows: Any = ROWS, **more: Any) -> str:
        source = ModelSource(kind="folder", place=str(base))
        job = Job(
            id="", title="Words", model="tiny", model_title="Tiny", source=source, recipe=recipe, data="Words",
            prompts=(messages_of("Say five."),), made=0.0, **more,
        )  # fmt: skip
        return jobs.start(job, rows, ROWS[:1])

    return begin


def until(jobs: TrainingJobs, key: str, true: Callable[[Standing], bool], owner: str = "") -> Standing:
    """Poll as long as the test may take: a busy machine is no bug."""
    while not true(standing := jobs.standing(key, owner)):
        time.sleep(0.05)
    return standing


def process_of(jobs: TrainingJobs) -> psutil.Process:
    """The process of the training that goes on; the tests around it may have started others."""
    assert jobs._turns._running
    return psutil.Process(jobs._turns._running[1].pid)


def ended(standing: Standing) -> bool:
    return not standing.going


def stepped(standing: Standing) -> bool:
    assert standing.going, standing.end
    return len(standing.history.steps) >= 2


def test_a_training_goes_on_by_itself_and_leaves_what_was_learned(
    jobs: TrainingJobs, start: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turns, "subprocess", subprocess)  # started as on a server
    standing = until(jobs, key := start(), ended)
    assert standing.end is not None
    assert (standing.phase, standing.end.step) == ("done", 3)
    assert standing.end.words.startswith("Done after 3 steps.")
    assert [step.step for step in standing.history.steps] == [1, 2, 3]
    assert [look.step for look in standing.history.looks] == [0, 3]
    config = json.loads((jobs.result(key) / "adapter_config.json").read_text())
    assert config["r"] == 2
    assert config["base_model_name_or_path"] == standing.job.source.title  # and no place on a disk
    with pytest.raises(TrainingFailed, match="is done; there is nothing to go on with"):
        jobs.resume(key)


def test_one_runs_others_wait_and_each_can_be_stopped(jobs: TrainingJobs, start: Any) -> None:
    first, second, third = start(LONG), start(LONGER), start()
    until(jobs, first, stepped)
    assert [jobs.standing(key).place for key in (first, second, third)] == [None, 0, 1]
    with pytest.raises(TrainingFailed, match="goes on; stop it before"):
        jobs.delete(second)
    jobs.stop(second)
    assert jobs.standing(second).phase == "stopped"
    jobs.stop(first)
    standing = until(jobs, first, ended)
    assert standing.phase == "stopped"
    assert standing.end
    assert standing.end.words.startswith("Stopped after step ")
    assert until(jobs, third, ended).phase == "done"  # its turn came
    assert [one.job.id for one in jobs.standings()] == sorted([first, second, third], reverse=True)
    jobs.delete(second)
    with pytest.raises(TrainingFailed, match="is not there any more"):
        jobs.standing(second)


@pytest.mark.parametrize("search", [None, Search(tries=2, over={"rank": [2, 4]})])
def test_the_same_from_the_same_rows_is_trained_once_at_a_time(
    jobs: TrainingJobs, start: Any, search: Search | None
) -> None:
    before, six = start(SHORT), Barrier(6)  # what waits is the same as what runs

    def press(_: int) -> str:
        six.wait()
        try:
            return str(start(LONG, search=search))
        except InvalidSetup as error:
            return str(error)

    with ThreadPoolExecutor(6) as pages:
        keys = [said for said in pages.map(press, range(6)) if "learns the same rows by the same recipe" not in said]
    assert sorted([before, *keys], reverse=True) == [one.job.id for one in jobs.standings()]
    (key,) = keys
    others = (
        start(LONG, search=search, owner="anna"),
        start(LONG, rows=ROWS[1:], search=search),
        start(LONGER, search=search),
    )
    assert len({key, *others}) == 4
    jobs.stop(key)
    until(jobs, key, ended)
    start(LONG, search=search)


@pytest.mark.parametrize("search", [None, Search(tries=2, over={"rank": [2, 4]})])
def test_the_same_can_be_started_again_while_it_is_still_being_stopped(
    jobs: TrainingJobs, start: Any, search: Search | None
) -> None:
    key = start(LONG, search=search)
    until(jobs, key, stepped)
    child = process_of(jobs)
    child.suspend()  # so that it cannot end before the next click
    jobs.stop(key)
    assert (jobs.standing(key).phase, jobs.standing(key).stopping) == ("running", True)
    with pytest.raises(TrainingFailed, match="is being stopped; delete it in a moment"):
        jobs.delete(key)
    again = start(LONG, search=search)
    assert jobs.standing(again).place == 0
    with pytest.raises(InvalidSetup, match="learns the same rows"):
        start(LONG, search=search)
    child.resume()
    assert until(jobs, again, lambda now: now.phase != "queued").going
    assert (jobs.standing(key).phase, jobs.standing(key).stopping) == ("stopped", False)


def test_a_stopped_training_goes_on_where_it_stood(jobs: TrainingJobs, start: Any) -> None:
    key = start(LONG)
    until(jobs, key, stepped)
    jobs.stop(key)
    stopped = until(jobs, key, ended)
    jobs.resume(key)
    until(jobs, key, lambda now: len(now.history.steps) > len(stopped.history.steps))
    steps = jobs.standing(key).history.steps
    assert [step.step for step in steps] == list(range(1, len(steps) + 1))
    assert [look.step for look in jobs.standing(key).history.looks] == [0]


def test_a_killed_process_is_told_and_the_next_begins(jobs: TrainingJobs, start: Any) -> None:
    key, after = start(LONG), start()
    until(jobs, key, stepped)
    child = process_of(jobs)
    assert child.nice() >= priority.NICE
    child.send_signal(signal.SIGKILL)
    standing = until(jobs, key, ended)
    assert standing.phase == "failed"
    assert standing.end
    assert "was killed, most likely because memory ran out" in standing.end.words
    assert len(standing.history.steps) >= 2  # what happened before is still there
    assert until(jobs, after, ended).phase == "done"


def test_a_process_that_breaks_says_why(jobs: TrainingJobs, start: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "PROGRAM", "playground.no_such_program")
    standing = until(jobs, start(), ended)
    assert standing.end
    assert standing.end.words.startswith("The training broke off: ")
    assert "no_such_program" in standing.end.words


def test_strangers_read_no_path_of_the_server(
    jobs: TrainingJobs, start: Any, base: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (base / "config.json").rename(base / "config.gone")
    try:
        standing = until(jobs, start(owner="anna"), ended, "anna")
    finally:
        (base / "config.gone").rename(base / "config.json")
    assert standing.end
    assert "config.json" in standing.end.words
    assert str(base) not in standing.end.words
    monkeypatch.setattr(turns, "PROGRAM", "playground.no_such_program")
    standing = until(jobs, start(owner="anna"), ended, "anna")
    assert standing.end
    assert standing.end.words.startswith("The training broke off: the server's log says why.")
    (tmp_path / "full").write_text("a file, where a folder is needed")
    with pytest.raises(TrainingFailed, match="cannot be kept on this server: Not a directory") as refused:
        JobFolder(tmp_path / "full" / "one").create(standing.job, ROWS, ())
    assert str(tmp_path) not in str(refused.value)


def test_each_sitting_is_counted_whole(jobs: TrainingJobs, start: Any) -> None:
    begun = time.time()
    key = start()
    standing = until(jobs, key, ended)
    ((at, took),) = standing.job.sittings
    assert begun <= at <= time.time()
    assert standing.history.steps[-1].seconds < took <= time.time() - begun


def test_a_process_that_cannot_be_started_ends_and_the_next_begins(
    jobs: TrainingJobs, start: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, broken, last = start(LONG), start(), start(replace(SHORT, seed=1))
    begin = Turns._begin

    def fail_once(jobs: Turns, folder: JobFolder) -> Any:
        if folder.path.name == broken:
            raise OSError(28, "No space left on device", str(folder.path))
        return begin(jobs, folder)

    monkeypatch.setattr(Turns, "_begin", fail_once)
    jobs.stop(first)
    standing = until(jobs, broken, ended)
    assert standing.end
    assert standing.end.words.startswith("Its process could not be started: No space left on device. ")
    assert until(jobs, last, ended).phase == "done"


def test_old_trainings_of_strangers_make_room(
    jobs: TrainingJobs, start: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(training_jobs, "MOST_KEPT", 2)
    keys = [start(owner=owner) for owner in ("anna", "otto")]
    for key, owner in zip(keys, ("anna", "otto"), strict=True):
        jobs.stop(key, owner)
        until(jobs, key, ended, owner)
    with pytest.raises(LimitReached):  # both are of today
        start(owner="eve")
    folder = JobFolder(tmp_path / "trainings" / keys[0])
    long_ago = time.time() - training_jobs.DAY - 1
    folder.write_job(replace(folder.read_job(), made=long_ago, sittings=((long_ago, 1.0),)))
    start(owner="eve")
    assert not folder.path.exists()
    assert jobs.standing(keys[1], "otto")


def test_strangers_trainings_have_so_much_room_on_the_disk(jobs: TrainingJobs, tmp_path: Path, start: Any) -> None:
    small = TrainingJobs(tmp_path / "trainings", tmp_path / "cache", most_bytes=1)
    key = start(owner="anna")
    jobs.stop(key, "anna")
    until(jobs, key, ended, "anna")  # its process writes nothing more
    try:
        job = small.standing(key, "anna").job
        with pytest.raises(LimitReached, match="take all the room that this server has for them"):
            small.start(replace(job, owner="otto"), ROWS, ())
        folder = JobFolder(tmp_path / "trainings" / key)
        long_ago = time.time() - training_jobs.DAY - 1
        folder.write_job(replace(job, made=long_ago, sittings=((long_ago, 1.0),)))
        new = small.start(replace(job, owner="otto"), ROWS, ())
        assert not folder.path.exists()
        assert small.standing(new, "otto").job.owner == "otto"
        small.start(replace(job, owner=""), ROWS, ())  # whoever runs the server minds the disk themselves
    finally:
        small.close()


def test_trainings_of_an_address_are_found_whoever_began_them(jobs: TrainingJobs, start: Any) -> None:
    first, second = start(owner="anna", address="here"), start(owner="otto", address="here")
    start(owner="eve", address="there")
    start()
    assert {one.job.id for one in jobs.standings_at("here")} == {first, second}


def test_what_cannot_be_trained_is_told(jobs: TrainingJobs, start: Any, base: Path) -> None:
    standing = until(jobs, start(Recipe(steps=2, rate=1.0, method="full", warmup=0.0, clip=100.0)), ended)
    assert standing.going is False  # a rate of 1 may break it, and is told then
    (base / "config.json").rename(base / "config.gone")
    try:
        standing = until(jobs, start(), ended)
    finally:
        (base / "config.gone").rename(base / "config.json")
    assert standing.phase == "failed"
    assert standing.end
    assert "config.json" in standing.end.words


def test_a_base_that_has_changed_is_told(jobs: TrainingJobs, start: Any, tmp_path: Path) -> None:
    until(jobs, key := start(LONG), stepped)
    jobs.stop(key)
    until(jobs, key, ended)
    folder = JobFolder(tmp_path / "trainings" / key)
    assert folder.read_base()
    folder.write_base("of other weights")
    jobs.resume(key)
    standing = until(jobs, key, ended)
    assert standing.end
    assert standing.end.words.startswith("The weights of Tiny have changed since this training began")
    assert not standing.resumable


def test_rows_longer_than_the_window_are_told(jobs: TrainingJobs, start: Any) -> None:
    long = TrainingRow(messages=messages_of("word " * 3000), answer="yes", id="7")
    standing = until(jobs, start(rows=[*ROWS, long]), ended)
    assert standing.phase == "failed"
    assert standing.end
    assert "longer than the window of 2,048 tokens (row 7)" in standing.end.words


def test_too_many_are_refused(jobs: TrainingJobs, start: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "MOST_WAITING", 1)
    start(LONG), start(LONGER)
    with pytest.raises(LimitReached, match="1 trainings wait for their turn"):
        start()
    monkeypatch.setattr(turns, "MOST_WAITING", 9)
    monkeypatch.setattr(training_jobs, "MOST_KEPT", 2)
    with pytest.raises(LimitReached, match="2 trainings are kept, the most"):
        start()


def test_everybody_sees_their_own(jobs: TrainingJobs, start: Any) -> None:
    key = start(LONG, owner="anna")
    assert jobs.standing(key, "anna").going
    assert jobs.standings() == ()
    for touch in (jobs.standing, jobs.stop, jobs.resume, jobs.delete, jobs.result):
        with pytest.raises(TrainingFailed, match="is not there any more"):
            touch(key, "otto")
    with pytest.raises(TrainingFailed, match="is not there any more"):
        jobs.standing("../trainings", "anna")


def test_it_ends_with_the_playground_and_goes_on_another_time(jobs: TrainingJobs, start: Any, tmp_path: Path) -> None:
    key = start(LONG)
    until(jobs, key, stepped)
    child = process_of(jobs)
    jobs.close()
    assert not child.is_running()
    later = TrainingJobs(tmp_path / "trainings", tmp_path / "cache")
    try:
        standing = later.standing(key)
        assert standing.phase == "stopped"
        assert standing.end
        assert "The playground was ended while this went on" in standing.end.words
        later.resume(key)
        until(later, key, stepped)
    finally:
        later.close()


def test_a_recipe_of_another_version_is_named(jobs: TrainingJobs, start: Any, tmp_path: Path) -> None:
    until(jobs, key := start(), ended)
    folder = JobFolder(tmp_path / "trainings" / key)
    data = json.loads((folder.path / "job.json").read_text())
    data["recipe"]["momentum"] = 0.9
    (folder.path / "job.json").write_text(json.dumps(data))
    with pytest.raises(InvalidSetup, match="momentum"):
        folder.read_job()
    assert jobs.standings() == ()  # and the history shows the others


def test_the_worker_ends_with_whoever_started_it(base: Path, tmp_path: Path, start: Any, jobs: TrainingJobs) -> None:
    key = start(LONG)
    until(jobs, key, stepped)
    child = process_of(jobs)
    assert jobs._turns._running
    assert jobs._turns._running[1].stdin
    jobs._turns._running[1].stdin.close()  # as when this process ends
    child.wait()
    until(jobs, key, ended)


class EndsAsItIsAsked:
    """The input of a process that ends as somebody asks it to stop."""

    def __init__(self, child: Any) -> None:
        self._child, self._pipe, self.closed = child, child.stdin, False

    def write(self, data: bytes) -> int:
        self._child.kill()
        self._child.wait()
        return self._pipe.write(data)

    def close(self) -> None:
        self.closed = True
        self._pipe.close()


def test_a_stop_as_it_ends_leaves_the_queue_going(jobs: TrainingJobs, start: Any) -> None:
    first, second = start(LONG), start()
    until(jobs, first, stepped)
    assert jobs._turns._running
    child = jobs._turns._running[1]
    child.stdin = EndsAsItIsAsked(child)
    jobs.stop(first)
    assert until(jobs, first, ended).phase == "failed"
    assert until(jobs, second, ended).phase == "done"
    assert child.stdin.closed


def test_an_end_that_cannot_be_written_is_remembered(
    jobs: TrainingJobs, start: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(folder: JobFolder, end: Any) -> None:
        raise OSError(28, "No space left on device")

    key, after = start(LONG), start()
    until(jobs, key, stepped)
    with monkeypatch.context() as patched:
        patched.setattr(JobFolder, "write_end", full)
        child = process_of(jobs)
        child.kill()
        standing = until(jobs, key, ended)
        assert standing.end
        assert "was killed" in standing.end.words
    assert until(jobs, after, ended).phase == "done"


def test_nobody_is_told_of_a_checkpoint_that_is_none(
    jobs: TrainingJobs, start: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turns, "PROGRAM", "playground.no_such_program")
    standing = until(jobs, start(), ended)
    assert standing.end
    assert standing.end.words.endswith("It would begin anew.")
