"""Events that no button of the page sends, posted straight to the queue: each gets one message and no log entry."""

import inspect
import json
import random
import threading
from collections.abc import Iterable, Iterator
from http import HTTPStatus
from itertools import count, islice
from typing import Any
from unittest.mock import Mock
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import gradio as gr
import pytest
from gradio_client.utils import apply_diff
from patience import PATIENCE

from playground.backends import base
from playground.backends.scripted import echo_prompt
from playground.errors import TrainingFailed
from playground.finetuning.jobs.training_jobs import TrainingJobs
from playground.settings import Settings
from playground.ui.app import build_app
from playground.ui.handlers.event_options import EXPERIMENT, RUN

ODD: list[Any] = [None, 5, "x", [], {}, {"step": 0, "sample": 0}, {"key": "nope"}, {"key": []}, {"id": -1, "by": None}]
SCRIPT = "alert-in-a-strangers-page"
UPDATE = {"__type__": "update", "js_on_load": SCRIPT, "html_template": SCRIPT, "head": SCRIPT, "phase": "empty"}
ELSEWHERE = f"http://127.0.0.1:1/{SCRIPT}"
FILE = {"path": ELSEWHERE, "url": ELSEWHERE, "meta": {"_type": "gradio.FileData"}}
FORGED: list[Any] = [UPDATE, [UPDATE], {"value": UPDATE}, {"phase": [[UPDATE]]}, FILE, [FILE], {"path": "/etc/passwd"}]
NAMES = count()
GOING_ON = threading.Event()  # while it is not set, no answer begins
GOING_ON.set()


class Forger:
    """One visitor that posts what it likes."""

    def __init__(self, app: Any, url: str) -> None:
        self.app, self.url, self.session = app, f"{url}gradio_api/queue/", f"forger{next(NAMES)}"

    def told_of_events(self) -> list[int]:
        """The handlers that read what an event reports."""
        fns = self.app.fns.items()
        return [i for i, fn in fns if fn.fn and any(p.annotation is gr.EventData for p in _parameters(fn.fn))]

    def handlers(self, *events: str) -> list[int]:
        """The handlers that listen to these events, but for those of tabs: which tab it was is all that they take."""
        tabs = {key for key, block in self.app.blocks.items() if isinstance(block, gr.Tab)}
        fns = self.app.fns.items()
        heard = [(i, fn.targets) for i, fn in fns if fn.fn is not None]  # others are scripts of the page
        return [i for i, targets in heard if any(event in events and of not in tabs for of, event in targets)]

    def post(self, handler: int, event: Any = None, **values: Any) -> str:
        """The words that the handler answers with; empty when it did what it was asked. `values` are by label."""
        self.send(handler, event, **values)
        kinds = ("process_generating", "process_completed")
        said, shown = "", []
        for news in self.news(*kinds):
            output = news["output"] or {}
            if news["msg"] == "process_generating":  # the first whole, and then what has changed
                shown = [*map(apply_diff, shown, output["data"])] if shown else output["data"]
            said = said or str(output.get("error") or "") or _line(shown or output.get("data"))
            if news["msg"] == "process_completed":
                return said
        raise AssertionError("the session was told no end")

    def send(self, handler: int, event: Any = None, **values: Any) -> None:
        fn = self.app.fns[handler]
        data = [values.get(getattr(c, "label", None) or "", getattr(c, "value", None)) for c in fn.inputs]
        self.send_raw(handler, data, event)

    def send_raw(self, handler: int, data: list[Any], event: Any = None) -> None:
        body = {"data": data, "fn_index": handler, "session_hash": self.session, "event_data": event}
        headers = {"content-type": "application/json"}
        urlopen(
            Request(f"{self.url}join", json.dumps(body, default=lambda _: None).encode(), headers), timeout=PATIENCE
        ).close()

    def news(self, *kinds: str) -> Iterator[Any]:
        """What the session is told, of these kinds."""
        with urlopen(f"{self.url}data?session_hash={self.session}", timeout=PATIENCE) as stream:
            for line in stream:
                news = json.loads(line.removeprefix(b"data: ")) if line.startswith(b"data: ") else {}
                if news.get("msg") in kinds:
                    yield news


def _parameters(handler: Any) -> Iterable[inspect.Parameter]:
    return inspect.signature(handler).parameters.values()


def _line(data: Any) -> str:
    """What a line of the page that tells of failures says."""
    lines = (value for value in data or () if isinstance(value, dict) and value.get("phase") == "failed")
    return next((str(line.get("error") or line.get("status")) for line in lines), "")


def _texts(value: Any) -> Iterator[str]:
    """All texts in what was answered that are values by themselves, however deep."""
    rest = [value]
    while rest:
        one = rest.pop()
        if isinstance(one, str):
            yield one
        elif isinstance(one, dict | list):
            rest += one.values() if isinstance(one, dict) else one


def when_it_may(request: base.Request, rng: random.Random) -> str:
    assert GOING_ON.wait(PATIENCE)
    return echo_prompt(request, rng)


