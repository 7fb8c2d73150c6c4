"""All scorers: built strictly, never raising on what a model may say, giving a score from 0 to 1."""

import dataclasses
import json
from functools import cache
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.errors import InvalidSetup
from playground.evaluation import datasets, scorers
from playground.evaluation.datasets import Dataset
from playground.evaluation.plan import DataChoice, Item, ScorerChoice
from playground.parameters import parameters

NEEDED: dict[str, dict[str, Any]] = {
    "json_schema": {"schema": json.dumps({"type": "object", "properties": {"a": {"pattern": "^x"}}})},
    "constraints": {"max_words": 5, "includes": ["a.b"], "is_json": True, "is_list": True, "ends_with": "."},
    "regex": {"pattern": r"(\d+)\s*$"},
    "function_calls": {"functions": '[{"name": "a"}]', "schema_only": True},
}
SUITS = {"json_fields": "extraction", "label": "sentiment"}
SCORED = [name for name in scorers.SCORERS if name != "judge"]


@cache
def data_for(name: str) -> Dataset:
    return datasets.load(DataChoice(name=SUITS.get(name, "word_problems"), size=3, shots=0))


def own(*references: str, answer: str = "", labels: tuple[str, ...] = ()) -> Dataset:
    items = tuple(Item(id=f"i{n}", input="q", references=(reference,)) for n, reference in enumerate(references))
    return datasets.load(DataChoice(name="own", items=items, shots=0, answer=answer, labels=labels))


@pytest.mark.parametrize("name", SCORED)
@given(answer=st.text(max_size=80) | st.from_regex(r"[\[{\"\d:,./$ \-\]}\ud800a-z]{0,40}", fullmatch=True))
def test_whatever_a_model_says_gets_a_score(name: str, answer: str) -> None:
    dataset = data_for(name)
    scorer = scorers.build(ScorerChoice(name=name, options=NEEDED.get(name, {})), dataset)
    verdict = scorer.score(answer, dataset.items[0], dataset)
    assert 0 <= verdict.score <= 1
    assert verdict.right is (bool(verdict.score) if scorer.binary else None)
    assert verdict.extracted or verdict.score == 0
    assert verdict.score == 1 or verdict.note or verdict.right is None


@pytest.mark.parametrize("name", SCORED)
def test_no_answer_is_no_wrong_answer(name: str) -> None:
    dataset = data_for(name)
    scorer = scorers.build(ScorerChoice(name=name, options=NEEDED.get(name, {})), dataset)
    for answer in ("", " \n"):
        verdict = scorer.score(answer, dataset.items[0], dataset)
        assert (verdict.score, verdict.extracted, verdict.note) == (0, False, "There is no answer.")


@pytest.mark.parametrize("name", scorers.SCORERS)
def test_every_scorer_says_what_it_is(name: str) -> None:
    scorer = scorers.SCORERS[name]
    assert (scorer.name, bool(scorer.title), bool(scorer.about)) == (name, True, True)
    assert all(p.help for p in parameters(scorer))
    assert dataclasses.is_dataclass(scorer)


def test_the_data_says_which_scorer_suits() -> None:
    dataset = data_for("label")
    assert scorers.build(ScorerChoice(), dataset) == scorers.build(ScorerChoice(name="label"), dataset)


def test_options_without_a_name_go_over_those_that_suit_the_data() -> None:
    dataset = datasets.load(DataChoice(name="last_letters", size=1, shots=0))
    assert scorers.build(ScorerChoice(options={"case": True}), dataset) == scorers.build(
        ScorerChoice(name="contains", options={"whole_words": True, "case": True}), dataset
    )


@pytest.mark.parametrize(
    ("judgement", "message"),
    [
        (ScorerChoice(name="accuracy"), "`scorer.name` is 'accuracy'; it must be one of exact, numeric, .*, judge"),
        (
            ScorerChoice(name="exact", options={"strikt": True}),
            "`scorer.options.strikt` is not known. Known keys: strict",
        ),
        (
            ScorerChoice(name="numeric", options={"tolerance": float("nan")}),
            "`scorer.options.tolerance` is nan; .* from 0",
        ),
        (ScorerChoice(name="rouge", options={"kind": "rouge9"}), "one of rouge1, rouge2, rougeL"),
    ],
)
def test_options_are_checked(judgement: ScorerChoice, message: str) -> None:
    with pytest.raises(InvalidSetup, match=message):
        scorers.build(judgement, own("1"))


