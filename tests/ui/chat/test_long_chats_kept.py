"""A chat that is too long for the browser: its last turns are kept, and the page says that the others are not."""

from dataclasses import replace
from typing import Any

import gradio as gr
import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.chats import kept_chat
from playground.chats.tree import Chat, ChatTurn, chat_of
from playground.settings import Settings
from playground.types import Completion, Turn
from playground.ui.app import build_app
from playground.ui.handlers.drafts import MOST, NOT_KEPT, characters

LONG = 40_000
ENDS = ("stop", "length")


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


@st.composite
def long_chats(draw: st.DrawFn) -> Chat:
    """More than the browser keeps, in turns of any length, with whatever an answer is kept with beside its text."""
    turns, shares = [], draw(st.lists(st.integers(1, 100), min_size=1, max_size=200))
    for at, share in enumerate(shares):
        words = "x" * (share * 390_000 // sum(shares))
        reply = Completion(
            text=words, prompt_tokens=draw(st.integers(0, 9)), completion_tokens=7, seconds=draw(st.floats(0, 9)),
            time_to_first_token=draw(st.none() | st.floats(0, 9)), finish_reason=draw(st.sampled_from(ENDS)),
        )  # fmt: skip
        speaker, mark = ("user", "assistant")[at % 2], draw(st.sampled_from(["", "up", "down"]))
        answer = {"reply": reply, "feedback": mark, "edited": draw(st.booleans()), "cut": draw(st.booleans())}
        turns.append(
            ChatTurn(id=at, parent=at - 1 if at else None, role=speaker, text=words, **(answer if at % 2 else {}))  # type: ignore[arg-type]
        )
    return Chat(turns=tuple(turns), at=len(turns) - 1, made=len(turns))


@given(long_chats(), st.integers(0, MOST))
def test_of_any_long_chat_as_many_turns_are_kept_as_fit(chat: Chat, most: int) -> None:
    def size(shown: Chat) -> int:
        return characters(kept_chat.as_data(shown))

    kept = kept_chat.newest(chat, lambda shown: size(shown) <= most)
    count = len(kept.turns)
    assert size(kept) <= most or not count
    assert [turn.text for turn in kept.branch] == [turn.text for turn in chat.branch[len(chat.turns) - count :]]
    if count < len(chat.turns):
        more = chat.branch[-count - 1 :]
        assert size(replace(chat, turns=(replace(more[0], parent=None), *more[1:]))) > most


def test_what_is_kept_with_many_answers_does_not_make_a_chat_too_long_to_be_kept(page: Any) -> None:
    reply = Completion(
        text="", prompt_tokens=5, completion_tokens=7, estimated=True, seconds=2.0, time_to_first_token=0.5,
        finish_reason="length",
    )  # fmt: skip
    answer = {"reply": reply, "feedback": "down", "edited": True, "cut": True}
    chat = said(200, MOST // 190)
    chat = replace(chat, turns=tuple(replace(turn, **answer) if turn.id % 2 else turn for turn in chat.turns))  # type: ignore[arg-type]
    kept, lost = looked_at(page, chat)
    assert MOST * 0.95 < characters(kept) <= MOST
    assert "turns of 200 will be there" in lost
