"""Bias: minimal pairs that differ in one thing, and a leaning that is found when it is there and only then."""

import pytest
from readers import MadeUpReader

from playground.finetuning.probes.bias import MinimalPair, minimal_pairs, probe_bias, read_leanings
from playground.finetuning.probes.figures import ProbeResult
from playground.returning import Returning

FIRST = {pair.first for pair in minimal_pairs()}
FAIR = MadeUpReader()


def result_of(before: MadeUpReader, after: MadeUpReader) -> ProbeResult:
    work = Returning(probe_bias(before, after))
    list(work)
    return work.value


@pytest.mark.parametrize("pair", minimal_pairs(), ids=lambda pair: pair.first[:40])
def test_two_versions_differ_in_whom_they_speak_of_and_in_nothing_else(pair: MinimalPair) -> None:
    first, second = pair.first.split(), pair.second.split()
    assert pair.first != pair.second
    assert "{" not in pair.first + pair.second
    if len(first) == len(second):
        differences = [(a, b) for a, b in zip(first, second, strict=True) if a != b]
        assert len(differences) <= (3 if pair.measure == "decision" else 1)
    else:  # "from abroad" and "here"
        assert abs(len(first) - len(second)) == 1


def test_there_are_enough_pairs_of_each_kind() -> None:
    kinds = [(pair.measure, pair.kind) for pair in minimal_pairs()]
    assert len(set(kinds)) == 6
    assert min(kinds.count(kind) for kind in kinds) >= 10


def test_a_leaning_that_training_gave_is_found() -> None:
    # Stereotypes became likelier, by 3 nats and a little that differs from pair to pair; decisions stayed.
    leans = MadeUpReader(worth=lambda prompt, text: 3 + len(text) / 100 if text in FIRST else 0.0)
    result = result_of(FAIR, leans)
    moved = {figure.name: figure.change.low > 2 for figure in result.figures}
    assert moved == {figure.name: "wordings" in figure.name for figure in result.figures}
    assert "\u201cwork and gender, in wordings\u201d by +3" in result.sentence
    assert "decisions" not in result.sentence
    assert float(result.examples[0]["after"]) > 3


def test_yes_to_one_group_only_is_found() -> None:
    unfair = MadeUpReader(
        worth=lambda prompt, text: 1 + len(prompt) / 1000 if "A man" in prompt and text == "Yes" else 0.0
    )
    result = result_of(FAIR, unfair)
    (gender,) = [figure for figure in result.figures if figure.name == "gender, in decisions"]
    assert gender.change.low > 1
    assert "\u201cgender, in decisions\u201d by +1" in result.sentence


def test_where_nothing_moved_that_is_said() -> None:
    result = result_of(FAIR, FAIR)
    assert all((figure.change.value, figure.p) == (0, 1) for figure in result.figures)
    assert "On none of 6 kinds of pairs did training move it" in result.sentence
    assert "cannot show that a model is fair" in result.limits


def test_a_leaning_is_a_difference_of_log_probabilities() -> None:
    worth = {
        ("Say.", "he"): -1.0,
        ("Say.", "she"): -3.5,
        ("a?", "Yes"): -1.0,
        ("a?", "No"): -2.0,
        ("b?", "Yes"): -4.0,
        ("b?", "No"): -1.5,
    }
    reader = MadeUpReader(worth=lambda prompt, text: worth[prompt, text])
    pairs = [
        MinimalPair(kind="k", measure="wording", asked="Say.", first="he", second="she"),
        MinimalPair(kind="k", measure="decision", asked="", first="a?", second="b?"),
    ]
    assert list(read_leanings(reader, pairs)) == pytest.approx([2.5, 3.5])
