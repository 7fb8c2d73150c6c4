"""What is asked of a chat in the same instant: one of it is done, the others are refused, and nothing is lost."""

import inspect
import json
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from copy import deepcopy
from itertools import count
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
NUMBERS = count()


class Session:
    """The handlers of a chat, each of which may be given what the session's memory was at some earlier instant."""

    def __init__(self, app: Any) -> None:
        self.app = app
        self.memory = self.opening()

    def opening(self) -> dict[Any, Any]:
        """What every handler of a session is given that has just begun: copies, as a server makes for each."""
        fn = self.fn("send")
        return {box: deepcopy(getattr(box, "value", None)) for box in fn.inputs}

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


@pytest.fixture(scope="module")
def app(catalog_of: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    store = tmp_path_factory.mktemp("chat") / "store"
    app = build_app(Settings(store=str(store)), catalog_of(lambda request, _: "Heard."))
    yield app
    app.close()


@pytest.fixture
def session(app: Any) -> Session:
    return Session(app)


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
    one, other = (
        next(value for value in session.opening().values() if isinstance(value, NothingYet)) for _ in range(2)
    )
    assert one.halt.is_set()
    assert one.followed is not other.followed


# ---------------------------------------------------------------------------------------- posted to a server
class Model:
    """Answers once it may, and says when it has been asked."""

    def __init__(self) -> None:
        self.asked, self.may_answer = threading.Event(), threading.Event()

    def __call__(self, request: Any, _: Any) -> str:
        self.asked.set()
        assert self.may_answer.wait(PATIENCE)
        return f"Heard {request.messages[-1].content}"


@pytest.fixture(scope="module")
def served(
    catalog_of: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[..., tuple[Any, str, Model]]]:
    """A public server and a private one, each begun when it is first asked for, with the model behind it."""
    begun: dict[bool, tuple[Any, str, Model]] = {}

    def serve(public: bool) -> tuple[Any, str, Model]:
        if public not in begun:
            model, folder = Model(), tmp_path_factory.mktemp("served")
            settings = Settings(port=0, public=public, cache=folder, store=str(folder / "store"))
            app = build_app(settings, catalog_of(model))
            options = {**launch_options(settings), "server_port": None, "quiet": True, "share": False}
            url = str(app.launch(**options, prevent_thread_lock=True)[1]).replace("localhost", "127.0.0.1")
            begun[public] = (app, url, model)
        return begun[public]

    yield serve
    for app, _, _ in begun.values():
        app.close()


@pytest.fixture
def visit(
    served: Callable[[bool], Any], request: pytest.FixtureRequest
) -> Iterator[tuple[Callable[[str], Visitor], Model]]:
    """Visitors of a server: of the public one, where nothing else is asked for. The model answers when it may."""
    app, url, model = served(getattr(request, "param", True))
    model.asked.clear()
    model.may_answer.clear()
    clients: list[httpx.Client] = []

    def visitor(name: str) -> Visitor:
        clients.append(httpx.Client(base_url=url, timeout=PATIENCE))
        clients[-1].get("/")
        return Visitor(app, clients[-1], f"{name}{next(NUMBERS)}")

    yield visitor, model
    model.may_answer.set()
    for client in clients:
        client.close()


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
OPERATORS_RUNS = {  # those that strangers have not
    "write-rows": {"Model that writes": "default", "Prompts, one a line": "One?"},
    "watch-look": {"Asked of": "default"},
}
# What yields more than once and is no run: it opens something, is for programs, goes on beside the runs, or only
# clears what stood there before it asks nobody.
NO_RUN = {
    "open_one", "open_way", "open_trial", "open_in_playground", "learn", "experiment", "load_model", "load_adapter",
    "search", "give_plan", "give_trial", "check_training_rows",
}  # fmt: skip
EVERY_RUN: dict[str, dict[str, Any]] = {**RUNS, **OPERATORS_RUNS}
ON_ITS_SERVER = [*((True, button) for button in RUNS), *((False, button) for button in OPERATORS_RUNS)]


@pytest.mark.parametrize(("visit", "button"), ON_ITS_SERVER, indirect=["visit"])
def test_of_many_posts_to_a_handler_one_is_answered_and_the_others_are_told_why(
    visit: tuple[Callable[[str], Visitor], Model], button: str
) -> None:
    visitor, model = visit[0]("ada"), visit[1]
    with ThreadPoolExecutor(POSTS) as pool:
        posts = pool.map(lambda _: visitor.join(button, **EVERY_RUN[button]), range(POSTS))
        assert [post.status_code for post in posts] == [200] * POSTS
    ends = [json.dumps(end) for end in ends_of(visitor, POSTS, model.may_answer.set)]
    refused = [end for end in ends if CAME_SECOND in end or STILL_GOING in end]
    assert len(refused) == POSTS - 1
    (answered,) = (end for end in ends if end not in refused)
    assert "error" not in json.loads(answered)[-1]
    assert any(word in answered for word in ("Heard", '"done"', "Against the reference"))  # figures, of some


@pytest.mark.parametrize(("visit", "button"), ON_ITS_SERVER, indirect=["visit"])
def test_stop_ends_what_has_just_begun_and_another_can_begin(
    visit: tuple[Callable[[str], Visitor], Model], button: str
) -> None:
    visitor, model = visit[0]("ada"), visit[1]
    run = visitor.app.fns[visitor.handler(button)]
    stop = next(fn for fn in visitor.app.fns.values() if fn.name == "stop" and fn.inputs[-1:] == [run.outputs[-2]])
    given = {**EVERY_RUN[button], "Random seed of all answers": 5}  # an experiment asks nothing twice
    visitor.join(button, **given).raise_for_status()
    assert model.asked.wait(PATIENCE)
    visitor.join(stop._id).raise_for_status()
    told = json.dumps(ends_of(visitor, 2, model.may_answer.set))
    assert button in RUNS or "Stopped" in told  # what answers at once may be through with it
    assert STILL_GOING not in visitor.ask(button, **given)


def test_whatever_goes_on_for_a_while_is_one_of_the_runs_that_a_stop_ends(session: Session) -> None:
    """It has the memory of a line of runs; what Gradio cancels ends without a word, and its second click is no news."""
    fns = [fn for fn in session.app.fns.values() if fn.fn is not None]
    assert not [fn.name for fn in fns if fn.cancels]
    lasting = [fn for fn in fns if inspect.isgeneratorfunction(fn.fn) and fn.name not in NO_RUN]
    assert len(lasting) > 20
    lines = [fn for fn in lasting if any(isinstance(getattr(one, "value", None), NothingYet) for one in fn.outputs)]
    assert {fn.name for fn in lasting} == {fn.name for fn in lines}


def test_two_windows_talk_at_once_and_each_has_its_own_chat(
    visit: tuple[Callable[[str], Visitor], Model],
) -> None:
    one, model = visit[0]("ada"), visit[1]
    two = one.again()
    one.join("chat-send", **{"Your message": "from the first"}).raise_for_status()
    two.join("chat-send", **{"Your message": "from the second"}).raise_for_status()
    model.may_answer.set()
    said, other = one.told(), two.told()
    assert "Heard from the first" in said
    assert "from the second" not in said
    assert "Heard from the second" in other
    assert "from the first" not in other
