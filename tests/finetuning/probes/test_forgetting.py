"""Forgetting: what is counted as answered, what a loss looks like, and that nothing lost is told as nothing."""

import math

import pytest
from readers import MadeUpReader

from playground.finetuning.probes.figures import ProbeResult
from playground.finetuning.probes.forgetting import SkillQuestion, passages, probe_forgetting, questions
from playground.returning import Returning

ANSWERS = {question.question: question.accepted[0] for question in questions()}
KNOWS = MadeUpReader(say=lambda prompt, _: f"It is {ANSWERS[prompt]}.")
FORGOT = MadeUpReader(
    worth=lambda prompt, text: -(3.0 + len(text) % 3 / 10) * len(text.split()), say=lambda prompt, _: "Neutral"
)


def result_of(before: MadeUpReader, after: MadeUpReader) -> ProbeResult:
    work = Returning(probe_forgetting(before, after))
    steps = list(work)
    assert [step.done for step in steps] == list(range(1, steps[0].total + 1))
    return work.value


def test_what_was_lost_is_told_with_intervals() -> None:
    prose, skills = result_of(KNOWS, FORGOT).figures
    assert (prose.n, skills.n) == (len(passages()), len(questions()))
    assert prose.before.value == pytest.approx(2.0)
    assert prose.change.low > 0.9
    assert (skills.before.value, skills.after.value, skills.change.value) == (1.0, 0.0, -1.0)
    assert skills.change.high < -0.8
    assert max(prose.p, skills.p) < 0.001
    result = result_of(KNOWS, FORGOT)
    assert "less likely to it" in result.sentence
    assert "-100 points" in result.sentence
    assert result.examples[0] == {
        "question": "What is the capital of France?",
        "before": "It is Paris.",
        "after": "Neutral",
    }
    assert "does not mean that nothing was lost elsewhere" in result.limits


def test_each_p_is_adjusted_for_both() -> None:
    prose, skills = result_of(KNOWS, MadeUpReader(say=lambda prompt, _: "Neutral")).figures
    assert (prose.p, skills.p) == (1.0, pytest.approx(2 * 2 / 2 ** len(questions())))


def test_where_nothing_changed_that_is_said() -> None:
    result = result_of(KNOWS, KNOWS)
    assert result.examples == ()
    assert [figure.p for figure in result.figures] == [1.0, 1.0]
    assert "no more than chance explains" in result.sentence
    assert f"from {math.exp(2):.1f} to {math.exp(2):.1f}" in result.sentence


def test_closing_ends_the_work() -> None:
    reader = MadeUpReader()
    probe = probe_forgetting(reader, reader)
    next(probe)
    probe.close()
    assert reader.closed == ["likelihoods"]


@pytest.mark.parametrize(
    ("answer", "right"),
    [("The capital is Paris.", True), ("paris", True), ("Parisian", False), ("", False), ("London, not here", False)],
)
def test_an_answer_is_right_that_holds_the_word(answer: str, right: bool) -> None:
    assert SkillQuestion("?", ("Paris", "Lutetia")).is_answered(answer) == right


def test_the_texts_and_questions_are_fit_for_what_they_are_for() -> None:
    assert len({text for _, text in passages()}) >= 24
    assert all(120 < len(text) < 400 for _, text in passages())
    assert len({question.question for question in questions()}) >= 40
    # A question that holds its own answer would be answered by repeating it.
    echoed = [one.question for one in questions() if one.is_answered(one.question)]
    assert echoed == ["Repeat the word lantern."]
