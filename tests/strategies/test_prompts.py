"""Golden prompts: each technique sends exactly what its protocol says, seen through the preview."""

from typing import Any

import pytest

from playground import setups
from playground.prompts import prompts_of
from playground.types import Step

PAIRS = [
    {"input": "2 + 2", "output": "That is 4. The answer is 4."},
    {"input": "3 + 3", "output": "6. The answer is 6."},
]
PLAN = (
    "Let's first understand the problem and devise a plan to solve the problem. Then, let's carry out the plan and "
    "solve the problem step by step."
)
PLAN_IN_DETAIL = (
    "Let's first understand the problem, extract relevant variables and their corresponding numerals, and make a "
    "complete plan. Then, let's carry out the plan, calculate intermediate variables (pay attention to correct "
    "numerical calculation and commonsense), solve the problem step by step, and show the answer."
)


def prompts(strategy: str, options: dict[str, Any] | None = None, **task: Any) -> list[tuple[str, list[str], str]]:
    setup = setups.parse({"strategy": strategy, "options": options or {}, "task": task})
    return [flat(prompt.step) for prompt in prompts_of(setup)]


def flat(step: Step) -> tuple[str, list[str], str]:
    return step.label, [f"{m.role}: {m.content}" for m in step.messages], step.prefix


def test_retrieval() -> None:
    task = {"collection": "inbox", "input": "Why?", "role": "You read letters."}
    ask = "Answer in one short sentence from these passages, and put the number of the passage behind it, like [1]."
    found = f"user: \u27e8Search\u27e9\n\nQuestion: Why?\n\n{ask}"
    assert prompts("retrieval", **task) == [("Answer", ["system: You read letters.", found], "")]


def test_zero_shot() -> None:
    assert prompts("zero_shot", input="Why?") == [("Answer", ["user: Why?"], "")]


def test_role() -> None:
    assert prompts("role", role="You are a chef.", input="Why?") == [
        ("Answer", ["system: You are a chef.", "user: Why?"], "")
    ]


def test_few_shot_as_turns() -> None:
    assert prompts("few_shot", role="Add.", examples=PAIRS[:1], input="5 + 5") == [
        ("Answer", ["system: Add.", "user: 2 + 2", "assistant: That is 4. The answer is 4.", "user: 5 + 5"], "")
    ]


def test_few_shot_as_a_block() -> None:
    options = {"layout": "block", "input_label": "Q", "output_label": "A"}
    assert prompts("few_shot", options, examples=PAIRS, input="5 + 5") == [
        (
            "Answer",
            ["user: Q: 2 + 2\nA: That is 4. The answer is 4.\n\nQ: 3 + 3\nA: 6. The answer is 6.\n\nQ: 5 + 5\nA:"],
            "",
        )
    ]


@pytest.mark.parametrize(
    ("answer", "labels", "trigger"),
    [
        ("number", [], "Therefore, the answer (arabic numerals) is"),
        ("choice", [], "Therefore, among A through E, the answer is"),
        ("choice", ["left", "right"], "Therefore, among A through B, the answer is"),
        ("yes_no", [], "Therefore, the answer (Yes or No) is"),
        ("label", ["x"], "Therefore, the answer is"),
        ("text", [], "Therefore, the answer is"),
    ],
)
def test_zero_shot_chain_of_thought_asks_twice(answer: str, labels: list[str], trigger: str) -> None:
    assert prompts("chain_of_thought", input="5 + 5?", answer=answer, labels=labels) == [
        ("Reason", ["user: 5 + 5?"], "Let's think step by step."),
        ("Extract answer", ["user: 5 + 5?"], f"Let's think step by step.\u27e8Reason\u27e9\n{trigger}"),
    ]


def test_few_shot_chain_of_thought_asks_once() -> None:
    sent = prompts("chain_of_thought", {"form": "few_shot"}, examples=PAIRS[:1], input="5 + 5", answer="number")
    assert sent == [("Reason", ["user: 2 + 2", "assistant: That is 4. The answer is 4.", "user: 5 + 5"], "")]


def test_self_consistency_samples_then_reads_every_path() -> None:
    sent = prompts("self_consistency", {"paths": 3}, input="5 + 5?", answer="number")
    assert [label for label, _, _ in sent] == [
        "Sample paths",
        "Answer of path 1",
        "Answer of path 2",
        "Answer of path 3",
    ]
    assert sent[0][2] == "Let's think step by step."


def test_self_consistency_by_probability_can_be_previewed() -> None:
    assert prompts("self_consistency", {"vote": "probability", "paths": 1}, input="5?")[0][0] == "Sample paths"


def test_chaining_builds_on_earlier_steps() -> None:
    steps = [
        {"name": "Key facts", "template": "Facts of: {input}"},
        {"name": "Draft", "template": "Write from {previous}"},
        {"name": "Check", "template": "Compare {Draft} with {Key facts}"},
    ]
    assert prompts("chaining", input="tea", steps=steps) == [
        ("Key facts", ["user: Facts of: tea"], ""),
        ("Draft", ["user: Write from \u27e8Key facts\u27e9"], ""),
        ("Check", ["user: Compare \u27e8Draft\u27e9 with \u27e8Key facts\u27e9"], ""),
    ]


