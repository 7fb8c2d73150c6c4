"""One visitor's flood on a real server: the others are served all the same, and what nobody listens to ends."""

import json
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any

import gradio as gr
import httpx
import pytest
from clients import gradio_client, http_client
from patience import PATIENCE, until

from playground.backends.catalog import Catalog
from playground.settings import Settings
from playground.ui.app import build_app, launch_options
from playground.ui.gate import fair_queue

PUBLIC = Settings(port=0, public=True, max_users=16, max_queue=48)
SETUP = {"task": {"input": "Hi"}}
MUCH = "Tell me all."
Start = Callable[..., str]


@pytest.fixture
def apps() -> Iterator[list[Any]]:
    """The servers that run."""
    running: list[Any] = []
    yield running
    for app in running:
        app.close()


@pytest.fixture
def start(apps: list[Any], tmp_path: Path) -> Start:
    def on(catalog: Catalog, settings: Settings = PUBLIC) -> str:
        app = build_app(replace(settings, store=str(tmp_path / "store")), catalog)
        options = {**launch_options(settings), "server_port": None, "quiet": True, "prevent_thread_lock": True}
        apps.append(app)
        return str(app.launch(**options)[1]).rstrip("/")

    return on


def visitor(url: str) -> httpx.Client:
    """With the cookie that a browser gets."""
    client = http_client(url)
    assert client.get("/config").status_code == 200
    return client


def read_first_words(client: httpx.Client, session: str) -> str:
    """Ask, and wait for the first text of the answer."""
    posted = client.post("/gradio_api/call/run", json={"data": [SETUP], "session_hash": session})
    posted.raise_for_status()
    with client.stream("GET", f"/gradio_api/call/run/{posted.json()['event_id']}") as stream:
        for line in stream.iter_lines():
            steps = json.loads(line[6:])[0]["steps"] if line.startswith("data: [") else []
            texts = [step["completions"][0]["text"] for step in steps if step["completions"]]
            if any(texts):
                return str(texts[0])
    raise AssertionError("The answer had no text.")


def flood(client: httpx.Client, count: int, session: str = "", inputs: str = "Hi") -> list[int]:
    body = {"data": [{"task": {"input": inputs}}], **({"session_hash": session} if session else {})}
    return [client.post("/gradio_api/call/run", json=body).status_code for _ in range(count)]


@pytest.fixture
def holding(catalog_of: Any) -> Iterator[Catalog]:
    """Whoever asks for much is answered when the test is over, and holds a place until then; others at once."""
    over = threading.Event()

    def reply(request: Any, _: Any) -> str:
        if MUCH in request.messages[-1].content:
            over.wait(PATIENCE)
        return "word " * 4

    yield catalog_of(reply, delay=0.01)
    over.set()


def test_one_visitors_flood_is_refused_in_words_and_nobody_else_is(start: Start, holding: Catalog) -> None:
    url = start(holding)
    flooder, honest = visitor(url), visitor(url)
    answers = flood(flooder, 80, "flood", MUCH)
    assert set(answers) == {200, 429}
    assert answers.count(200) <= PUBLIC.visitor_queue + PUBLIC.visitor_runs
    until(lambda: holding.info("default").users == PUBLIC.visitor_runs)
    until(lambda: flood(flooder, 1, "flood", MUCH) == [429])
    refused = flooder.post("/gradio_api/call/run", json={"data": [SETUP], "session_hash": "flood"})
    assert refused.json()["detail"].startswith("Too many requests are waiting: you have 32, the most for one visitor.")
    assert honest.get("/").status_code == 200
    assert flood(honest, 1) == [200]


@pytest.mark.parametrize("cookies", [True, False])
def test_no_flood_of_one_address_keeps_an_honest_visitor_of_another_waiting(
    start: Start, holding: Catalog, cookies: bool
) -> None:
    """Each request a new cookie, or none at all: then the address counts."""
    url = start(holding, replace(PUBLIC, proxies=("127.0.0.1",), max_users=4, max_queue=8))
    away, here = {"X-Forwarded-For": "192.0.2.1"}, {"X-Forwarded-For": "192.0.2.2"}
    answers = []
    for _ in range(24):
        with http_client(url, headers=away) as flooder:
            if cookies:
                flooder.get("/config")
            answers += flood(flooder, 1, inputs=MUCH)
    assert 429 in answers
    with http_client(url, headers=here) as honest:
        honest.get("/config")
        assert read_first_words(honest, "honest")  # before any of the flood has ended


