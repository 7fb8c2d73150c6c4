"""A load as updates of its line: progress, how it ended, and what could go when it does not fit."""

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from patience import PATIENCE

from playground.backends.catalog import Catalog, ModelEntry
from playground.backends.scripted import ScriptedBackend
from playground.errors import LimitReached, ModelUnavailable
from playground.settings import Settings
from playground.types import Progress
from playground.ui.models.load_line import STOPPED, LoadLine
from playground.ui.widgets.status import status

LINE = LoadLine(view="line", going="going", waiting=None)  # what the updates are for is all that the line is asked
BACKEND = ScriptedBackend()


def loaded(load: Callable[[Any], Any], *, added: bool = True) -> tuple[Catalog, Iterator[dict[Any, Any]]]:
    made = ModelEntry(name="m", title="M", kind="local", load=load, capabilities=BACKEND.capabilities, added=added)
    catalog = Catalog([made])

    def work() -> Any:
        yield from catalog.open("m")
        return catalog.info("m")

    return catalog, LINE.follow(None, work(), catalog, Settings(), "models")


def raising(error: Exception) -> Callable[[Any], Any]:
    def load(report: Any) -> Any:
        raise error

    return load


def test_it_tells_that_a_model_is_ready() -> None:
    _, updates = loaded(lambda report: BACKEND)
    first, *_, last = updates
    assert first["line"]["phase"] == "loading"
    assert last["line"] == status("done", "M is ready.", spoken="M is ready.")
    assert first["going"].halt.is_set()


def test_stopped_it_leaves_everything_as_it_was() -> None:
    def endless(report: Any) -> Any:
        while True:  # until nobody waits any more
            report(Progress(what="Fetching", done=1, total=4, unit="MB"))

    catalog, updates = loaded(endless)
    going = next(updates)["going"]
    for last in updates:
        if last["line"]["status"] == "Fetching: 1 of 4 MB":
            going.halt.set()
    assert last["line"] == status("stopped", STOPPED, spoken=STOPPED)
    assert last["models"]["models"] == []
    assert catalog.models() == ()


@pytest.mark.parametrize(
    ("error", "tight"), [(ModelUnavailable("No such file."), False), (LimitReached("It needs 9 GB."), True)]
)
def test_what_went_wrong_is_said_in_the_line(error: Exception, tight: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    monkeypatch.setattr("playground.ui.models.list_values.models_value", lambda *args: asked.append(args[2:]) or {})
    _, updates = loaded(raising(error))
    *_, last = updates
    assert last["line"] == status("failed", str(error), spoken=str(error))
    assert asked[-1] == (tight,)


def test_once_it_has_begun_the_list_says_so() -> None:
    go = threading.Event()

    def load(report: Any) -> Any:
        report(Progress(what="Fetching", done=1, total=4, unit="MB"))
        go.wait(PATIENCE)
        return BACKEND

    _, updates = loaded(load)
    (listed,) = next(update for update in updates if "models" in update)["models"]["models"]
    assert (listed["state"], listed["load"], listed["busy"]) == ("loading", False, "")
    go.set()
    assert [update["line"]["phase"] for update in updates][-1] == "done"


def test_one_load_at_a_time() -> None:
    _, updates = loaded(lambda report: BACKEND)
    going = next(updates)["going"]
    _, second = loaded(lambda report: BACKEND)
    with pytest.raises(LimitReached, match="still going on"):
        next(LINE.follow(going, second, Catalog(), Settings(), "models"))  # type: ignore[arg-type]
