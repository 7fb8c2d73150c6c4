"""How good a head is on rows that it has not learned, with intervals: asked as it is used afterwards."""

import random
from collections.abc import Callable, Sequence
from typing import Any

from playground.backends.base import Request
from playground.backends.details import ModelDetails
from playground.backends.local.tasks import open_task
from playground.finetuning.figures import ShareRight
from playground.finetuning.heads.kinds import HEADS, HeadName
from playground.finetuning.heads.rows import AskedPassage, HeadRow, LabelledText, TaggedText, texts_of
from playground.strategies.answers import comparison_key
from playground.types import Delta, Finding, Message

DRAWS = 1000  # of rows, with some of them twice, for an interval
Figure = tuple[float, float, float]  # a value, and its 95 % interval
Found = tuple[Finding, ...]


def measure(model: Any, tokenizer: Any, kind: HeadName, rows: Sequence[HeadRow]) -> dict[str, Figure]:
    """Each measure of a kind over the rows."""
    found = find(model, tokenizer, kind, [text for row in rows for text in texts_of(row)])
    match kind:
        case "classification":
            truths = [row.label for row in rows if isinstance(row, LabelledText)]
            given = [one[0].label for one in found]
            pairs = list(zip(truths, given, strict=True))
            return {
                "Accuracy": share([truth == label for truth, label in pairs]),
                "F1, mean over labels": by_drawing(pairs, mean_f1),
            }
        case "tokens":
            spans = [
                (spans_of(row), {_trimmed(row.text, one) for one in given})
                for row, given in zip(rows, found, strict=True)
                if isinstance(row, TaggedText)
            ]
            return {
                "F1 of spans": by_drawing(spans, span_f1),
                "Texts with every span right": share([truth == given for truth, given in spans]),
            }
        case "answers":
            asked = [row for row in rows if isinstance(row, AskedPassage)]
            answers = [
                (row.answer, row.passage[given[0].start : given[0].end] if given else "")
                for row, given in zip(asked, found, strict=True)
            ]
            return {
                "Answers to the letter": share([comparison_key(a) == comparison_key(b) for a, b in answers]),
                "F1 of words": by_drawing([word_f1(*pair) for pair in answers], lambda some: sum(some) / len(some)),
            }
        case "reward":
            marks = [one[0].probability for one in found]
            return {"Pairs in the right order": share([a > b for a, b in zip(marks[0::2], marks[1::2], strict=True)])}


def find(model: Any, tokenizer: Any, kind: HeadName, texts: Sequence[str]) -> list[Found]:
    """What the model finds in each text, as it does in the app."""
    details = ModelDetails(
        source="", architecture=type(model).__name__, parameters=0, stored="", precision="float32", device="",
        memory_bytes=0, context_length=getattr(model.config, "max_position_embeddings", None), chat=False,
    )  # fmt: skip
    was_learning = model.training
    backend = open_task(HEADS[kind].task, model.eval(), tokenizer, "head", details)
    found = [_findings(backend.stream(Request(messages=(Message("user", text),)))) for text in texts]
    model.train(was_learning)
    return found


def _findings(deltas: Any) -> Found:
    return next((delta.findings for delta in deltas if isinstance(delta, Delta) and delta.findings), ())


def spans_of(row: TaggedText) -> set[tuple[int, int, str]]:
    return {(span.start, span.end, span.label) for span in row.spans}


def _trimmed(text: str, found: Finding) -> tuple[int, int, str]:
    """A span without spaces at its edges, which some tokenizers count to a word."""
    start, end = found.start or 0, found.end or 0
    words = text[start:end]
    return start + len(words) - len(words.lstrip()), end - (len(words) - len(words.rstrip())), found.label


# ------------------------------------------------------------------------------------------------ measures
def share(right: Sequence[bool]) -> Figure:
    """The share that is right, with its score interval."""
    counted = ShareRight(sum(right), len(right))
    return (counted.passed / counted.total, *counted.interval())


def by_drawing(rows: Sequence[Any], statistic: Callable[[Sequence[Any]], float]) -> Figure:
    """A statistic of rows, with the interval that drawing as many of them anew gives (Efron 1979), by a fixed seed."""
    drawn = random.Random(0)
    values = sorted(statistic(drawn.choices(rows, k=len(rows))) for _ in range(DRAWS))
    edge = round(0.025 * DRAWS)
    return statistic(rows), values[edge], values[-edge - 1]


def mean_f1(pairs: Sequence[tuple[str, str]]) -> float:
    """F1 of each label that is there, of pairs of truth and answer; their mean."""
    labels = sorted({truth for truth, _ in pairs})
    scores = []
    for label in labels:
        right = sum(truth == given == label for truth, given in pairs)
        named = sum((truth == label) + (given == label) for truth, given in pairs)
        scores.append(2 * right / named)
    return sum(scores) / len(scores)


def span_f1(pairs: Sequence[tuple[set[Any], set[Any]]]) -> float:
    """F1 over all spans of all texts: a span counts where both ends and its label are right."""
    named = sum(len(truth) + len(given) for truth, given in pairs)
    return 2 * sum(len(truth & given) for truth, given in pairs) / named if named else 1.0


def word_f1(truth: str, given: str) -> float:
    """F1 of the words of two answers (Rajpurkar et al. 2016, arXiv 1606.05250)."""
    wanted, found = (comparison_key(text).split() for text in (truth, given))
    left = list(found)
    common = 0
    for word in wanted:
        if word in left:
            left.remove(word)
            common += 1
    return 2 * common / (len(wanted) + len(found)) if wanted or found else 1.0
