"""A model as judge: what it is asked, and what its decisions are worth."""

from dataclasses import replace
from random import Random
from typing import Any

import pytest

from playground import setups
from playground.backends.base import Request
from playground.errors import InvalidSetup
from playground.evaluation import datasets, scorers
from playground.evaluation.plan import DataChoice, ScorerChoice
from playground.evaluation.scorers import Judge
from playground.running import runner
from playground.types import Run, Setup


def judge(**options: Any) -> Judge:
    scorer = scorers.build(ScorerChoice(name="judge", options=options), datasets.load(DataChoice(size=1)))
    assert isinstance(scorer, Judge)
    return scorer


def answered(asked: tuple[Setup, ...], *answers: str) -> list[Run]:
    return [Run(setup=setup, status="done", answer=answer) for setup, answer in zip(asked, answers, strict=True)]


PAIR: dict[str, Any] = {"mode": "pairwise", "against": "Zero-shot"}


def test_a_rubric_is_one_question_with_all_that_is_needed() -> None:
    (setup,) = judge(rubric="Is it kind?", model="m", adapter="a").setups("Why?", "{answer} Because.", ("As it is.",))
    assert (setup.model, setup.adapter, setup.strategy, setup.sampling.temperature) == ("m", "a", "zero_shot", 0)
    for part in ("Is it kind?", "Why?", "{answer} Because.", "As it is.", "from 1 (worst) to 5 (best)"):
        assert part in setup.task.input
    (without,) = judge().setups("Why?", "Because.")
    assert "reference" not in without.task.input
    assert setups.parse(setups.to_dict(setup)) == setup


def test_a_pair_is_asked_in_both_orders() -> None:
    first, swapped = judge(**PAIR).setups("Why?", "mine", other="theirs")
    assert first.task.input.index("mine") < first.task.input.index("theirs")
    assert swapped.task.input.index("theirs") < swapped.task.input.index("mine")
    assert replace(first, task=swapped.task) == swapped


def test_it_may_reason_first() -> None:
    (setup,) = judge(reason=True).setups("Why?", "Because.")
    assert setup.strategy == "chain_of_thought"
    assert setups.parse(setups.to_dict(setup)) == setup


@pytest.mark.parametrize(
    ("options", "said", "score"),
    [({}, "4", 0.75), ({}, "I give 1/5", 0), ({"top": 10}, "10", 1), ({"top": 2}, "2", 1), ({}, "Grade: 5.", 1)],
)
def test_grades(options: dict[str, Any], said: str, score: float) -> None:
    verdict = judge(**options).verdict_of(answered(judge(**options).setups("q", "a"), said))
    assert verdict.score == pytest.approx(score)
    assert verdict.right is None


@pytest.mark.parametrize(
    ("said", "swapped", "score", "predicted", "disagree"),
    [
        ("A", "B", 1, "better", False), ("B", "A", 0, "worse", False), ("C", "C", 0.5, "equal", False),
        ("A", "A", 0.5, "equal", True), ("B", "B", 0.5, "equal", True), ("A", "C", 0.75, "better or equal", True),
        ("(B)", "C.", 0.25, "worse or equal", True),
    ],
)  # fmt: skip
def test_pairs(said: str, swapped: str, score: float, predicted: str, disagree: bool) -> None:
    scorer = judge(**PAIR)
    verdict = scorer.verdict_of(answered(scorer.setups("q", "a", other="b"), said, swapped))
    assert (verdict.score, verdict.predicted, verdict.disagree) == (score, predicted, disagree)
    assert bool(verdict.note) == disagree


@pytest.mark.parametrize("said", ["", "great", "6", "0"])
def test_no_decision_is_no_verdict(said: str) -> None:
    scorer = judge()
    assert scorer.verdict_of(answered(scorer.setups("q", "a"), said)).extracted is False


def test_a_judge_that_fails_says_so() -> None:
    scorer = judge(**PAIR)
    good, bad = answered(scorer.setups("q", "a", other="b"), "A", "")
    verdict = scorer.verdict_of([good, replace(bad, status="failed", error="The server fell silent.")])
    assert (verdict.extracted, verdict.note) == (False, "The judge did not answer: The server fell silent.")


def test_pairs_need_a_column() -> None:
    with pytest.raises(InvalidSetup, match=r"`scorer.options.against` is empty"):
        judge(mode="pairwise")


def test_a_whole_judgement_over_a_scripted_model(catalog_of: Any) -> None:
    def prefers_mine(request: Request, _: Random) -> str:
        return "(A)" if "mine\n</first" in request.messages[-1].content else "(B)"

    catalog = catalog_of(prefers_mine)
    scorer = judge(**PAIR)
    runs = [list(runner.run(setup, catalog))[-1] for setup in scorer.setups("q", "mine", other="theirs")]
    assert scorer.verdict_of(runs).predicted == "better"
