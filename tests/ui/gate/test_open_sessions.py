"""A session is its visitor's, counts while its page is open, and is not lost to a flood of others."""

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from patience import until

from playground.ui.gate import open_sessions
from playground.ui.gate.open_sessions import OpenSessions
from playground.ui.gate.refusals import Refusal
from playground.ui.handlers.visitors import Visitor

QUESTION = {"task": {"input": "Hi"}}
ANNE, BO = Visitor("anne", "192.0.2.1", True), Visitor("bo", "192.0.2.1", True)
PROGRAM = Visitor("at-1", "192.0.2.1")


class Kept:
    """Sessions of a test, with those that ended and those in which something runs."""

    def __init__(self) -> None:
        self.ended: list[str] = []
        self.busy: set[str] = set()
        self.now = 0.0
        self.sessions = OpenSessions(self.ended.append, lambda key: key in self.busy, lambda: self.now)

    def use(self, *keys: str, by: Visitor = ANNE) -> None:
        for key in keys:
            self.now += 1
            self.sessions.use(key, by)


@pytest.fixture
def kept(monkeypatch: pytest.MonkeyPatch) -> Kept:
    monkeypatch.setattr(open_sessions, "OF_VISITOR", 3)
    monkeypatch.setattr(open_sessions, "OF_ADDRESS", 5)
    monkeypatch.setattr(open_sessions, "OF_ALL", 7)
    return Kept()


def test_a_session_is_its_visitors(kept: Kept) -> None:
    kept.use("a")
    for other in (BO, PROGRAM, Visitor("x", "198.51.100.1", True)):
        for ask in (kept.sessions.use, kept.sessions.check):
            with pytest.raises(Refusal, match="another visitor"):
                ask("a", other)
    kept.sessions.check("a", ANNE)


def test_who_gets_a_cookie_later_keeps_the_session(kept: Kept) -> None:
    kept.use("a", by=PROGRAM)
    with pytest.raises(Refusal):
        kept.sessions.use("a", Visitor("x", "198.51.100.1", True))
    kept.use("a", by=ANNE)
    with pytest.raises(Refusal):
        kept.sessions.use("a", PROGRAM)


def test_those_without_a_page_go_first_and_the_oldest_of_them(kept: Kept) -> None:
    with kept.sessions.alive("open", ANNE):
        kept.use("a", "b", "a", "c")
        assert kept.ended == ["b"]
        kept.busy = {"a"}
        kept.use("d")
        assert kept.ended == ["b", "c"]
        kept.busy = {"a", "d"}
        with pytest.raises(Refusal, match="Too many pages"):
            kept.use("e")
        assert "open" in kept.sessions
    assert kept.ended == ["b", "c", "open"]


def test_one_visitors_flood_takes_nobody_elses_session(kept: Kept) -> None:
    kept.use("hers")
    kept.use(*(f"flood{i}" for i in range(50)), by=BO)
    assert "hers" in kept.sessions
    assert len(kept.ended) == 47


def test_one_addresss_flood_takes_no_open_page(kept: Kept) -> None:
    with kept.sessions.alive("hers", ANNE):
        for i in range(50):
            kept.use(f"flood{i}", by=Visitor(f"new{i}", "192.0.2.1", True))
        for i in range(50):
            kept.use(f"away{i}", by=Visitor(f"far{i}", f"198.51.100.{i}", True))
        assert "hers" in kept.sessions


def test_a_session_ends_with_its_last_heartbeat(kept: Kept) -> None:
    with kept.sessions.alive("a", ANNE), kept.sessions.alive("a", ANNE):
        pass
    assert kept.ended == ["a"]
    assert "a" not in kept.sessions


def test_idle_sessions_end(kept: Kept) -> None:
    kept.use("a")
    kept.now += open_sessions.IDLE + 1
    kept.use("b", by=BO)
    assert kept.ended == ["a"]


def test_a_session_for_one_call_ends_with_its_answer(kept: Kept) -> None:
    kept.use("own")
    kept.sessions.use("call", ANNE, for_one_call=True)
    for key in ("own", "call"):
        kept.busy = {key}
        with kept.sessions.answered(key, ANNE):  # and whoever listens leaves before it has come
            pass
        assert key in kept.sessions
        kept.busy = set()
        with pytest.raises(Refusal), kept.sessions.answered(key, BO):
            pass
        with kept.sessions.answered(key, ANNE):
            pass
    assert kept.ended == ["call"]


# ----------------------------------------------------------------------------------- over HTTP
def test_nothing_stays_of_a_call_that_is_answered(private: Any) -> None:
    program = private.program()
    before = {*private.app.state_holder.session_data}
    event = program.post("/gradio_api/call/run", json={"data": [QUESTION]}).json()["event_id"]
    assert {*private.app.state_holder.session_data} > before
    assert "event: complete" in program.get(f"/gradio_api/call/run/{event}").text
    until(lambda: {*private.app.state_holder.session_data} == before)