def test_contextual_puts_situation_and_audience_before_the_task() -> None:
    both = {"situation": "A school trip.\n", "audience": "Children of six"}
    assert prompts("contextual", both, role="You are a guide.", input="What is a glacier?") == [
        (
            "Answer",
            [
                "system: You are a guide.",
                "user: Situation: A school trip.\nAudience: Children of six\n\nWhat is a glacier?",
            ],
            "",
        )
    ]
    assert prompts("contextual", {"audience": "Children"}, input="What?")[0][1] == ["user: Audience: Children\n\nWhat?"]


def test_instruction_states_what_is_filled_in() -> None:
    options = {"format": "a list", "length": "3 items", "audience": "cooks"}
    stated = "user: Task: Name herbs.\nFormat: a list\nLength: 3 items\nAudience: cooks"
    assert prompts("instruction", options, input="Name herbs.") == [("Answer", [stated], "")]
    assert prompts("instruction", {"length": "{one}"}, input="{x}")[0][1] == ["user: Task: {x}\nLength: {one}"]


def test_delimiters_name_the_marker_that_fences_the_text() -> None:
    sent = 'user: Sum up. Use only the text between the lines of ###.\n\n###\nSay """hello""".\n###'
    assert prompts("delimiters", input="Sum up.", material='Say """hello""".') == [("Answer", [sent], "")]


def test_negative_lists_each_rule_after_the_task() -> None:
    options = {"avoid_words": ["very", "of course"], "most_words": 20, "avoid_format": "lists"}
    sent = (
        'user: Describe tea.\n\nDo not use "very".\nDo not use "of course".\nDo not write more than 20 words.\n'
        "Do not write a list."
    )
    assert prompts("negative", options, input="Describe tea.") == [("Answer", [sent], "")]


@pytest.mark.parametrize(("options", "plan"), [({}, PLAN), ({"detailed": True}, PLAN_IN_DETAIL)])
def test_plan_and_solve_asks_twice_as_chain_of_thought_does(options: dict[str, Any], plan: str) -> None:
    trigger = "Therefore, the answer (arabic numerals) is"
    assert prompts("plan_and_solve", options, input="5 + 5?", answer="number") == [
        ("Reason", ["user: 5 + 5?"], plan),
        ("Extract answer", ["user: 5 + 5?"], f"{plan}\u27e8Reason\u27e9\n{trigger}"),
    ]


def test_rereading_gives_the_question_twice() -> None:
    twice = ["user: 5 + 5?\nRead the question again: 5 + 5?"]
    assert prompts("rereading", input="5 + 5?", answer="yes_no") == [
        ("Reason", twice, "Let's think step by step."),
        ("Extract answer", twice,
         "Let's think step by step.\u27e8Reason\u27e9\nTherefore, the answer (Yes or No) is"),
    ]  # fmt: skip


def test_material_stands_where_the_input_does() -> None:
    fenced = 'Sum up.\n\n"""\nTea.\n"""'
    task = {"input": "Sum up.", "material": "Tea."}
    assert prompts("zero_shot", **task)[0][1] == [f"user: {fenced}"]
    assert prompts("instruction", {"length": "one word"}, **task)[0][1] == [f"user: Task: {fenced}\nLength: one word"]
    assert prompts("rereading", **task)[0][1] == [f"user: {fenced}\nRead the question again: {fenced}"]
    steps = [{"name": "A", "template": "First: {input}"}, {"name": "B", "template": "Then: {A}"}]
    assert [sent for _, sent, _ in prompts("chaining", steps=steps, **task)] == [
        [f"user: First: {fenced}"],
        ["user: Then: \u27e8A\u27e9"],
    ]


TURNS = [
    {"role": "user", "text": "I keep three hens."},
    {"role": "assistant", "text": "Which ones?"},
    {"role": "user", "text": "Two brown ones and a white one."},
    {"role": "assistant", "text": "A fine flock."},
]
TOLD = "Ann has 3 hens. Each lays 2 eggs. How many eggs are there?"


def test_conversation() -> None:
    assert prompts("conversation", role="Be brief.", turns=TURNS[:2], input="Two brown ones.") == [
        (
            "Reply",
            ["system: Be brief.", "user: I keep three hens.", "assistant: Which ones?", "user: Two brown ones."],
            "",
        )
    ]


def test_conversation_told_in_pieces() -> None:
    assert prompts("conversation", {"telling": "in_pieces"}, input=TOLD) == [
        ("Reply 1", ["user: How many eggs are there?"], ""),
        (
            "Reply 2",
            ["user: How many eggs are there?", "assistant: \u27e8Reply 1\u27e9", "user: Ann has 3 hens."],
            "",
        ),
        (
            "Reply 3",
            [
                "user: How many eggs are there?",
                "assistant: \u27e8Reply 1\u27e9",
                "user: Ann has 3 hens.",
                "assistant: \u27e8Reply 2\u27e9",
                "user: Each lays 2 eggs.",
            ],
            "",
        ),
    ]


def test_conversation_told_as_a_list() -> None:
    assert prompts("conversation", {"telling": "as_list"}, input=TOLD) == [
        ("Reply", ["user: - How many eggs are there?\n- Ann has 3 hens.\n- Each lays 2 eggs."], "")
    ]
