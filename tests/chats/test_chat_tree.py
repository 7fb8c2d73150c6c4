"""A chat as a tree: what was said is never lost but by deleting it, and every branch is a conversation."""

import json
import time
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.chats import kept_chat, tree
from playground.chats.tree import Chat, as_turns, chat_of
from playground.errors import InvalidSetup, LimitReached
from playground.types import Completion, Token, Turn


def said(*texts: str) -> Chat:
    """The user's and the assistant's in turn."""
    return chat_of(Turn(role="user" if at % 2 == 0 else "assistant", text=text) for at, text in enumerate(texts))


def texts(chat: Chat) -> list[str]:
    return [turn.text for turn in chat.branch]


def test_an_edit_keeps_what_was_there_as_another_branch() -> None:
    before = said("Hi", "Hello", "How are you?", "Fine")
    after = before.edit(1, "Good day")
    assert texts(after) == ["Hi", "Good day", "How are you?", "Fine"]
    assert [turn.edited for turn in after.branch] == [False, True, False, False]
    assert texts(after.show(1)) == texts(before)


def test_answers_to_one_question_stand_beside_each_other() -> None:
    chat = said("Hi", "Hello").add(0, "assistant", "Hey").add(0, "assistant", "Yo")
    assert [turn.text for turn in chat.after(0)] == ["Hello", "Hey", "Yo"]
    assert texts(chat) == ["Hi", "Yo"]
    assert texts(chat.show(1)) == ["Hi", "Hello"]


def test_from_an_earlier_turn_another_branch_begins() -> None:
    chat = said("a", "b", "c", "d").go_back(1).add(1, "user", "x")
    assert texts(chat) == ["a", "b", "x"]
    assert texts(chat.show(2)) == ["a", "b", "c", "d"]


def test_what_followed_a_turn_that_is_deleted_follows_the_one_before() -> None:
    chat = said("a", "b", "c", "d")
    assert texts(chat.take_out(1)) == ["a", "c", "d"]
    assert texts(chat.take_out(3)) == ["a", "b", "c"]
    assert texts(said("a").take_out(0)) == []


def test_a_number_is_never_used_again() -> None:
    chat = said("a", "b").take_out(1)
    assert chat.add(0, "assistant", "c").at == 2
    with pytest.raises(InvalidSetup, match="not there any more"):
        chat.turn(1)


def test_thought_is_not_sent_on() -> None:
    chat = said("Hi", "<think>Hm.</think>Hello", "And?", "<think>Hm")
    assert [turn.text for turn in as_turns(chat.branch)] == ["Hi", "Hello", "And?", "<think>Hm"]


@pytest.mark.parametrize(
    ("name", "most", "message"),
    [("MOST_TURNS", 2, "at most 2 turns in all"), ("MAX_TURNS", 2, "at most 2 turns;"), ("MAX_TEXT", 3, "has 4"),
     ("MOST_CHARACTERS", 9, "would have 10")],
)  # fmt: skip
def test_a_chat_has_limits_that_name_themselves(
    monkeypatch: pytest.MonkeyPatch, name: str, most: int, message: str
) -> None:
    chat = said("abc", "abc")
    monkeypatch.setattr(tree, name, most)
    with pytest.raises(LimitReached, match=message):
        chat.add(1, "user", "abcd")


def test_tokens_of_the_oldest_answers_go_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tree, "MOST_TOKENS", 3)
    chat = Chat()
    for _ in range(3):
        reply = Completion(text="x", tokens=(Token(1, "x", -1.0), Token(2, "y", -1.0)), completion_tokens=2)
        chat = chat.add(chat.at, "user", "?").add(chat.made, "assistant", "x", reply=reply)
    kept = [turn.reply for turn in chat.without_old_tokens().turns if turn.reply]
    assert [len(reply.tokens) for reply in kept] == [0, 0, 2]
    assert [reply.completion_tokens for reply in kept] == [2, 2, 2]


def test_a_thumb_stands_at_an_answer_and_nowhere_else() -> None:
    chat = said("Hi", "Hello").rate(1, "up")
    assert [turn.feedback for turn in chat.branch] == ["", "up"]
    assert chat.edit(1, "Hey").branch[1].feedback == ""
    assert chat.edit(0, "Ho").branch[1].feedback == "up"
    assert chat.rate(1, "").branch[1].feedback == ""
    with pytest.raises(InvalidSetup, match="that turn is yours"):
        chat.rate(0, "up")
    with pytest.raises(InvalidSetup, match="not there any more"):
        chat.rate(7, "up")


