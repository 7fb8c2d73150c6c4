"""Writes the files of a report: pages, figures, and results as CSV, JSON and YAML.

answers.py   Shows a few items with what every column answered: figures alone do not tell what went wrong
cells.py     Texts as Markdown that reads as they are, and tables of them
context.py   Facts that a report states besides its table, such as date, scorer and prompts
cells.py     Texts as Markdown that reads as they are, and tables of them
figures.py   Draws the figures of a report as SVG
outcome.py   Makes a report of a finished experiment, with the models' titles and a scorer
page.py      Makes one HTML page of the report, with its figures inside
text.py      Writes the report as Markdown: what was run, what came out, and how sure that is
"""

import dataclasses
import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from typing import Any

from playground.csv_text import csv_text
from playground.evaluation.datasets.base import DataCard
from playground.evaluation.findings.comparisons import Against, ColumnComparison, compare
from playground.evaluation.findings.frontier import cost_frontier
from playground.evaluation.findings.resampling import Grade, VoteCurve, vote_curves
from playground.evaluation.findings.sentences import with_sentence
from playground.evaluation.findings.summary import ColumnSummary, summaries
from playground.evaluation.report import figures, page, text
from playground.evaluation.report.context import ReportContext
from playground.evaluation.results import Table
from playground.evaluation.scorers import Judge

CELL = 32_000  # characters a spreadsheet's cell holds, nearly
FIELDS = (
    *("column", "item", "repetition", "outcome", "input", "reference", "answer", "predicted", "score", "right"),
    *("extracted", "note", "judge_disagrees", "confidence", "paths", "calls", "prompt_tokens", "completion_tokens"),
    *("seconds", "cost", "key"),
)


def report_files(
    table: Table,
    *,
    plan: str,
    card: DataCard | None = None,
    context: ReportContext | None = None,
    grade: Grade | None = None,
    against: Against = "first",
) -> dict[str, bytes]:
    """Every file of the report by its name in the folder, `report.html` first.

    `context` is what the table itself does not know. `plan` is the experiment as YAML.
    `grade(answer, item)` scores one path's answer, where votes were counted.
    """
    column_summaries, comparisons = summaries(table), compare(table, against)
    paths = vote_curves(table, grade) if grade else ()
    svg_by_name = _figures(column_summaries, paths)
    markdown = text.markdown(
        table, column_summaries, comparisons, paths, card=card, context=context, figures=tuple(svg_by_name)
    )
    text_by_name = {
        "report.html": page.html(markdown, svg_by_name, title=table.experiment.title),
        "report.md": markdown,
        **svg_by_name,
        "results.csv": csv(table),
        "results.json": dump_results(table, column_summaries, comparisons),
        "experiment.yaml": plan,
    }
    # A server may answer with half a surrogate pair, which no file can hold.
    return {name: content.encode("utf-8", "replace") for name, content in text_by_name.items()}


def pack(content_by_name: Mapping[str, bytes]) -> bytes:
    """These files as one zip archive; the same files give the same bytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in content_by_name.items():
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def csv(table: Table) -> str:
    """One row a cell, safe to open in a spreadsheet."""
    items = {item.id: item for item in table.items}
    has_judge = table.experiment.scorer.name == Judge.name

    def row(result: Any) -> list[Any]:
        item = items[result.item]
        more = {
            "input": item.input,
            "reference": next(iter(item.references), ""),
            "judge_disagrees": result.disagree if has_judge else "",
            "paths": " | ".join("" if path.answer is None else path.answer for path in result.paths),
        }
        return [_short(more[name] if name in more else getattr(result, name)) for name in FIELDS]

    return csv_text(FIELDS, map(row, table.results))


def dump_results(
    table: Table, column_summaries: Sequence[ColumnSummary], comparisons: Sequence[ColumnComparison]
) -> str:
    """All there is, as JSON: the table with its experiment and items, and what is said of it."""
    whole = {**_fields(table), "summary": column_summaries, "comparisons": [*map(with_sentence, comparisons)]}
    return json.dumps(whole, default=_fields, ensure_ascii=False, indent=1)


def _figures(column_summaries: Sequence[ColumnSummary], paths: Sequence[VoteCurve]) -> dict[str, str]:
    svg_by_name = {}
    if any(summary.n for summary in column_summaries):
        svg_by_name["figures/columns.svg"] = figures.columns(column_summaries)
    if paths:
        svg_by_name["figures/paths.svg"] = figures.paths(paths)
    if offers := cost_frontier(column_summaries):
        svg_by_name["figures/tokens.svg"] = figures.offers(offers)
    return svg_by_name


def _short(value: Any) -> Any:
    return f"{value[:CELL]}…" if isinstance(value, str) and len(value) > CELL else value


def _fields(value: Any) -> dict[str, Any]:
    """What json cannot write itself: a dataclass, or a mapping that is no dict."""
    if isinstance(value, Mapping):
        return dict(value)
    return {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
