"""Probes memorisation: are answers of the training rows completed word for word, more often than those of unseen rows?

After Carlini et al. 2023 (arXiv 2202.07646): the model is given the question and the first half of the answer, and
writes on by its likeliest tokens. Whether the answers of rows that it was trained on are likelier to it than those of
rows that it never saw is the loss attack of Yeom et al. 2018 (arXiv 1709.01604).
"""

from collections.abc import Generator, Sequence
from random import Random

import numpy as np

from playground.errors import InvalidSetup
from playground.evaluation.statistics.intervals import FEW
from playground.finetuning.preparation.rows import TrainingRow
from playground.finetuning.probes.figures import (
    ProbeFigure,
    ProbeResult,
    ProbeStep,
    compare_means,
    compare_shares,
    describe,
)
from playground.finetuning.probes.reader import Reader

TITLE = "Memorisation"
MOST = 60  # rows of each part
WORDS = 8  # of an answer, so that its second half is not guessed
MAX_TOKENS = 80
SHOWN = 3
LIMITS = (
    "Only greedy completion from half of an answer was tried, on a sample of rows: other prompts may get more out of "
    "the model, so none completed here is no proof that nothing was memorised. An answer that follows a fixed form is "
    "completed without having been memorised, which is why the unseen rows and the model before training stand "
    "beside it."
)


def halves(answer: str) -> tuple[str, str]:
    """The first half of an answer's words and the rest."""
    words = answer.split(" ")
    middle = len(words) // 2
    return " ".join(words[:middle]), " " + " ".join(words[middle:])


def probe_memorisation(
    before: Reader, after: Reader, trained: Sequence[TrainingRow], unseen: Sequence[TrainingRow], seed: int = 0
) -> Generator[ProbeStep, None, ProbeResult]:
    """Compare two weights on rows that the second was trained on and on rows that it was not.

    Raises InvalidSetup where too few rows of either have answers of at least `WORDS` words.
    """
    parts = {"trained on": _sample(trained, seed, "trained on"), "unseen": _sample(unseen, seed, "unseen")}
    total, done = 4 * sum(map(len, parts.values())), 0
    figures: dict[str, tuple[ProbeFigure, ProbeFigure]] = {}
    copied: list[dict[str, str]] = []
    for part, rows in parts.items():
        surprise: list[list[float]] = [[], []]
        marks: list[list[bool]] = [[], []]
        for which, reader in enumerate((before, after)):
            for found in reader.likelihoods([(row.messages, row.answer) for row in rows]):
                surprise[which].append(found.surprise)
                done += 1
                yield ProbeStep(done=done, total=total, what=f"rows {part}")
            asked = [(row.messages, halves(row.answer)[0]) for row in rows]
            for row, answer in zip(rows, reader.answers(asked, MAX_TOKENS), strict=True):
                marks[which].append(answer.text.split() == halves(row.answer)[1].split())
                done += 1
                yield ProbeStep(done=done, total=total, what=f"rows {part}")
        figures[part] = (
            compare_shares(f"Answers completed word for word, rows {part}", *marks),
            compare_means(f"Surprise at the answers, rows {part}", "nats a token", *surprise),
        )
        if part == "trained on":
            copied = [
                {"row": row.id, "given": halves(row.answer)[0], "completed": halves(row.answer)[1].strip()}
                for row, was, now in zip(rows, *marks, strict=True)
                if now and not was
            ]
    return ProbeResult(
        name="memorisation",
        title=TITLE,
        figures=tuple(figure for both in figures.values() for figure in both),
        sentence=_sentence(figures["trained on"][0], figures["unseen"][0]),
        limits=LIMITS,
        examples=tuple(copied[:SHOWN]),
    )


def can_be_memorised(rows: Sequence[TrainingRow]) -> bool:
    """Whether enough of them have answers that are long enough not to be guessed."""
    return len(_long_ones(rows)) >= FEW


def _long_ones(rows: Sequence[TrainingRow]) -> list[TrainingRow]:
    return [row for row in rows if len(row.answer.split()) >= WORDS]


def _sample(rows: Sequence[TrainingRow], seed: int, part: str) -> list[TrainingRow]:
    long = _long_ones(rows)
    if len(long) < FEW:
        raise InvalidSetup(
            f"Only {len(long)} rows {part} have answers of {WORDS} words or more; at least {FEW} are needed. Whoever "
            "learned short labels cannot be told from whoever knows them by heart.",
            path=("rows",),
        )
    return Random(f"memorisation {seed}").sample(long, min(len(long), MOST))


def _sentence(trained: ProbeFigure, unseen: ProbeFigure) -> str:
    gap = trained.after.value - unseen.after.value
    low, high = newcombe(trained, unseen)
    said = (
        f"Of {trained.n} answers that it was trained on it completes {describe(trained.after, 'share')} word for word "
        f"from their first half, before training {trained.before.value:.0%}; of {unseen.n} that it never saw "
        f"{describe(unseen.after, 'share')}. The difference is {100 * gap:+.0f} points (95 % interval "
        f"{100 * low:+.0f} to {100 * high:+.0f}): "
    )
    if low > 0:
        return f"{said}it has learned answers by heart."
    return f"{said}no sign that it has learned answers by heart."


def newcombe(first: ProbeFigure, second: ProbeFigure) -> tuple[float, float]:
    """The 95 % interval of the difference of two shares of different items, after training.

    Newcombe 1998, Stat. Med. 17:873, method 10, from Wilson's intervals of both.
    """
    one, two = first.after, second.after
    gap = one.value - two.value
    low = gap - float(np.hypot(one.value - one.low, two.high - two.value))
    high = gap + float(np.hypot(one.high - one.value, two.value - two.low))
    return low, high
