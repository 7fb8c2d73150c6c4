"""Calibration: sure and right, sure and wrong, against the same figures of the Experiments page."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from readers import MadeUpReader

from playground.evaluation.findings.calibration import calibrate
from playground.evaluation.results import Result
from playground.finetuning.preparation.rows import TrainingRow, messages_of
from playground.finetuning.probes.calibration import calibration_error, probe_calibration
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
    assert "75% sure on average: as sure as it is right" in result.sentence
    assert "no more than chance explains" in result.sentence
    assert [figure.p for figure in result.figures] == [1.0, 1.0, 1.0]


def test_who_is_right_and_unsure_is_found() -> None:
    assert "less sure than it is right" in result_of(knows(0.3), knows(0.3)).sentence


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=30))
def test_the_error_is_that_of_experiments(pairs: list[tuple[float, bool]]) -> None:
    results = [
        Result(key="", column="", item=str(n), confidence=sure, right=right) for n, (sure, right) in enumerate(pairs)
    ]
    sure, right = np.array(pairs, dtype=float).T
    found = calibrate(results)
    assert found is not None
    assert calibration_error(sure, right) == pytest.approx(found.ece)
