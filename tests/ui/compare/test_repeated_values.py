"""What the Compare tab shows of panes that were asked several times, and of what they are sent differently."""

from dataclasses import replace
from typing import Any

import pytest

from playground import setups
from playground.errors import InvalidSetup
from playground.evaluation.repetitions import ReferenceScoring, repeated
from playground.types import Completion, Message, Run, Step
from playground.ui.compare import answers_values, measured_values, repeated_values
from playground.ui.compare.panes import PaneSelection
from playground.ui.compare.run import ComparisonRun

ASKED: dict[str, Any] = {"task": {"input": "How many?"}}
A, B = setups.parse(ASKED), setups.parse({**ASKED, "strategy": "chain_of_thought"})


def run(setup: Any, answer: str) -> Run:
    """One that ended with this answer; "-" failed, "..." goes on."""
    if answer in ("-", "..."):
        return Run(setup=setup, status="failed" if answer == "-" else "running", error="It broke.")
    step = Step(label="Answer", messages=(Message("user", "How many?"),), completions=(Completion(text=answer),))
    return Run(setup=setup, status="done", answer=answer, steps=(step,), completion_tokens=2, seconds=1.0, cost=0.5)


def compared(first: str, second: str, **more: Any) -> ComparisonRun:
    every = tuple(tuple(run(s, word) for word in words.split()) for s, words in ((A, first), (B, second)))
    picked = PaneSelection(panes=(A, B), baseline=0, titles=("A \u00b7 Zero-shot", "B \u00b7 Chain of thought"))
    more = {"stage": "done", "repetitions": len(every[0]), **more}
    return ComparisonRun(setup=A, picked=picked, every=every, models=(None, None), **more)


def test_a_repeated_pane_has_bars_counts_and_what_all_took() -> None:
    value = answers_values.comparison_value(compared("84 42 84", "84 84 84", reference="84"))
    first, second = value["panes"]
    assert [(bar["text"], bar["count"], bar["right"], bar["first"]) for bar in first["answers"]] == [
        ("84", 2, True, 0), ("42", 1, False, 1)
    ]  # fmt: skip
    assert first["agreement"] == "33 % of pairs of repetitions agree."
    assert first["score"].startswith("Right in 2 of 3 (95 % interval")
    assert ("Cost", "$1.50") in second["metrics"]
    assert (first["clock"], first["text"], first["segments"]) == ("3 of 3", "", None)
    assert len(value["verdicts"]) == 1
    assert value["how"].startswith("Right: ")
    agreement, lengths = measured_values.tables_value(compared("84 42 84", "84 84 84"))
    assert [row["cells"] for row in agreement["rows"]] == [["33 %", "67 %"], ["67 %", "100 %"]]
    assert (lengths["caption"], lengths["note"]) == ("Lengths and speed, repetition 1 of 3", "")


def test_of_many_panes_the_summary_and_the_best_are_in_sight() -> None:
    words = [" ".join(["84"] * right + ["42"] * (10 - right)) for right in (0, 3, 10, 2, 9, 0)]
    panes = tuple(setups.parse({**ASKED, "sampling": {"max_tokens": 10 + at}}) for at in range(len(words)))
    every = tuple(tuple(run(pane, word) for word in line.split()) for pane, line in zip(panes, words, strict=True))
    picked = PaneSelection(panes=panes, baseline=0, titles=tuple("ABCDEF"))
    now = ComparisonRun(
        setup=A, picked=picked, every=every, models=(None,) * 6, stage="done", repetitions=10, reference="84"
    )
    value = answers_values.comparison_value(now)
    summary, best = value["verdicts"]
    assert summary == (
        "Of 5 panes against A, 2 right more often and 0 less often than chance explains; "
        "for 3 the evidence does not suffice."
    )
    assert best.startswith("C was right in 10 of 10 repetitions")
    assert [sentence[0] for sentence in value["others"]] == ["E", "B", "D", "F"]


@pytest.mark.parametrize(
    ("words", "phase", "error"),
    [
        ("84 ...", "running", ""),
        ("84 -", "done", "1 of 2 repetitions failed: It broke."),
        ("- -", "failed", "2 of 2 repetitions failed: It broke."),
    ],
)
def test_repetitions_have_one_state_together(words: str, phase: str, error: str) -> None:
    pane = answers_values.comparison_value(compared("1 1", words))["panes"][1]
    assert (pane["phase"], pane["error"]) == (phase, error)


def test_asked_once_with_a_reference_it_is_right_or_wrong() -> None:
    first, second = answers_values.comparison_value(compared("84", "42", reference="84"))["panes"]
    assert (first["score"], second["score"], first["answers"]) == ("Right", "Wrong", [])
    assert second["text"] == "42"


def test_what_is_sent_differently_is_told_against_the_baseline() -> None:
    now = compared("84", "84")
    assert repeated_values.prompts_value(now, 0) == {"note": "", "requests": []}
    told = repeated_values.prompts_value(now, 1)["requests"]
    assert [request["title"] for request in told] == ["Reason, against Answer", "Extract answer: only here"]
    assert answers_values.comparison_value(compared("...", "84", stage="answering"))["panes"][1]["prompts"] == {
        "note": "", "requests": []
    }  # fmt: skip


@pytest.mark.parametrize(
    ("temperature", "model", "answers", "note"),
    [
        (0, "default", ("84", "42"), repeated_values.NEAR_TIE),
        (0, "default", ("84", "84"), repeated_values.SAME_PROMPT),
        (0.5, "default", ("84", "42"), repeated_values.SAME_PROMPT),
        (0, "other", ("84", "42"), repeated_values.SAME_PROMPT),
    ],
)
def test_why_answers_to_the_same_differ_without_chance_is_said(
    temperature: float, model: str, answers: tuple[str, str], note: str
) -> None:
    first = setups.parse({**ASKED, "sampling": {"temperature": temperature}})
    panes = (first, replace(first, model=model))
    every = tuple((run(pane, answer),) for pane, answer in zip(panes, answers, strict=True))
    picked = PaneSelection(panes=panes, baseline=0, titles=("A", "B"))
    now = ComparisonRun(setup=first, picked=picked, every=every, models=(None, None), stage="done", repetitions=1)
    assert repeated_values.prompts_value(now, 1) == {"note": note, "requests": []}


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        (("84", "84"), "Right each time: at temperature 0 every repetition is the same"),
        (("84", "It is 84"), "Right each time: at temperature 0 repetitions differ by rounding alone"),
        (("42", "43"), "Wrong each time: at temperature 0 repetitions differ by rounding alone"),
        (("42", "84"), "Right in 1 of 2: at temperature 0 repetitions differ by rounding alone"),
    ],
)
def test_how_often_a_pane_is_right_that_leaves_nothing_to_chance(answers: tuple[str, str], said: str) -> None:
    setup = setups.parse({**ASKED, "sampling": {"temperature": 0}})
    runs = tuple(run(setup, answer) for answer in answers)
    (pane,) = repeated([runs], ["A"], 0, ReferenceScoring("84", setup)).panes
    assert repeated_values.pane_value(pane, runs)["score"] == said


def test_a_reference_of_the_wrong_kind_is_said_of_its_field() -> None:
    with pytest.raises(InvalidSetup, match=r"`reference` is no number") as error:
        repeated_values.score_by("many", setups.parse({"task": {"input": "?", "answer": "number"}}))
    assert error.value.path == ("reference",)
