"""Tells whether the answers are labels, and how often each label comes."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from playground.finetuning.preparation.checks.base import RowFinding, answer_key, text_key
from playground.finetuning.preparation.rows import Row, TrainingRow

MOST_LABELS = 20
LONGEST_LABEL = 60  # characters
TIMES = 3  # that a label comes on average, at the least: answers that hardly repeat are no labels
UNEVEN = 3  # times as many rows as the rarest label has
RARE = 5  # rows: too few to learn a label from


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelCounts:
    """How many rows have each label, the commonest first."""

    counts: tuple[tuple[str, int], ...]


def labels_of(rows: Sequence[Row]) -> LabelCounts | None:
    """The labels, as they are most often written; None where the answers are texts of their own."""
    answers = [row for row in rows if isinstance(row, TrainingRow)]
    by_key = Counter(answer_key(row) for row in answers)
    if not by_key or len(answers) < len(rows) or len(by_key) > MOST_LABELS or len(answers) < TIMES * len(by_key):
        return None
    if any(len(row.answer) > LONGEST_LABEL for row in answers):
        return None
    spelling = {}
    for text, _ in reversed(Counter(row.answer.strip() for row in answers).most_common()):
        spelling[text_key(text)] = text
    return LabelCounts(counts=tuple((spelling[key], count) for key, count in by_key.most_common()))


def find_balance(rows: Sequence[Row]) -> Iterator[RowFinding]:
    """One label only, very uneven labels, labels with few rows, and one label in several spellings."""
    labels = labels_of(rows)
    if labels is None:
        return
    counts = dict(labels.counts)
    listed = ", ".join(f"{label!a} {count:,}" for label, count in labels.counts)
    (common, most), (rare, least) = labels.counts[0], labels.counts[-1]
    if len(counts) == 1:
        message = f"Every answer is {common!a}: the model would learn to say that, whatever is asked."
        yield RowFinding(check="labels", weight="stop", sentence=message)
        return
    share = most / len(rows)
    yield RowFinding(
        check="labels",
        weight="warning" if most > UNEVEN * least else "note",
        sentence=f"The answers are {len(counts)} labels: {listed}. Whoever always says {common!a} is right in "
        f"{share:.0%}: a score must be above that to mean anything.",
    )
    if least < RARE:
        few = f"{rare!a} comes {least} times: too few to learn it from, or to measure it by."
        yield RowFinding(check="labels", weight="warning", sentence=few)
    spellings = Counter(row.answer for row in rows if isinstance(row, TrainingRow))
    if len(spellings) > len(counts):
        message = f"{len(counts)} labels are written in {len(spellings)} ways: write each in one, for it is learned."
        yield RowFinding(check="labels", weight="warning", sentence=message)
