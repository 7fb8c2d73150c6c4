"""What is kept of a run is enough to score it, to resample its vote and to open it."""

import zlib
from dataclasses import replace
from typing import Any

import pytest

from playground import setups
from playground.evaluation.results import VotePath
from playground.evaluation.store import records
from playground.running import runner
from playground.types import Run

VOTE = {"strategy": "self_consistency", "task": {"input": "How many?", "answer": "number"}, "sampling": {"seed": 2}}


def ran(catalog: Any, **parts: Any) -> Run:
    *_, run = runner.run(setups.parse({**VOTE, **parts}), catalog)
    return run


def test_a_run_survives_without_its_tokens(catalog_of: Any) -> None:
    run = ran(catalog_of(), options={"paths": 4})
    kept = records.load_record(records.dump_record(records.make_record(run)))
    assert kept == records.make_record(run)
    assert kept
    assert kept.run == setups.without_tokens(run)
    assert len(kept.confidences[0]) == 4


@pytest.mark.parametrize("vote", ["majority", "probability"])
def test_paths_are_those_that_voted(catalog_of: Any, vote: str) -> None:
    run = ran(catalog_of(), options={"paths": 10, "vote": vote})
    kept = records.make_record(run)
    answers = [path.answer for path in kept.paths]
    assert len(answers) == 10
    for voted in run.votes:
        assert answers.count(voted.answer) == voted.count
    assert kept.confidence == pytest.approx(run.votes[0].weight / sum(vote.weight for vote in run.votes))


def test_a_path_that_abstains_counts_against_the_answer(catalog_of: Any) -> None:
    def some(request: Any, rng: Any) -> str:
        return rng.choice(["The answer is 7.", "I do not know."]) if not request.prefill.endswith(" is") else " unclear"

    options = {"paths": 8, "form": "few_shot"}
    examples = [{"input": "i", "output": "The answer is 1."}]
    run = ran(catalog_of(some), options=options, task={"input": "?", "answer": "number", "examples": examples})
    kept = records.make_record(run)
    abstained = sum(path.answer is None for path in kept.paths)
    assert 0 < abstained < 8
    assert kept.confidence == (8 - abstained) / 8


def test_without_a_vote_the_confidence_is_the_last_words(catalog_of: Any) -> None:
    kept = records.make_record(ran(catalog_of(), strategy="chain_of_thought"))
    assert kept.paths == ()
    assert kept.confidence == kept.confidences[-1][0]


@pytest.mark.parametrize("count", [1, 2])
def test_voters_that_all_abstain_are_kept_and_agree_on_nothing(catalog_of: Any, count: int) -> None:
    run = ran(catalog_of(lambda *_: "who knows"), options={"paths": count})
    kept = records.make_record(run)
    assert run.votes == ()
    assert kept.paths == tuple(VotePath(answer=None, weight=weight) for weight in kept.confidences[0])
    assert len(kept.paths) == count
    assert kept.confidence is None


def test_a_technique_that_was_left_out_has_no_voters(catalog_of: Any) -> None:
    """As with a model made for one task, which takes the input alone: the run is kept under the setup of its cell."""
    run = ran(catalog_of(), strategy="zero_shot")
    kept = records.make_record(replace(run, setup=setups.parse({**VOTE, "options": {"paths": 1}})))
    assert kept.paths == ()
    assert kept.confidence == kept.confidences[-1][0] is not None


def test_half_a_surrogate_pair_can_be_kept(catalog_of: Any) -> None:
    run = ran(catalog_of(), options={"paths": 2})
    step = run.steps[-1]
    half = replace(run, answer="a \ud83d and \U0001f600", steps=(replace(step, prefix="\ud83d", together="x"),))
    kept = records.load_record(records.dump_record(records.make_record(half)))
    assert kept
    assert kept.run.answer == "a ? and \U0001f600"
    assert kept.run.votes == run.votes


@pytest.mark.parametrize("value", [b"", b"no record", zlib.compress(b"{}"), zlib.compress(b'{"run": 3}')])
def test_a_value_that_is_none_is_unknown_and_not_asked_again_in_silence(
    value: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    assert records.load_record(value) is None
    assert "A stored answer cannot be read and counts as unknown" in caplog.text
