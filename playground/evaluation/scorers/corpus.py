"""Measures of a whole column, from what was predicted and what would have been right for each item.

`pairs` are (predicted, references); predicted is "" where no answer could be read.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from playground.evaluation.scorers.base import composed

Pairs = Sequence[tuple[str, Sequence[str]]]
NONE = "(none)"  # the column of answers that hold no label


@dataclass(frozen=True, slots=True, kw_only=True)
class Confusion:
    """`counts[i][j]` items whose label is `labels[i]` were given `predicted[j]`; the last of these is no label."""

    labels: tuple[str, ...]
    predicted: tuple[str, ...]
    counts: tuple[tuple[int, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelScore:
    """Precision, recall and F1 of one label; 0 where nothing was predicted or nothing was there."""

    label: str
    precision: float
    recall: float
    f1: float
    support: int  # items that have this label


def classes(pairs: Pairs, labels: Sequence[str] = ()) -> tuple[str, ...]:
    """The given labels and any other that counts as right for an item, in the order in which they come."""
    return tuple(dict.fromkeys([*labels, *(_truth(pair) for pair in pairs if pair[1])]))


def _truth(pair: tuple[str, Sequence[str]]) -> str:
    """What is right for an item: of several references the one that was predicted, or else the first."""
    predicted, references = pair
    return predicted if predicted in references else references[0]


def confusion(pairs: Pairs, labels: Sequence[str] = ()) -> Confusion:
    """Who is taken for whom, among the items that have a reference at all."""
    rows = classes(pairs, labels)
    columns = (*rows, NONE)
    place = {label: i for i, label in enumerate(rows)}
    counts = [[0] * len(columns) for _ in rows]
    for pair in pairs:
        if pair[1]:
            counts[place[_truth(pair)]][place.get(pair[0], len(rows))] += 1
    return Confusion(labels=rows, predicted=columns, counts=tuple(map(tuple, counts)))


def by_label(matrix: Confusion) -> tuple[LabelScore, ...]:
    """How well each label is found."""
    found = []
    for i, label in enumerate(matrix.labels):
        right, support = matrix.counts[i][i], sum(matrix.counts[i])
        given = sum(row[i] for row in matrix.counts)
        found.append(
            LabelScore(
                label=label,
                precision=right / given if given else 0.0,
                recall=right / support if support else 0.0,
                f1=2 * right / (given + support) if right else 0.0,
                support=support,
            )
        )
    return tuple(found)


def macro_f1(pairs: Pairs, labels: Sequence[str] = ()) -> float:
    """The mean of the labels' F1, each label counting the same; those that no item has and nobody said are left out."""
    scores = by_label(confusion(pairs, labels))
    said = {predicted for predicted, references in pairs if references}
    counted = [score.f1 for score in scores if score.support or score.label in said]
    return sum(counted) / len(counted) if counted else 0.0


def accuracy(pairs: Pairs) -> float:
    """The share of items that were given a right label."""
    return sum(predicted in references for predicted, references in pairs) / len(pairs) if pairs else 0.0


def bleu(pairs: Pairs, *, lowercase: bool = False) -> float:
    """Corpus BLEU from 0 to 1: counts are summed over all items before they are divided, as papers report it."""
    if not (pairs := _with_references(pairs)):
        return 0.0
    from sacrebleu.metrics.bleu import BLEU

    answers, references = _streams(pairs)
    return float(BLEU(lowercase=lowercase).corpus_score(answers, references).score) / 100


def chrf(pairs: Pairs, *, word_order: int = 0, lowercase: bool = False) -> float:
    """Corpus chrF from 0 to 1."""
    if not (pairs := _with_references(pairs)):
        return 0.0
    from sacrebleu.metrics.chrf import CHRF

    answers, references = _streams(pairs)
    return float(CHRF(word_order=word_order, lowercase=lowercase).corpus_score(answers, references).score) / 100


def _with_references(pairs: Pairs) -> Pairs:
    """Those that something can be compared with, their letters composed."""
    return [(composed(said), [*map(composed, references)]) for said, references in pairs if references]


def _streams(pairs: Pairs) -> tuple[list[str], Any]:
    """As sacrebleu wants it: the first references of all items, then the second ones, None where there is none."""
    most = max(len(references) for _, references in pairs)
    streams = [[refs[i] if i < len(refs) else None for _, refs in pairs] for i in range(most)]
    return [predicted for predicted, _ in pairs], streams
