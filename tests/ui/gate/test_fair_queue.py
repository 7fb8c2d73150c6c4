"""One visitor's flood on a real server: the others are served all the same, and what nobody listens to ends."""

import json
import statistics
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import gradio as gr
import httpx
import pytest
from gradio_client import Client

from playground.backends.catalog import Catalog
from playground.settings import Settings
from playground.ui.app import build_app, launch_options
from playground.ui.gate import fair_queue

PUBLIC = Settings(port=0, public=True, max_users=16, max_queue=48)
SETUP = {"task": {"input": "Hi"}}
WAIT = 30.0  # seconds
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
    client = httpx.Client(base_url=url, timeout=WAIT)
    assert client.get("/config").status_code == 200
    return client


def first_words(client: httpx.Client, session: str, inputs: str = "Hi") -> float:
    """Seconds from the press of a key to the first text of an answer."""
    began = time.monotonic()
    posted = client.post("/gradio_api/call/run", json={"data": [{"task": {"input": inputs}}], "session_hash": session})
    posted.raise_for_status()
    with client.stream("GET", f"/gradio_api/call/run/{posted.json()['event_id']}") as stream:
        for line in stream.iter_lines():
            if line.startswith("data: [") and any(
                step["completions"] and step["completions"][0]["text"] for step in json.loads(line[6:])[0]["steps"]
            ):
                return time.monotonic() - began
    raise AssertionError("The answer had no text.")


def until(true: Callable[[], bool]) -> bool:
    end = time.monotonic() + WAIT
    while not true() and time.monotonic() < end:
        time.sleep(0.02)
    return true()


def flood(client: httpx.Client, count: int, session: str = "", inputs: str = "Hi") -> list[int]:
    body = {"data": [{"task": {"input": inputs}}], **({"session_hash": session} if session else {})}
    return [client.post("/gradio_api/call/run", json=body).status_code for _ in range(count)]


def test_one_visitors_flood_is_refused_in_words_and_nobody_else_is(start: Start, catalog_of: Any) -> None:
    url = start(catalog_of(delay=0.2))
    flooder, honest = visitor(url), visitor(url)
    answers = flood(flooder, 80, "flood")
    assert set(answers) == {200, 429}
    assert answers.count(200) <= 10 + PUBLIC.visitor_queue + PUBLIC.visitor_runs
    refused = flooder.post("/gradio_api/call/run", json={"data": [SETUP], "session_hash": "flood"})
    assert refused.json()["detail"].startswith("Too many requests are waiting: you have 32, the most for one visitor.")
    assert honest.get("/").status_code == 200
    assert flood(honest, 1) == [200]


@pytest.mark.parametrize("cookies", [True, False])
def test_no_flood_of_one_address_keeps_an_honest_visitor_of_another_waiting(
    start: Start, catalog_of: Any, cookies: bool
) -> None:
    """Each request a new cookie, or none at all: then the address counts."""
    url = start(catalog_of(delay=0.2), replace(PUBLIC, proxies=("127.0.0.1",), max_users=4, max_queue=8))
    away, here = {"X-Forwarded-For": "192.0.2.1"}, {"X-Forwarded-For": "192.0.2.2"}
    answers = []
    for _ in range(24):
        with httpx.Client(base_url=url, timeout=WAIT, headers=away) as flooder:
            if cookies:
                flooder.get("/config")
            answers += flood(flooder, 1)
    assert 429 in answers
    with httpx.Client(base_url=url, timeout=WAIT, headers=here) as honest:
        honest.get("/config")
        assert first_words(honest, "honest") < WAIT / 2


def test_a_class_of_thirty_behind_one_address_is_served(start: Start, catalog_of: Any) -> None:
    url = start(catalog_of(delay=0.01), Settings(port=0, public=True))
    with ThreadPoolExecutor(30) as pupils:
        waited = list(pupils.map(lambda n: first_words(visitor(url), f"pupil{n}"), range(30)))
    assert len(waited) == 30


def test_a_class_of_programs_each_has_its_own_share(start: Start, catalog_of: Any) -> None:
    url = start(catalog_of(delay=0.02))
    clients = [Client(url, verbose=False) for _ in range(3)]
    jobs = [client.submit(SETUP, api_name="/run") for client in clients for _ in range(8)]
    assert [job.result(WAIT)["status"] for job in jobs] == ["done"] * 24
    for client in clients:
        client.close()


