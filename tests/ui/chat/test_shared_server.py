"""Chats on a server that strangers share: each sees their own, and what is posted by hand is counted like the rest."""

from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any

import httpx
import pytest
from clients import http_client
from posting import Visitor

from playground.settings import Settings
from playground.ui.app import build_app, launch_options

MARKUP = "<img src=x onerror=alert(1)>"
SECRET = "hens-of-ada"
NUMBERS = count()


@pytest.fixture(scope="module")
def visit(catalog_of: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], Visitor]]:
    folder: Path = tmp_path_factory.mktemp("chats")
    settings = Settings(port=0, public=True, cache=folder, store=str(folder / "store"))
    app = build_app(settings, catalog_of(lambda request, _: f"Heard {request.messages[-1].content}"))
    options = {**launch_options(settings), "server_port": None, "quiet": True, "share": False}
    url = str(app.launch(**options, prevent_thread_lock=True)[1]).replace("localhost", "127.0.0.1")
    clients: list[httpx.Client] = []

    def visitor(name: str) -> Visitor:
        clients.append(http_client(url))
        clients[-1].get("/")
        return Visitor(app, clients[-1], name)

    yield visitor
    for client in clients:
        client.close()
    app.close()


def act(visitor: Visitor, event: str, **reported: Any) -> str:
    """What is answered to this event of the chat."""
    of_chat = {key: fn for key, fn in visitor.app.fns.items() if fn.fn and "ui.chat" in fn.fn.__module__}
    found = [key for key, fn in of_chat.items() if any(name == event for _, name in fn.targets)]
    return visitor.ask(found[0], event=reported)


def test_a_stranger_sees_nothing_of_a_chat_and_changes_nothing_in_it(visit: Callable[[str], Visitor]) -> None:
    ada, bob = visit("ada"), visit("bob")
    assert f"Heard {SECRET}" in ada.ask("chat-send", **{"Your message": SECRET})
    for event in (
        "delete_turn",
        "answer_again",
        "continue_answer",
        "go_back",
        "show_branch",
        "inspect_turn",
        "rate_turn",
    ):
        said = act(bob, event, turn=0, **({"feedback": "up"} if event == "rate_turn" else {}))
        assert "not there any more" in said
        assert SECRET not in said
    assert "Heard" in act(ada, "answer_again", turn=1)


@pytest.mark.parametrize(
    ("event", "reported", "said"),
    [
        ("edit_turn", {"turn": 0, "text": " "}, "A turn says something; delete it instead."),
        ("edit_turn", {"turn": 0, "text": "x" * 200_001}, "text of at most 200,000 characters"),
        ("edit_turn", {"turn": 0}, "is missing"),
        ("ask_edited", {"turn": 1, "text": "x"}, "Only a turn of yours is answered"),
        ("continue_answer", {"turn": 0}, "answers nothing of yours"),
        ("show_branch", {"turn": 10**9}, "not there any more"),
        ("show_branch", {"turn": -1}, "turn"),
        ("delete_turn", {"turn": "0"}, "turn"),
        ("rate_turn", {"turn": 1}, "is missing"),
        ("rate_turn", {"turn": 0, "feedback": "up"}, "that turn is yours"),
        ("rate_turn", {"turn": 1, "feedback": MARKUP}, "one of , up, down"),
        ("rate_turn", {"turn": 1, "feedback": ["up"]}, "one of , up, down"),
        ("rate_turn", {"turn": 1, "feedback": {"up": MARKUP}}, "one of , up, down"),
        ("rate_turn", {"turn": 1, "feedback": "up", "by": MARKUP}, "is not known"),
        ("edit_turn", {"turn": 1, "text": [MARKUP]}, "text of at most"),
        ("edit_turn", {"turn": 1, "text": "a\u0000b"}, "a control character"),
        ("ask_edited", {"turn": 0, "text": {"__type__": "update", "value": MARKUP}}, "text of at most"),
        ("ask_edited", {"turn": 10**25, "text": "x"}, "turn"),
        ("take_token", {"step": 1, "sample": 0, "at": 10**6, "token": 5}, "none at 1000001; choose another"),
        ("take_token", {"step": 0, "sample": 0, "at": 0, "token": 0}, "none at 1; choose another"),
        ("take_token", {"step": 1, "sample": 0, "at": 0, "token": 2**32}, "was not recorded as an alternative"),
    ],
)
def test_what_no_page_sends_is_refused_in_words(
    visit: Callable[[str], Visitor], event: str, reported: dict[str, Any], said: str
) -> None:
    carl = visit(f"carl{next(NUMBERS)}")
    carl.ask("chat-send", **{"Your message": "Hi"})
    answer = act(carl, event, **reported)
    assert said in answer
    assert "bug in the playground" not in answer
    assert "<img" not in answer
    assert "Heard Hi" in act(carl, "show_branch", turn=0)  # and the chat is as it was


def test_a_message_of_50_000_words_is_refused_and_stays_in_the_box(visit: Callable[[str], Visitor]) -> None:
    dora = visit("dora")
    dora.ask("chat-send", **{"Your message": "Hi"})
    said = dora.ask("chat-send", **{"Your message": "word " * 39_000})
    assert "Shorten it" in said
    assert "Heard Hi" in act(dora, "show_branch", turn=0)
    assert "word word" not in act(dora, "show_branch", turn=0)


def test_a_branch_that_is_full_is_refused_before_a_model_is_asked(visit: Callable[[str], Visitor]) -> None:
    emil = visit("emil")
    says = [("user", "assistant")[at % 2] for at in range(198)]
    turns = [{"role": role, "text": "x", **({"parent": at - 1} if at else {})} for at, role in enumerate(says)]
    full = [*turns, {"text": "And?", "parent": 197}, {"text": "Please?", "parent": 198}]
    emil.ask("reopen_chat", [{"chat": {"turns": full, "at": 199}}])
    said = emil.ask("chat-send", **{"Your message": ""})
    assert "A branch has at most 200 turns" in said
    assert "Heard" not in said


def test_a_forged_chat_in_the_memory_of_a_browser_is_no_chat(visit: Callable[[str], Visitor]) -> None:
    """Cycles, a tree of 10,000 turns, a deep branch, markup for a role: the chat stays empty, and nothing fails."""
    chain = [{"text": "x", **({"parent": at - 1} if at else {})} for at in range(400)]
    forged: list[Any] = [
        {"turns": [{"text": MARKUP, "parent": 1}, {"text": "x", "parent": 0}]},
        {"turns": [{"text": ""}] * 10_000},
        {"turns": chain, "at": 399},
        {"turns": [{"text": "x", "role": MARKUP}]},
        {"turns": [{"text": "x", "role": "assistant", "feedback": MARKUP}]},
        {"turns": [{"text": "x", "role": "assistant", "measured": {"seconds": MARKUP}}]},
        {"turns": {"0": MARKUP}},
        MARKUP,
    ]
    for chat in forged:
        fay = visit(f"fay{next(NUMBERS)}")
        said = fay.ask("reopen_chat", [{"chat": chat}])
        assert "bug in the playground" not in said
        assert "<img" not in said
        assert "not there any more" in act(fay, "show_branch", turn=0)
