"""Golden prompts of techniques with several calls: exactly what each sends, seen through the preview."""

import re
from typing import Any

import pytest

from playground import setups
from playground.prompts import prompts_of
from playground.strategies.chaining import STEP_TECHNIQUES


def prompts(strategy: str, options: dict[str, Any] | None = None, **task: Any) -> list[tuple[str, list[str], str]]:
    setup = setups.parse({"strategy": strategy, "options": options or {}, "task": task})
    return [
        (p.step.label, [f"{m.role}: {m.content}" for m in p.step.messages], p.step.prefix) for p in prompts_of(setup)
    ]


def test_perspectives_are_asked_for_and_brought_together() -> None:
    ask = "user: Ban phones?\n\nAnswer from the point of view of {}, in two or three sentences."
    assert prompts("perspectives", {"viewpoints": ["a pupil", "a teacher"]}, role="Be kind.", input="Ban phones?") == [
        ("As a pupil", ["system: Be kind.", ask.format("a pupil")], ""),
        ("As a teacher", ["system: Be kind.", ask.format("a teacher")], ""),
        (
            "Synthesis",
            [
                "system: Be kind.",
                "user: Ban phones?\n\nThis was answered from 2 points of view.\n\n"
                "From the point of view of a pupil:\n\u27e8As a pupil\u27e9\n\n"
                "From the point of view of a teacher:\n\u27e8As a teacher\u27e9\n\n"
                "Write one answer out of these: what they agree on, where they differ, and what follows.",
            ],
            "",
        ),
    ]


def test_without_viewpoints_of_ones_own_there_are_three() -> None:
    assert [label for label, _, _ in prompts("perspectives", input="Ban phones?")] == [
        "As someone in favour", "As someone against", "As an expert without a stake in it", "Synthesis",
    ]  # fmt: skip


def test_self_refine_shows_each_revision_all_that_went_before() -> None:
    feedback = (
        "user: Why?\n\nAnswer:\n{}\n\nHow could this answer be better? Reply with at most three short suggestions and "
        'nothing else. If there is nothing left to improve, reply only: "Nothing left to improve."'
    )
    improve = "Write the answer again, improved by the feedback. Reply with the answer only."
    first = "Answer:\n\u27e8Draft\u27e9\n\nFeedback:\n\u27e8Feedback 1\u27e9"
    second = "Answer:\n\u27e8Revision 1\u27e9\n\nFeedback:\n\u27e8Feedback 2\u27e9"
    assert prompts("self_refine", input="Why?") == [
        ("Draft", ["user: Why?"], ""),
        ("Feedback 1", [feedback.format("\u27e8Draft\u27e9")], ""),
        ("Revision 1", [f"user: Why?\n\n{first}\n\n{improve}"], ""),
        ("Feedback 2", [feedback.format("\u27e8Revision 1\u27e9")], ""),
        ("Revision 2", [f"user: Why?\n\n{first}\n\n{second}\n\n{improve}"], ""),
    ]


def test_least_to_most_appends_what_was_solved() -> None:
    assert prompts("least_to_most", {"parts": 3}, input="How many?", answer="number") == [
        (
            "Decompose",
            [
                "user: How many?\n\nTo answer this, which simpler questions have to be answered first? Write at most "
                "3, the simplest first, one a line, and do not answer them."
            ],
            "",
        ),
        (
            "Part 1",
            [
                "user: How many?\n\nAnswer only this part of it, in one sentence.\n\nQ: \u27e8Decompose\u27e9\nA:",
            ],
            "",
        ),
        (
            "Answer",
            [
                "user: How many?\n\nQ: \u27e8Decompose\u27e9\nA: \u27e8Part 1\u27e9\n\n"
                'Now answer the whole question. End with "The answer is" and the answer.'
            ],
            "",
        ),
    ]


