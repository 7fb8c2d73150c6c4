"""Checks an experiment's expectations against its results."""

from collections.abc import Sequence
from dataclasses import dataclass

from playground.errors import InvalidSetup
from playground.evaluation.findings.comparisons import Comparison, compare
from playground.evaluation.findings.sentences import comparison, line, score
from playground.evaluation.findings.summary import Summary, summaries
from playground.evaluation.plan import Expectation, Experiment
from playground.evaluation.results import Table
from playground.formats import format_count, format_percent


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One expectation, whether it held, and why, in a sentence."""

    expectation: Expectation
    held: bool
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


def check(table: Table, comparisons: Sequence[Comparison] | None = None) -> tuple[Check, ...]:
    """Every expectation against the results, a mean and a comparison apart where one states both.

    `comparisons` are those made of this table, by default `compare(table)`: their p's are adjusted for each other.
    Raises InvalidSetup as `validate` does.
    """
    validate(table.experiment, table.columns)
    if not table.experiment.expectations:
        return ()
    known = {summary.column: summary for summary in summaries(table)}
    made = {frozenset((c.first, c.second)): c for c in (compare(table) if comparisons is None else comparisons)}
    checks = []
    for expectation in table.experiment.expectations:
        if expectation.at_least is not None:
            checks.append(_at_least(expectation, expectation.at_least, known[expectation.column]))
        if expectation.better_than:
            pair = frozenset((expectation.column, expectation.better_than))
            checks.append(_better(expectation, made[pair]))
    return tuple(checks)


def _at_least(expectation: Expectation, least: float, summary: Summary) -> Check:
    name = line(summary.column)
    if summary.mean is None or summary.low is None or summary.high is None:
        return Check(expectation=expectation, held=False, sentence=f"{name} has no score: not held.")
    show = score if summary.right is None else format_percent
    # A mean of 0.3 may be a hair less in binary: no one would call that missed.
    held = summary.mean >= least - 1e-9
    sentence = (
        f"{name} reached {show(summary.mean)} (95 % interval {show(summary.low)} to {show(summary.high)}); "
        f"at least {show(least)} was expected: {'held' if held else 'not held'}."
    )
    if summary.failed:
        sentence += f" {format_count(summary.failed, 'answer')} without a score left out."
    return Check(expectation=expectation, held=held, sentence=sentence)


def _better(expectation: Expectation, found: Comparison) -> Check:
    better = found.difference is not None and (found.difference > 0) == (found.second == expectation.column)
    held = found.significant and better
    name, other = line(expectation.column), line(expectation.better_than)
    sentence = f"{name} was expected to be better than {other}: {'held' if held else 'not held'}. {comparison(found)}"
    return Check(expectation=expectation, held=held, sentence=sentence)