def test_a_class_of_programs_each_has_its_own_share(start: Start, catalog_of: Any) -> None:
    url = start(catalog_of(delay=0.02))
    clients = [gradio_client(url) for _ in range(3)]
    jobs = [client.submit(SETUP, api_name="/run") for client in clients for _ in range(8)]
    assert [job.result(PATIENCE)["status"] for job in jobs] == ["done"] * 24
    for client in clients:
        client.close()


def test_beside_a_flooder_ten_honest_visitors_are_answered_before_any_of_its_runs_has_ended(
    start: Start, holding: Catalog
) -> None:
    url = start(holding, replace(PUBLIC, max_queue=96))  # all are of one address, which has 72
    honest, flooder = [visitor(url) for _ in range(10)], visitor(url)
    stop = threading.Event()

    def go_on() -> None:
        while not stop.is_set():
            flood(flooder, 5, "flood", MUCH)

    with ThreadPoolExecutor(12) as pool:
        flood(flooder, 40, "flood", MUCH)
        until(lambda: holding.info("default").users == PUBLIC.visitor_runs)
        floods = [pool.submit(go_on) for _ in range(2)]
        try:
            assert all(pool.map(lambda n: read_first_words(honest[n], f"honest{n}"), range(10)))
        finally:
            stop.set()
        assert [one.result(PATIENCE) for one in floods] == [None, None]


def test_a_run_that_nobody_listens_to_ends(
    start: Start, apps: list[Any], catalog_of: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fair_queue, "UNHEARD", 1.0)
    monkeypatch.setattr(fair_queue, "LOOK", 0.1)
    catalog = catalog_of(lambda *_: "word " * 5000, delay=0.02)
    client = visitor(start(catalog))
    assert flood(client, 10) == [200] * 10
    until(lambda: not apps[0]._queue.event_ids_to_events)
    event = client.post("/gradio_api/call/run", json={"data": [SETUP]}).json()["event_id"]
    until(lambda: not apps[0]._queue.event_ids_to_events)
    told = client.get(f"/gradio_api/call/run/{event}").text
    assert "Nobody listened to this for 1 seconds, so it was ended." in told


def test_posting_again_and_again_is_not_listening(
    start: Start, catalog_of: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fair_queue, "UNHEARD", 1.0)
    monkeypatch.setattr(fair_queue, "LOOK", 0.1)
    catalog = catalog_of(lambda *_: "word " * 5000, delay=0.02)
    client = visitor(start(catalog))
    assert flood(client, 1, "mine") == [200]
    until(lambda: catalog.info("default").users > 0)

    def ended_meanwhile() -> bool:
        client.post("/gradio_api/call/strategies", json={"data": [], "session_hash": "mine"})
        return bool(catalog.info("default").users == 0)

    until(ended_meanwhile)


def test_a_run_whose_listener_leaves_ends_and_one_with_a_listener_goes_on(
    start: Start, catalog_of: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fair_queue, "LOOK", 0.1)
    catalog = catalog_of(lambda *_: "word " * 5000, delay=0.02)
    client = visitor(start(catalog))
    posted = [client.post("/gradio_api/call/run", json={"data": [SETUP]}).json()["event_id"] for _ in range(2)]
    with client.stream("GET", f"/gradio_api/call/run/{posted[0]}") as stream:
        lines = stream.iter_lines()
        next(lines)  # somebody listens
        until(lambda: catalog.info("default").users == 2)
        monkeypatch.setattr(fair_queue, "UNHEARD", 0.5)
        until(lambda: catalog.info("default").users == 1)
        assert not any(line.startswith("event: complete") for line in islice(lines, 40))
    until(lambda: catalog.info("default").users == 0)


def test_a_page_that_is_left_after_its_session_has_ended_is_no_fault(
    start: Start, apps: list[Any], holding: Catalog, capfd: pytest.CaptureFixture[str]
) -> None:
    """A page that is loaded anew closes its heartbeat, with which the session ends, and then what it listens to."""
    client = visitor(start(holding))
    queue = apps[0]._queue
    client.post("/gradio_api/call/run", json={"data": [{"task": {"input": MUCH}}], "session_hash": "hers"})
    with client.stream("GET", "/gradio_api/queue/data?session_hash=hers") as stream:
        lines = stream.iter_lines()
        next(lines)
        messages = queue.pending_messages_per_session["hers"]
        until(lambda: not messages.unheard(0))
        queue.pending_event_ids_session["hers"].clear()  # no run is on its way that would keep it
        apps[0]._end("hers")
    until(lambda: messages.unheard(0))
    client.get("/config")  # answered after whatever the stream's end brought
    assert "Exception" not in capfd.readouterr().err


