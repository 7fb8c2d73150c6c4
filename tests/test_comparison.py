"""Panes side by side: one seed for all, failures beside answers, and Stop that stops them all."""

import threading
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from typing import Any

import pytest

from playground import setups
from playground.backends.base import Capabilities, Request
from playground.backends.catalog import Catalog, ModelEntry
from playground.backends.scripted import ScriptedBackend
from playground.comparison import compare, parse_panes
from playground.errors import GenerationFailed, InvalidSetup, LimitReached
from playground.types import Delta, Run, Weights

SETUP = setups.parse({"task": {"input": "Hi there"}})


def entry(name: str, backend: Any) -> ModelEntry:
    return ModelEntry(name=name, title=name, kind="scripted", load=lambda _: backend, capabilities=backend.capabilities)


@pytest.fixture
def catalog() -> Catalog:
    slow = ScriptedBackend(reply=lambda *_: "word by word " * 20, delay=0.02)
    return Catalog([entry("a", ScriptedBackend()), entry("b", ScriptedBackend()), entry("slow", slow)])


def last(panes: list[Weights], catalog: Catalog, setup: Any = SETUP, **options: Any) -> tuple[Run, ...]:
    *_, runs = compare(setup, panes, catalog, **options)
    return runs


def test_all_panes_answer_with_one_seed(catalog: Catalog) -> None:
    runs = last([Weights(model="a"), Weights(model="b"), Weights(model="a")], catalog)
    assert [run.status for run in runs] == ["done"] * 3
    assert [run.setup.model for run in runs] == ["a", "b", "a"]
    assert len({run.seed for run in runs}) == 1
    assert runs[0].answer == runs[2].answer
    given = replace(SETUP, sampling=replace(SETUP.sampling, seed=7))
    assert {run.seed for run in last([Weights(model="a"), Weights(model="b")], catalog, given)} == {7}


def test_they_stream_at_once(catalog: Catalog) -> None:
    seen = list(compare(SETUP, [Weights(model="slow"), Weights(model="slow")], catalog))
    assert [run.status for run in seen[0]] == ["waiting", "waiting"]
    both = [
        all(run.steps and len(run.steps[0].completions[0].text) > 0 and run.status == "running" for run in runs)
        for runs in seen
    ]
    assert any(both)


@pytest.mark.parametrize(
    ("pane", "message"),
    [
        (Weights(model="x"), "no model named 'x'; choose one of a, b, slow"),
        (Weights(model="a", adapter="x"), "'a' has no adapter named 'x'; it has none"),
    ],
)
def test_a_pane_that_fails_stands_beside_the_others(catalog: Catalog, pane: Weights, message: str) -> None:
    good, bad = last([Weights(model="a"), pane], catalog)
    assert good.status == "done"
    assert bad.status == "failed"
    assert message in bad.error


class Breaking(ScriptedBackend):
    def stream(self, request: Request) -> Iterator[Delta]:  # type: ignore[override]
        raise self.delay  # type: ignore[misc]


def test_what_breaks_in_a_pane(catalog: Catalog) -> None:
    catalog.add(entry("broken", Breaking(delay=GenerationFailed("out of order"))))  # type: ignore[arg-type]
    good, bad = last([Weights(model="a"), Weights(model="broken")], catalog)
    assert (good.status, bad.status, bad.error) == ("done", "failed", "out of order")
    catalog.add(entry("bug", Breaking(delay=ZeroDivisionError("secret"))))  # type: ignore[arg-type]
    seen: list[Any] = []

    def follow() -> None:
        for runs in compare(SETUP, [Weights(model="a"), Weights(model="bug")], catalog):
            seen.append(runs)

    with pytest.raises(ZeroDivisionError):
        follow()
    assert [run.status for run in seen[-1]] == ["done", "failed"]
    assert "secret" not in seen[-1][1].error


def test_closing_stops_every_pane(catalog: Catalog) -> None:
    endless = ScriptedBackend(reply=lambda *_: "on and " * 2000, delay=0.005)
    catalog.add(entry("endless", endless))
    setup = replace(SETUP, sampling=replace(SETUP.sampling, max_tokens=4000))
    with closing(compare(setup, [Weights(model="endless")] * 3, catalog)) as runs:
        while not all(run.steps and run.steps[0].completions[0].text for run in next(runs)):
            pass
        assert catalog.info("endless").users == 3
    deadline = time.monotonic() + 30
    while catalog.info("endless").users or any(t.name == "pane endless" for t in threading.enumerate()):
        assert time.monotonic() < deadline
        time.sleep(0.005)


def test_what_is_wrong_for_all_is_said_once(catalog: Catalog) -> None:
    with pytest.raises(InvalidSetup, match=r"`task\.input` is empty"):
        next(compare(setups.parse({}), [Weights(model="a")], catalog))


def test_a_model_for_one_task_gets_the_input_alone(catalog: Catalog) -> None:
    asked: list[Request] = []

    class Task(ScriptedBackend):
        def stream(self, request: Request) -> Any:
            asked.append(request)
            return super().stream(request)

    capabilities = Capabilities(sampling=frozenset(), task="classification")
    task_model = Task(capabilities=replace(capabilities, context_length=100))
    listed = entry("task", task_model)  # what an operator listed: what it is made for is known once it is loaded
    catalog.add(replace(listed, capabilities=ScriptedBackend().capabilities))
    setup = setups.parse(
        {
            "strategy": "role",
            "task": {"input": "Good film", "role": "You are a critic.", "answer": "label", "labels": ["x"]},
            "sampling": {"temperature": 0.1, "max_tokens": 5},
        }
    )
    prompted, task = last([Weights(model="a"), Weights(model="task")], catalog, setup)
    assert (prompted.status, task.status) == ("done", "done")
    assert [m.content for m in asked[0].messages] == ["Good film"]
    assert task.setup.strategy == "zero_shot"
    assert prompted.setup.strategy == "role"


@pytest.mark.parametrize(
    ("data", "error", "message"),
    [
        ([], InvalidSetup, "`panes` must be a list of at least one"),
        ("a", InvalidSetup, "`panes` must be a list"),
        ([{}] * 7, LimitReached, r"7 panes; 6 is the most \(PLAYGROUND_MAX_PANES\)"),
        ([{"model": "a", "scale": 3}], InvalidSetup, r"`panes\.0\.scale` is 3; it must be a number from 0 to 2"),
        ([{"model": 5}], InvalidSetup, r"`panes\.0\.model` is 5"),
        ([{}, {"modle": "a"}], InvalidSetup, r"`panes\.1\.modle` is not known"),
        (["a"], InvalidSetup, r"`panes\.0` is 'a'; it must be a mapping"),
        ([{"scale": float("nan")}], InvalidSetup, r"`panes\.0\.scale` is nan"),
    ],
)
def test_bad_panes(data: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        parse_panes(data, 6)


def test_panes_from_plain_data() -> None:
    panes = parse_panes([{"model": "a"}, {"model": "a", "adapter": "pirate", "scale": 0.5}], 6)
    assert panes == (Weights(model="a"), Weights(model="a", adapter="pirate", scale=0.5))
    assert [pane.model_title for pane in panes] == ["a", "a + pirate × 0.5"]
