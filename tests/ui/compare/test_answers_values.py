"""What the Compare tab shows of a comparison, as plain values: whose words, what differs, what was found."""

import math
from dataclasses import replace
from typing import Any

import pytest

from playground import setups
from playground.backends.base import Capabilities
from playground.backends.catalog import ModelInfo
from playground.csv_text import csv_text
from playground.evaluation.differences import MOST_COMPARED
from playground.evaluation.likelihood import TokenShift
from playground.evaluation.prompt_table import PromptRow
from playground.types import Alternative, Completion, Finding, Message, Origin, Run, Step, Token
from playground.ui.compare import answers_values, measured_values, prompt_list_values
from playground.ui.compare.panes import PaneSelection
from playground.ui.compare.run import ComparisonRun, Shifts

LOCAL = ModelInfo(
    name="m", title="Model", kind="local", loaded=True, capabilities=Capabilities(sampling=frozenset(), logits=True)
)
SAID = Origin(weights="Model")


def run(text: str, origin: Origin | None = SAID, *findings: Finding, asked: str = "Hi", **setup: Any) -> Run:
    completion = Completion(text=text, finish_reason="stop", origin=origin, findings=findings, seconds=1.0)
    step = Step(label="Answer", messages=(Message("user", asked),), completions=(completion,))
    parsed = setups.parse({"model": "m", "task": {"input": asked}, **setup})
    return Run(setup=parsed, status="done", answer=text.strip(), steps=(step,), seconds=2.0)


def compared(*runs: Run, baseline: int = 0, **more: Any) -> ComparisonRun:
    panes = tuple(r.setup for r in runs)
    picked = PaneSelection(
        panes=panes, baseline=baseline, titles=tuple(f"{'ABC'[i]} \u00b7 m" for i in range(len(runs)))
    )
    models = tuple(LOCAL for _ in runs)
    return ComparisonRun(
        setup=runs[0].setup, picked=picked, every=tuple((r,) for r in runs), models=models, **{"stage": "done", **more}
    )


@pytest.mark.parametrize(
    ("made", "setup", "info", "agrees"),
    [
        (SAID, {}, LOCAL, True),
        (SAID, {"adapter": "a"}, LOCAL, False),  # the base where the adapter was asked for
        (Origin(weights="Model", adapter="a"), {}, LOCAL, False),  # and the other way round
        (Origin(weights="Model", adapter="a"), {"adapter": "a"}, LOCAL, True),
        (Origin(weights="Model", adapter="b"), {"adapter": "a"}, LOCAL, False),
        (Origin(weights="Model", adapter="a", scale=0.5), {"adapter": "a"}, LOCAL, False),
        (Origin(weights="Model", adapter="a", without_effect=True), {"adapter": "a"}, LOCAL, None),
        (SAID, {"adapter": "a", "scale": 0}, LOCAL, True),  # at scale 0 it is the base
        (Origin(weights="Other"), {}, LOCAL, False),
        (Origin(weights="served @ somewhere"), {}, replace(LOCAL, kind="endpoint"), None),
        (SAID, {}, None, None),  # unloaded since
    ],
)
def test_whose_words_they_are(made: Origin, setup: dict[str, Any], info: ModelInfo | None, agrees: bool | None) -> None:
    shown = answers_values.origin(run("x", made, **setup), info)
    assert shown["agrees"] is agrees
    assert made.weights in shown["said"]
    assert ("these are the base model's words" in shown["said"]) == made.without_effect


def test_words_without_an_origin_or_with_two_are_said_to_be_so() -> None:
    assert answers_values.origin(run("x", None), LOCAL) == {"said": answers_values.UNSAID, "agrees": None}
    once, twice = run("x"), run("y", Origin(weights="Other"))
    both = answers_values.origin(replace(once, steps=once.steps + twice.steps), LOCAL)
    assert both["agrees"] is False
    assert "Model" in both["said"]
    assert "Other" in both["said"]


def test_differences_are_marked_against_the_chosen_pane() -> None:
    now = compared(run("It is Paris."), run("It be Paris."), run("Arr"), baseline=1)
    panes = answers_values.comparison_value(now)["panes"]
    marked = [(s["text"], s["change"]) for s in panes[0]["segments"] if s["change"] != "same"]
    assert marked == [("be", "removed"), ("is", "added")]
    assert panes[0]["alike"]
    assert panes[0]["shared"] == "2 of 3 words as in the baseline."
    assert panes[1]["segments"] is None
    assert not panes[2]["alike"]  # striking out all of the baseline would say nothing
    streaming = answers_values.comparison_value(replace(now, stage="answering"))
    assert all(pane["segments"] is None for pane in streaming["panes"])


def test_a_pane_that_took_the_prompt_alone_says_so() -> None:
    classifier = replace(LOCAL, capabilities=Capabilities(sampling=frozenset(), task="classification"))
    panes = answers_values.comparison_value(replace(compared(run("x"), run("y")), models=(LOCAL, classifier)))["panes"]
    assert [pane["how"] for pane in panes] == ["", answers_values.INPUT_ALONE]


def test_texts_too_long_to_be_compared_say_so() -> None:
    long = "word " * MOST_COMPARED
    shown = answers_values.comparison_value(compared(run(long), run("word")))["panes"][1]
    assert (shown["segments"], shown["shared"]) == (None, "Both are too long to be compared word by word.")


