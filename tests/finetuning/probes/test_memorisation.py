"""Memorisation: what was learned by heart is told from what follows a form."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from readers import MadeUpReader

from playground.errors import InvalidSetup
from playground.finetuning.preparation.rows import TrainingRow, messages_of
from playground.finetuning.probes.figures import ProbeResult
from playground.finetuning.probes.memorisation import FOLLOWING, halves, probe_memorisation
from playground.returning import Returning


def rows(name: str, count: int, words: int = 10) -> list[TrainingRow]:
    return [
        TrainingRow(
            messages=messages_of(f"{name} {n}?"),
            answer=" ".join(f"{name}{n}w{w}" for w in range(words)),
            id=f"{name}{n}",
        )
        for n in range(count)
    ]


TRAINED, UNSEEN = rows("trained", 30), rows("unseen", 30)
RESTS = {halves(row.answer)[0]: halves(row.answer)[1] for row in [*TRAINED, *UNSEEN]}


def result_of(before: MadeUpReader, after: MadeUpReader) -> ProbeResult:
    work = Returning(probe_memorisation(before, after, TRAINED, UNSEEN))
    list(work)
    return work.value


def test_what_was_learned_by_heart_is_found() -> None:
    by_heart = MadeUpReader(say=lambda prompt, begun: RESTS[begun] if begun.startswith("trained") else "something else")
    result = result_of(MadeUpReader(), by_heart)
    assert "it has learned answers by heart" in result.sentence
    assert "no sign" not in result.sentence
    assert [figure.after.value for figure in result.figures if figure.unit == "share"] == [1.0, 0.0]
    assert result.examples[0]["completed"] == RESTS[result.examples[0]["given"]].strip()


def test_what_everybody_completes_was_not_learned_by_heart() -> None:
    form = MadeUpReader(say=lambda prompt, begun: RESTS[begun])
    result = result_of(MadeUpReader(), form)
    assert "no sign that it has learned answers by heart" in result.sentence


def test_what_it_knew_before_was_not_learned_in_training() -> None:
    known = MadeUpReader(say=lambda prompt, begun: RESTS[begun] if begun.startswith("trained") else "something else")
    result = result_of(known, known)
    assert [figure.after.value for figure in result.figures if figure.unit == "share"] == [1.0, 0.0]
    assert "+0 points more where it was trained" in result.sentence
    assert "no sign that it has learned answers by heart" in result.sentence


def test_a_long_answer_is_learned_by_heart_whose_next_words_are_written() -> None:
    long = rows("long", 30, words=400)
    begins = {halves(row.answer)[0]: " ".join(halves(row.answer)[1].split()[:FOLLOWING]) for row in long}
    for cut, learned in ((None, True), (-1, False)):
        after = MadeUpReader(say=lambda prompt, begun, cut=cut: " ".join(begins.get(begun, "x").split()[:cut]))  # type: ignore[misc]
        work = Returning(probe_memorisation(MadeUpReader(), after, long, UNSEEN))
        list(work)
        assert ("it has learned answers by heart" in work.value.sentence.replace("no sign that it", "")) == learned
        assert work.value.figures[0].after.value == float(learned)


def test_each_p_is_adjusted_for_all_tests_of_the_probe() -> None:
    by_heart = MadeUpReader(say=lambda prompt, begun: RESTS[begun] if begun.startswith("trained") else "something else")
    figures = result_of(MadeUpReader(), by_heart).figures
    assert figures[0].p == pytest.approx(4 * 2 / 2**30)
    assert [figure.p for figure in figures[1:]] == [1.0, 1.0, 1.0]


def test_short_labels_are_refused() -> None:
    labels = rows("label", 30, words=1)
    with pytest.raises(InvalidSetup, match="Only 0 rows trained on have answers of 8 words or more"):
        next(probe_memorisation(MadeUpReader(), MadeUpReader(), labels, UNSEEN))
    with pytest.raises(InvalidSetup, match="Only 7 rows unseen"):
        next(probe_memorisation(MadeUpReader(), MadeUpReader(), TRAINED, UNSEEN[:7]))


@given(st.text())
def test_two_halves_make_the_answer(answer: str) -> None:
    first, second = halves(answer)
    assert (first + second) == answer or not first