@pytest.mark.parametrize(
    ("name", "dataset", "message"),
    [
        ("exact", own("x", ""), "Item 'i1' has no reference, which the scorer exact needs"),
        ("numeric", own("12", "twelfth"), "Item 'i1' has the reference 'twelfth', and that is no number"),
        ("numeric", own("12", "x^2 + 3"), r"'x\^2 \+ 3', and that is no number"),
        ("numeric", own("12", "#### 3 4"), "'#### 3 4', and that is no number"),
        ("numeric", own("12", "3, 4 and 5"), "'3, 4 and 5', and that holds several numbers; put"),
        ("label", own("Good", "Bat", answer="label", labels=("Good", "Bad")), "'Bat', which is none of Good, Bad"),
        ("label", own("Maybe", answer="yes_no"), "'Maybe', which is none of Yes, No"),
        ("label", own("Z", answer="choice", labels=("A", "B")), "'Z', which is none of A, B"),
        ("json_fields", own("{"), r"Item 'i0' has a reference that is no JSON \("),
        ("json_fields", own("[1]"), "is no JSON object with fields"),
        ("rouge", own("word " * 1001), "more than 1,000 words"),
        ("regex", own("("), r"Item 'i0' has a reference that is no pattern \(.*missing \)"),
    ],
)  # fmt: skip
def test_items_that_cannot_be_scored_so(name: str, dataset: Dataset, message: str) -> None:
    with pytest.raises(InvalidSetup, match=message):
        scorers.build(ScorerChoice(name=name), dataset)


@pytest.mark.parametrize(
    ("answer", "reference", "options", "score"),
    [
        ("It is $1,234.50.", "1234.5", {}, 1), ("twelve", "12", {}, 1), ("12 or 13", "13", {}, 0),
        ("12.3", "12", {}, 0), ("12.3", "12", {"tolerance": 0.3}, 1), ("12.31", "12", {"tolerance": 0.3}, 0),
        ("0.3", "0.1", {"tolerance": 0.2}, 1), ("110", "100", {"relative": 0.1}, 1),
        ("111", "100", {"relative": 0.1}, 0), ("-90", "-100", {"relative": 0.1}, 1),
        ("1/3", "0.3333", {"tolerance": 0.001}, 1), ("3/0", "3", {"tolerance": 1}, 0), ("9" * 5000, "9" * 5000, {}, 1),
        ("9" * 5000, "9" * 4999, {"tolerance": 1}, 0), ("1e3", "1000", {}, 1),
    ],
)  # fmt: skip
def test_numeric(answer: str, reference: str, options: dict[str, Any], score: float) -> None:
    dataset = own(reference, answer="number")
    scorer = scorers.build(ScorerChoice(options=options), dataset)
    assert scorer.score(answer, dataset.items[0], dataset).score == score


@pytest.mark.parametrize(
    ("answer", "reference", "score"),
    [
        ("3,99", "3,14", 0), ("2 999", "2 602", 0), ("3e8", "3", 0), (r"\frac{2}{3}", "2", 0), ("1e3", "1000", 1),
        (r"\frac{2}{3}", "2/3", 1), ("\u20135", "-5", 1), ("10:30", "10", 0), ("v1.2.3", "1", 0), ("50%", "0.5", 0),
        ("50%", "50", 1), ("5 million", "5,000,000", 1), ("18", "16 - 3 - 4 = 9 eggs, 9 * 2 = 18\n#### 18", 1),
        ("16", "16 - 3 - 4 = 9 eggs, 9 * 2 = 18\n#### 18", 0), ("\u0664\u0662", "42", 1), (r"2\sqrt{3}", "2", 0),
        ("1e99999999999", "1e99999999999", 1), ("1e99999999999", "1e99999999998", 0), ("7", "3 + 4 = 7", 1),
        ("<think>\n3*8=24\n</think>\n\nThe answer is 72.", "72", 1), ("<think>72, so", "72", 0),
    ],
)  # fmt: skip
def test_numbers_are_compared_by_value_in_any_notation(answer: str, reference: str, score: float) -> None:
    dataset = own(reference, answer="number")
    assert scorers.build(ScorerChoice(), dataset).score(answer, dataset.items[0], dataset).score == score


@pytest.mark.parametrize("name", SCORED)
def test_no_scorer_takes_a_thought_for_an_answer(name: str) -> None:
    dataset = data_for(name)
    scorer, item = scorers.build(ScorerChoice(name=name, options=NEEDED.get(name, {})), dataset), dataset.items[0]
    right = item.references[0]
    cut = scorer.score(f"<think>\n{right}", item, dataset)
    assert (cut.score, cut.extracted, cut.note) == (0, False, "There is no answer.")
    thought = scorer.score(f"<think>\nNot {right}, but 0.\n</think>\n\n{right}", item, dataset)
    assert thought == scorer.score(right, item, dataset)


@pytest.mark.parametrize(
    ("answer", "kind", "labels", "reference", "predicted", "score"),
    [
        ("The sentiment is positive.", "label", ("Positive", "Negative"), "Positive", "Positive", 1),
        ("Not Negative but Positive", "label", ("Positive", "Negative"), "Positive", "Positive", 1),
        ("no idea", "label", ("Positive", "Negative"), "Positive", "", 0),
        ("True.", "yes_no", (), "yes", "Yes", 1),
        ("(b)", "choice", ("red", "blue"), "B", "B", 1),
        ("it is blue", "choice", ("red", "blue"), "blue", "B", 1),
    ],
)
def test_label(answer: str, kind: str, labels: tuple[str, ...], reference: str, predicted: str, score: int) -> None:
    dataset = own(reference, answer=kind, labels=labels)
    verdict = scorers.build(ScorerChoice(), dataset).score(answer, dataset.items[0], dataset)
    assert (verdict.predicted, verdict.score, verdict.extracted) == (predicted, score, bool(predicted))
