"""Shows a few items with what every column answered: figures alone do not tell what went wrong."""

from collections.abc import Iterable, Sequence

from playground.evaluation.findings.summary import ItemRow, by_item
from playground.evaluation.report.cells import escape_markdown, grid
from playground.evaluation.results import Result, Table

SHOWN = 3  # items
LONGEST = 300  # characters of a text; results.csv has all of it
HEADERS = ("Column", "Answer", "Read as", "Came out")
ABOUT = (
    "The items on which the columns differ most, with the first answer of each column; `results.csv` has all of them."
)


def some_answers(table: Table) -> Iterable[str]:
    """Paragraphs and tables, none of them where nothing was answered."""
    known = [row for row in by_item(table) if any(score is not None for score in row.scores)]
    if not known:
        return
    yield "## Some answers"
    yield ABOUT
    for row in sorted(known, key=lambda row: -row.spread)[:SHOWN]:
        expected = f" Expected: {_short(row.item.references[0])}" if row.item.references else ""
        yield f"**{escape_markdown(row.item.id)}.** {_short(row.item.input)}{expected}"
        yield grid(HEADERS, _rows(table.columns, row))


def _rows(columns: Sequence[str], row: ItemRow) -> Iterable[Sequence[str]]:
    for column, cells in zip(columns, row.cells, strict=True):
        if cells:
            first = min(cells, key=lambda cell: cell.repetition)
            read = "" if first.predicted in ("", first.answer) else _short(first.predicted)
            yield escape_markdown(column), _short(first.answer), read, _outcome(first)


def _outcome(cell: Result) -> str:
    if cell.outcome == "failed" or cell.score is None:
        return "failed"
    if not cell.extracted:
        return "no answer found"
    return {0.0: "wrong", 1.0: "right"}.get(cell.score, f"score {cell.score:.2f}")


def _short(text: str) -> str:
    return escape_markdown(text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}\u2026") or "(nothing)"
