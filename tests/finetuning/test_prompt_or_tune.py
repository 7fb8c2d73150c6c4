"""Prompt or tune?, with small numbers on a tiny model: to its end, stopped, and taken up again."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import psutil
import pytest
from patience import until

from playground.backends.catalog import Catalog
from playground.backends.local.entries import model_entry
from playground.backends.sources import ModelSource
from playground.errors import InvalidSetup, NotSupported
from playground.evaluation.store import Store
from playground.finetuning.__main__ import main
from playground.finetuning.held_out.answering import Answering
from playground.finetuning.held_out.tasks import TASKS
from playground.finetuning.jobs.training_jobs import TrainingJobs
from playground.finetuning.prompt_or_tune.comparing import Place, compare_prompting_and_tuning
from playground.finetuning.prompt_or_tune.known import Compared
from playground.finetuning.prompt_or_tune.plan import Plan, parse_plan
from playground.settings import Settings

pytestmark = pytest.mark.usefixtures("warm_trainings")


@pytest.fixture
def place(base: Path, tmp_path: Path) -> Iterator[Place]:
    settings = Settings(cache=tmp_path / "cache", store=str(tmp_path / "store.sqlite"))
    source = ModelSource(kind="folder", place=str(base))
    jobs = TrainingJobs(settings.trainings_folder, settings.cache)
    store = Store.from_settings(settings)
    catalog = Catalog([model_entry(source, "default", settings, title="Tiny")])
    yield Place(answering=Answering(catalog=catalog, store=store), jobs=jobs, settings=settings)
    jobs.close()
    store.close()


def test_a_stop_keeps_what_is_done_and_the_next_click_goes_on_also_at_once(place: Place) -> None:
    plan = Plan(asked=3, validation=0, shots=0, few=3, more=3, most=3, steps=5000, virtual=False)
    work = compare_prompting_and_tuning(TASKS["sentiment"], plan, place)
    known = Compared(task="")
    for known in work:
        if "step " in known.stage:
            break
    running = place.jobs._turns._running
    assert running
    process = psutil.Process(running[1].pid)
    process.suspend()  # it has not ended by the next click, however quick a machine is
    work.close()
    assert [way.name for way in known.ways] == ["Bare", "Instructed"]

    again = compare_prompting_and_tuning(TASKS["sentiment"], plan, place)
    waiting = next(known.stage for known in again if "keeps where it stands" in known.stage)
    assert waiting.startswith("Sentiment, LoRA on 3: ")
    process.resume()
    next(known for known in again if known.stage.startswith("LoRA on 3: step "))
    again.close()
    until(lambda: not place.jobs.standings()[0].going)
    (standing,) = place.jobs.standings()
    assert standing.phase == "stopped"
    assert standing.resumable


def test_where_training_is_not_allowed_nothing_is_asked(place: Place) -> None:
    def refuse(*_: object) -> float | None:
        raise NotSupported("Nobody trains here.")

    with pytest.raises(NotSupported, match="Nobody trains here"):
        list(compare_prompting_and_tuning(TASKS["sentiment"], Plan(), replace(place, allow=refuse)))
    assert place.jobs.standings() == ()


@pytest.mark.parametrize("name", ["asked", "validation", "shots", "few", "most", "steps"])
def test_numbers_that_make_no_sense_are_refused_by_name(name: str) -> None:
    with pytest.raises(InvalidSetup, match=name):
        parse_plan({name: -1})


def test_the_command_asks_every_way_the_same_items_and_a_second_time_trains_nothing(
    base: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PLAYGROUND_STORE", str(tmp_path / "store.sqlite"))
    monkeypatch.setenv("PLAYGROUND_MODELS", f"tiny={base}")
    small = ["--model", "tiny", "--asked", "4", "--validation", "2", "--shots", "2", "--most", "3", "--steps", "2"]
    arguments = ["prompt-or-tune", *small, "--million-tokens", "1", "--training-hour", "2"]
    assert main([*arguments, "--json", str(tmp_path / "found.json")]) == 0
    said = capsys.readouterr()
    assert "| Few-shot |" in said.out
    assert "for a million tokens and 2 for an hour of training" in said.out
    found = json.loads((tmp_path / "found.json").read_text())
    assert [way["name"] for way in found["ways"]] == [
        "Bare", "Instructed", "Few-shot", "Best of 10 prompts", "LoRA on 3", "LoRA on 3, prompted", "Prompt tuning on 3"
    ]  # fmt: skip
    assert all(way["items"] == 4 and way["failed"] == 0 for way in found["ways"])
    assert [way["preparation"]["examples"] for way in found["ways"]][4:] == [3, 3, 3]
    assert all(way["preparation"]["training_seconds"] > 0 for way in found["ways"][4:])
    assert found["prompt"]["tries"] == 10
    assert found["done"] == found["stages"]

    jobs = TrainingJobs(Settings.from_environment().trainings_folder, tmp_path)
    trained = {standing.job.id for standing in jobs.standings()}
    assert len(trained) == 2
    assert main(["prompt-or-tune", *small, "--json", str(tmp_path / "again.json")]) == 0
    assert {standing.job.id for standing in jobs.standings()} == trained
    again = json.loads((tmp_path / "again.json").read_text())
    assert [way["mean"] for way in again["ways"]] == [way["mean"] for way in found["ways"]]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--steps", "0"], "steps"),
        (["--million-tokens", "1"], "Give both prices"),
    ],
)
def test_the_command_says_what_is_wrong(arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["prompt-or-tune", *arguments]) == 2
    assert said in capsys.readouterr().err
