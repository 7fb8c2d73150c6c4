"""What is asked of a chat in the same instant: one of it is done, the others are refused, and nothing is lost."""

import json
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import gradio as gr
import httpx
import pytest
from patience import PATIENCE
from posting import Visitor

from playground.chats.tree import Chat
from playground.settings import Settings
from playground.sharing import links
from playground.ui.app import build_app, launch_options
from playground.ui.handlers.one_at_a_time import CAME_SECOND, STILL_GOING, NothingYet, Stoppable

POSTS = 6


class Session:
    """The handlers of a chat, each of which may be given what the session's memory was at some earlier instant."""

    def __init__(self, app: Any) -> None:
        self.app = app
        self.memory = self.opening()

    def opening(self) -> dict[Any, Any]:
        """What every handler of a session is given that has just begun."""
        fn = self.fn("send")
        return {box: getattr(box, "value", None) for box in fn.inputs}

    def fn(self, name: str) -> Any:
        return next(fn for fn in self.app.fns.values() if fn.fn is not None and fn.name == name and _is_chats(fn))

    def box(self) -> Any:
        return next(box for box in self.memory if getattr(box, "label", "") == "Your message")

    def chat(self) -> Chat:
        return next(value for value in self.memory.values() if isinstance(value, Chat))

    def send(self, text: str, memory: dict[Any, Any]) -> Iterator[dict[Any, Any]]:
        return self.fn("send").fn({**memory, self.box(): text}, None)  # type: ignore[no-any-return]

    def remember(self, updates: dict[Any, Any]) -> None:
        self.memory |= {box: value for box, value in updates.items() if box in self.memory}


def _is_chats(fn: Any) -> bool:
    return "ui.chat" in fn.fn.__module__ or "waiting_line" in fn.fn.__module__


@pytest.fixture
def session(catalog_of: Any, tmp_path: Path) -> Iterator[Session]:
    app = build_app(Settings(store=str(tmp_path / "store")), catalog_of(lambda request, _: "Heard."))
    yield Session(app)
    app.close()


def test_of_two_messages_in_one_instant_the_second_is_refused_and_stays_in_its_box(session: Session) -> None:
    known = {**session.memory}
    first, second = session.send("one", known), session.send("two", known)
    session.remember(next(first))
    with pytest.raises(gr.Error, match="came first") as refused:
        list(second)
    assert str(refused.value.message) == CAME_SECOND
    for updates in first:
        session.remember(updates)
    assert [turn.text for turn in session.chat().turns] == ["one", "Heard."]
    for updates in session.send("two", session.memory):
        session.remember(updates)
    assert [turn.text for turn in session.chat().branch] == ["one", "Heard.", "two", "Heard."]


def test_what_was_posted_before_an_answer_came_and_is_read_after_it_writes_over_nothing(session: Session) -> None:
    known = {**session.memory}
    for updates in session.send("one", known):
        session.remember(updates)
    with pytest.raises(gr.Error, match="came first"):
        list(session.send("late", known))
    assert [turn.text for turn in session.chat().turns] == ["one", "Heard."]


def test_a_message_that_is_refused_by_itself_leaves_the_place_to_the_next(session: Session) -> None:
    known = {**session.memory}
    with pytest.raises(gr.Error, match="no message"):
        list(session.send(" ", known))
    assert next(session.send("one", known))


@pytest.mark.parametrize("event", ["delete", "rate", "act"])
def test_a_turn_is_not_changed_in_the_instant_in_which_something_is_said(session: Session, event: str) -> None:
    for updates in session.send("one", session.memory):
        session.remember(updates)
    known = {**session.memory}
    answer = session.send("two", known)
    session.remember(next(answer))
    pressed = SimpleNamespace(_data={"turn": 1, "text": "uno", **({"feedback": "up"} if event == "rate" else {})})
    if event != "act":
        del pressed._data["text"]
    with pytest.raises(gr.Error, match="came first"):
        session.fn(event).fn(known, pressed)
    for updates in answer:
        session.remember(updates)
    assert [turn.text for turn in session.chat().branch] == ["one", "Heard.", "two", "Heard."]


def test_what_is_said_in_the_instant_of_a_change_is_refused_too(session: Session) -> None:
    for updates in session.send("one", session.memory):
        session.remember(updates)
    known = {**session.memory}
    session.remember(session.fn("rate").fn(known, SimpleNamespace(_data={"turn": 1, "feedback": "up"})))
    with pytest.raises(gr.Error, match="came first"):
        list(session.send("two", known))
    assert [turn.feedback for turn in session.chat().turns] == ["", "up"]


