"""Probes memorisation: are answers of the training rows completed word for word, more often than those of unseen rows?

After Carlini et al. 2023 (arXiv 2202.07646): the model is given the question and the first half of the answer, writes
on by its likeliest tokens, and a fixed number of words that follow are compared. How likely the answers are to it as a
whole stands beside that.
"""

from collections.abc import Generator, Sequence
from random import Random

from playground.errors import InvalidSetup
from playground.evaluation.statistics.intervals import FEW, difference
from playground.finetuning.preparation.rows import TrainingRow
from playground.finetuning.probes.figures import (
    ProbeFigure,
    ProbeResult,
    ProbeStep,
    adjust_together,
    compare_means,
    compare_shares,
    describe,
)
from playground.finetuning.probes.reader import Reader

TITLE = "Memorisation"
TRAINED, UNSEEN = "rows trained on", "rows unseen"
MOST = 60  # rows of each part
WORDS = 8  # of an answer, so that its second half is not guessed
FOLLOWING = 25  # words that are compared at the most, of rows of any length
MAX_TOKENS = 5 * FOLLOWING  # enough for those words also where a word is several tokens
SHOWN = 3
LIMITS = (
    f"Only greedy completion from half of an answer was tried, of the next {FOLLOWING} words at the most, on a sample "
    "of rows: other prompts may get more out of "
    "the model, so none completed here is no proof that nothing was memorised. An answer that follows a fixed form is "
    "completed without having been memorised, which is why the unseen rows and the model before training stand "
    "beside it."
)


def halves(answer: str) -> tuple[str, str]:
    """The first half of an answer's words and the rest."""
    words = answer.split(" ")
    middle = len(words) // 2
    return " ".join(words[:middle]), " " + " ".join(words[middle:])


def words_after(answer: str) -> list[str]:
    """The words of an answer that are to follow its first half: the same number for all that are long enough."""
    return halves(answer)[1].split()[:FOLLOWING]


def is_completed(answer: str, written: str) -> bool:
    """Whether what was written after the first half of an answer goes on as the answer does."""
    expected = words_after(answer)
    return written.split()[: len(expected)] == expected


def probe_memorisation(
    before: Reader, after: Reader, trained: Sequence[TrainingRow], unseen: Sequence[TrainingRow], seed: int = 0
) -> Generator[ProbeStep, None, ProbeResult]:
    """Compare two weights on rows that the second was trained on and on rows that it was not.

    Raises InvalidSetup where too few rows of either have answers of at least `WORDS` words.
    """
    parts = {part: _sample(rows, seed, part) for part, rows in ((TRAINED, trained), (UNSEEN, unseen))}
    total, done = 4 * sum(map(len, parts.values())), 0
    figures: list[ProbeFigure] = []
    copied: list[dict[str, str]] = []
    for part, rows in parts.items():
        surprise: list[list[float]] = [[], []]
        marks: list[list[bool]] = [[], []]
        for which, reader in enumerate((before, after)):
            for found in reader.likelihoods([(row.messages, row.answer) for row in rows]):
                surprise[which].append(found.surprise)
                done += 1
                yield ProbeStep(done=done, total=total, what=part)
            asked = [(row.messages, halves(row.answer)[0]) for row in rows]
            for row, answer in zip(rows, reader.answers(asked, MAX_TOKENS), strict=True):
                marks[which].append(is_completed(row.answer, answer.text))
                done += 1
                yield ProbeStep(done=done, total=total, what=part)
        figures += (
            compare_shares(f"Answers completed word for word, {part}", *marks),
            compare_means(f"Surprise at the answers, {part}", "nats a token", *surprise),
        )
        if part == TRAINED:
            copied = [
                {"row": row.id, "given": halves(row.answer)[0], "completed": " ".join(words_after(row.answer))}
                for row, was, now in zip(rows, *marks, strict=True)
                if now and not was
            ]
    return ProbeResult(
        name="memorisation",
        title=TITLE,
        figures=adjust_together(*figures),
        sentence=_sentence(figures[0], figures[2]),
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
            f"Only {len(long)} {part} have answers of {WORDS} words or more; at least {FEW} are needed. Whoever "
            "learned short labels cannot be told from whoever knows them by heart.",
            path=("rows",),
        )
    return Random(f"memorisation {seed}").sample(long, min(len(long), MOST))


def _sentence(trained: ProbeFigure, unseen: ProbeFigure) -> str:
    one, two = trained.change, unseen.change
    low, high = difference((one.value, one.low, one.high), (two.value, two.low, two.high))
    said = (
        f"Of {trained.n} answers that it was trained on it completes {describe(trained.after, 'share')} word for word "
        f"from their first half, before training {trained.before.value:.0%}; of {unseen.n} that it never saw "
        f"{describe(unseen.after, 'share')}, before training {unseen.before.value:.0%}."
    )
    verdict = "it has learned answers by heart" if low > 0 else "no sign that it has learned answers by heart"
    return (
        f"{said} The share rose by {100 * (one.value - two.value):+.0f} points more where it was trained (95 % "
        f"interval {100 * low:+.0f} to {100 * high:+.0f}): {verdict}."
    )
