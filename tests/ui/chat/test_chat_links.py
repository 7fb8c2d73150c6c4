"""A chat in a link is what was said, and in the browser's own memory also what was measured of it."""

from types import SimpleNamespace
from typing import Any

from playground.sharing import links
from playground.ui.gate.values import is_update
from playground.ui.handlers.one_at_a_time import NothingYet

ANSWER = {
    "parent": 0,
    "role": "assistant",
    "text": "Hey",
    "feedback": "down",
    "summary": "They greet.",
    "measured": {"completion_tokens": 3, "prompt_tokens": 9, "seconds": 1.5, "ended": "length"},
}
HELD = {"chat": {"turns": [{"text": "Hi"}, ANSWER], "at": 1}}


def handler(page: Any, name: str, event: str = "") -> Any:
    (found,) = (
        fn
        for fn in page.fns.values()
        if fn.name == name and (not event or any(event == heard for _, heard in fn.targets))
    )
    return found.fn


def answer(updates: dict[Any, Any]) -> dict[str, Any]:
    """The answer as these updates show it."""
    (shown,) = (update for box, update in updates.items() if getattr(box, "elem_id", None) == "chat")
    turns: list[dict[str, Any]] = (shown["value"] if is_update(shown) else shown)["turns"]
    return turns[1]


def test_after_a_reload_it_stands_there_with_what_was_measured(page: Any) -> None:
    shown = answer(handler(page, "reopen_chat")(HELD, None))
    assert shown["facts"] == "3 tokens \u00b7 9 in the prompt \u00b7 1.5 s \u00b7 cut at max tokens"
    assert (shown["feedback"], shown["summary"], shown["origin"]) == ("down", "They greet.", "")


def test_a_link_claims_nothing_that_was_measured(page: Any) -> None:
    event = SimpleNamespace(_data={"link": links.write("chat", HELD)})
    shown = answer(handler(page, "open_link", "open_chat")(None, NothingYet(), event, None))
    assert (shown["text"], shown["facts"], shown["summary"], shown["feedback"]) == ("Hey", "", "", "down")