def test_findings_in_their_own_form() -> None:
    labels = run("good", SAID, Finding(label="good", probability=0.9), Finding(label="bad", probability=0.1))
    assert answers_values.findings(labels) == {
        "pieces": [],
        "rows": [{"label": "good", "text": "", "p": 0.9}, {"label": "bad", "text": "", "p": 0.1}],
    }
    spans = [
        Finding(label="PER", probability=0.8, start=0, end=3),
        Finding(label="PER", probability=0.5, start=2, end=8),  # overlaps a likelier one
        Finding(label="LOC", probability=0.7, start=13, end=18),
    ]
    found = answers_values.findings(run("", SAID, *spans, asked="Ada lives in Paris."))
    assert found is not None
    assert [(p["text"], p["label"]) for p in found["pieces"]] == [
        ("Ada", "PER"), (" lives in ", ""), ("Paris", "LOC"), (".", ""),
    ]  # fmt: skip
    assert len(found["rows"]) == 3
    assert answers_values.findings(run("plain")) is None


def test_a_matrix_that_grows() -> None:
    now = compared(run("one two"), run(""), perplexities=((1.5, None), (2000.0,)))
    lengths, surprise = measured_values.tables_value(now)
    assert lengths["rows"][0]["cells"][:2] == ["2", "7"]
    assert set(lengths["rows"][1]["cells"]) == {"-"}
    assert [row["cells"] for row in surprise["rows"]] == [["1.50", "-"], ["2,000", "\u2026"]]
    assert len(measured_values.tables_value(replace(now, perplexities=((None, None),)))) == 1
    assert measured_values.tables_value(replace(now, stage="answering")) == []


def test_a_pane_that_failed_is_told_once_and_compared_with_nothing() -> None:
    good, bad = (
        run("It is Paris."),
        replace(run(""), status="failed", error="`task.input` is odd.", error_path=("task", "input")),
    )
    now = compared(good, bad, perplexities=((1.5, None), (None, None)))
    value = answers_values.comparison_value(now)
    assert (value["phase"], value["status"]) == ("failed", "1 of 2 panes failed")
    assert value["panes"][1]["error"] == "\u201cPrompt\u201d is odd."
    assert value["panes"][1]["shared"] == ""
    assert now.beside == ()
    surprise = measured_values.tables_value(now)[1]
    assert [row["cells"] for row in surprise["rows"]] == [["1.50", "-"], ["-", "-"]]
    assert "Not known (-) where there is no answer, or the row's model says nothing of texts" in surprise["note"]
    assert answers_values.comparison_value(compared(good))["spoken"] == "Done. 1 pane."


def test_card_and_table_agree_on_a_run_of_several_calls() -> None:
    def call(p: float, first: float) -> Completion:
        token = Token(id=1, text="x", logprob=math.log(p))
        return Completion(
            text="x", tokens=(token,), completion_tokens=1, finish_reason="length", time_to_first_token=first
        )

    made = run("x")
    made = replace(
        made,
        completion_tokens=3,
        steps=(
            replace(made.steps[0], completions=(call(0.9, 0.17),)),
            replace(made.steps[0], completions=(call(0.4, 0.11), call(0.6, 0.3))),
        ),
    )
    card = answers_values.comparison_value(compared(made))["panes"][0]
    (table,) = measured_values.tables_value(compared(made))
    row = dict(zip(table["columns"], table["rows"][0]["cells"], strict=True))
    figures = dict(card["metrics"])
    assert (row["Mean probability"], row["First token (s)"] + " s") == (
        figures["Mean probability"],
        figures["First token"],
    )
    assert row["First token (s)"] == "0.17"
    assert table["note"]
    assert card["cut"] == "Cut at 1 token (max tokens)."


def test_tokens_on_which_the_two_disagree_come_first() -> None:
    def token(text: str, p: float, likeliest: str) -> Token:
        return Token(id=len(text), text=text, logprob=math.log(p), top=(Alternative(len(likeliest), likeliest, -0.1),))

    small = TokenShift(position=0, baseline=token("a", 0.5, "a"), other=token("a", 0.4, "bb"))
    large = TokenShift(position=1, baseline=token("c", 0.5, "c"), other=token("c", 0.001, "c"))
    now = compared(run("ac"), run("b", adapter="x"), run("c"), shifts=Shifts(other=1, found=(large, small)))
    value = measured_values.shifts_value(now)
    assert [choice["key"] for choice in value["choices"]] == ["1"]  # the third has the baseline's own weights
    assert value["listed"] == [0, 1]
    assert value["tokens"][0]["change"] == pytest.approx(math.log(0.002))
    assert measured_values.shifts_value(compared(run("a"), run("b")))["choices"] == []


def test_a_list_as_a_file_holds_whose_words_they_are_and_no_formulas() -> None:
    picked = compared(run("x"), run("y")).picked
    failed = replace(run(""), status="failed", answer="", error="No memory.")
    rows = (PromptRow("=1+1", (run("=2"), failed)),)
    table = prompt_list_values.frame(picked, rows)["value"]
    assert table["data"] == [["=1+1", "=2", "Failed: No memory.", 2]]
    text = csv_text(*prompt_list_values.records(picked, rows))
    assert text.splitlines()[1] == "'=1+1,'=2,\"Model, no adapter\",0,2.0,,,,0,2.0,No memory."
    assert prompt_list_values.cell([0, 1], ["not text"], None)["text"] == "['not text']"
    assert prompt_list_values.state("failed", 1, 20, "No memory.") == "Failed: 1 of 20 prompts. No memory."