def test_a_link_is_not_opened_into_a_chat_that_is_being_answered(session: Session) -> None:
    """The answer would write over what it brings."""
    answer = session.send("one", session.memory)
    session.remember(next(answer))
    fns = (fn for fn in session.app.fns.values() if fn.name == "open_link")
    fn = next(fn for fn in fns if any(event == "open_chat" for _, event in fn.targets))
    going = next(value for value in session.memory.values() if isinstance(value, Stoppable))
    event = SimpleNamespace(_data={"link": links.write("chat", {})})
    with pytest.raises(gr.Error, match="still going on"):
        fn.fn(None, going, event, None)
    for updates in answer:
        session.remember(updates)
    going = next(value for value in session.memory.values() if isinstance(value, Stoppable))
    assert fn.fn(None, going, event, None)


def test_each_session_begins_with_a_memory_of_its_own(session: Session) -> None:
    begun = [value for value in session.opening().values() if isinstance(value, NothingYet)]
    assert begun
    assert all(one.halt.is_set() for one in begun)
    import copy

    own = copy.deepcopy(begun[0])
    assert own.halt.is_set()
    assert own.followed is not begun[0].followed


# ---------------------------------------------------------------------------------------- posted to a server
@pytest.fixture
def visit(catalog_of: Any, tmp_path: Path) -> Iterator[tuple[Callable[[str], Visitor], threading.Event]]:
    """A server whose model answers once the event is set."""
    may_answer = threading.Event()

    def reply(request: Any, _: Any) -> str:
        assert may_answer.wait(PATIENCE)
        return f"Heard {request.messages[-1].content}"

    settings = Settings(port=0, public=True, cache=tmp_path, store=str(tmp_path / "store"))
    app = build_app(settings, catalog_of(reply))
    options = {**launch_options(settings), "server_port": None, "quiet": True, "share": False}
    url = str(app.launch(**options, prevent_thread_lock=True)[1]).replace("localhost", "127.0.0.1")
    clients: list[httpx.Client] = []

    def visitor(name: str) -> Visitor:
        clients.append(httpx.Client(base_url=url, timeout=PATIENCE))
        clients[-1].get("/")
        return Visitor(app, clients[-1], name)

    yield visitor, may_answer
    may_answer.set()
    for client in clients:
        client.close()
    app.close()


def ends_of(visitor: Visitor, count: int, at_refusals: Callable[[], None]) -> list[Any]:
    """What the session is told of so many posts that end; `at_refusals` is called when all but one have ended."""
    ends: list[Any] = []
    told: dict[str, list[Any]] = {}
    with visitor.client.stream("GET", "/gradio_api/queue/data", params={"session_hash": visitor.session}) as stream:
        for line in stream.iter_lines():
            news = json.loads(line[6:]) if line.startswith("data: ") else {}
            told.setdefault(news.get("event_id"), []).append(news.get("output"))
            if news.get("msg") == "process_completed":
                ends.append(told[news["event_id"]])
                if len(ends) == count - 1:
                    at_refusals()
            if len(ends) == count:
                return ends
    raise AssertionError("the session was told too few ends")


RUNS = {  # of each tab what starts a run, and what it needs besides what stands there
    "chat-send": {"Your message": "a message"},
    "run-button": {},
    "compare-button": {},
    "list-button": {"Prompts": "One?"},
    "sweep-button": {},
    "experiment-button": {},
}


@pytest.mark.parametrize("button", RUNS)
def test_of_many_posts_to_a_handler_one_is_answered_and_the_others_are_told_why(
    visit: tuple[Callable[[str], Visitor], threading.Event], button: str
) -> None:
    visitor, may_answer = visit[0]("ada"), visit[1]
    with ThreadPoolExecutor(POSTS) as pool:
        posts = pool.map(lambda _: visitor.join(button, **RUNS[button]), range(POSTS))
        assert [post.status_code for post in posts] == [200] * POSTS
    ends = [json.dumps(end) for end in ends_of(visitor, POSTS, may_answer.set)]
    refused = [end for end in ends if CAME_SECOND in end or STILL_GOING in end]
    assert len(refused) == POSTS - 1
    (answered,) = (end for end in ends if end not in refused)
    assert "error" not in json.loads(answered)[-1]
    assert "Heard" in answered or '"done"' in answered  # an experiment shows figures


def test_two_windows_talk_at_once_and_each_has_its_own_chat(
    visit: tuple[Callable[[str], Visitor], threading.Event],
) -> None:
    one, may_answer = visit[0]("ada"), visit[1]
    two = one.again()
    one.join("chat-send", **{"Your message": "from the first"}).raise_for_status()
    two.join("chat-send", **{"Your message": "from the second"}).raise_for_status()
    may_answer.set()
    said, other = one.told(), two.told()
    assert "Heard from the first" in said
    assert "from the second" not in said
    assert "Heard from the second" in other
    assert "from the first" not in other