def test_generated_knowledge_answers_once_with_each_fact() -> None:
    trigger = "Therefore, the answer (Yes or No) is"
    assert prompts("generated_knowledge", {"facts": 2}, input="Can it fly?", answer="yes_no") == [
        (
            "Facts",
            [
                "user: Question: Can it fly?\n\nWrite one sentence of knowledge about this, without answering "
                "the question."
            ],
            "",
        ),
        ("Answer with fact 1", ["user: \u27e8Facts\u27e9\n\nQuestion: Can it fly?"], trigger),
        ("Answer with fact 2", ["user: \u27e8Facts\u27e9\n\nQuestion: Can it fly?"], trigger),
    ]


def test_tree_of_thoughts_proposes_and_judges_at_each_depth() -> None:
    propose = "Suggest 3 different next steps towards the answer. Write a numbered list, one short sentence each."
    judge = "Can the right answer be reached from here? Judge in one word: sure, maybe or impossible."
    one = "Steps so far:\n1. \u27e8Propose 1.1\u27e9\n\n"
    two = "Steps so far:\n1. \u27e8Propose 1.1\u27e9\n2. \u27e8Propose 2.1\u27e9\n\n"
    assert prompts("tree_of_thoughts", input="Make 24.", answer="number") == [
        ("Propose 1.1", [f"user: Make 24.\n\n{propose}"], ""),
        ("Judge 1.1", [f"user: Make 24.\n\n{one}{judge}"], "In one word:"),
        ("Propose 2.1", [f"user: Make 24.\n\n{one}{propose}"], ""),
        ("Judge 2.1", [f"user: Make 24.\n\n{two}{judge}"], "In one word:"),
        (
            "Answer",
            [f'user: Make 24.\n\n{two}Go on from these steps to the answer. End with "The answer is" and the answer.'],
            "",
        ),
    ]


def test_skeleton_of_thought_shows_each_point_the_skeleton() -> None:
    assert prompts("skeleton_of_thought", {"points": 4}, input="How to sleep?") == [
        (
            "Skeleton",
            [
                "user: How to sleep?\n\nAnswer with a numbered list of at most 4 short points, three to five words "
                "each, and nothing else."
            ],
            "",
        ),
        (
            "Point 1",
            [
                "user: How to sleep?\n\n1. \u27e8Skeleton\u27e9\n\n"
                "Write one or two sentences about point 1 and no other: \u27e8Skeleton\u27e9"
            ],
            "",
        ),
    ]


def test_free_text_is_not_asked_to_end_with_an_answer() -> None:
    for strategy in ("least_to_most", "tree_of_thoughts"):
        *_, (_, messages, _) = prompts(strategy, input="Plan a party.")
        assert "The answer is" not in messages[-1]


def test_a_step_of_a_chain_is_asked_by_its_technique() -> None:
    begun = (
        "Let's first understand the problem and devise a plan to solve the problem. Then, let's carry out the plan and "
    )
    steps = [
        {"name": "Facts", "template": "What is known of {input}?"},
        {"name": "Solve", "template": "{input} {Facts}", "strategy": "plan_and_solve"},
        {"name": "Say", "template": "One sentence: {previous}"},
    ]
    problem = "user: 5 + 5? \u27e8Facts\u27e9"
    plan = f"{begun}solve the problem step by step."
    assert prompts("chaining", role="You add.", input="5 + 5?", steps=steps) == [
        ("Facts", ["system: You add.", "user: What is known of 5 + 5??"], ""),
        ("Solve: Reason", ["system: You add.", problem], plan),
        (
            "Solve: Extract answer",
            ["system: You add.", problem],
            f"{plan}\u27e8Solve: Reason\u27e9\nTherefore, the answer is",
        ),
        ("Say", ["system: You add.", "user: One sentence: \u27e8Solve: Extract answer\u27e9"], ""),
    ]


@pytest.mark.parametrize("technique", STEP_TECHNIQUES)
def test_what_a_step_hands_on_is_a_gap_in_the_prompt_of_the_next(technique: str) -> None:
    steps = [
        {"name": "One", "template": "{input}", "strategy": technique},
        {"name": "Two", "template": "Go on from: {previous}"},
    ]
    *_, (label, (prompt,), _) = prompts("chaining", input="Why?", steps=steps)
    assert label == "Two"
    assert re.search(r"\u27e8One(: [\w ]+)?\u27e9", prompt.removeprefix("user: Go on from: "))