@pytest.fixture(scope="module")
def forger(catalog_of: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """Forgers who come to one and the same server, each of them as somebody new."""
    folder = tmp_path_factory.mktemp("forged")
    store = str(folder / "store.sqlite")
    settings = Settings(port=0, cache=folder, store=store, max_cells=1)  # no experiment is run to its end
    app = build_app(settings, catalog_of(when_it_may))
    _, url, _ = app.launch(server_port=None, quiet=True, prevent_thread_lock=True, ssr_mode=False)
    yield lambda: Forger(app, url)
    app.close()


@pytest.fixture(autouse=True)
def _nothing_is_trained(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the page holds at first would train a head, for half a minute."""
    monkeypatch.setattr(TrainingJobs, "start", Mock(side_effect=TrainingFailed("Nothing is trained here.")))


def test_odd_events_are_refused_in_words(
    forger: Any, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    one = forger()
    handlers = one.told_of_events()
    assert len(handlers) >= 18
    for handler in handlers:
        for odd in ODD:
            words = one.post(handler, odd)
            assert words, (handler, odd)
            assert "bug in the playground" not in words, (handler, odd)
    assert "Traceback" not in caplog.text + capfd.readouterr().err


@pytest.mark.parametrize("odd", [None, 5, [], {}, "nope"])
def test_odd_values_are_refused_in_words(forger: Any, caplog: pytest.LogCaptureFixture, odd: Any) -> None:
    one = forger()
    for handler in one.handlers("click", "change"):
        assert "bug in the playground" not in one.post(handler, None, Technique=odd, Model=odd)
    assert "A bug" not in caplog.text


@pytest.mark.parametrize("forged", FORGED, ids=lambda forged: json.dumps(forged)[:30])
def test_no_handler_takes_an_order_of_gradios_from_a_visitor(
    forger: Any, forged: Any, capfd: pytest.CaptureFixture[str]
) -> None:
    """A handler may say in its message what was sent; it never gives it back as an update of a component, or a file.

    Nor does it fill the log, where a failure that is printed takes fifty lines.
    """
    one, waiting = forger(), set()
    for handler, fn in one.app.fns.items():
        if fn.fn is not None:
            one.send_raw(handler, [forged] * len(fn.inputs), forged)
            waiting.add(handler)
    assert len(waiting) > 60
    ends = 0
    for news in one.news("process_generating", "process_completed"):
        assert not {SCRIPT, ELSEWHERE} & set(_texts(news["output"])), news
        ends += news["msg"] == "process_completed"
        if ends == len(waiting):
            break
    assert "Traceback" not in capfd.readouterr().err


@pytest.mark.parametrize("odd", [10**300, "\ud800", {"panes": 5}, {"panes": [{"model": "default"}], "more": 10**300}])
def test_what_json_cannot_hold_is_answered_all_the_same(
    forger: Any, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str], odd: Any
) -> None:
    """One odd value beside good ones: it is refused in words or left out, and the session hears on."""
    one = forger()
    for handler, fn in one.app.fns.items():
        values = [getattr(component, "value", None) for component in fn.inputs]
        for at in [at for at, component in enumerate(fn.inputs) if isinstance(component, gr.HTML)][:1] or [0]:
            if fn.fn is not None and values and fn.concurrency_id not in (RUN, EXPERIMENT):
                one.send_raw(handler, [*values[:at], odd, *values[at + 1 :]])
                (end,) = islice(one.news("process_completed"), 1)
                assert "more" not in json.dumps(end["output"].get("data")).split('"'), (handler, fn.name)
    assert "Traceback" not in caplog.text + capfd.readouterr().err
    assert "A bug" not in caplog.text


def test_a_script_of_the_page_is_no_handler(forger: Any, capfd: pytest.CaptureFixture[str]) -> None:
    one = forger()
    scripts = [handler for handler, fn in one.app.fns.items() if fn.fn is None]
    assert scripts
    with pytest.raises(HTTPError) as refused:
        one.send_raw(scripts[0], [])
    assert refused.value.code == HTTPStatus.NOT_FOUND
    assert "Traceback" not in capfd.readouterr().err


def test_no_file_is_refused_in_words(forger: Any, caplog: pytest.LogCaptureFixture) -> None:
    one = forger()
    handlers = one.handlers("upload")
    assert len(handlers) >= 4
    for handler in handlers:
        assert "There is no file" in one.post(handler)
    assert "A bug" not in caplog.text


def test_one_session_runs_one_setup_at_a_time(forger: Any) -> None:
    one = forger()
    run = next(i for i, fn in one.app.fns.items() if fn.name == "run" and len(fn.inputs) > 20)
    GOING_ON.clear()
    try:
        one.send(run)
        news = one.news("process_generating", "process_completed")
        assert next(news)["msg"] == "process_generating"
        one.send(run)
        refused = next(n for n in news if n["msg"] == "process_completed")
        assert "still going on" in json.dumps(refused["output"])  # while it went on
    finally:
        GOING_ON.set()
    (done,) = (n for n in news if n["msg"] == "process_completed")
    assert "still going on" not in json.dumps(done["output"])
    assert one.post(run) == ""
