"""A conversation that is longer than the window: what is left out, what is kept, and what is said of it."""

import random
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground import setups
from playground.backends.base import Capabilities, Request, excess_tokens
from playground.backends.scripted import ScriptedBackend
from playground.errors import InvalidSetup, PromptTooLong
from playground.prompts import prompts_of
from playground.running import runner
from playground.strategies import technique_of
from playground.strategies.answers.reading_anew import read_anew
from playground.strategies.conversation import Conversation
from playground.strategies.parts.shards import MOST_SHARDS, shards_of
from playground.types import Message, Run, Sampling, Turn

FIRST = "My name is Ada."


def turns(count: int, words: int = 8) -> list[dict[str, str]]:
    """The user's and the assistant's in turn, of so many words, the first of which says the name."""
    said = [FIRST, *(f"turn {at} " + "word " * (words - 2) for at in range(1, count))]
    return [{"role": "user" if at % 2 == 0 else "assistant", "text": text} for at, text in enumerate(said)]


def setup(count: int = 12, **options: Any) -> Any:
    task = {"role": "Be brief.", "turns": turns(count), "input": "What is my name?"}
    return setups.parse({"strategy": "conversation", "options": options, "task": task})


def ran(catalog_of: Any, data: Any, reply: Any = lambda *_: "Ada.") -> Run:
    *_, run = runner.run(data, catalog_of(reply))
    return run


def sent(run: Run) -> list[str]:
    return [message.content.split("  ")[0].removesuffix(" ") for message in run.steps[-1].messages]


def test_all_is_sent_as_long_as_it_fits(catalog_of: Any) -> None:
    run = ran(catalog_of, setup())
    assert len(run.steps[0].messages) == 14
    assert run.how == ""


@pytest.mark.parametrize(("window", "first"), [("keep_first", FIRST), ("oldest", "turn 4")])
def test_the_oldest_turns_are_left_out(catalog_of: Any, window: str, first: str) -> None:
    run = ran(catalog_of, setup(window=window, prompt_tokens=100))
    messages = run.steps[0].messages
    assert (messages[0].role, messages[-1].content) == ("system", "What is my name?")
    assert messages[1].content.startswith(first)
    assert messages[1].role == "user"
    assert messages[-2].content.startswith("turn 11")
    assert ScriptedBackend().count_tokens(messages) <= 100
    assert "were left out to make room" in run.how


def test_what_was_left_out_is_named_by_its_turns(catalog_of: Any) -> None:
    assert ran(catalog_of, setup(window="oldest", prompt_tokens=100)).how == (
        "Turns 1 to 4 of 12 were left out to make room."
    )
    assert ran(catalog_of, setup(window="keep_first", prompt_tokens=100)).how == (
        "Turns 3 to 6 of 12 were left out to make room."
    )


def test_turns_that_do_not_fit_are_summed_up(catalog_of: Any) -> None:
    asked: list[float] = []

    def reply(request: Request, _: random.Random) -> str:
        asked.append(request.sampling.temperature)
        return "Her name is Ada." if request.messages[-1].content.startswith("Sum up") else "Ada."

    data = setup(36, window="summary", prompt_tokens=360)
    run = ran(catalog_of, replace(data, sampling=Sampling(temperature=0.7)), reply)
    summary, answer = run.steps
    assert (summary.label, answer.label) == ("Summary 1 for Reply", "Reply")
    assert FIRST in summary.messages[0].content
    assert answer.messages[0].content == "Be brief.\n\nWhat was said before: Her name is Ada."
    assert answer.depends_on == ("Summary 1 for Reply",)
    assert "what was sent of them is a summary" in run.how
    assert asked == [0.0, 0.7]  # of the same turns the same summary, whatever the answer is drawn with


def test_what_is_too_long_for_one_summary_is_summed_up_in_parts(catalog_of: Any) -> None:
    run = ran(catalog_of, setup(60, window="summary", prompt_tokens=320), lambda *_: "Short.")
    assert len(run.steps) > 2
    assert all(ScriptedBackend().count_tokens(step.messages) <= 320 for step in run.steps)
    assert "What was said before: Short." in run.steps[1].messages[0].content


def test_where_nothing_is_left_out_what_is_too_long_is_refused(catalog_of: Any) -> None:
    long = setups.parse(
        {"strategy": "conversation", "options": {"window": "refuse"}, "task": {"turns": turns(200, 60), "input": "?"}}
    )
    with pytest.raises(PromptTooLong):
        ran(catalog_of, long)


def test_the_window_of_the_model_is_the_limit_without_another(catalog_of: Any) -> None:
    long = setups.parse({"strategy": "conversation", "task": {"turns": turns(200, 60), "input": "?"}})
    run = ran(catalog_of, long)
    assert run.status == "done"
    assert "were left out to make room" in run.how


def test_a_question_that_is_too_long_by_itself_is_refused(catalog_of: Any) -> None:
    task = {"turns": turns(4), "input": "word " * 9000}
    with pytest.raises(PromptTooLong):
        ran(catalog_of, setups.parse({"strategy": "conversation", "task": task}))


def test_the_preview_leaves_out_what_the_run_leaves_out(catalog_of: Any) -> None:
    data = setup(prompt_tokens=100)
    assert prompts_of(data, ScriptedBackend())[0].step.messages == ran(catalog_of, data).steps[0].messages


