"""Trainings side by side: what differs, what came of each, as a table, as CSV, and in trackio."""

import csv
import io
import json
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from playground.backends.sources import ModelSource
from playground.errors import InvalidSetup, NotSupported
from playground.finetuning.held_out.judging import HeldOutResult, HeldOutScore
from playground.finetuning.held_out.kept import write_held_out
from playground.finetuning.history import history_command
from playground.finetuning.history.history_command import read_trainings
from playground.finetuning.history.side_by_side import as_csv, side_by_side
from playground.finetuning.history.trackio_runs import write_runs
from playground.finetuning.jobs.job import End, Job, JobFolder
from playground.finetuning.preparation.rows import TrainingRow, messages_of
from playground.finetuning.recipe import Recipe
from playground.finetuning.training.events import Look, TrainingStep, TryEnded, event_to_dict
from playground.formats import format_duration

ROWS = [TrainingRow(messages=messages_of("Say one."), answer="one")]


def keep(
    folder: Path, key: str, losses: dict[int, float], end: End | None = None, tries: Any = (), **recipe: Any
) -> None:
    job = Job(
        id=key, title=f"=Title {key}", model="m", model_title="M", recipe=Recipe(steps=20, **recipe), data="Words",
        source=ModelSource(kind="packaged", place="default"), prompts=(), made=0.0,
    )  # fmt: skip
    training = JobFolder(folder / key)
    training.create(job, ROWS, [])
    events: list[Any] = [Look(step=step, loss=loss, answers=(), best=False) for step, loss in losses.items()]
    events += [TrainingStep(step=n, steps=20, loss=3.0 - n / 10, seconds=4.0 * n, rate=1e-3, norm=1.0) for n in (1, 2)]
    training.events.write_text("".join(f"{json.dumps(event_to_dict(event))}\n" for event in (*events, *tries)))
    if end:
        training.write_end(end)
        training.result.mkdir()
        (training.result / "adapter_model.safetensors").write_bytes(b"0" * 3000)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    done = End(ending="done", words="Done.", step=20, sealed=1.234)
    keep(tmp_path, "20261130-1", {0: 3.0, 10: 2.0, 20: 2.5}, done, rank=4)
    score = HeldOutScore(
        asked="Bare", learned=True, items=90, failed=0, mean=0.78, low=0.68, high=0.85, right=70, tokens=9.0
    )
    result = HeldOutResult(title="Words", scorer="Label", digest="1", scores=(score,), sentences=())
    write_held_out(tmp_path / "20261130-1" / "result", result)
    keep(tmp_path, "20261130-2", {}, None, rank=8, rate=0.01)
    values = {"rank": 16}
    tries = [
        TryEnded(number=1, tries=2, values=values, loss=1.5, best_step=3, seconds=60.0),
        TryEnded(number=2, tries=2, values=values, loss=None, best_step=0, seconds=30.0, words="It broke."),
    ]
    keep(tmp_path, "20261130-3", {0: 3.0, 5: 1.9}, done, tries, rank=16)
    return tmp_path


def test_what_differs_and_what_came_of_it_stand_in_a_table(folder: Path) -> None:
    table = side_by_side(read_trainings(folder, folder))
    assert table.columns == (
        "Learning rate", "Rank", "Data", "Lowest validation loss", "Loss on sealed rows", "Score on sealed items",
        "Time", "Size",
    )  # fmt: skip
    assert dict(table.rows) == {
        "=Title 20261130-3": ("\u2013", "16", "Words", "1.500", "1.234", "\u2013", format_duration(90), "3 KB"),
        "=Title 20261130-2": ("0.01", "8", "Words", "\u2013", "\u2013", "\u2013", "8 s", "\u2013"),
        "=Title 20261130-1": ("\u2013", "4", "Words", "2.000", "1.234", "78 % (70 of 90), 68 % to 85 %", "8 s", "3 KB"),
    }


def test_a_file_has_all_numbers_and_no_formula(folder: Path) -> None:
    rows = list(csv.DictReader(io.StringIO(as_csv(read_trainings(folder, folder)).removeprefix("\ufeff"))))
    assert [row["rank"] for row in rows] == ["16", "8", "4"]
    assert rows[0]["lowest_validation_loss"] == "1.5"
    assert rows[1]["lowest_validation_loss"] == ""
    assert rows[0]["title"] == "'=Title 20261130-3"


def test_the_command_prints_and_writes(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert history_command.run([str(folder), "--csv", str(tmp_path / "all.csv")]) == 0
    assert "| =Title 20261130-2 | 0.01 | 8 |" in capsys.readouterr().out
    assert (tmp_path / "all.csv").read_text("utf-8").count("\n") == 4
    with pytest.raises(InvalidSetup, match="holds no trainings"):
        history_command.run([str(tmp_path / "nothing")])
    with pytest.raises(InvalidSetup, match=r"all\.csv cannot be written: No such file"):
        history_command.run([str(folder), "--csv", str(tmp_path / "missing" / "all.csv")])


def test_trackio_has_a_run_for_each(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    runs: list[Any] = []

    def init(**given: Any) -> Any:
        logged: list[Any] = []
        runs.append(SimpleNamespace(given=given, logged=logged, ended=False))
        run = runs[-1]

        def log(figures: Any, step: int | None = None) -> None:
            logged.append((step, figures))

        return SimpleNamespace(log=log, finish=lambda: setattr(run, "ended", True))

    monkeypatch.setitem(sys.modules, "trackio", SimpleNamespace(init=init))
    assert write_runs("mine", read_trainings(folder, folder)) == 3
    assert all(run.ended and run.given["project"] == "mine" for run in runs)
    assert runs[2].given["config"]["rank"] == 4
    assert runs[2].logged[0] == (0, {"validation/loss": 3.0})
    assert runs[2].logged[1] == (1, {"train/loss": 2.9, "train/learning_rate": 1e-3, "train/gradient": 1.0})
    assert runs[2].logged[-1] == (
        None, {"outcome/lowest": 2.0, "outcome/sealed": 1.234, "outcome/seconds": 8.0, "outcome/bytes": 3000},
    )  # fmt: skip
    monkeypatch.setitem(sys.modules, "trackio", None)
    with pytest.raises(NotSupported, match=r"needs the package trackio: pip install 'trackio>=0\.43,<1'"):
        write_runs("mine", [])
