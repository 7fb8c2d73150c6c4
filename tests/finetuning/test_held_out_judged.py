"""An adapter against its base on sealed items: a tiny model through the whole of it, and looks that are counted."""

from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest

from playground.errors import InvalidSetup
from playground.evaluation.store import Store
from playground.finetuning.__main__ import main
from playground.finetuning.held_out.answering import Answering, answers_text
from playground.finetuning.held_out.asked import asked_of_task
from playground.finetuning.held_out.judging import HeldOutResult, HeldOutScore, judge
from playground.finetuning.held_out.kept import FILE, read_held_out, with_looks, write_held_out
from playground.finetuning.held_out.report import as_markdown
from playground.finetuning.held_out.tasks import TASKS, task_of_data
from playground.finetuning.preparation.rows import TrainingRow, messages_of
from playground.returning import Returning
from playground.types import Weights

SCORE = HeldOutScore(asked="Bare", learned=True, items=4, failed=0, mean=0.5, low=0.1, high=0.9, right=2, tokens=30.0)
RESULT = HeldOutResult(title="Sentiment", scorer="Label", digest="a", scores=(SCORE,), sentences=("One.",))


def test_base_and_adapter_are_asked_together_and_the_adapter_is_held_against_each(
    real_catalog: Any, tmp_path: Path
) -> None:
    base, learned = Weights(model="default"), Weights(model="default", adapter="sentiment")
    for weights in (base, learned):
        for _ in real_catalog.open(weights.model, weights.adapter):
            pass
    asked = asked_of_task(TASKS["sentiment"], 6, (), base, learned)
    asked = replace(asked, validation=asked.validation[:2], instructions=asked.instructions[:1])
    store = Store(tmp_path / "store.sqlite")
    work = Returning(judge(asked, Answering(catalog=real_catalog, store=store)))
    news = [one.words for one in work]
    store.close()
    result = work.value
    assert [score.name for score in result.scores][:2] == ["Bare, the base", "Bare, what was learned"]
    assert len(result.scores) == 8
    assert len(result.sentences) == 4
    by_name = {score.name: score for score in result.scores}
    assert (by_name["Bare, what was learned"].mean or 0) > (by_name["Bare, the base"].mean or 0)
    assert result.tries == 4
    assert any(words.startswith("Asking both: 4") for words in news)
    assert "The best of 4 prompts" in as_markdown(result)


def test_while_it_asks_it_says_how_long_it_still_takes() -> None:
    growing = Mock(results=(1, 2), total=8, remaining=95.0)
    assert answers_text(growing) == "2 of 8 answers, about 2 min left"
    growing.remaining = None
    assert answers_text(growing) == "2 of 8 answers"


def test_items_that_were_learned_are_left_out() -> None:
    part = TASKS["sentiment"].sealed(4, 6)
    row = TrainingRow(messages=messages_of(part.items[0].input), answer="Positive")
    asked = asked_of_task(TASKS["sentiment"], 4, [row], Weights(), Weights(adapter="a"))
    assert len(asked.part.items) == 3
    assert asked.left_out == 1
    rows = [TrainingRow(messages=messages_of(item.input), answer="Positive") for item in part.items]
    with pytest.raises(InvalidSetup, match="nothing can be asked"):
        asked_of_task(TASKS["sentiment"], 4, rows, Weights(), Weights(adapter="a"))


def test_each_look_at_a_sealed_part_is_counted_whoever_took_it(tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    one.mkdir()
    two.mkdir()
    assert write_held_out(one, RESULT, [one, two]).looks == 1
    assert write_held_out(two, RESULT, [one, two]).looks == 2
    again = write_held_out(one, RESULT, [one, two])
    assert again.looks == 3
    assert "looked at 3 times" in as_markdown(again)
    assert "2 items more not asked: at most" in as_markdown(replace(RESULT, beyond=2))
    assert with_looks(two, [one, two]) == replace(RESULT, looks=3)
    assert write_held_out(two, replace(RESULT, digest="b"), [one, two]).looks == 1
    assert read_held_out(tmp_path) is None


def test_what_was_kept_is_read_as_it_was(tmp_path: Path) -> None:
    write_held_out(tmp_path, RESULT)
    assert read_held_out(tmp_path) == RESULT
    assert (tmp_path / FILE).exists()


def test_built_in_data_is_known_by_its_title() -> None:
    assert task_of_data("Sentiment in one word") == TASKS["sentiment"]
    assert task_of_data("Summary") == TASKS["summary"]
    assert task_of_data("Mine") is None
    assert task_of_data("") is None


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["sentiment"], "either --task, or --held-out"),
        (["sentiment", "--task", "sentiment", "--items", "0"], "at least 1"),
        (["sentiment", "--held-out", "nowhere.csv", "--trained", "nowhere.csv"], "cannot be read"),
    ],
)
def test_the_command_says_what_is_wrong(arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["held-out", *arguments]) == 2
    assert said in capsys.readouterr().err
