"""Base, best of n and tuned on rows that the reward model has not learned, with intervals."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from playground.backends.catalog import Catalog
from playground.evaluation.statistics.adjust import holm
from playground.evaluation.statistics.intervals import FEW, bootstrap
from playground.evaluation.statistics.paired import sign_flips
from playground.finetuning.heads.best_of_n import BestOfN, JudgedAnswer, best_of_n, judge_answer
from playground.finetuning.heads.rows import PreferredAnswer
from playground.types import Weights

Values = Sequence[float]
Interval = tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedRow:
    """A row with what was answered to its prompt, and how its own two answers are judged."""

    row: PreferredAnswer
    found: BestOfN
    chosen: JudgedAnswer
    rejected: JudgedAnswer


@dataclass(frozen=True, slots=True, kw_only=True)
class Answerer:
    """One who answers: mean reward, and how much more that is than the base's on the same rows, each with its 95 %
    interval where there are rows enough. `p` is that of no difference, adjusted for all that are compared."""

    name: str
    answers: tuple[JudgedAnswer, ...]
    asked: int  # answers for each that is shown
    mean: float
    interval: Interval | None
    more: float = 0.0
    more_interval: Interval | None = None
    p: float | None = None


def compare_on_rows(
    catalog: Catalog, weights: Weights, tuned: Weights | None, reward: str, rows: Sequence[PreferredAnswer],
    count: int, seed: int,
) -> Iterator[str | tuple[JudgedRow, ...]]:  # fmt: skip
    """What is done meanwhile, in words, and after each row all that are judged so far. Closing stops it."""
    judged: tuple[JudgedRow, ...] = ()
    for number, row in enumerate(rows, 1):
        for news in best_of_n(catalog, weights, tuned, reward, row.prompt, count, seed + number):
            if isinstance(news, str):
                yield f"Row {number} of {len(rows)}. {news}"
                continue
            chosen, rejected = (judge_answer(catalog, reward, row.prompt, text) for text in (row.chosen, row.rejected))
            judged = (*judged, JudgedRow(row=row, found=news, chosen=chosen, rejected=rejected))
            yield judged


def answerers_of(judged: Sequence[JudgedRow]) -> tuple[Answerer, ...]:
    """Who answered, the base first, and the rows' own answers, which say what the rewards are worth. Of one row or
    more."""
    base = [one.found.likeliest for one in judged]
    count = len(judged[0].found.drawn)
    given: list[tuple[str, list[JudgedAnswer], int]] = [
        (f"Base, best of {count}", [r.found.drawn[0] for r in judged], count)
    ]
    if tuned := [one.found.tuned for one in judged if one.found.tuned is not None]:
        given.append(("Tuned, likeliest answer", tuned, 1))
    differences = [_differences(answers, base) for _, answers, _ in given]
    adjusted = holm([sign_flips(np.array(values)) for values in differences])
    compared = [
        Answerer(
            name=name, answers=tuple(answers), asked=asked, **_mean(answers), more=float(np.mean(values)),
            more_interval=_interval(values), p=p,
        )
        for (name, answers, asked), values, p in zip(given, differences, adjusted, strict=True)
    ]  # fmt: skip
    own = [
        Answerer(name=name, answers=tuple(answers), asked=0, **_mean(answers))
        for name, answers in (
            ("The preferred answer of the row", [one.chosen for one in judged]),
            ("The other answer of the row", [one.rejected for one in judged]),
        )
    ]
    return (Answerer(name="Base, likeliest answer", answers=tuple(base), asked=1, **_mean(base)), *compared, *own)


def _differences(answers: Sequence[JudgedAnswer], base: Sequence[JudgedAnswer]) -> list[float]:
    return [one.reward - other.reward for one, other in zip(answers, base, strict=True)]


def _mean(answers: Sequence[JudgedAnswer]) -> dict[str, Any]:
    rewards = [one.reward for one in answers]
    return {"mean": float(np.mean(rewards)), "interval": _interval(rewards)}


def _interval(values: Values) -> Interval | None:
    """None for so few that drawing them anew only shuffles what was seen, and for values that are all the same."""
    array = np.array(values)
    return bootstrap(array) if len(array) >= FEW and np.ptp(array) > 0 else None
