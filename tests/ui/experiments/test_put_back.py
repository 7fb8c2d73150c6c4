"""After a reload the results of an experiment come out of the store: nothing is asked, nothing taken on trust."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from playground.backends.base import Request
from playground.backends.catalog import Catalog
from playground.errors import PlaygroundError
from playground.evaluation import experiments, running
from playground.evaluation.plan import Experiment
from playground.evaluation.store import Store
from playground.settings import Settings
from playground.ui.experiments import run as experiment_run

SETTINGS = Settings()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store(tmp_path / "store.sqlite")
    yield store
    store.close()


@pytest.fixture
def asked() -> list[str]:
    return []


@pytest.fixture
def catalog(catalog_of: Any, asked: list[str]) -> Catalog:
    def reply(request: Request, _: Any) -> str:
        asked.append(request.messages[-1].content)
        return "The answer is 3."

    made: Catalog = catalog_of(reply)
    return made


def plan(size: int) -> Experiment:
    return experiments.parse({"techniques": [{}], "data": {"size": size}})


def test_what_was_asked_is_shown_again_and_nothing_is_asked(catalog: Catalog, store: Store, asked: list[str]) -> None:
    text = experiment_run.plan_text(plan(4))
    assert experiment_run.put_back(text, catalog, store, SETTINGS, "") is None
    *_, table = running.run(plan(4), catalog, store)
    count = len(asked)
    again = experiment_run.put_back(text, catalog, store, SETTINGS, "")
    assert again is not None
    assert again.table is not None
    assert (again.table.results, again.table.status, again.busy) == (table.results, "done", False)
    more = experiment_run.put_back(experiment_run.plan_text(plan(6)), catalog, store, SETTINGS, "")
    assert more is not None
    assert more.table is not None
    assert (len(more.table.results), more.table.status) == (4, "stopped")
    assert len(asked) == count


def test_another_visitors_words_are_not_found_by_a_plan(catalog: Catalog, store: Store) -> None:
    own = {"name": "own", "shots": 0, "answer": "number", "items": [{"input": "My age?", "references": ["3"]}]}
    mine = experiments.parse({"techniques": [{}], "data": own})
    for _ in running.run(mine, catalog.for_visitor("me"), store, visitor="me"):
        pass
    text = experiment_run.plan_text(mine)
    assert experiment_run.put_back(text, catalog, store, SETTINGS, "me") is not None
    assert experiment_run.put_back(text, catalog, store, SETTINGS, "somebody else") is None


@pytest.mark.parametrize(
    "sent",
    [None, 5, {}, "", "{", "[" * 10**5, "[]", "5", '{"techniques": "<b>"}', '{"techniques": [{"strategy": "none"}]}',
     '{"evil": 1}', "x" * 500_000, json.dumps({"techniques": [{}], "data": {"file": "/etc/passwd"}}),
     json.dumps({"techniques": [{}] * 24, "data": {"size": 10_000}})],
)  # fmt: skip
def test_what_a_browser_sends_is_checked(catalog: Catalog, store: Store, sent: Any) -> None:
    with pytest.raises(PlaygroundError):
        experiment_run.put_back(sent, catalog, store, SETTINGS, "")


def test_a_plan_that_is_too_long_is_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    assert experiments.parse(json.loads(experiment_run.plan_text(plan(7)))) == plan(7)
    monkeypatch.setattr(experiment_run, "MOST_CHARACTERS", 10)
    assert experiment_run.plan_text(plan(7)) == ""
