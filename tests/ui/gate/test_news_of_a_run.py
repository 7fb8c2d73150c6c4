"""What a run sends the page bit by bit: nothing is lost that the page draws late."""

import copy
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from gradio.server_messages import ProcessCompletedMessage, ProcessGeneratingMessage
from hypothesis import given
from hypothesis import strategies as st

from playground.settings import Settings
from playground.ui.gate.page import Page
from playground.ui.gate.states import tell_once

NOTHING: dict[str, Any] = {"props": {"__type__": "update"}, "__type__": "update"}  # for what a handler leaves out
VALUES = [
    NOTHING,
    {"__type__": "update", "visible": True},
    {"__type__": "update", "visible": False},
    {"text": "Pair 1 of 5", "wrong": False},
    {"text": "Pair 1 of 5, and more", "wrong": False},
    "",
    "some text",
    "some text, and more",
    ["a", {"b": 1}],
    None,
]


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    made = Page(Settings())
    yield made
    made.close()


def received(page: Page, news: list[Any]) -> Iterator[Any]:
    """One output as Gradio's page has it after each message: changes are written into what it was sent before."""
    fn, held = SimpleNamespace(outputs=[None]), None
    for at, value in enumerate(news):
        (sent,) = page.handle_streaming_diffs(fn, [copy.deepcopy(value)], "session", "run", final=False)
        held = sent if at == 0 else written(held, sent)
        yield held
    (last,) = page.handle_streaming_diffs(fn, [None], "session", "run", final=True)
    assert last == news[-1]


def written(held: Any, edits: list[Any]) -> Any:
    for action, path, value in edits:
        if not path:
            held = held + value if action == "append" else value
            continue
        at = held
        for key in path[:-1]:
            at = at[key]
        if action == "append":
            at[path[-1]] += value
        elif action == "delete":
            del at[path[-1]]
        elif action == "add" and isinstance(at, list):
            at.insert(path[-1], value)
        else:
            at[path[-1]] = value
    return held


@given(news=st.lists(st.sampled_from(VALUES), min_size=1, max_size=8))
def test_a_value_that_is_drawn_late_is_still_there(page: Page, news: list[Any]) -> None:
    seen = []
    for value, held in zip(news, received(page, news), strict=True):
        assert held == value
        seen.append(held)
    for at, (value, held) in enumerate(zip(news, seen, strict=True)):
        if isinstance(held, dict) and "__type__" not in value:
            assert "__type__" not in held, news[at : at + 2]  # at most a later value, never an order to do nothing
        elif isinstance(value, dict):
            assert held == value


def test_a_text_that_grows_is_sent_as_what_was_added(page: Page) -> None:
    fn = SimpleNamespace(outputs=[None])
    page.handle_streaming_diffs(fn, [{"text": "some"}], "session", "grows", final=False)
    (sent,) = page.handle_streaming_diffs(fn, [{"text": "some more"}], "session", "grows", final=False)
    assert sent == [["append", ["text"], " more"]]
    page.handle_streaming_diffs(fn, [None], "session", "grows", final=True)


@pytest.mark.parametrize(
    ("visibility", "news", "said_again"), [("private", 1, False), ("private", 0, True), ("public", 1, True)]
)
def test_the_last_news_of_a_run_are_not_said_again_at_its_end_but_to_programs(
    visibility: str, news: int, said_again: bool
) -> None:
    """What a click brought in between would be written over."""
    event = SimpleNamespace(fn=SimpleNamespace(outputs=[None], api_visibility=visibility))
    for _ in range(news):
        tell_once(event, ProcessGeneratingMessage(output={"data": ["last"]}, success=True))  # type: ignore[arg-type]
    end = ProcessCompletedMessage(output={"data": ["last"], "duration": 1}, success=True)
    tell_once(event, end)  # type: ignore[arg-type]
    assert end.output == {"data": ["last"] if said_again else [{"__type__": "update"}], "duration": 1}