def test_of_an_answer_that_was_kept_all_is_there_but_its_tokens() -> None:
    reply = Completion(
        text="Hey\x07", finish_reason="length", prompt_tokens=9, completion_tokens=1, time_to_first_token=0.0249999,
        seconds=0.0499999, tokens=(Token(1, "Hey", 0.0),), estimated=True,
    )  # fmt: skip
    chat = said("Hi").add(0, "assistant", "Hey\x07", reply=reply).rate(1, "down")
    chat = chat.replace_turn(replace(chat.branch[1], summary="They greet."))
    again = kept_chat.read(json.loads(json.dumps(kept_chat.as_data(chat)))).branch[1]
    kept = replace(reply, tokens=(), text="Hey\ufffd")  # rounded, another figure would be shown of the same answer
    assert again == replace(chat.branch[1], reply=kept, text="Hey\ufffd")
    assert kept_chat.read(kept_chat.as_data(chat.without_measures())).branch[1].reply is None


act = st.tuples(st.sampled_from(["add", "edit", "take_out", "show", "go_back"]), st.integers(0, 20))


def after_acts(acts: list[tuple[str, int]]) -> Chat:
    chat = Chat()
    for name, number in acts:
        ids = [turn.id for turn in chat.turns]
        at = ids[number % len(ids)] if ids else None
        if name == "add":
            chat = chat.add(at if number % 2 else chat.at, "user" if number % 3 else "assistant", f"text {number}")
        elif at is not None:
            change: Any = getattr(chat, name)
            chat = change(at, "edited") if name == "edit" else change(at)
    return chat


@given(st.lists(act, max_size=25))
def test_whatever_is_done_it_stays_a_tree(acts: list[tuple[str, int]]) -> None:
    chat = after_acts(acts)
    ids = [turn.id for turn in chat.turns]
    assert len({*ids}) == len(ids)
    for place, turn in enumerate(chat.turns):
        assert turn.parent is None or turn.parent in ids[:place]
        assert chat.path(turn.id)[-1] == turn
        assert turn in chat.show(turn.id).branch
    assert chat.at is None or chat.at in ids
    assert chat.made > max(ids, default=-1)


@given(st.lists(act, max_size=25))
def test_a_chat_that_was_kept_is_the_same(acts: list[tuple[str, int]]) -> None:
    chat = after_acts(acts)
    again = kept_chat.read(kept_chat.as_data(chat))
    assert kept_chat.as_data(again) == kept_chat.as_data(chat)
    assert texts(again) == texts(chat)
    assert [turn.edited for turn in again.branch] == [turn.edited for turn in chat.branch]


@pytest.mark.parametrize(
    "data",
    [5, [], {"turns": 5}, {"turns": [{"text": 5}]}, {"turns": [{"role": "system", "text": "x"}]}, {"at": 0}, {"at": -1},
     {"turns": [{"text": "x", "parent": 0}]}, {"turns": [{"text": "x", "parent": True}]}, {"more": 1},
     {"turns": [{"text": "x"}], "at": 1}, {"turns": [{"text": "x" * 200_001}]}, {"turns": [{"text": "\x00"}]},
     {"turns": [{"text": "x"}] * 501}, {"turns": [{"text": "x", "cut": 1}]},
     {"turns": [{"text": "x", "feedback": "up"}]}, {"turns": [{"text": "x", "role": "assistant", "feedback": "<b>"}]},
     {"turns": [{"text": "x", "role": "assistant", "feedback": {"up": 1}}]}, {"turns": [{"text": "x", "summary": "y"}]},
     {"turns": [{"text": "x", "measured": {}}]}, {"turns": [{"text": "x", "role": "assistant", "measured": 5}]},
     {"turns": [{"text": "x", "role": "assistant", "measured": {"seconds": 10**300}}]},
     {"turns": [{"text": "x", "role": "assistant", "measured": {"seconds": -1}}]},
     {"turns": [{"text": "x", "role": "assistant", "measured": {"ended": "<b>"}}]},
     {"turns": [{"text": "x", "role": "assistant", "measured": {"origin": {"weights": "GPT-9"}}}]},
     {"turns": [{"text": "x", "parent": 1}, {"text": "x", "parent": 0}]}],
)  # fmt: skip
def test_what_is_no_chat_is_refused(data: Any) -> None:
    with pytest.raises((InvalidSetup, LimitReached)):
        kept_chat.read(data)


def test_a_branch_in_what_was_kept_is_no_longer_than_a_branch_may_be() -> None:
    chain = [{"text": "x", **({"parent": at - 1} if at else {})} for at in range(201)]
    with pytest.raises(LimitReached, match="A branch has at most 200 turns"):
        kept_chat.read({"turns": chain, "at": 200})


def test_the_largest_chat_and_larger_ones_are_read_at_once() -> None:
    """Anybody can send one, and each look at the page may bring it."""
    wide = [{"text": "x" * 800, **({"parent": at // 3} if at else {})} for at in range(1, tree.MOST_TURNS)]
    started = time.process_time()
    chat = kept_chat.read({"turns": [{"text": "x"}, *wide]})
    kept_chat.as_data(chat)
    with pytest.raises((InvalidSetup, LimitReached)):
        kept_chat.read({"turns": [{"text": ""}] * 10**6})
    with pytest.raises(LimitReached):
        kept_chat.read({"turns": [{"text": "x", **({"parent": at - 1} if at else {})} for at in range(500)]})
    assert time.process_time() - started < 2
