"""Writes a comparison as Markdown."""

from collections.abc import Iterator

from playground.evaluation.findings.sentences import comparison_sentence, format_score
from playground.evaluation.report.cells import grid
from playground.finetuning.prompt_or_tune.costs import Prices, break_even_sentence, prices_here, prices_sentence
from playground.finetuning.prompt_or_tune.known import Compared
from playground.finetuning.prompt_or_tune.ways import Way, best_of
from playground.formats import format_count, format_duration, format_percent

HEADERS = ("Way", "Score", "95 % interval", "Tokens an answer", "Examples needed", "Training")
CHOSEN_HERE = "Both were chosen as the best of several by these same items, which flatters them a little."


def as_markdown(known: Compared, prices: Prices | None = None) -> str:
    """The table of all ways that are known, and what follows from it."""
    lines = [grid(HEADERS, map(cells_of, known.ways)), ""]
    return "\n".join([*lines, *(f"- {sentence}" for sentence in sentences(known, prices))])


def cells_of(way: Way) -> tuple[str, ...]:
    """A way as a row of the table."""
    return (way.name, score_text(way), interval_text(way), f"{way.tokens:,.0f}", examples_text(way), training_text(way))


def score_text(way: Way) -> str:
    if way.mean is None:
        return "no answer"
    return format_score(way.mean) if way.right is None else f"{format_percent(way.mean)} ({way.right} of {way.items})"


def interval_text(way: Way) -> str:
    if way.low is None or way.high is None:
        return "\u2013"
    show = format_score if way.right is None else format_percent
    return f"{show(way.low)} to {show(way.high)}"


def examples_text(way: Way) -> str:
    return f"{way.preparation.examples:,}" if way.preparation.examples else "none"


def training_text(way: Way) -> str:
    return format_duration(way.preparation.training_seconds) if way.preparation.training_seconds else "none"


def sentences(known: Compared, prices: Prices | None = None) -> Iterator[str]:
    """From when on tuning is cheaper, whether the best of both kinds differ, and what else is to be known."""
    prompted, tuned = best_of(known.ways, tuned=False), best_of(known.ways, tuned=True)
    if prompted and tuned:
        taken = prices or prices_here(known.ways)
        yield f"{break_even_sentence(prompted, tuned, taken)} {prices_sentence(taken)}"
        pair = next((one for one in known.comparisons if {one.first, one.second} == {prompted.name, tuned.name}), None)
        if pair:
            yield f"{comparison_sentence(pair)} {CHOSEN_HERE}"
    if known.prompt:
        found = known.prompt
        yield (
            f"The best of {found.tries} prompts was found on {format_count(found.items, 'item')} that are neither "
            f"asked here nor learned: it scored {format_percent(found.mean)} there. Being the best of "
            "several, that figure flatters it; the one in the table does not."
        )
    if known.left_out:
        items = format_count(known.left_out, "item")
        yield f"{items} of the sealed part left out, for a training would have seen them."
