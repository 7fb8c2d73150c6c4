"""Writes what probes found as Markdown, for a terminal and for the card of an adapter."""

from collections.abc import Iterable, Iterator, Sequence

from playground.evaluation.report.cells import escape_markdown, grid
from playground.finetuning.probes.figures import ProbeFigure, ProbeResult, describe

HEADERS = ("", "items", "before", "after", "change", "p (Holm)")


def as_markdown(results: Iterable[ProbeResult], level: int = 2) -> str:
    """A section for each: the sentence, a table of its figures with 95 % intervals, examples, and its limits."""
    return "\n".join("\n".join(_section(result, "#" * level)) for result in results)


def _section(result: ProbeResult, mark: str) -> Iterator[str]:
    yield f"{mark} {result.title}\n\n{result.sentence}\n"
    yield grid(HEADERS, map(_cells, result.figures))
    if result.examples:
        yield ""
        yield from _examples(result)
    yield f"\nWhat this cannot show: {result.limits}\n"


def _cells(figure: ProbeFigure) -> Sequence[str]:
    return (
        f"{figure.name} ({figure.unit})",
        f"{figure.n:,}",
        *(describe(estimate, figure.unit) for estimate in (figure.before, figure.after)),
        describe(figure.change, figure.unit, signed=True),
        f"{figure.p:.2g}",
    )


def _examples(result: ProbeResult) -> Iterator[str]:
    """A line for each: what a model wrote is data, and makes no Markdown of its own."""
    for example in result.examples:
        parts = (f"{name}: {escape_markdown(' '.join(value.split()))}" for name, value in example.items())
        yield f"- {'; '.join(parts)}"
