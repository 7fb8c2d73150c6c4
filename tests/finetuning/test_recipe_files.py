"""Recipes as files: read strictly, written so that they give themselves back, and trained by on the command line."""

import argparse
import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.errors import InvalidSetup, PlaygroundError
from playground.finetuning import command_jobs, train_command
from playground.finetuning.__main__ import main
from playground.finetuning.methods import METHODS
from playground.finetuning.recipe import PRESETS, Recipe, recipe_to_dict
from playground.finetuning.recipe_files import read_recipe, write_recipe


@pytest.mark.parametrize("preset", PRESETS)
@pytest.mark.parametrize("method", METHODS)
def test_a_file_gives_the_recipe_back(preset: str, method: Any) -> None:
    recipe = Recipe(**{**recipe_to_dict(PRESETS[preset].recipe), "method": method, "rate": 1e-5, "rank": 4})
    assert read_recipe(write_recipe(recipe)) == recipe
    for indent in (None, 2, "\t"):
        assert read_recipe(json.dumps(recipe_to_dict(recipe), indent=indent)) == recipe


@given(rate=st.floats(1e-7, 1.0), start=st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]), max_size=40))
def test_any_number_and_text_comes_back(rate: float, start: str) -> None:
    recipe = Recipe(method="prompt_tuning", rate=rate, start=start)
    assert read_recipe(write_recipe(recipe)) == recipe
    assert read_recipe(json.dumps(recipe_to_dict(recipe))) == recipe


def test_a_file_says_what_its_method_reads_and_no_more() -> None:
    assert "tokens" not in write_recipe(Recipe())
    assert "rank: 8" in write_recipe(Recipe())  # also a default: it may be another one tomorrow
    assert "rank" not in write_recipe(Recipe(method="ia3"))
    assert read_recipe(write_recipe(Recipe(method="ia3", rank=3))).rank == 3


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("method: lora\nranks: 8", "mine, line 2: `ranks` is not known. Known keys: method, steps, batch, rate,"),
        ("steps: 0", "mine, line 1: `steps` is 0; it must be a whole number from 1 to 5,000."),
        ("steps: 10\nrate: 2", "mine, line 2: `rate` is 2; it must be a number from 1e-07 to 1"),
        ("rate: 1e", "`rate` is '1e'; it must be a number"),
        ("method: qlora", "`method` is 'qlora'; it must be one of lora, "),
        ('{"steps": 1.5}', "`steps` is 1.5; it must be a whole number"),
        ("rank: yes", "`rank` is True; it must be a whole number"),
        ("steps: 1\nsteps: 2", "`steps` is there twice"),
        ("- lora", "a recipe is a mapping with the keys method, "),
        ("", "a recipe is a mapping"),
        ("steps: [", "not readable as YAML"),
        ("a: " + "x" * 70_000, "is larger than 64 KB"),
    ],
)
def test_what_is_wrong_with_a_file_is_named(text: str, words: str) -> None:
    with pytest.raises(InvalidSetup) as caught:
        read_recipe(text, "mine")
    assert words in str(caught.value)


def test_numbers_with_an_exponent_are_numbers() -> None:
    assert read_recipe("rate: 1e-3").rate == 1e-3
    assert read_recipe('{"rate": 2E-05}').rate == 2e-5


@pytest.mark.usefixtures("warm_trainings")
def test_the_command_line_trains_by_a_file(
    base: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PLAYGROUND_MODELS", f"tiny={base}")
    (tmp_path / "rows.csv").write_text("input,answer\n" + "".join(f"Say {n}.,word {n}\n" for n in range(12)))
    (tmp_path / "recipe.yaml").write_text("steps: 2\nbatch: 2\nrank: 2\n")
    places = [str(tmp_path / "recipe.yaml"), "--data", str(tmp_path / "rows.csv"), "--folder", str(tmp_path / "made")]
    assert main(["train", *places, "--model", "tiny"]) == 0
    words = capsys.readouterr().out
    assert words.splitlines()[-2].startswith("Done after 2 steps.")
    assert "sealed for the end the loss is" in words
    (folder,) = (tmp_path / "made").iterdir()
    assert json.loads((folder / "result" / "adapter_config.json").read_text())["r"] == 2


def test_the_command_line_stops_at_ctrl_c(base: Path, tmp_path: Path) -> None:
    (tmp_path / "recipe.yaml").write_text("steps: 5000\nbatch: 2\nrank: 2\n")
    arguments = [
        "train",
        "recipe.yaml",
        "--data",
        "sentiment",
        "--most",
        "20",
        "--folder",
        "stopped",
        "--model",
        "tiny",
    ]
    with subprocess.Popen(
        [sys.executable, "-m", "playground.finetuning", *arguments], cwd=tmp_path, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True,
        env={**os.environ, "PLAYGROUND_MODELS": f"tiny={base}", "PYTHONPATH": str(Path(__file__).parents[2])},
    ) as process:  # fmt: skip
        assert process.stdout
        for line in process.stdout:
            if line.startswith("step "):
                os.killpg(process.pid, signal.SIGINT)  # as a terminal does: it reaches all that it started
                break
        rest = process.stdout.read()
    assert process.returncode == 130, rest
    assert "it can go on from there." in rest


def test_what_cannot_begin_is_said(tmp_path: Path) -> None:
    (tmp_path / "recipe.yaml").write_text("steps: 2\n")
    (tmp_path / "same.csv").write_text("prompt,answer\n" + "".join(f"Is {n} a number?,yes\n" for n in range(30)))
    folder = ["--folder", str(tmp_path / "made")]
    sentiment = [str(tmp_path / "recipe.yaml"), "--data", "sentiment"]
    for arguments, words in [
        ([str(tmp_path / "none.yaml"), "--data", "sentiment"], "none.yaml cannot be read: No such file"),
        ([str(tmp_path / "recipe.yaml"), "--data", "nothing"], "nothing is none of .*sentiment.* and cannot be read"),
        ([str(tmp_path / "recipe.yaml"), "--data", "sentiment", "--shares", "2,0"], "`validation` is 2.0; it must be"),
        ([str(tmp_path / "recipe.yaml"), "--data", "sentiment", "--most", "0"], "`most` is 0; it must be 1 or more"),
        ([str(tmp_path / "recipe.yaml"), "--data", str(tmp_path / "same.csv")], "would learn to say that, whatever"),
        (["--teacher", "default", *sentiment], "A model cannot be its own teacher: it would learn what it says"),
        (["--teacher", "larger", *sentiment], "There is no model named 'larger'; choose one of "),
        (["--teacher", "default+no", *sentiment], "The model 'default' has no adapter named 'no'; choose one of "),
        (["--teacher", "sentiment-classifier", *sentiment], "gives no probabilities to learn; choose a language model"),
    ]:
        with pytest.raises(PlaygroundError, match=words):
            train_command.run([*arguments, *folder])
    assert not (tmp_path / "made").exists()


@pytest.mark.parametrize("named", ["default+sentiment", " default + sentiment"])
def test_the_command_line_names_a_teacher(named: str) -> None:
    parser = argparse.ArgumentParser()
    command_jobs.add_arguments(parser)
    given = parser.parse_args(["--data", "sentiment", "--folder", "made", "--teacher", named])
    job = command_jobs.job_of(Recipe(), given)
    assert job.teacher == job.source
    assert job.teacher_title.endswith(" + Sentiment in one word")
    assert job.teacher_adapter
    assert Path(job.teacher_adapter.place).joinpath("adapter_config.json").is_file()
