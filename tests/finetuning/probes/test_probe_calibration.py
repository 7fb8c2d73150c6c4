"""Calibration: sure and right, sure and wrong, against the same figures of the Experiments page."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from readers import MadeUpReader

from playground.evaluation.findings.calibration import calibrate
from playground.evaluation.results import Result
from playground.evaluation.statistics.reliability import calibration_error
from playground.finetuning.preparation.rows import TrainingRow, messages_of
from playground.finetuning.probes.calibration import probe_calibration
from playground.finetuning.probes.figures import ProbeResult
from playground.returning import Returning

ROWS = [
    TrainingRow(messages=messages_of(f"Is {n} even?"), answer="no" if n % 2 else "yes", id=str(n)) for n in range(40)
]


def knows(confidence: float, every: int = 1) -> MadeUpReader:
    """Right on each row that is not the last of so many."""

    def say(prompt: str, begun: str) -> str:
        number = int(prompt.split()[1])
        right = "no" if number % 2 else "yes"
        return f" {right.title()}." if every == 1 or number % every < every - 1 else "perhaps"

    return MadeUpReader(say=say, confidence=confidence)


def result_of(before: MadeUpReader, after: MadeUpReader) -> ProbeResult:
    work = Returning(probe_calibration(before, after, ROWS))
    list(work)
    return work.value


def test_who_is_sure_and_wrong_is_found() -> None:
    result = result_of(knows(0.9), knows(0.9, every=4))
    right, error, brier = result.figures
    assert (right.before.value, right.after.value) == (1.0, 0.75)
    assert error.after.value == pytest.approx(0.15)
    assert brier.change.low > 0
    assert "more sure than it is right" in result.sentence
    assert "more than chance explains" in result.sentence


def test_who_is_as_sure_as_right_is_called_that() -> None:
    result = result_of(knows(0.75, every=4), knows(0.75, every=4))
    assert "75% sure on average, +0 points from how often it is right" in result.sentence
    assert "no difference beyond chance" in result.sentence
    assert "than it is right" not in result.sentence
    assert "no more than chance explains" in result.sentence
    assert [figure.p for figure in result.figures] == [1.0, 1.0, 1.0]


def test_who_is_right_and_unsure_is_found() -> None:
    assert "less sure than it is right" in result_of(knows(0.3), knows(0.3)).sentence


def test_where_chance_explains_the_gap_that_is_said() -> None:
    sentence = result_of(knows(0.8, every=4), knows(0.8, every=4)).sentence
    assert "+5 points from how often it is right" in sentence
    assert "no difference beyond chance" in sentence
    assert "than it is right" not in sentence


def test_each_p_is_adjusted_for_all_three() -> None:
    right, _, brier = result_of(knows(0.9), knows(0.9, every=4)).figures
    assert (right.p, brier.p) == (pytest.approx(3 * 2 / 2**10), pytest.approx(3 * 2 / 2**10))


def test_empty_answers_are_not_sure_and_are_counted() -> None:
    def half(prompt: str, begun: str) -> str:
        return "" if int(prompt.split()[1]) % 2 else "yes"

    right, error, brier = result_of(knows(0.9), MadeUpReader(say=half, confidence=0.9)).figures
    assert [figure.n for figure in (right, error, brier)] == [40, 20, 20]
    assert (right.after.value, error.after.value) == (0.5, pytest.approx(0.1))
    sentence = result_of(knows(0.9), MadeUpReader(say=half, confidence=0.9)).sentence
    assert "20 of them, where an answer before or after training is empty, are left out" in sentence
    silent = result_of(knows(0.9), MadeUpReader(say=lambda prompt, begun: ""))
    assert [figure.name for figure in silent.figures] == ["Right answers"]
    assert "how sure it is cannot be told" in silent.sentence


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=30))
def test_the_error_is_that_of_experiments(pairs: list[tuple[float, bool]]) -> None:
    results = [
        Result(key="", column="", item=str(n), confidence=sure, right=right) for n, (sure, right) in enumerate(pairs)
    ]
    sure, right = np.array(pairs, dtype=float).T
    found = calibrate(results)
    assert found is not None
    assert calibration_error(sure, right) == pytest.approx(found.ece)