def test_beside_a_flooder_ten_honest_visitors_wait_hardly_longer_than_alone(start: Start, catalog_of: Any) -> None:
    def reply(request: Any, _: Any) -> str:
        return "word " * (400 if "Much" in request.messages[-1].content else 4)

    url = start(catalog_of(reply, delay=0.02), replace(PUBLIC, max_queue=96))  # all are of one address, which has 72
    honest, flooder = [visitor(url) for _ in range(10)], visitor(url)

    def everybody(pool: ThreadPoolExecutor, when: str) -> list[float]:
        return [*pool.map(lambda n: first_words(honest[n], f"{when}{n}"), range(10))]

    with ThreadPoolExecutor(10) as pool:
        everybody(pool, "first")
        quiet = statistics.median(everybody(pool, "quiet"))
        stop = threading.Event()

        def go_on() -> None:
            while not stop.is_set():
                flood(flooder, 5, "flood", "Much")

        flood(flooder, 40, "flood", "Much")
        floods = [threading.Thread(target=go_on) for _ in range(2)]
        for one in floods:
            one.start()
        try:
            loud = everybody(pool, "loud")
        finally:
            stop.set()
            for one in floods:
                one.join()
    assert max(loud) < max(5 * quiet, 3.0), (quiet, loud)


def test_a_run_that_nobody_listens_to_ends(start: Start, catalog_of: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fair_queue, "UNHEARD", 1.0)
    monkeypatch.setattr(fair_queue, "LOOK", 0.1)
    catalog = catalog_of(lambda *_: "word " * 5000, delay=0.02)
    client = visitor(start(catalog))
    assert flood(client, 10) == [200] * 10
    assert until(lambda: catalog.info("default").users > 0)
    assert until(lambda: catalog.info("default").users == 0)
    event = client.post("/gradio_api/call/run", json={"data": [SETUP]}).json()["event_id"]
    assert until(lambda: catalog.info("default").users > 0)
    assert until(lambda: catalog.info("default").users == 0)
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
    assert until(lambda: catalog.info("default").users > 0)

    def ended_meanwhile() -> bool:
        client.post("/gradio_api/call/strategies", json={"data": [], "session_hash": "mine"})
        return bool(catalog.info("default").users == 0)

    assert until(ended_meanwhile)


def test_a_run_whose_listener_leaves_ends_and_one_with_a_listener_goes_on(
    start: Start, catalog_of: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fair_queue, "UNHEARD", 1.5)  # both have to be asked, and one listened to, meanwhile
    monkeypatch.setattr(fair_queue, "LOOK", 0.1)
    catalog = catalog_of(lambda *_: "word " * 60, delay=0.05)
    client = visitor(start(catalog))
    posted = [client.post("/gradio_api/call/run", json={"data": [SETUP]}).json()["event_id"] for _ in range(2)]
    with client.stream("GET", f"/gradio_api/call/run/{posted[0]}") as stream:
        for line in stream.iter_lines():
            if line.startswith("event: complete"):
                break
        else:
            raise AssertionError("The run was ended though somebody listened.")
    assert until(lambda: catalog.info("default").users == 0)


def test_what_nobody_fetches_is_kept_for_a_while_and_counts(
    start: Start, apps: list[Any], catalog_of: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fair_queue, "LOOK", 0.1)
    monkeypatch.setattr(fair_queue, "ANSWERS", 5)
    client = visitor(start(catalog_of()))
    queue = apps[0]._queue
    assert flood(client, 5) == [200] * 5
    assert until(lambda: not queue.event_ids_to_events)
    assert flood(client, 1) == [429]
    assert flood(visitor(str(client.base_url)), 1) == [200]
    monkeypatch.setattr(fair_queue, "KEPT", 0.1)
    assert until(lambda: not queue.pending_messages_per_session and not queue.pending_event_ids_session)
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
    assert until(lambda: page.waits_for("first", [handler]) == "")
    for session, place in (("second", 1), ("third", 2)):
        joined(anna, session, session)
        words_said = f"Waiting for your other run \u00b7 place {place} in line"
        assert until(lambda: page.waits_for(session, [handler]) == words_said)  # noqa: B023  # called at once
    joined(ben, "his", "two")
    assert until(lambda: page.waits_for("his", [handler]) == "")
    joined(carl, "late", "four")
    assert until(lambda: "another run from the address" in (page.waits_for("late", [handler]) or ""))
    assert page.waits_for("second", [handler + 1]) is None
    assert not page.leave_line("second", [handler + 1])
    assert not page.leave_line("first", [handler])  # it has begun
    assert page.leave_line("second", [handler])
    assert page.waits_for("second", [handler]) is None
    assert until(lambda: (page.waits_for("third", [handler]) or "").endswith("place 1 in line"))
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
        assert may_end.wait(WAIT)
        return []

    answer.__annotations__["request"] = gr.Request
    handler.fn = answer
    for session in ("mine", "mine", "mine", "theirs"):
        body = {"data": [], "session_hash": session}
        client.post("/gradio_api/call/strategies", json=body).raise_for_status()
    assert until(lambda: "theirs" in begun)
    assert begun.count("mine") == 1
    may_end.set()
    assert until(lambda: begun.count("mine") == 3)
