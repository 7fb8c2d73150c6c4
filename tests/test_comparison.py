"""Panes side by side: one seed for all, failures beside answers, and Stop that stops them all."""

import threading
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import asdict, replace
from typing import Any

import pytest
from patience import PATIENCE

from playground import setups
from playground.backends.base import Capabilities, Request
from playground.backends.catalog import Catalog, ModelEntry
from playground.backends.scripted import ScriptedBackend
from playground.comparison import AT_ONCE, compare, compare_repeatedly, parse_panes
from playground.errors import GenerationFailed, InvalidSetup, LimitReached
from playground.types import Delta, Run, Setup, Weights

SETUP = setups.parse({"task": {"input": "Hi there"}})


def entry(name: str, backend: Any) -> ModelEntry:
    return ModelEntry(name=name, title=name, kind="scripted", load=lambda _: backend, capabilities=backend.capabilities)


@pytest.fixture
def catalog() -> Catalog:
    slow = ScriptedBackend(reply=lambda *_: "word by word " * 20, delay=0.02)
    return Catalog([entry("a", ScriptedBackend()), entry("b", ScriptedBackend()), entry("slow", slow)])


def last(panes: list[Weights], catalog: Catalog, setup: Any = SETUP, **options: Any) -> tuple[Run, ...]:
    *_, runs = compare(on(setup, panes), catalog, **options)
    return runs


def on(setup: Setup, panes: list[Weights]) -> list[Setup]:
    """The setup on each of these weights."""
    return [replace(setup, **asdict(pane)) for pane in panes]


def test_all_panes_answer_with_one_seed(catalog: Catalog) -> None:
    runs = last([Weights(model="a"), Weights(model="b"), Weights(model="a")], catalog)
    assert [run.status for run in runs] == ["done"] * 3
    assert [run.setup.model for run in runs] == ["a", "b", "a"]
    assert len({run.seed for run in runs}) == 1
    assert runs[0].answer == runs[2].answer
    given = replace(SETUP, sampling=replace(SETUP.sampling, seed=7))
    assert {run.seed for run in last([Weights(model="a"), Weights(model="b")], catalog, given)} == {7}


def test_they_stream_at_once(catalog: Catalog) -> None:
    seen = list(compare(on(SETUP, [Weights(model="slow")] * 2), catalog))
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
        for runs in compare(on(SETUP, [Weights(model="a"), Weights(model="bug")]), catalog):
            seen.append(runs)

    with pytest.raises(ZeroDivisionError):
        follow()
    assert [run.status for run in seen[-1]] == ["done", "failed"]
    assert "secret" not in seen[-1][1].error


def test_closing_stops_every_pane(catalog: Catalog) -> None:
    endless = ScriptedBackend(reply=lambda *_: "on and " * 2000, delay=0.005)
    catalog.add(entry("endless", endless))
    setup = replace(SETUP, sampling=replace(SETUP.sampling, max_tokens=4000))
    with closing(compare(on(setup, [Weights(model="endless")] * 3), catalog)) as runs:
        while not all(run.steps and run.steps[0].completions[0].text for run in next(runs)):
            pass
        assert catalog.info("endless").users == 3
    deadline = time.monotonic() + PATIENCE
    while catalog.info("endless").users or any(t.name == "pane endless" for t in threading.enumerate()):
        assert time.monotonic() < deadline
        time.sleep(0.005)


