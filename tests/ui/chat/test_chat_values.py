"""A chat on the page: its turns with what was measured, which of them are not sent, and the tree of its branches."""

import random
from dataclasses import replace
from typing import Any

from playground import setups
from playground.backends.base import Request
from playground.chats.going_on import GoingOn, join_answers
from playground.chats.tree import Chat, chat_of
from playground.running import runner
from playground.strategies import technique_of
from playground.types import Completion, Token, Turn
from playground.ui.chat.chat_link import from_setup
from playground.ui.chat.chat_values import chat_value, cut_note, tree_rows
from playground.ui.chat.chat_view import cut_turns
from playground.ui.language.components import translate_value
from playground.ui.language.texts import texts_of


def said(*texts: str) -> Chat:
    return chat_of(Turn(role="user" if at % 2 == 0 else "assistant", text=text) for at, text in enumerate(texts))


def test_a_summary_that_a_model_wrote_stays_as_it_is() -> None:
    chat = said("Hi", "Hello")
    chat = replace(chat, turns=(*chat.turns[:-1], replace(chat.turns[-1], summary="Stopped.", edited=True)))
    turn = translate_value(chat_value(chat), texts_of("de"))["turns"][1]
    assert (turn["summary"], turn["facts"]) == ("Stopped.", "von Hand geändert")


def test_what_was_measured_of_an_answer_stands_below_it() -> None:
    reply = Completion(
        text="Hey", finish_reason="length", prompt_tokens=9, completion_tokens=1, time_to_first_token=0.25, seconds=1.5,
        tokens=(Token(1, "Hey", 0.0),),
    )  # fmt: skip
    chat = said("Hi", "Hello").add(0, "assistant", "Hey", reply=reply).add(0, "assistant", "Hey", reply=reply)
    turn = chat_value(chat)["turns"][1]
    assert turn["facts"] == (
        "1 token \u00b7 9 in the prompt \u00b7 first after 0.25 s \u00b7 1.5 s \u00b7 mean probability 1.00 \u00b7 "
        "cut at max tokens \u00b7 the same as answer 2"
    )
    assert (turn["place"], turn["beside"], turn["open"], turn["tokens"]) == (3, [1, 2, 3], True, True)


def test_the_tree_has_a_row_for_each_stretch_without_a_branch() -> None:
    chat = said("a", "b", "c").add(0, "assistant", "x").add(None, "user", "y")
    rows = [(row["text"], row["depth"], row["count"], row["shown"]) for row in tree_rows(chat)]
    assert rows == [
        ("You: a", 0, "1 turn", False),
        ("Answer: b", 1, "2 turns", False),
        ("Answer: x", 1, "1 turn", False),
        ("You: y", 0, "1 turn", True),
    ]
    assert tree_rows(said("a", "b", "c")) == []


def test_what_is_not_sent_is_marked_and_said(catalog_of: Any) -> None:
    chat, catalog = said(*(f"turn {at} with some words" for at in range(10))), catalog_of()
    for _ in catalog.open("default"):
        pass
    data = {"strategy": "conversation", "options": {"prompt_tokens": 40, "window": "oldest"}}
    turns = [{"role": turn.role, "text": turn.text} for turn in chat.branch]
    setup = setups.parse({**data, "task": {"turns": turns, "input": "What now?"}})
    cut, note = cut_turns(setup, chat.branch, catalog)
    *_, run = runner.run(setup, catalog)
    sent = [message.content for message in run.steps[0].messages]
    shown = chat_value(chat, cut, said=note)
    assert [turn["text"] for turn in shown["turns"] if not turn["cut"]] == sent[:-1]
    assert 0 < len(cut) < 10
    assert shown["note"] == f"Turns 1 to {len(cut)} of 10 are left out to make room."
    assert cut_note(chat.branch, 0, 1, "summary") == "Turn 1 of 10 is left out to make room; a summary of it is sent."


def test_an_answer_goes_on_where_its_words_end(catalog_of: Any) -> None:
    seen: list[Request] = []

    def reply(request: Request, _: random.Random) -> str:
        seen.append(request)
        return " two three"

    setup = setups.parse({"strategy": "conversation", "task": {"input": "Count."}, "sampling": {"max_tokens": 9}})
    *_, run = runner.carry_out(GoingOn(technique_of(setup), "One"), setup, catalog_of(reply))
    more = run.steps[0].completions[0]
    assert [request.prefill for request in seen] == ["One"]
    before = Completion(text="One", tokens=(Token(1, "One", -1.0),), completion_tokens=1, seconds=1.0)
    whole = join_answers(before, more)
    assert whole.text == "One two three"
    assert whole.completion_tokens == 1 + more.completion_tokens
    assert [token.text for token in whole.tokens][:1] == ["One"]
    assert join_answers(Completion(text="One"), more).tokens == ()


def test_a_setup_opens_as_a_chat_with_what_it_shows() -> None:
    few = {"strategy": "few_shot", "task": {"examples": [{"input": "a", "output": "b"}], "input": "c"}}
    chat, text = from_setup(setups.parse(few))
    assert ([(turn.role, turn.text) for turn in chat.branch], text) == ([("user", "a"), ("assistant", "b")], "c")
    talk = {"strategy": "conversation", "task": {"turns": [{"text": "a"}], "input": "c", "material": "m"}}
    chat, text = from_setup(setups.parse(talk))
    assert [turn.text for turn in chat.branch] == ["a"]
    assert text == 'c\n\n"""\nm\n"""'
