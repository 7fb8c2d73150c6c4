"""Writes the report as Markdown: what was run, what came out, and how sure that is."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from playground.evaluation.datasets.base import DataCard
from playground.evaluation.findings.calibration import calibrate
from playground.evaluation.findings.comparisons import POINTS, ColumnComparison
from playground.evaluation.findings.expectations import check_expectations
from playground.evaluation.findings.frontier import cost_frontier
from playground.evaluation.findings.resampling import VoteCurve
from playground.evaluation.findings.sentences import (
    comparison_sentence,
    disagreement_sentence,
    format_interval,
    format_p,
    format_points,
    format_score,
    items_needed_sentence,
    round_items,
)  # fmt: skip
from playground.evaluation.findings.summary import ColumnSummary
from playground.evaluation.report.answers import some_answers
from playground.evaluation.report.cells import escape_markdown, grid
from playground.evaluation.report.context import ReportContext
from playground.evaluation.results import Table
from playground.evaluation.statistics.power import ALPHA, POWER
from playground.formats import format_count, format_percent
from playground.strategies import STRATEGIES

METHOD = (
    "An interval says where the mean would plausibly lie with very many such items (95 % confidence): Wilson's for "
    "right and wrong, a bootstrap over items for scores; items asked repeatedly count once. A p is the probability "
    "of a difference at least this large if there were none: exact McNemar test for right and wrong on the same items, "
    "sign-flip test over items otherwise. Holm's procedure makes it stricter the more comparisons are made. Below "
    f"{ALPHA:g} a difference is called more than chance explains. The last column says how many items it would take to "
    f"find a true difference of {POINTS} points in {format_percent(POWER)} of such experiments. Intervals are not "
    "widened for the number of comparisons, so one may leave out 0 where Holm's p is not small enough. All this is for "
    "a number of items chosen beforehand: whoever stops as soon as a difference looks large finds some that are "
    "chance."
)


def markdown(
    table: Table,
    summaries: Sequence[ColumnSummary],
    comparisons: Sequence[ColumnComparison],
    curves: Sequence[VoteCurve] = (),
    *,
    card: DataCard | None = None,
    context: ReportContext | None = None,
    figures: Sequence[str] = (),
) -> str:
    """The whole report; `figures` are the names of the files that lie next to it."""
    experiment = table.experiment
    figure_links = {name: f"![{about}]({name})" for name, about in FIGURES.items() if name in figures}
    parts = [
        f"# {escape_markdown(experiment.title) or 'Experiment'}",
        _summary(summaries, comparisons),
        escape_markdown(experiment.about),
        "## What was run",
        *_run(table, summaries, card, context),
        *(_list_prompts(table.columns, context) if context and context.setups else ()),
        "## Results",
        _without_empty_columns(RESULTS, map(_result, summaries)),
        WAITED,
        *(f"- {escape_markdown(disagreement_sentence(summary))}" for summary in summaries if summary.disagree),
        figure_links.get("figures/columns.svg", ""),
        *some_answers(table),
    ]
    if comparisons:
        parts += [
            "## More than chance?",
            *(f"- {escape_markdown(comparison_sentence(comparison))}" for comparison in comparisons),
        ]
        parts += [grid(COMPARED, map(_comparison_line, comparisons)), items_needed_sentence(comparisons), METHOD]
    if checks := check_expectations(table, comparisons):
        parts += [
            "## What was expected",
            *(f"- {'✓' if c.is_met else '✗'} {escape_markdown(c.sentence)}" for c in checks),
        ]
    if curves:
        parts += ["## More paths", PATHS, grid(CURVES, _curves(curves)), figure_links.get("figures/paths.svg", "")]
    if offers := cost_frontier(summaries):
        rows = (
            [escape_markdown(o.column), format_percent(o.mean), f"{o.price:,.0f}", "yes" if o.efficient else ""]
            for o in offers
        )
        parts += ["## What it costs", OFFERS, grid(OFFERED, rows), figure_links.get("figures/tokens.svg", "")]
    if calibrated := list(_calibrations(table)):
        parts += ["## Is its confidence calibrated?", CALIBRATION, grid(CALIBRATED, calibrated)]
    parts += ["## To repeat it", REPEAT]
    return _join(parts)


FIGURES = {
    "figures/columns.svg": "Bars: the mean of each column with its interval",
    "figures/paths.svg": "Lines: the mean against the number of paths that vote",
    "figures/tokens.svg": "Points: the mean of each column against its tokens per answer",
}
PRICES = ("Tokens per answer", "Seconds (many at once)", "Cost per answer")
WAITED = "Seconds are how long an answer took while many others were asked at the same time; alone it would take fewer."
SENT = ("Column", "Model", "Temperature", "Tokens at most (max_tokens)", "Examples", "Wording")
RESULTS = ("Column", "Mean", "95 % interval", "Right", "No answer found", "Failed", *PRICES)
COMPARED = ("Compared", "Difference", "95 % interval", "p", "p after Holm", f"Items to tell {POINTS} points")
CURVES = ("Column", "Paths", "Mean", "95 % interval", "Items")
OFFERED = ("Column", "Mean", "Tokens per answer", "Worth it")
CALIBRATED = ("Column", "Answers", "Mean confidence", "Right", "Expected calibration error", "Brier score")
PATHS = "What a vote among fewer of the stored paths would have reached: the mean over ways to choose them."
OFFERS = "Worth it is a column that scored at all, when no other is as good with fewer tokens, or better with as many."
CALIBRATION = (
    "The confidence is the vote's share for the answer, or the model's own probability of its words. Where it is "
    "calibrated, of the answers given with 80 % four in five are right, and both figures at the end are near 0."
)
REPEAT = (
    "`experiment.yaml` next to this file is the experiment. `python -m playground.experiment experiment.yaml` runs it "
    "again; what its store knows already is not asked twice. `results.csv` and `results.json` hold every answer."
)


def _summary(summaries: Sequence[ColumnSummary], comparisons: Sequence[ColumnComparison]) -> str:
    """What came out, in one line."""
    scored = [(summary.mean, summary) for summary in summaries if summary.mean is not None]
    if not scored:
        return ""
    best, summary = max(scored, key=lambda pair: pair[0])
    show = format_score if summary.right is None else format_percent
    first = [other.column for mean, other in scored if mean == best]
    items, names = format_count(summary.items, "item"), escape_markdown(", ".join(first[:3]))
    sentence = f"**In short.** Best on {items}: {names} ({show(best)})."
    sure = sum(other.significant for other in comparisons)
    of = f"{sure} of {format_count(len(comparisons), 'comparison')}"
    return sentence + (f" More than chance explains: {of}." if comparisons else "")


def _list_prompts(columns: Sequence[str], context: ReportContext) -> Iterable[str]:
    """What each column sends besides the item."""
    rows = (
        (
            escape_markdown(column),
            escape_markdown(replace(setup, model=context.titles.get(setup.model, setup.model)).model_title),
            f"{setup.sampling.temperature:g}",
            str(setup.sampling.max_tokens),
            str(len(setup.task.examples)),
            escape_markdown(setup.task.input),
        )
        for column, setup in zip(columns, context.setups, strict=True)
    )
    yield grid(SENT, rows)


def _run(
    table: Table, summaries: Sequence[ColumnSummary], card: DataCard | None, context: ReportContext | None
) -> Iterable[str]:
    experiment = table.experiment
    data = experiment.data
    repeated = f", {experiment.repetitions} times each" if experiment.repetitions > 1 else ""
    titles = context.titles if context else {}
    models = (" + ".join(filter(None, (titles.get(m.model, m.model), m.adapter))) for m in experiment.models)
    rows = [
        ("Date", context.day.isoformat() if context else ""),
        ("Data", f"{card.title if card else data.name}: {format_count(len(table.items), 'item')}, seed {data.seed}"),
        ("Techniques", "; ".join(t.name or STRATEGIES[t.strategy].title for t in experiment.techniques)),
        ("Models", "; ".join(models) or titles.get("default", "default")),
        ("Sampling", "; ".join(variant.name for variant in experiment.variants)),
        ("Asked", f"{format_count(len(table.columns), 'column')} on every item{repeated}, seed {experiment.seed}"),
        ("Scorer", context.scorer if context else experiment.scorer.name),
        ("Came out", _outcome(table, summaries)),
    ]
    yield grid(("What", "Which"), ([what, escape_markdown(which)] for what, which in rows if which))
    if card:
        about = (("The data", card.about), ("Origin", card.origin), ("Size", card.size), ("Licence", card.licence))
        for what, text in (*about, ("It can show", card.shows), ("It cannot show", card.limits)):
            yield f"**{what}.** {escape_markdown(text)}" if text.strip() else ""


def _outcome(table: Table, summaries: Sequence[ColumnSummary]) -> str:
    scored, failed = sum(s.n for s in summaries), sum(s.failed for s in summaries)
    tokens, calls = sum(s.tokens for s in summaries), sum(s.calls for s in summaries)
    words = f"{scored:,} of {format_count(max(table.total, scored + failed), 'answer')} scored"
    words += f", {failed:,} failed" if failed else ""
    words += f"; {format_count(calls, 'call')}, {format_count(tokens, 'token')}"
    return words if table.status == "done" else f"{words}; the experiment is not complete ({table.status})"


def _result(summary: ColumnSummary) -> Sequence[str]:
    show = format_score if summary.right is None else format_percent
    cost = summary.per_cell(summary.cost)
    return (
        escape_markdown(summary.column),
        "" if summary.mean is None else show(summary.mean),
        "" if summary.low is None or summary.high is None else f"{show(summary.low)} to {show(summary.high)}",
        f"{format_count(summary.n, 'answer')}" if summary.right is None else f"{summary.right:,} of {summary.n:,}",
        str(summary.not_extracted),
        str(summary.failed),
        f"{summary.per_cell(summary.tokens) or 0:,.0f}",
        f"{summary.per_cell(summary.seconds) or 0:.2f}",
        "" if cost is None else f"{cost:.6f}",
    )


def _comparison_line(row: ColumnComparison) -> Sequence[str]:
    names = escape_markdown(f"{row.second} against {row.first}")
    if row.difference is None or row.low is None or row.high is None or row.p is None or row.adjusted is None:
        return (names, *[""] * (len(COMPARED) - 1))
    ps = (format_p(p).removeprefix("p = ").replace("p <", "under") for p in (row.p, row.adjusted))
    return (
        names,
        format_points(row.difference),
        f"{format_interval(row.low, row.high)} points",
        *ps,
        round_items(row.items_needed or 0),
    )


def _curves(curves: Iterable[VoteCurve]) -> Iterable[Sequence[str]]:
    for curve in curves:
        for p in curve.points:
            interval = f"{format_percent(p.low)} to {format_percent(p.high)}"
            yield escape_markdown(curve.label), str(p.paths), format_percent(p.mean), interval, f"{p.items:,}"


def _calibrations(table: Table) -> Iterable[Sequence[str]]:
    for column in table.columns:
        calibration = calibrate(result for result in table.results if result.column == column)
        if calibration:
            confidence = sum(part.n * part.confidence for part in calibration.bins) / calibration.n
            right = sum(part.n * part.right for part in calibration.bins) / calibration.n
            figures = (format_percent(confidence), format_percent(right), f"{calibration.ece:.3f}")
            yield (escape_markdown(column), f"{calibration.n:,}", *figures, f"{calibration.brier:.3f}")


def _without_empty_columns(headers: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table without the columns in which nothing stands."""
    all_rows = list(rows)
    columns = [i for i in range(len(headers)) if any(row[i] for row in all_rows)]
    return grid([headers[i] for i in columns], ([row[i] for i in columns] for row in all_rows))


def _join(parts: Iterable[str]) -> str:
    """Paragraphs, with the points of a list together."""
    text = ""
    for part in filter(None, parts):
        together = part.startswith("- ") and text.rpartition("\n")[2].startswith("- ")
        text += ("\n" if together else "\n\n" if text else "") + part
    return f"{text}\n"