def test_what_nobody_fetches_is_kept_for_a_while_and_counts(
    start: Start, apps: list[Any], catalog_of: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fair_queue, "LOOK", 0.1)
    monkeypatch.setattr(fair_queue, "ANSWERS", 5)
    client = visitor(start(catalog_of()))
    queue = apps[0]._queue
    assert flood(client, 5) == [200] * 5
    until(lambda: not queue.event_ids_to_events)
    assert flood(client, 1) == [429]
    assert flood(visitor(str(client.base_url)), 1) == [200]
    monkeypatch.setattr(fair_queue, "KEPT", 0.1)
    until(lambda: not queue.pending_messages_per_session and not queue.pending_event_ids_session)
    assert flood(client, 1) == [200]


def test_what_waits_is_told_for_whom_and_can_be_taken_out(start: Start, apps: list[Any], catalog_of: Any) -> None:
    words: list[str] = []

    def reply(request: Any, _: Any) -> str:
        words.append(request.messages[-1].content)
        return "word " * 1000

    settings = replace(PUBLIC, visitor_runs=1, address_runs=2, max_users=4, proxies=("127.0.0.1",))
    url = start(catalog_of(reply, delay=0.5), settings)
    (page,) = apps
    handler = next(number for number, fn in page.fns.items() if fn.api_name == "run")

    def joined(client: httpx.Client, session: str, text: str) -> None:
        client.headers["X-Forwarded-For"] = "192.0.2.1"
        body = {"data": [{"task": {"input": text}}], "session_hash": session}
        assert client.post("/gradio_api/call/run", json=body).status_code == 200

    anna, ben, carl = visitor(url), visitor(url), visitor(url)
    joined(anna, "first", "one")
    until(lambda: page.waits_for("first", [handler]) == "")
    for session, place in (("second", 1), ("third", 2)):
        joined(anna, session, session)
        words_said = f"Waiting for your other run \u00b7 place {place} in line"
        until(lambda: page.waits_for(session, [handler]) == words_said)  # noqa: B023  # called at once
    joined(ben, "his", "two")
    until(lambda: page.waits_for("his", [handler]) == "")
    joined(carl, "late", "four")
    until(lambda: "another run from the address" in (page.waits_for("late", [handler]) or ""))
    assert page.waits_for("second", [handler + 1]) is None
    assert not page.leave_line("second", [handler + 1])
    assert not page.leave_line("first", [handler])  # it has begun
    assert page.leave_line("second", [handler])
    assert page.waits_for("second", [handler]) is None
    until(lambda: (page.waits_for("third", [handler]) or "").endswith("place 1 in line"))
    with anna.stream("GET", "/gradio_api/queue/data", params={"session_hash": "second"}) as stream:
        news = [json.loads(line[6:]) for line in stream.iter_lines() if line.startswith("data: ")]
    over = next(one for one in news if one["msg"] == "process_completed")
    assert over["success"]
    assert over["output"]["data"] == [{"__type__": "update"}]
    assert words == ["one", "two"]


def test_a_pages_handler_answers_in_the_order_in_which_it_was_asked(
    start: Start, apps: list[Any], catalog_of: Any
) -> None:
    """A page asks anew while an answer is on its way: the older one must not come last, and stay."""
    client = visitor(start(catalog_of()))
    handler = next(fn for fn in apps[0].fns.values() if fn.api_name == "strategies")
    begun: list[str] = []
    may_end = threading.Event()

    def answer(request: Any) -> list[Any]:
        begun.append(request.session_hash)
        assert may_end.wait(PATIENCE)
        return []

    answer.__annotations__["request"] = gr.Request
    handler.fn = answer
    for session in ("mine", "mine", "mine", "theirs"):
        body = {"data": [], "session_hash": session}
        client.post("/gradio_api/call/strategies", json=body).raise_for_status()
    until(lambda: "theirs" in begun)
    assert begun.count("mine") == 1
    may_end.set()
    until(lambda: begun.count("mine") == 3)
