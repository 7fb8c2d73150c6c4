"""Before a run the page says what it knows of settings from which no good answer can come."""

from typing import Any

import pytest

from playground import presets, setups
from playground.advice import advice
from playground.running import runner
from playground.types import MAX_TEXT, Setup
from playground.ui.run_view.answer_values import answer_value

MINUTES = "How many minutes are between 14:20 and 16:05?"
PLANNED = {"name": "A", "template": "{input}", "strategy": "plan_and_solve"}
WORKED = [{"input": "1 + 1?", "output": "One and one. The answer is 2."}]
REVIEWS = {"role": "Say if it is positive or negative.", "answer": "label", "labels": ["positive", "negative"]}


def setup(strategy: str, task: dict[str, Any], options: dict[str, Any] | None = None, **sampling: Any) -> Setup:
    return setups.parse({"strategy": strategy, "options": options or {}, "task": task, "sampling": sampling})


HOPELESS: list[tuple[str, Setup, str]] = [
    ("paths at temperature 0", setup("self_consistency", {"input": "2 + 3?", "answer": "number"}, temperature=0.0),
     "All 10 paths will be the same"),
    ("paths at top-k 1", setup("self_consistency", {"input": "2 + 3?", "answer": "number"}, {"paths": 3}, top_k=1),
     "All 3 paths will be the same"),
    ("paths at min-p 1", setup("self_consistency", {"input": "2 + 3?", "answer": "number"}, min_p=1.0), "set it to 0"),
    ("no room to reason in a step", setup("chaining", {"input": "2 + 3?", "steps": [PLANNED]}, max_tokens=8),
     "the reasoning will be cut off"),
    ("no room to reason", setup("chain_of_thought", {"input": "2 + 3?", "answer": "number"}, max_tokens=8),
     "Max tokens is 8"),
    ("no room for an example",
     setup("few_shot", {"input": "x", "examples": [{"input": "a", "output": "word " * 30}]}, max_tokens=10),
     "the longest example output"),
    ("noise", setup("zero_shot", {"input": "x"}, temperature=2.0), "most models write noise"),
    ("an input that is not sent",
     setup("chaining", {"input": "a tale", "steps": [{"name": "One", "template": "Write a joke."}]}), "not sent"),
    ("a variable without a value", setup("zero_shot", {"input": "Is {{ city }} big"}), "{{city}} as it stands: there"),
    ("a variable where none is filled in", setup("zero_shot", {"input": "x", "role": "You live in {{city}}."}),
     "The role is sent with {{city}} as it stands: only the input"),
    ("text to vote on", setup("self_consistency", {"input": "Tell me a joke."}), "nothing to vote on"),
    ("examples that cannot be read",
     setup("few_shot", {"input": "x", "answer": "number", "examples": [*WORKED, {"input": "a", "output": "red"}]}),
     "The output of example 2"),
    ("a choice that is not listed",
     setup("zero_shot", {"input": "Which is red?", "answer": "choice", "labels": ["A", "B"]}), "lists none"),
    ("labels that nobody named",
     setup("zero_shot", {"input": "The food was cold.", "answer": "label", "labels": ["good", "bad"]}), "good, bad"),
    ("a number as label", setup("self_consistency", {"input": MINUTES, **REVIEWS}), "asks for a number"),
    ("reasoning in one word", setup("chain_of_thought", {"input": "2 + 3? Answer in one word.", "answer": "number"}),
     "one word"),
    ("reasoning in one line", setup("chain_of_thought", {"input": "2 + 3?", "answer": "number"}, stop=["\n"]),
     "first line"),
    ("a stop string in an example",
     setup("few_shot", {"input": "x", "examples": [{"input": "a", "output": "b; c"}]}, stop=[";"]), "';'"),
]  # fmt: skip


@pytest.mark.parametrize(("hopeless", "words"), [case[1:] for case in HOPELESS], ids=[case[0] for case in HOPELESS])
def test_what_cannot_work_is_said_before_it_is_run(hopeless: Setup, words: str) -> None:
    assert any(words in sentence for sentence in advice(hopeless)), advice(hopeless)


def test_leftovers_of_a_preset_are_all_said() -> None:
    """A newcomer's first own question, with what the page's first preset had left in the form."""
    said = " ".join(advice(setup("self_consistency", {"input": MINUTES, **REVIEWS}, temperature=0.0, max_tokens=8)))
    assert all(words in said for words in ("All 10 paths", "Max tokens is 8", "asks for a number")), said


@pytest.mark.parametrize(
    ("asked", "reply", "words"),
    [
        (
            setup("self_consistency", {"input": MINUTES, **REVIEWS}, {"paths": 3}, temperature=0.0),
            "They are 105 minutes apart.",
            ("None of 3 paths gave an answer.", "All 3 paths will be the same", "asks for a number"),
        ),
        (
            setup("zero_shot", {"input": MINUTES, **REVIEWS}),
            "105",
            ("No label in the reply.", "asks for a number"),
        ),
        (setup("zero_shot", {"input": MINUTES, "answer": "number"}), "105", ()),
        (setup("zero_shot", {"input": "x"}, temperature=2.0), "noise", ()),
    ],
)
def test_a_run_without_an_answer_says_what_was_known_before(
    catalog_of: Any, asked: Setup, reply: str, words: tuple[str, ...]
) -> None:
    *_, run = runner.run(asked, catalog_of(lambda *_: reply))
    shown = answer_value(run)["how"]
    assert all(sentence in shown for sentence in words), shown
    assert words or shown == run.how


@pytest.mark.parametrize("key", presets.setup_presets())
def test_presets_need_no_advice(key: str) -> None:
    assert advice(presets.setup_presets()[key].setup) == ()


@pytest.mark.parametrize(
    "sound",
    [
        setup("self_consistency", {"input": MINUTES, "answer": "number"}),
        setup(
            "zero_shot", {"input": "Which is red? A) Mars B) Venus", "answer": "choice", "labels": ["Mars", "Venus"]}
        ),
        setup("zero_shot", {"input": "Which is red?", "answer": "choice", "labels": ["Mars", "Venus"]}),
        setup("zero_shot", {"input": "Which is red? A. Mars B. Venus", "answer": "choice", "labels": ["A", "B"]}),
        setup("zero_shot", {"input": "x"}, temperature=1.8, top_p=0.9),
        setup("zero_shot", {"input": "x" * MAX_TEXT}),
        setup("chain_of_thought", {"input": "2 + 3?", "answer": "number", "examples": WORKED}, {"form": "few_shot"}),
        setup("chaining", {"input": " a tale\n", "steps": [{"name": "One", "template": "Tell {input}."}]}),
    ],
)
def test_what_may_work_is_left_alone(sound: Setup) -> None:
    assert advice(sound) == ()
