"""What a training writes down as it goes: on a full disk, torn by a kill, and read while it grows."""

import io
import json
from pathlib import Path
from typing import Any

import pytest

from playground.backends.sources import ModelSource
from playground.errors import TrainingFailed, TrainingHopeless
from playground.finetuning.jobs import ending, events_file, worker
from playground.finetuning.jobs.job import End, Job, JobFolder
from playground.finetuning.jobs.standing import History, Standing, read_history
from playground.finetuning.preparation.rows import TrainingRow, messages_of
from playground.finetuning.recipe import Recipe
from playground.finetuning.training.events import LATEST, Look, TrainingStep, event_to_dict


def line(step: int) -> bytes:
    event = TrainingStep(step=step, steps=9, loss=1.0 / step, seconds=1.0)
    return json.dumps(event_to_dict(event)).encode() + b"\n"


def look(step: int) -> bytes:
    return json.dumps(event_to_dict(Look(step=step, loss=1.0, answers=(), best=True))).encode() + b"\n"


@pytest.fixture
def folder(tmp_path: Path) -> JobFolder:
    return JobFolder(tmp_path)


def test_a_torn_line_is_left_out_and_taken_off_before_the_next(folder: JobFolder) -> None:
    folder.events.write_bytes(line(1) + line(2) + line(3)[:20] + "\u00e4".encode()[:1])
    assert [step.step for step in read_history(folder).steps] == [1, 2]
    worker.mend_torn(folder.events)
    with folder.events.open("ab") as file:
        file.write(line(3))
    assert [step.step for step in read_history(folder).steps] == [1, 2, 3]
    worker.mend_torn(folder.path / "not-there")


def test_what_is_new_is_read_and_what_came_after_an_earlier_step_is_forgotten(folder: JobFolder) -> None:
    folder.events.write_bytes(line(1) + line(2) + look(2) + line(3) + look(3))
    before = read_history(folder)
    assert read_history(folder) is before  # nothing is new
    with folder.events.open("ab") as file:
        file.write(b'{"kind": "stage", "words": "Again"}\n' + line(2))
    after = read_history(folder)
    assert ([step.step for step in after.steps], [one.step for one in after.looks]) == ([1, 2], [])
    assert after.stage == "Again"
    assert all(new is old for new, old in zip(after.steps[:1], before.steps[:1], strict=True))  # and not parsed anew


class NearlyFull(io.RawIOBase):
    """A file that takes five bytes at a time, and so many in all."""

    def __init__(self, room: int) -> None:
        self.held, self.room = b"", room

    def write(self, data: Any) -> int:
        part = bytes(data[: min(5, self.room - len(self.held))])
        if not part:
            raise OSError(28, "No space left on device", "/secret/place")
        self.held += part
        return len(part)


def test_a_line_is_written_whole_or_the_full_disk_is_named() -> None:
    disk = NearlyFull(1000)
    events_file.tell(disk, {"kind": "stage", "words": "x" * 40})
    assert json.loads(disk.held) == {"kind": "stage", "words": "x" * 40}
    with pytest.raises(TrainingFailed, match=r"written down: No space left on device\. Make room") as caught:
        events_file.tell(NearlyFull(12), {"kind": "stage", "words": "x" * 40})
    assert "secret" not in str(caught.value)


