"""Checks an experiment's expectations against its results."""

from collections.abc import Sequence
from dataclasses import dataclass

from playground.errors import InvalidSetup
from playground.evaluation.findings.comparisons import ColumnComparison, compare
from playground.evaluation.findings.sentences import comparison_sentence, format_score, one_line
from playground.evaluation.findings.summary import ColumnSummary, summaries
from playground.evaluation.plan import Expectation, Experiment
from playground.evaluation.results import Table
from playground.formats import format_count, format_percent

HELD = {True: "held", False: "not held"}


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectationCheck:
    """One expectation, whether it held, and why, in a sentence."""

    expectation: Expectation
    is_met: bool
    sentence: str


def validate(experiment: Experiment, columns: Sequence[str]) -> None:
    """Raises InvalidSetup for an expectation about a column that is not there, or one that expects nothing."""
    for i, expectation in enumerate(experiment.expectations):
        for field in ("column", "better_than"):
            name = getattr(expectation, field)
            if name not in columns and not (field == "better_than" and not name):
                raise InvalidSetup(
                    f"There is no column {name!r} in this experiment. Its columns: {', '.join(map(repr, columns))}.",
                    path=("expectations", i, field),
                )
        if expectation.column == expectation.better_than:
            raise InvalidSetup("A column cannot be better than itself.", path=("expectations", i, "better_than"))
        if expectation.at_least is None and not expectation.better_than:
            raise InvalidSetup(
                "Nothing is expected here: give at_least (0 to 1), better_than (a column), or both.",
                path=("expectations", i),
            )


def check_expectations(
    table: Table, comparisons: Sequence[ColumnComparison] | None = None
) -> tuple[ExpectationCheck, ...]:
    """Every expectation against the results, a mean and a comparison apart where one states both.

    `comparisons` are those made of this table, by default `compare(table)`: their p's are adjusted for each other.
    Raises InvalidSetup as `validate` does.
    """
    validate(table.experiment, table.columns)
    if not table.experiment.expectations:
        return ()
    summary_by_column = {summary.column: summary for summary in summaries(table)}
    comparison_by_pair = {
        frozenset((c.first, c.second)): c for c in (compare(table) if comparisons is None else comparisons)
    }
    checks = []
    for expectation in table.experiment.expectations:
        if expectation.at_least is not None:
            checks.append(_at_least(expectation, expectation.at_least, summary_by_column[expectation.column]))
        if expectation.better_than:
            pair = frozenset((expectation.column, expectation.better_than))
            checks.append(_better(expectation, comparison_by_pair[pair]))
    return tuple(checks)


def _at_least(expectation: Expectation, least: float, summary: ColumnSummary) -> ExpectationCheck:
    name = one_line(summary.column)
    if summary.mean is None or summary.low is None or summary.high is None:
        return ExpectationCheck(expectation=expectation, is_met=False, sentence=f"{name} has no score: not held.")
    show = format_score if summary.right is None else format_percent
    # A mean of 0.3 may be a hair less in binary: no one would call that missed.
    is_met = summary.mean >= least - 1e-9
    sentence = (
        f"{name} reached {show(summary.mean)} (95 % interval {show(summary.low)} to {show(summary.high)}); "
        f"at least {show(least)} was expected: {HELD[is_met]}."
    )
    if summary.failed:
        sentence = f"{sentence} {format_count(summary.failed, 'answer')} without a score left out."
    return ExpectationCheck(expectation=expectation, is_met=is_met, sentence=sentence)


def _better(expectation: Expectation, comparison: ColumnComparison) -> ExpectationCheck:
    better = comparison.difference is not None and (comparison.difference > 0) == (
        comparison.second == expectation.column
    )
    is_met = comparison.significant and better
    name, other = one_line(expectation.column), one_line(expectation.better_than)
    sentence = f"{name} was expected to be better than {other}: {HELD[is_met]}."
    sentence = f"{sentence} {comparison_sentence(comparison, marked=True)}"
    return ExpectationCheck(expectation=expectation, is_met=is_met, sentence=sentence)
