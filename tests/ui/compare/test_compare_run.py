"""A comparison as a stream of snapshots: what is measured afterwards can fail or be stopped and takes nothing away."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from types import SimpleNamespace

import pytest
from patience import PATIENCE

from playground import setups
from playground.backends.base import Request
from playground.backends.catalog import AdapterEntry, Catalog, ModelEntry
from playground.backends.details import AdapterDetails
from playground.backends.scripted import ScriptedBackend
from playground.errors import GenerationFailed, InvalidSetup
from playground.types import Token
from playground.ui.compare import panes as pane_picker
from playground.ui.compare import run as compare_run
from playground.ui.compare.run import ComparisonRun
from playground.ui.handlers.messages import BUG

Score = Callable[[Request], tuple[Token, ...]]


@dataclass(frozen=True, kw_only=True)
class Scoring(ScriptedBackend):
    """A scripted model with probabilities, or something else in their place."""

    scored: Score

    def score(self, request: Request, text: str | Sequence[int]) -> tuple[Token, ...]:
        return self.scored(request)


def catalog_of(scored: Score) -> Catalog:
    backend = Scoring(scored=scored)
    backend = replace(backend, capabilities=replace(backend.capabilities, logits=True, adapters=True))
    details = AdapterDetails(name="tuned", title="Tuned", loaded=True)
    return Catalog(
        [
            ModelEntry(name="m", title="M", kind="local", load=lambda _: backend, capabilities=backend.capabilities),
            AdapterEntry(model="m", name="tuned", title="Tuned", load=lambda *_: details),
        ]
    )


def begun(catalog: Catalog, text: str = "Hi") -> ComparisonRun:
    panes = pane_picker.value([{"model": "m"}, {"model": "m", "adapter": "tuned"}])
    setup = setups.parse({"task": {"input": text}})
    picked = pane_picker.read(setup, panes, 4, catalog)
    assert [pane.adapter for pane in picked.panes] == ["", "tuned"]
    return compare_run.begin(setup, picked)


def surprised(request: Request) -> tuple[Token, ...]:
    return (Token(1, "x", -1.0 if request.adapter else -2.0),)


def boom(error: Exception) -> Score:
    def score(request: Request) -> tuple[Token, ...]:
        raise error

    return score


def test_answers_come_first_then_the_matrix_cell_by_cell() -> None:
    catalog = catalog_of(surprised)
    now = begun(catalog)
    seen = list(compare_run.follow(now, catalog, within=60))
    answered = next(one for one in seen if one.stage == "measuring")
    assert [run.status for run in answered.runs] == ["done", "done"]
    cells = [sum(len(row) for row in one.perplexities) for one in seen]
    assert sorted(set(cells)) == [0, 1, 2, 3, 4]
    assert seen[-1].stage == "done"
    (base, _), (tuned, _) = seen[-1].perplexities
    assert base == pytest.approx(7.389, abs=0.01)
    assert tuned == pytest.approx(2.718, abs=0.01)
    assert now.halt.is_set()  # the next run may begin


@pytest.mark.parametrize(("error", "words"), [(RuntimeError("oh"), BUG), (GenerationFailed("It broke."), "It broke.")])
def test_what_cannot_be_measured_costs_no_answer(error: Exception, words: str) -> None:
    catalog = catalog_of(boom(error))
    *_, last = compare_run.follow(begun(catalog), catalog, within=60)
    assert last.stage == "done"
    assert last.error == words
    assert last.shifts is not None
    assert last.shifts.error == words
    assert all(run.status == "done" and run.answer for run in last.runs)


def test_stop_does_not_wait_for_a_score_that_goes_on() -> None:
    release, entered = threading.Event(), threading.Event()

    def slow(request: Request) -> tuple[Token, ...]:
        entered.set()
        release.wait(PATIENCE)
        return surprised(request)

    catalog = catalog_of(slow)
    now = begun(catalog)
    seen = []
    for one in compare_run.follow(now, catalog, within=60):
        seen.append(one)
        if entered.is_set():
            now.halt.set()
    assert not release.is_set()
    release.set()
    assert seen[-1].stage == "stopped"
    assert all(run.answer for run in seen[-1].runs)


def test_measuring_ends_after_the_longest_time_and_keeps_the_answers() -> None:
    release = threading.Event()

    def slow(request: Request) -> tuple[Token, ...]:
        release.wait(PATIENCE)
        return surprised(request)

    catalog = catalog_of(slow)
    *_, last = compare_run.follow(begun(catalog), catalog, within=0.5)
    release.set()
    assert last.stage == "done"
    assert last.error == "Measuring was ended after 0.5 seconds, the most this server allows."
    assert all(run.answer for run in last.runs)


def test_comparing_ends_after_the_longest_time_and_keeps_what_had_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [0.0]
    monkeypatch.setattr(compare_run, "time", SimpleNamespace(monotonic=lambda: clock[0]))
    backends = {"quick": ScriptedBackend(), "slow": ScriptedBackend(reply=lambda *_: "word " * 5000, delay=0.05)}
    catalog = Catalog(
        ModelEntry(name=name, title="M", kind="local", load=lambda _, it=it: it, capabilities=it.capabilities)
        for name, it in backends.items()
    )
    setup = setups.parse({"task": {"input": "Hi"}, "sampling": {"max_tokens": 4000}})
    picked = pane_picker.read(setup, pane_picker.value([{"model": name} for name in backends]), 4, catalog)
    for last in compare_run.follow(compare_run.begin(setup, picked, 3), catalog, within=600, in_all=1):
        if all(run.status == "done" for run in last.every[0]):
            clock[0] = 1.5
    assert [run.status for runs in last.every for run in runs] == ["done"] * 3 + ["stopped"] * 3
    assert (last.stage, "ended after 1 seconds" in last.error) == ("stopped", True)


def test_a_setup_that_no_pane_could_run_is_refused_at_once() -> None:
    catalog = catalog_of(surprised)
    now = begun(catalog, text=" ")
    with pytest.raises(InvalidSetup, match=r"task\.input"):
        next(compare_run.follow(now, catalog, within=60))
    assert now.halt.is_set()


def test_one_pane_is_stopped_and_asked_again_without_the_others() -> None:
    catalog = catalog_of(surprised)
    words = ScriptedBackend(reply=lambda *_: "on and " * 400, delay=0.005)
    catalog.add(
        ModelEntry(name="long", title="L", kind="scripted", load=lambda _: words, capabilities=words.capabilities)
    )
    setup = setups.parse({"task": {"input": "Hi"}, "sampling": {"max_tokens": 900}})
    rows = [{"model": "m"}, {"model": "long", "technique": "rereading"}, {"model": "m", "placebo": True}]
    now = compare_run.begin(setup, pane_picker.read(setup, pane_picker.value(rows), 4, catalog), 2)
    last = now
    for last in compare_run.follow(now, catalog, within=60):
        if last.every[1][0].steps:
            now.halts[1].set()
    assert (last.stage, [run.status for run in last.every[1]]) == ("done", ["stopped"] * 2)
    assert [[run.status for run in last.every[at]] for at in (0, 2)] == [["done"] * 2] * 2
    assert last.perplexities == ()  # the panes differ in more than their weights
    *_, again = compare_run.follow(compare_run.again(last, 2), catalog, 60, 2)
    assert again.every[:2] == last.every[:2]
    assert [run.status for run in again.every[2]] == ["done"] * 2
    assert {run.seed for run in again.every[2]}.isdisjoint(run.seed for run in last.every[2])
