"""A model judges: its runs are kept like all others, and a verdict that cannot be had is a failure with its reason."""

import random
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from playground.backends.base import Request
from playground.backends.catalog import ModelEntry
from playground.backends.scripted import ScriptedBackend
from playground.errors import GenerationFailed
from playground.evaluation import experiments, running
from playground.evaluation.plan import Experiment
from playground.evaluation.results import Table
from playground.evaluation.store import Store

RUBRIC = {"name": "judge", "options": {"model": "default"}}
PAIRWISE = {"name": "judge", "options": {"mode": "pairwise", "against": "Plain"}}


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store(tmp_path / "store.sqlite")
    yield store
    store.close()


class Judge:
    """Answers, and judges answers: `says` is its verdict on a prompt."""

    def __init__(self, says: Any) -> None:
        self.judged = self.answered = 0
        self.says = says

    def __call__(self, request: Request, rng: random.Random) -> str:
        prompt = request.messages[-1].content
        if "answer" not in prompt:
            self.answered += 1
            return "Short." if "briefly" in prompt else "A long answer."
        self.judged += 1
        said = self.says(prompt) if callable(self.says) else self.says
        if isinstance(said, Exception):
            raise said
        return str(said)


def plan(scorer: dict[str, Any]) -> Experiment:
    items = [{"id": str(i), "input": f"Why {i}?"} for i in range(5)]
    techniques = [{"name": "Brief", "template": "{input} Say it briefly"}, {"name": "Plain"}]
    data = {"name": "own", "shots": 0, "items": items}
    return experiments.parse({"techniques": techniques, "data": data, "scorer": scorer})


def run(store: Store, catalog: Any, scorer: dict[str, Any]) -> Table:
    *_, table = running.run(plan(scorer), catalog, store)
    return table


def scores(table: Table, column: str) -> set[float | None]:
    return {result.score for result in table.results if result.column == column}


def test_a_grade_by_rubric_is_asked_once_and_kept(store: Store, catalog_of: Any) -> None:
    judge = Judge(lambda prompt: 2 if "Short." in prompt else 5)
    table = run(store, catalog_of(judge), RUBRIC)
    assert (table.status, len(table.results)) == ("done", 10)
    assert (scores(table, "Brief"), scores(table, "Plain")) == ({0.25}, {1.0})
    assert (judge.answered, judge.judged) == (10, 10)
    assert {result.note for result in table.results} == {"2 of 5.", "5 of 5."}
    again = run(store, catalog_of(judge), RUBRIC)
    assert (again.stored_count, judge.answered, judge.judged) == (10, 10, 10)
    assert scores(again, "Plain") == {1.0}
    stricter = {"name": "judge", "options": {"rubric": "Is it short?"}}
    run(store, catalog_of(judge), stricter)
    assert (judge.answered, judge.judged) == (10, 20)


def test_two_answers_are_compared_in_both_orders(store: Store, catalog_of: Any) -> None:
    judge = Judge(lambda prompt: "A" if prompt.index("Short.") < prompt.index("A long") else "B")
    table = run(store, catalog_of(judge), PAIRWISE)
    assert (table.status, len(table.results), judge.judged) == ("done", 10, 10)
    assert (scores(table, "Brief"), scores(table, "Plain")) == ({1.0}, {0.5})
    assert not any(result.disagree for result in table.results)
    first = Judge("A")
    table = run(Store(store.path.with_name("other")), catalog_of(first), PAIRWISE)
    assert scores(table, "Brief") == {0.5}
    assert [result.disagree for result in table.results if result.column == "Brief"] == [True] * 5


def test_a_judge_whose_weights_were_not_there_yet_does_not_speak_for_another(store: Store, catalog_of: Any) -> None:
    """Its weights are known once it is loaded: only then its verdicts can be looked up, and kept."""
    run(store, catalog_of(Judge(5)), RUBRIC)  # the answers are known from now on
    for grade, score, weights in ((5, 1.0, "weights 1"), (1, 0.0, "weights 2")):
        judge, loaded = Judge(grade), threading.Event()
        catalog = with_a_judge(catalog_of(Judge(5)), judge, loaded, weights)
        scorer = {"name": "judge", "options": {"model": "judge"}}
        for _ in range(2):  # what it says the first time is found the second time
            assert scores(run(store, catalog, scorer), "Plain") == {score}
            assert judge.judged == 10


def with_a_judge(catalog: Any, judge: Judge, loaded: threading.Event, weights: str) -> Any:
    """The catalog with one model more, whose weights are fetched when it is loaded."""
    backend = ScriptedBackend(reply=judge)

    def load(_: Any) -> ScriptedBackend:
        loaded.set()
        return backend

    def identity() -> str:
        return weights if loaded.is_set() else ""

    told: dict[str, Any] = {"load": load, "identity": identity, "capabilities": backend.capabilities}
    catalog.add(ModelEntry(name="judge", title="Judge", kind="local", **told))
    return catalog


def test_a_judge_that_fails_is_a_failed_cell_that_keeps_its_answer(store: Store, catalog_of: Any) -> None:
    judge = Judge(GenerationFailed("The judge is ill."))
    table = run(store, catalog_of(judge), RUBRIC)
    assert {(r.outcome, r.note) for r in table.results} == {("failed", "The judge failed: The judge is ill.")}
    judge.says = 5
    table = run(store, catalog_of(judge), RUBRIC)
    assert (scores(table, "Brief"), judge.answered) == ({1.0}, 10)


@pytest.mark.parametrize("scorer", [RUBRIC, PAIRWISE])
def test_a_judge_without_a_decision_gives_no_score(store: Store, catalog_of: Any, scorer: dict[str, Any]) -> None:
    table = run(store, catalog_of(Judge("Hard to say.")), scorer)
    assert {(r.outcome, r.score, r.note) for r in table.results if r.column == "Brief"} == {
        ("failed", None, "The judge gave no decision.")
    }


def test_without_an_answer_to_compare_with_there_is_no_verdict(store: Store, catalog_of: Any) -> None:
    def reply(request: Request, rng: random.Random) -> str:
        if request.messages[-1].content == "Why 3?":
            raise GenerationFailed("Nothing came.")
        return "C" if "answer" in request.messages[-1].content else "So."

    table = run(store, catalog_of(reply), PAIRWISE)
    (failed,) = [r for r in table.results if r.column == "Brief" and r.outcome == "failed"]
    assert (failed.item, failed.note) == ("3", "Plain has no answer to compare with: Nothing came.")
    assert len(table.results) == 10


def test_a_column_to_compare_with_must_be_there(store: Store, catalog_of: Any) -> None:
    scorer = {"name": "judge", "options": {"mode": "pairwise", "against": "Nobody"}}
    with pytest.raises(Exception, match=r"`scorer\.options\.against` is 'Nobody'; the columns are Brief, Plain"):
        run(store, catalog_of(), scorer)