def test_what_is_wrong_for_all_is_said_once(catalog: Catalog) -> None:
    with pytest.raises(InvalidSetup, match=r"`task\.input` is empty"):
        next(compare(on(setups.parse({}), [Weights(model="a"), Weights(model="b")]), catalog))


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
        (None, InvalidSetup, "`panes` must be a list"),
        ([{}] * 7, LimitReached, r"7 panes; 6 is the most \(PLAYGROUND_MAX_PANES\)"),
        ([{"strategy": "guess"}], InvalidSetup, r"`panes\.0\.strategy` is 'guess'; it must be one of zero_shot"),
        ([{}, {"strategy": ["zero_shot"]}], InvalidSetup, r"`panes\.1\.strategy` is \['zero_shot'\]"),
        ([{"options": {"form": "x"}}], InvalidSetup, r"`panes\.0\.options\.form` is not known"),
        ([{"task": "Hi"}], InvalidSetup, r"`panes\.0\.task` is 'Hi'; it must be a mapping"),
        ([{"task": {"input": 5}}], InvalidSetup, r"`panes\.0\.task\.input` is 5"),
        ([{"sampling": {"temperature": 9}}], InvalidSetup, r"`panes\.0\.sampling\.temperature` is 9"),
        ([{1: 2}], InvalidSetup, r"`panes\.0\.1` is not known"),
        ([{"model": "a", "scale": 3}], InvalidSetup, r"`panes\.0\.scale` is 3; it must be a number from 0 to 2"),
        ([{"model": 5}], InvalidSetup, r"`panes\.0\.model` is 5"),
        ([{}, {"modle": "a"}], InvalidSetup, r"`panes\.1\.modle` is not known"),
        (["a"], InvalidSetup, r"`panes\.0` is 'a'; it must be a mapping"),
        ([{"scale": float("nan")}], InvalidSetup, r"`panes\.0\.scale` is nan"),
    ],
)
def test_bad_panes(data: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        parse_panes(SETUP, data, 6)


def test_panes_from_plain_data() -> None:
    panes = parse_panes(SETUP, [{"model": "a"}, {"model": "a", "adapter": "pirate", "scale": 0.5}], 6)
    assert list(panes) == on(SETUP, [Weights(model="a"), Weights(model="a", adapter="pirate", scale=0.5)])
    assert [pane.model_title for pane in panes] == ["a", "a + pirate × 0.5"]


def test_a_pane_is_what_it_says_and_else_the_setup() -> None:
    base = setups.parse(
        {
            "strategy": "chain_of_thought",
            "options": {"form": "few_shot"},
            "task": {"input": "Hi there", "answer": "number"},
            "sampling": {"temperature": 0.3, "max_tokens": 40},
        }
    )
    whole = setups.parse({"strategy": "role", "task": {"input": "Bye", "role": "You are terse."}, "model": "b"})
    panes = parse_panes(
        base,
        [
            {},
            {"strategy": "zero_shot"},
            {"strategy": "chain_of_thought"},
            {"sampling": {"temperature": 0}},
            setups.to_dict(whole),
        ],
        6,
    )
    assert panes[0] == panes[2] == base
    assert panes[1] == replace(base, strategy="zero_shot", options={})
    assert panes[3] == replace(base, sampling=replace(base.sampling, temperature=0))
    assert panes[4] == whole


def test_whole_setups_stand_side_by_side_and_one_that_cannot_run_is_a_failed_run(catalog: Catalog) -> None:
    panes = parse_panes(
        setups.parse({"model": "a", "task": {"input": "2 + 2"}}),
        [
            {"model": "a"},
            {"model": "a", "strategy": "chain_of_thought"},
            {"model": "a", "strategy": "few_shot"},  # without examples
            {"model": "b", "strategy": "self_consistency", "options": {"paths": 3}},
        ],
        12,
    )
    *_, runs = compare(panes, catalog)
    assert [run.status for run in runs] == ["done", "done", "failed", "done"]
    assert runs[2].error_path == ("task", "examples")
    assert [len(run.steps[0].completions) for run in runs if run.steps] == [1, 1, 3]


def test_more_panes_than_run_at_once_all_answer(catalog: Catalog) -> None:
    setup = replace(SETUP, model="a")
    *_, runs = compare([setup] * (2 * AT_ONCE + 1), catalog)
    assert {run.status for run in runs} == {"done"}


def test_one_pane_stops_and_the_others_go_on(catalog: Catalog) -> None:
    endless = ScriptedBackend(reply=lambda *_: "on and " * 2000, delay=0.005)
    catalog.add(entry("endless", endless))
    setup = replace(SETUP, sampling=replace(SETUP.sampling, max_tokens=4000))
    halts = [threading.Event(), threading.Event()]
    runs: tuple[Run, ...] = ()
    for runs in compare(on(setup, [Weights(model="endless"), Weights(model="slow")]), catalog, halts=halts):
        if runs[0].steps and runs[0].steps[0].completions[0].text:
            halts[0].set()
    assert [run.status for run in runs] == ["stopped", "done"]
    assert runs[0].steps[0].completions[0].text


def test_repetitions_have_equal_luck_and_a_placebo_has_its_own(catalog: Catalog) -> None:
    fixed = replace(SETUP, sampling=replace(SETUP.sampling, seed=7))
    for setup in (SETUP, fixed):
        panes = on(setup, [Weights(model="a"), Weights(model="b"), Weights(model="a")])
        *_, (first, second, placebo) = compare_repeatedly(panes, catalog, repetitions=3, placebos={2})
        seeds = [[run.seed for run in runs] for runs in (first, second, placebo)]
        assert seeds[0] == seeds[1]
        assert len({*seeds[0], *seeds[2]}) == 6
    assert seeds[0][0] == 7