def test_another_cookie_gets_nothing_out_of_a_hash(public: Any) -> None:
    hers, other, bare = public.browser(), public.browser(), public.program()
    with public.page(hers, "hers"):
        event = public.join(hers, "hers", "run", QUESTION).json()["event_id"]
        cancel = {"session_hash": "hers", "fn_index": public.handler("run"), "event_id": event}
        for stranger in (other, bare):
            assert public.join(stranger, "hers", "run", QUESTION).status_code == 403
            call = {"data": [QUESTION], "session_hash": "hers"}
            assert stranger.post("/gradio_api/call/run", json=call).status_code == 403
            assert stranger.get("/gradio_api/queue/data", params={"session_hash": "hers"}).status_code == 403
            assert stranger.get("/gradio_api/heartbeat/hers").status_code == 403
            assert stranger.get(f"/gradio_api/call/run/{event}").status_code == 403
            assert stranger.post("/gradio_api/cancel", json=cancel).status_code == 403
            assert stranger.post("/gradio_api/cancel", json={**cancel, "session_hash": "own"}).status_code == 403
        assert public.outcome(hers, "hers")["data"][0]["status"] == "done"


@pytest.mark.parametrize("key", ["", "a b", "../x", "a" * 65, 5, None, ["a"], {"a": 1}])
def test_odd_hashes_are_refused(private: Any, key: Any) -> None:
    visitor = private.browser()
    for body in (
        {"data": [], "fn_index": 0, "session_hash": key},
        {"session_hash": key, "fn_index": 0, "event_id": "x"},
    ):
        path = "queue/join" if "data" in body else "cancel"
        assert visitor.post(f"/gradio_api/{path}", json=body).status_code == 400
    assert visitor.get("/gradio_api/queue/data?session_hash=a&session_hash=b").status_code == 400
    assert visitor.get("/gradio_api/queue/data").status_code == 400


def test_handlers_that_are_not_there_are_refused(private: Any, capfd: pytest.CaptureFixture[str]) -> None:
    visitor = private.browser()
    for number in (None, -1, 100_000, "0", True, [0]):
        body = {"data": [], "fn_index": number, "session_hash": "numbers"}
        assert visitor.post("/gradio_api/queue/join", json=body).status_code == 404
    assert visitor.post("/gradio_api/call/nothing", json={"data": []}).status_code == 404
    assert "Traceback" not in capfd.readouterr().err


def test_a_batch_is_not_made_of_one_call(private: Any) -> None:
    visitor = private.browser()
    body = {"data": [QUESTION], "fn_index": private.handler("run"), "session_hash": "batch", "batched": True}
    assert visitor.post("/gradio_api/queue/join", json={**body, "event_id": "x"}).status_code == 200
    assert private.outcome(visitor, "batch")["data"][0]["status"] == "done"


def test_a_flood_of_made_up_hashes_loses_nobodys_run(start: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(open_sessions, "OF_VISITOR", 5)
    monkeypatch.setattr(open_sessions, "OF_ADDRESS", 20)
    server = start(public=True)
    mine, flooder = server.browser(), server.program()
    states = server.app.app.state_holder
    with server.page(mine, "mine"):
        server.ask(mine, "mine", "run", QUESTION)
        before = states["mine"]
        for i in range(105):
            path = ("component_server", "queue/join", "call/models")[i % 3]
            body = {"data": [], "fn_index": server.handler("models"), "session_hash": f"made-up-{i}"}
            flooder.post(f"/gradio_api/{path}", content=json.dumps(body), headers={"content-type": "application/json"})
        assert states["mine"] is before
        assert len(states.session_data) <= open_sessions.OF_ADDRESS + 1


def test_what_is_over_leaves_nothing(private: Any) -> None:
    mine = private.browser()
    states = private.app.app.state_holder
    with private.page(mine, "over"):
        private.ask(mine, "over", "run", QUESTION)
        assert "over" in states
    until(lambda: "over" not in states)
    assert "over" not in private.app._queue.pending_messages_per_session
    private.app.app.state_holder["over"]  # as something that still runs would
    assert "over" not in states


def test_thirty_browsers_open_the_page_in_a_second(public: Any) -> None:
    def visit(number: int) -> str:
        visitor = public.browser()
        with public.page(visitor, f"page{number}"):
            return str(public.ask(visitor, f"page{number}", "run", QUESTION)["data"][0]["status"])

    with ThreadPoolExecutor(30) as pool:
        assert list(pool.map(visit, range(30))) == ["done"] * 30
