"""A chat that is too long for the browser: its last turns are kept, and the page says that the others are not."""

from typing import Any

import gradio as gr
import pytest

from playground.chats import kept_chat
from playground.chats.tree import Chat, chat_of
from playground.settings import Settings
from playground.types import Turn
from playground.ui.app import build_app
from playground.ui.handlers.drafts import MOST, NOT_KEPT, characters

LONG = 40_000


def said(count: int, words: int = LONG) -> Chat:
    return chat_of(
        Turn(role=("user", "assistant")[at % 2], text=f"{at} " + "x" * words)  # type: ignore[arg-type]
        for at in range(count)
    )


def looked_at(page: Any, chat: Chat, message: str = "") -> tuple[Any, str]:
    """What the browser is to keep of this chat, and what the page says of it."""
    look = next(fn for fn in page.fns.values() if fn.name == "look" and "ui.chat" in fn.fn.__module__)
    send = next(fn for fn in page.fns.values() if fn.name == "send")
    names = {"Your message": message}
    held = {box: names.get(str(getattr(box, "label", "")), getattr(box, "value", None)) for box in look.inputs}
    *_, shown = (box for box in send.outputs if getattr(box, "elem_id", "") == "chat")
    for box in look.inputs:
        if box is send.outputs[0]:
            held[box] = chat
        if isinstance(box, gr.Checkbox) and not box.visible:
            held[box] = True  # what the browser kept is there
    updates = look.fn(held, None)
    (kept,) = (value for box, value in updates.items() if getattr(box, "storage_key", "") == "playground-chat")
    return kept, updates[shown]["lost"]


@pytest.fixture(scope="module")
def page(catalog_of: Any) -> Any:
    return build_app(Settings(), catalog_of())


def test_a_chat_that_fits_is_kept_whole_and_nothing_is_said(page: Any) -> None:
    kept, lost = looked_at(page, said(4))
    assert (len(kept["chat"]["turns"]), lost) == (4, "")


def test_of_a_longer_one_the_last_turns_are_kept_and_it_is_said(page: Any) -> None:
    chat = said(8)
    kept, lost = looked_at(page, chat)
    again = kept_chat.read(kept["chat"])
    assert characters(kept) <= MOST
    assert [turn.text for turn in again.branch] == [turn.text for turn in chat.turns[4:]]
    assert "after a reload only its last 4 turns of 8 will be there" in lost
    assert "Download it as JSON" in lost


def test_other_branches_go_before_turns_of_the_one_that_is_shown(page: Any) -> None:
    chat = said(4).add(0, "assistant", "y" * LONG).add(4, "user", "z" * LONG)
    kept, lost = looked_at(page, chat)
    assert [turn.text[0] for turn in kept_chat.read(kept["chat"]).branch] == ["0", "y", "z"]
    assert "only its last 3 turns of 6" in lost


def test_beside_a_message_that_fills_all_of_it_no_turn_is_kept_but_the_message(page: Any) -> None:
    kept, lost = looked_at(page, said(4), "m" * (MOST - 100))
    assert ("chat" in kept, len(kept["message"])) == (False, MOST - 100)
    assert "none of its turns will be there" in lost
    kept, lost = looked_at(page, said(4), "m" * (MOST + 1))
    assert kept is None
    assert "none of its turns will be there" in lost


def test_of_a_comparison_that_is_not_kept_it_is_said_beside_it(page: Any) -> None:
    look = next(fn for fn in page.fns.values() if fn.name == "look" and "ui.compare" in fn.fn.__module__)
    for count, said in ((10, ""), (MOST + 1, NOT_KEPT)):
        typed = {"Prompts": "x" * count}
        held = {box: typed.get(str(getattr(box, "label", "")), getattr(box, "value", None)) for box in look.inputs}
        updates = look.fn(held, None).values()
        stale, _ = (update["text"] for update in updates if isinstance(update, dict) and "text" in update)
        assert stale == said
