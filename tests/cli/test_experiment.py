"""The command: `python -m playground.experiment`, run the way people and CI machines run it."""

import os
import signal
import sqlite3
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from patience import PATIENCE

from playground.backends.scripted import ScriptedBackend
from playground.cli import experiment
from playground.evaluation import experiments
from playground.evaluation.findings import summary
from playground.evaluation.results import Table
from playground.evaluation.running.cells import AskResult
from playground.evaluation.store import Store
from playground.types import Setup

PLAN = """
data: {{size: {size}}}
techniques: [{{}}, {{strategy: few_shot, name: Shown}}]
models: [{{model: scripted}}]
sampling: {{max_tokens: 3}}
expectations: [{{column: Zero-shot, at_least: {least}}}]
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "plan.yaml").write_text(PLAN.format(size=3, least=0))
    (tmp_path / "long.yaml").write_text(PLAN.format(size=100, least=0))
    return tmp_path


def begun(folder: Path, plan: str = "long.yaml") -> "subprocess.Popen[str]":
    """The command in a process of its own, once it has stored something."""
    command = [sys.executable, "-m", "playground.experiment", str(folder / plan), "--store", str(folder / "store")]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    end = time.monotonic() + PATIENCE
    while stored(folder / "store") < 5:
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < end
        time.sleep(0.02)
    return process


def stored(path: Path) -> int:
    if not path.exists():
        return 0
    try:
        with sqlite3.connect(path) as db:
            return int(db.execute("SELECT count(*) FROM runs").fetchone()[0])
    except sqlite3.OperationalError:  # its table is not made yet
        return 0
    finally:
        db.close()


def run(folder: Path, *options: str, plan: str = "plan.yaml") -> int:
    return experiment.main([str(folder / plan), "--store", str(folder / "store"), *options])


def test_it_prints_results_and_sentences_and_tells_its_progress_aside(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(folder) == 0
    out, err = capsys.readouterr()
    lines = out.splitlines()
    assert lines[0].split() == ["Column", "Mean", "95", "%", "interval", *lines[0].split()[5:]]
    assert [line.split()[0] for line in lines[1:3]] == ["Zero-shot", "Shown"]
    assert "Shown and Zero-shot" in lines[3]
    assert lines[4] == "To tell a difference of 5 points here, about 160 items would be needed."
    assert lines[5].endswith("at least 0 % was expected: held.")
    assert "6 of 6 cells, in " in err
    assert run(folder) == 0
    assert "6 of 6 cells, 6 known before, in " in capsys.readouterr().err
    assert run(folder, "--quiet") == 0
    assert capsys.readouterr().err == ""


def test_it_exits_3_when_what_is_expected_does_not_hold(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "high.yaml").write_text(PLAN.format(size=3, least=0.99))
    assert run(folder, plan="high.yaml") == 3
    assert "at least 99 % was expected: not held." in capsys.readouterr().out


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("techniques: [{strategy: magic}]", "wrong.yaml, line 1: `techniques.0.strategy` is 'magic'"),
        ("techniques: [{}]\nmodels: [{model: gone}]", "no model named 'gone'"),
        ("techniques: [{}]\ndata: {file: gone.csv}", "wrong.yaml, line 2: `data.file` cannot be read"),
        ('techniques: [{}]\ndata: {file: "a\\0b"}', "wrong.yaml, line 2: `data.file` cannot be read"),
        ("techniques: [{}]\nscorer:\n  name: magic", "wrong.yaml, line 3: `scorer.name` is 'magic'"),
        ("", "wrong.yaml, line 1: an experiment is a mapping"),
    ],
)
def test_it_exits_2_for_wrong_input(folder: Path, text: str, message: str, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "wrong.yaml").write_text(text)
    assert run(folder, plan="wrong.yaml") == 2
    assert message in capsys.readouterr().err
    assert run(folder, plan="gone.yaml") == 2
    assert "gone.yaml cannot be read: there is no such file." in capsys.readouterr().err


def test_a_store_of_a_newer_version_is_said(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with sqlite3.connect(folder / "store") as db:
        db.execute("PRAGMA user_version = 99")
    db.close()
    assert run(folder) == 1
    out, err = capsys.readouterr()
    assert "written by a newer playground" in err
    assert out == ""  # no table of nothing


def test_cells_that_failed_are_said_and_are_no_success(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = experiment.running.ask_cell

    def failing(setup: Setup, *rest: Any) -> AskResult:
        return asked(setup, *rest) if setup.strategy == "zero_shot" else AskResult(error="It broke.")

    monkeypatch.setattr(experiment.running, "ask_cell", failing)
    assert run(folder) == 1
    assert "3 cells failed; run again to ask that again. It broke." in capsys.readouterr().err
    (folder / "high.yaml").write_text(PLAN.format(size=3, least=0.99))
    assert run(folder, plan="high.yaml") == 3


def test_a_judge_that_wavers_is_said(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    found = summary.summaries

    def wavering(table: Table) -> tuple[summary.ColumnSummary, ...]:
        return tuple(replace(one, disagree=2 * (one.column == "Shown")) for one in found(table))

    monkeypatch.setattr(experiment, "summaries", wavering)
    assert run(folder) == 0
    (said,) = [line for line in capsys.readouterr().out.splitlines() if "swapped" in line]
    assert said == "Shown: for 2 of 3 answers the judge decided otherwise when the two were swapped."


def test_the_report_goes_where_it_is_told(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(folder, "--out", str(folder / "out" / "report")) == 0
    written = {path.name for path in (folder / "out" / "report").rglob("*") if path.is_file()}
    assert {"report.md", "results.csv", "results.json", "experiment.yaml", "columns.svg"} <= written
    assert experiment.main([str(folder / "out/report/experiment.yaml"), "--store", str(folder / "store")]) == 0
    assert "6 known before" in capsys.readouterr().err
    (folder / "file").write_text("")
    assert run(folder, "--out", str(folder / "file")) == 2
    out, err = capsys.readouterr()
    assert "The report cannot be written" in err
    assert (out, "cells" in err) == ("", False)  # said before anything is asked


def test_items_come_from_a_file_of_ones_own(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "mine.csv").write_text("question;right\nTwo and two?;4\n\u00c4 and \u00f6?;5\n", encoding="cp1252")
    columns = "columns: {input: question, reference: right}"
    data = f"data: {{file: mine.csv, {columns}, answer: number, shots: 0}}"
    (folder / "own.yaml").write_text(f"techniques: [{{}}]\nmodels: [{{model: scripted}}]\n{data}\n")
    assert run(folder, plan="own.yaml") == 0
    assert "2 of 2 cells, in " in capsys.readouterr().err


def test_killed_in_the_middle_only_what_is_missing_runs(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    process = begun(folder)
    process.kill()
    process.communicate()
    kept = Store(folder / "store").count()
    assert 5 <= kept < 200
    assert run(folder, plan="long.yaml") == 0
    assert f"200 of 200 cells, {kept} known before, in " in capsys.readouterr().err
    assert Store(folder / "store").count() == 200


def test_an_interrupt_keeps_what_is_done_and_says_what_that_is(folder: Path) -> None:
    process = begun(folder)
    os.kill(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=PATIENCE)
    assert process.returncode == 130
    assert err.splitlines()[-1].endswith("stopped.")
    done = int(err.splitlines()[-1].split()[0])
    assert Store(folder / "store").count() >= done >= 5
    assert "Zero-shot" in out


def test_a_second_interrupt_ends_it_without_a_traceback(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(experiment, "_run", interrupted)
    assert run(folder) == 130


def test_two_processes_share_a_store(folder: Path) -> None:
    both = [begun(folder), begun(folder)]
    ended = [(process.communicate(timeout=2 * PATIENCE), process.returncode) for process in both]
    assert [code for _, code in ended] == [0, 0], ended
    assert Store(folder / "store").count() == 200


def test_a_model_that_no_technique_reaches_is_named(catalog_of: Any, capsys: pytest.CaptureFixture[str]) -> None:
    catalog = catalog_of(capabilities=replace(ScriptedBackend().capabilities, task="classification"))
    for models in ([], [{"model": "default"}, {"model": "gone"}]):
        experiment._say_what_takes_the_input_alone(experiments.parse({"techniques": [{}], "models": models}), catalog)
        assert capsys.readouterr().err == (
            "default is made for one task: it takes the input alone, whatever the technique.\n"
        )