def test_an_empty_turn_is_refused_by_its_row() -> None:
    task = {"turns": [{"text": "Hi"}, {"role": "assistant", "text": " "}], "input": "?"}
    data = setups.parse({"strategy": "conversation", "task": task})
    with pytest.raises(InvalidSetup, match="fill in row 2 of the turns"):
        technique_of(data).check(data.task)


@pytest.mark.parametrize("data", [{"turns": [{"role": "system", "text": "x"}]}, {"turns": [{"text": "x"}] * 201}])
def test_other_turns_are_refused(data: Any) -> None:
    with pytest.raises(InvalidSetup, match=r"task\.turns"):
        setups.parse({"strategy": "conversation", "task": {"input": "?", **data}})


def test_another_answer_type_is_read_out_of_the_same_reply(catalog_of: Any) -> None:
    data = setup(prompt_tokens=100)
    run = ran(catalog_of, data, lambda *_: "It is 7 or so.")
    again = read_anew(run, replace(data, task=replace(data.task, answer="number")))
    assert again
    assert again.answer == "7"


class Room:
    """Measures prompts in characters."""

    def excess(self, messages: tuple[Message, ...], most: int | None) -> int:
        return max(0, sum(len(message.content) for message in messages) - (most or 0))


said = st.builds(Turn, role=st.sampled_from(["user", "assistant"]), text=st.text("ab", min_size=1, max_size=9))


@given(st.lists(said, max_size=12).map(tuple), st.integers(32, 90), st.sampled_from(["keep_first", "oldest"]))
def test_no_more_turns_are_left_out_than_make_a_step_of_room(turns: tuple[Turn, ...], most: int, window: Any) -> None:
    technique, measures, role, text = Conversation(window=window, prompt_tokens=most), Room(), "r" * 10, "q" * 10
    begin, end = technique.cut(role, turns, text, measures)  # type: ignore[arg-type]  # it only measures
    assert 0 <= begin <= end <= len(turns)

    def length(begin: int, end: int) -> int:
        return 20 + sum(len(turn.text) for turn in (*turns[:begin], *turns[end:]))

    assert length(begin, end) <= most or (begin, end) == (0, len(turns))
    if end > begin:
        whole = length(0, 0)
        assert whole > most
        assert end == len(turns) or turns[end].role == "user"
        step = most // 4
        room = whole - step * -(-(whole - most) // step)
        assert most - step < room <= most
        earlier = [at for at in range(begin + 1, end) if turns[at].role == "user"]
        assert all(length(begin, at) > room for at in earlier)
        assert end < len(turns) or all(length(begin, at) > most for at in earlier[-1:])  # the last exchange stays


@pytest.mark.parametrize("window", ["keep_first", "oldest", "summary"])
def test_of_a_talk_longer_than_the_window_most_turns_begin_as_the_one_before(window: Any) -> None:
    most, measures = 2_000, Room()
    technique = Conversation(window=window, prompt_tokens=most)
    said = tuple(Turn(role=("user", "assistant")[at % 2], text="x" * (30 + 7 * at % 40)) for at in range(200))
    cuts = [technique.cut("r" * 10, said[:at], "q" * 40, measures) for at in range(0, 200, 2)]  # type: ignore[arg-type]
    full = [cut for cut in cuts if cut != (0, 0)]
    assert len(full) > 50
    left_out = sum(len(turn.text) for turn in said) - most
    assert 1 < len(set(full)) <= left_out / (most / 4) + 2
    assert [end for _, end in full] == sorted(end for _, end in full)


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("Ann has 3 hens. How many?", ("How many?", "Ann has 3 hens.")),
        ("Write a poem. It rhymes.", ("Write a poem.", "It rhymes.")),
        ("It costs 2.50 a piece! Why?", ("Why?", "It costs 2.50 a piece!")),
        ("Hello", ("Hello",)),
        ("Is it good?\n\n###\nA. B.\n###", ("Is it good?\n\n###\nA. B.\n###",)),
        ("Read it. Is it good?\n\n###\nA. B?\n###", ("Is it good?\n\n###\nA. B?\n###", "Read it.")),
    ],
)
def test_a_text_is_told_in_pieces_what_is_asked_first(text: str, pieces: tuple[str, ...]) -> None:
    assert shards_of(text) == pieces


@given(st.text(st.sampled_from("ab .!?\n"), min_size=1, max_size=200))
def test_no_word_is_lost_between_pieces(text: str) -> None:
    pieces = shards_of(text)
    assert 1 <= len(pieces) <= MOST_SHARDS
    assert sorted("".join(pieces).replace(" ", "").replace("\n", "")) == sorted(text.replace(" ", "").replace("\n", ""))


@pytest.mark.parametrize(
    ("window", "answer", "most", "excess"),
    [
        (100, 30, None, 1),
        (100, 29, None, 0),
        (100, 500, None, 21),
        (None, 30, None, 0),
        (None, 30, 60, 11),
        (50, 1, 90, 22),
    ],
)
def test_an_answer_has_its_room_in_the_window(window: int | None, answer: int, most: int | None, excess: int) -> None:
    backend = ScriptedBackend(capabilities=Capabilities(sampling=frozenset({"max_tokens"}), context_length=window))
    messages = (Message("user", "word " * 69),)
    assert backend.count_tokens(messages) == 71
    assert excess_tokens(backend, Sampling(max_tokens=answer), messages, most) == excess