def test_a_full_disk_ends_a_training_with_its_reason(
    folder: JobFolder, default_model: tuple[Any, Any], monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    """`/dev/full` takes nothing: each write, and each flush as a file is closed, is refused."""
    if not Path("/dev/full").exists():
        pytest.skip("This system has no device that is full.")
    source = ModelSource(kind="folder", place="nowhere")
    job = Job(
        id="x", title="T", model="tiny", model_title="Tiny", source=source, recipe=Recipe(steps=2), data="",
        prompts=(), made=0.0,
    )  # fmt: skip
    folder.write_job(job)
    folder.events.symlink_to("/dev/full")
    monkeypatch.setattr(worker, "mend_torn", lambda events: None)
    monkeypatch.setattr(worker, "listen_to_parent", lambda called: None)
    monkeypatch.setattr(worker, "step_back", lambda: None)
    assert worker.main(folder, folder.path) == 0
    end = folder.read_end()
    assert end is not None
    assert end.words.startswith("What happens cannot be written down: No space left on device.")

    def full(folder: JobFolder, end: End) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(JobFolder, "write_end", full)
    assert worker.main(folder, folder.path) == 1
    assert "This could not be written down: No space left on device." in capsys.readouterr().err


@pytest.mark.parametrize(
    "error", [MemoryError(), RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory: you tried ...")]
)
def test_memory_that_runs_out_is_told_with_what_to_do(
    folder: JobFolder, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def run_out(*_: Any) -> End:
        raise error

    monkeypatch.setattr(worker, "_run", run_out)
    monkeypatch.setattr(worker, "listen_to_parent", lambda called: None)
    monkeypatch.setattr(worker, "step_back", lambda: None)
    assert worker.main(folder, folder.path) == 0
    end = folder.read_end()
    assert end is not None
    assert end.words == "There was not enough memory: choose a smaller batch, or shorter rows."


@pytest.mark.parametrize(
    ("has_checkpoint", "before", "said"),
    [
        (False, None, "Stopped before its first step."),
        (True, None, "Stopped; it can go on from there."),  # it was killed the time before
        (True, End(ending="stopped", words="", step=1024), "Stopped after step 1,024; it can go on from there."),
    ],
)
def test_a_stop_before_there_is_anything_to_keep_ends_the_process_at_once(
    folder: JobFolder, monkeypatch: pytest.MonkeyPatch, has_checkpoint: bool, before: End | None, said: str
) -> None:
    """Whatever it does at that moment: PyTorch and a model are read without a look at anything else."""
    left: list[int] = []
    monkeypatch.setattr(ending.os, "_exit", left.append)
    if has_checkpoint:
        folder.checkpoints.mkdir()
        (folder.checkpoints / LATEST).write_bytes(b"")
    if before:
        folder.write_end(before)
        folder.put_end_aside()  # it goes on
        assert folder.read_end() is None
    stop = ending.Stop(folder)
    stop.ask()
    end = folder.read_end()
    assert (left, end and end.ending, end and end.words) == ([0], "stopped", said)


def test_a_stop_of_what_has_begun_lets_it_keep_where_it_stands(
    folder: JobFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ending.os, "_exit", lambda status: pytest.fail("it was not let"))
    stop = ending.Stop(folder)
    stop.has_begun.set()
    stop.ask()
    assert stop.asked.is_set()
    assert folder.read_end() is None


def test_what_would_end_in_the_same_way_is_not_offered_again(
    folder: JobFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    def break_off(*_: Any) -> End:
        raise TrainingHopeless("The loss is not a number any more; start again.")

    monkeypatch.setattr(worker, "_run", break_off)
    monkeypatch.setattr(worker, "listen_to_parent", lambda called: None)
    monkeypatch.setattr(worker, "step_back", lambda: None)
    assert worker.main(folder, folder.path) == 0
    end = folder.read_end()
    assert end is not None
    job: Any = None
    assert not Standing(job=job, phase="failed", history=History(), end=end).resumable
    assert Standing(job=job, phase="failed", history=History(), end=End(ending="failed", words="")).resumable


@pytest.mark.parametrize(
    ("recipe", "words", "refused"),
    [
        (Recipe(), 40, False),
        (Recipe(), 90, True),
        (Recipe(method="prompt_tuning", tokens=60), 40, True),
        (Recipe(method="lora", tokens=60), 40, False),
        (Recipe(instruction="word " * 60), 40, True),
    ],
)
def test_all_that_stands_before_an_answer_counts_for_the_window(
    default_model: tuple[Any, Any], recipe: Recipe, words: int, refused: bool
) -> None:
    rows = [TrainingRow(messages=messages_of("word " * words, system="Be."), answer="yes", id="7")]
    if not refused:
        worker._refuse_too_long(rows, [recipe], default_model[1], 100)
        return
    with pytest.raises(TrainingFailed, match=r"longer than the window of .* \(row 7\)"):
        worker._refuse_too_long(rows, [recipe], default_model[1], 100)
