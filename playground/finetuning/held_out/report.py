"""Writes what the sealed part said as Markdown, for a terminal and for the card of an adapter."""

from collections.abc import Iterator

from playground.evaluation.findings.sentences import format_score
from playground.evaluation.report.cells import escape_markdown, grid
from playground.evaluation.scorers import SCORERS
from playground.finetuning.held_out.judging import HeldOutResult, HeldOutScore
from playground.formats import format_count, format_percent

HEADERS = ("Asked", "Weights", "Score", "95 % interval", "Tokens an answer")


def as_markdown(result: HeldOutResult, level: int = 2) -> str:
    """A section: what was asked, the table, and sentences."""
    items = max((score.items for score in result.scores), default=0)
    title = f"{'#' * level} On {format_count(items, 'sealed item')}: {escape_markdown(result.title)}"
    head = f"{title}\n\nScored by: {result.scorer}.\n"
    rows = grid(HEADERS, (cells_of(score) for score in result.scores))
    return "\n".join([head, rows, "", *(f"- {sentence}" for sentence in all_sentences(result)), ""])


def cells_of(score: HeldOutScore) -> tuple[str, ...]:
    """A column as a row of the table."""
    weights = "learned" if score.learned else "base"
    return (score.asked, weights, score_text(score), interval_text(score), f"{score.tokens:,.0f}")


def score_text(score: HeldOutScore) -> str:
    if score.mean is None:
        return "no answer"
    if score.right is None:
        return format_score(score.mean)
    return f"{format_percent(score.mean)} ({score.right} of {score.items})"


def interval_text(score: HeldOutScore) -> str:
    if score.low is None or score.high is None:
        return "\u2013"
    show = format_score if score.right is None else format_percent
    return f"{show(score.low)} to {show(score.high)}"


def all_sentences(result: HeldOutResult) -> Iterator[str]:
    """What is said of the scores, of the comparison, and of what limits it."""
    yield from (scorer.about for scorer in SCORERS.values() if scorer.title == result.scorer)
    yield from result.sentences
    if result.tries:
        yield (
            f"The best of {result.tries} prompts was chosen for the base, on the validation part: no sealed item had a "
            "say in it."
        )
    if result.left_out:
        yield f"{format_count(result.left_out, 'item')} left out, for they were learned or cannot be asked so."
    if result.beyond:
        most = max((score.items for score in result.scores), default=0)
        yield f"{format_count(result.beyond, 'item')} more not asked: at most {most:,} are."
    if result.looks > 1:
        yield (
            f"This sealed part has been looked at {result.looks} times: whoever keeps the best of several looks keeps "
            "luck with it. Seal other rows for the last word."
        )
