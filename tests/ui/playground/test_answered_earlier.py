"""Run, pressed while the default model loads: first what it answered to this example earlier, then what it says."""

import threading
from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import replace
from typing import Any

import pytest
from patience import PATIENCE

from playground.backends.catalog import Catalog, ModelEntry
from playground.backends.scripted import ScriptedBackend
from playground.running import first_answers
from playground.settings import Settings
from playground.types import Run
from playground.ui.app import build_app
from playground.ui.handlers.one_at_a_time import Stoppable
from playground.ui.run_view import following
from playground.ui.run_view.answer_values import EARLIER

WEIGHTS, KEPT = first_answers.read()


class Opened:
    """A page whose default model loads until it is told to be there."""

    def __init__(self, folder: Any, weights: str = WEIGHTS) -> None:
        self.loads = threading.Event()
        backend = ScriptedBackend(reply=lambda request, _: "positive")
        entry = ModelEntry(
            name="default", title="Default", kind="scripted", capabilities=backend.capabilities,
            load=lambda _: [self.loads.wait(PATIENCE), backend][1], identity=lambda: weights,
        )  # fmt: skip
        self.catalog = Catalog([entry])
        self.page = build_app(Settings(cache=folder, store=str(folder / "store.sqlite")), self.catalog)
        (start,) = (box for box in self.page.blocks.values() if getattr(box, "elem_id", "") == "run-button")
        clicked = [fn for fn in self.page.fns.values() if (start._id, "click") in fn.targets and fn.name == "run"]
        (self.run,) = (fn for fn in clicked if fn.fn is not None)

    def press(self, **typed: Any) -> Iterator[dict[Any, Any]]:
        """News of a click on Run, with the form as it opens but for what is typed into fields of this label."""
        held = {
            box: typed.get(getattr(box, "label", ""), deepcopy(getattr(box, "value", None))) for box in self.run.inputs
        }
        return self.run.fn(held, None)  # type: ignore[no-any-return]

    def close(self) -> None:
        self.loads.set()
        self.page.close()
        self.catalog.close()


@pytest.fixture
def opened(tmp_path: Any) -> Iterator[Opened]:
    opened = Opened(tmp_path)
    yield opened
    opened.close()


def shown(news: dict[Any, Any]) -> Mapping[str, Any]:
    """The answer's pane."""
    return next(value for value in news.values() if isinstance(value, Mapping) and "past" in value)


def of_type(news: dict[Any, Any], cls: type) -> Any:
    return next(value for value in news.values() if isinstance(value, cls))


def test_the_earlier_answer_stands_there_at_once_and_the_models_own_when_it_is_loaded(opened: Opened) -> None:
    news = opened.press()
    first = next(news)
    assert (shown(first)["past"], shown(first)["answer"], shown(first)["phase"]) == (EARLIER, "negative", "waiting")
    assert shown(first)["metrics"] == []
    assert EARLIER in shown(first)["spoken"]
    assert [step["cards"][0]["text"] for step in steps(first)] == ["negative"]
    assert not of_type(first, Run).steps  # the run has nothing yet: it will not have this either
    opened.loads.set()
    rest = [*news]
    assert shown(rest[-1])["answer"] == "positive"
    assert {shown(one)["past"] for one in rest if shown(one)["phase"] != "waiting"} == {""}
    assert {shown(one)["past"] for one in opened.press()} == {""}  # it is loaded now


def test_the_earlier_tokens_are_put_away_once_and_those_opened_since_stay(
    opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    def slowly(_: Any, runs: Iterator[Run], __: Any) -> Iterator[Run]:
        """With two looks at what has come before the end."""
        for run in runs:
            yield from [replace(run, status="running")] * 2 if run.status == "done" else []
            yield run

    monkeypatch.setattr(following, "follow", slowly)
    opened.loads.set()
    going = [one for one in [*opened.press()][1:-1] if shown(one)["phase"] != "waiting"]
    hides = [{"__type__": "update", "visible": False} in one.values() for one in going]
    assert len(hides) > 1
    assert hides == [True] + [False] * (len(hides) - 1)


def steps(news: dict[Any, Any]) -> Any:
    return next(value["steps"] for value in news.values() if isinstance(value, Mapping) and "tree" in value)


def test_an_altered_example_is_not_answered_from_it(opened: Opened) -> None:
    news = opened.press(Input="The food was cold.")
    first = next(news)
    assert (shown(first)["past"], shown(first)["answer"], steps(first)) == ("", "", [])
    news.close()


def test_other_weights_are_not_answered_for(tmp_path: Any) -> None:
    opened = Opened(tmp_path, "other weights")
    news = opened.press()
    assert shown(next(news))["past"] == ""
    news.close()
    opened.close()


def test_a_run_that_is_stopped_meanwhile_has_nothing_of_it(opened: Opened) -> None:
    news = opened.press()
    of_type(next(news), Stoppable).halt.set()
    *_, last = news
    assert (of_type(last, Run).status, of_type(last, Run).steps) == ("stopped", ())
    assert (shown(last)["past"], shown(last)["answer"], steps(last)) == ("", "", [])
