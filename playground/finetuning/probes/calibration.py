"""Probes calibration: is the model as often right as it is sure, and did training change that?"""

from collections.abc import Generator, Sequence

import numpy as np
from numpy.typing import NDArray

from playground.evaluation.statistics import intervals, paired
from playground.evaluation.statistics.intervals import LEVEL, RESAMPLES, Numbers
from playground.evaluation.statistics.reliability import calibration_error
from playground.finetuning.preparation.checks.base import text_key
from playground.finetuning.preparation.rows import TrainingRow
from playground.finetuning.probes.figures import (
    Estimate,
    ProbeFigure,
    ProbeResult,
    ProbeStep,
    adjust_together,
    compare_shares,
    describe,
    is_change,
)
from playground.finetuning.probes.reader import GreedyAnswer, Reader

TITLE = "Calibration"
MAX_TOKENS = 60
LIMITS = (
    "An answer counts as right only if it is the row's own but for case, spacing and end punctuation, which suits "
    "labels and short answers and no free text. The confidence is that of the words that were written, the likeliest "
    "ones. The expected calibration error of few rows is too high by chance alone: compare it, do not read it by "
    "itself."
)


def probe_calibration(
    before: Reader, after: Reader, rows: Sequence[TrainingRow]
) -> Generator[ProbeStep, None, ProbeResult]:
    """Compare two weights on held-out rows; the result is the generator's value."""
    answers: list[list[GreedyAnswer]] = [[], []]
    asked = [(row.messages, "") for row in rows]
    for which, reader in enumerate((before, after)):
        for answer in reader.answers(asked, MAX_TOKENS):
            answers[which].append(answer)
            yield ProbeStep(done=sum(map(len, answers)), total=2 * len(rows), what="held-out rows")
    right = [
        [text_key(answer.text) == text_key(row.answer) for answer, row in zip(given, rows, strict=True)]
        for given in answers
    ]
    accuracy = compare_shares("Right answers", *right)
    sure_of = [[one.confidence for one in given] for given in answers]
    both = [place for place, pair in enumerate(zip(*sure_of, strict=True)) if None not in pair]
    if not both:
        return ProbeResult(
            name="calibration", title=TITLE, figures=(accuracy,), sentence=_silence(accuracy), limits=LIMITS
        )
    sure = [np.array([given[place] for place in both], dtype=float) for given in sure_of]
    marks = [np.array([one[place] for place in both], dtype=float) for one in right]
    accuracy, error, brier = adjust_together(accuracy, _compare_errors(sure, marks), _compare_squares(sure, marks))
    figures, sentence = (accuracy, error, brier), _sentence(accuracy, error, brier, sure[1], marks[1])
    return ProbeResult(name="calibration", title=TITLE, figures=figures, sentence=sentence, limits=LIMITS)


def _compare_squares(sure: Sequence[Numbers], right: Sequence[Numbers]) -> ProbeFigure:
    """The Brier scores before and after."""
    squares = [(confidence - marks) ** 2 for confidence, marks in zip(sure, right, strict=True)]
    scored = [intervals.scores(values) for values in squares]
    change = paired.scores(squares[1] - squares[0])
    return ProbeFigure(
        name="Brier score",
        unit="0 is best",
        n=len(squares[0]),
        before=Estimate(value=float(squares[0].mean()), low=scored[0].low, high=scored[0].high),
        after=Estimate(value=float(squares[1].mean()), low=scored[1].low, high=scored[1].high),
        change=Estimate(value=change.difference, low=change.low, high=change.high),
        p=change.p,
    )


def _compare_errors(sure: Sequence[Numbers], right: Sequence[Numbers], seed: int = 0) -> ProbeFigure:
    """The errors before and after, with percentile intervals from drawing rows again, the same rows for both.

    The p is how often the change is as large where each row's two answers change places at random.
    """
    n, rng = len(right[0]), np.random.default_rng(seed)
    pairs = list(zip(sure, right, strict=True))
    first, second = (calibration_error(*pair) for pair in pairs)
    drawn = np.array(
        [[calibration_error(c[rows], r[rows]) for c, r in pairs] for rows in rng.integers(0, n, (RESAMPLES, n))]
    )
    swapped = [_swapped_change(pairs, rng.random(n) < 0.5) for _ in range(RESAMPLES)]
    reached = sum(abs(change) >= abs(second - first) - 1e-9 for change in swapped)
    return ProbeFigure(
        name="Expected calibration error",
        unit="0 is best",
        n=n,
        before=_estimate(first, drawn[:, 0]),
        after=_estimate(second, drawn[:, 1]),
        change=_estimate(second - first, drawn[:, 1] - drawn[:, 0]),
        p=(reached + 1) / (RESAMPLES + 1),
    )


def _swapped_change(pairs: Sequence[tuple[Numbers, Numbers]], swap: NDArray[np.bool_]) -> float:
    """The change of the error if these rows' answers before were those after, and the other way round."""
    (sure, right), (other_sure, other_right) = pairs
    first = calibration_error(np.where(swap, other_sure, sure), np.where(swap, other_right, right))
    return calibration_error(np.where(swap, sure, other_sure), np.where(swap, right, other_right)) - first


def _estimate(value: float, drawn: Numbers) -> Estimate:
    tail = 100 * (1 - LEVEL) / 2
    low, high = np.percentile(drawn, [tail, 100 - tail])
    return Estimate(value=value, low=min(float(low), value), high=max(float(high), value))


def _silence(accuracy: ProbeFigure) -> str:
    """What is said where no row has two answers whose confidence can be compared."""
    return (
        f"On {accuracy.n} held-out rows it is right in {describe(accuracy.after, 'share')}. On each of them an answer "
        "before or after training is empty: how sure it is cannot be told."
    )


def _sentence(accuracy: ProbeFigure, error: ProbeFigure, brier: ProbeFigure, sure: Numbers, right: Numbers) -> str:
    gap = paired.scores(sure - right)  # of the same rows, so that its interval holds for both together
    left_out = accuracy.n - error.n
    said = [f"On {accuracy.n} held-out rows it is right in {describe(accuracy.after, 'share')}."]
    if left_out:
        said += [
            f"{left_out} of them, where an answer before or after training is empty, are left out of what follows.",
            f"On the other {error.n} it is right in {right.mean():.0%}.",
        ]
    verdict = "more sure than it is right" if gap.low > 0 else "less sure than it is right"
    if gap.low <= 0 <= gap.high:
        verdict = "no difference beyond chance"
    change = "more than chance explains" if is_change(brier) else "no more than chance explains"
    said += [
        f"It is {sure.mean():.0%} sure on average, {100 * gap.difference:+.0f} points from how often it is right "
        f"(95 % interval {100 * gap.low:+.0f} to {100 * gap.high:+.0f}): {verdict}.",
        f"Expected calibration error {describe(error.after, '')}, before {error.before.value:.2f}; Brier score "
        f"{describe(brier.after, '')}, before {brier.before.value:.2f}, {change}.",
    ]
    return " ".join(said)
