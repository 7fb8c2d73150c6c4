"""An experiment -> how far it is, what it would take, and what may be said of it. Pure functions to plain values."""

from collections.abc import Sequence
from typing import Any

from playground.evaluation.findings.comparisons import ColumnComparison
from playground.evaluation.findings.expectations import ExpectationCheck
from playground.evaluation.findings.sentences import comparison_sentence, items_needed_sentence
from playground.evaluation.plan import Experiment
from playground.evaluation.results import Table
from playground.evaluation.running.estimate import Estimate
from playground.formats import format_count, format_duration
from playground.strategies import Calls
from playground.ui.language.texts import AsWritten
from playground.ui.language.translating import translated
from playground.ui.run_view.measures import counted_calls, dollars
from playground.ui.widgets.status import status

PHASES = {"running": "Running", "done": "Done", "stopped": "Stopped", "failed": "Failed"}


def unasked_value(title: str, about: str) -> dict[str, Any]:
    """What is said of an experiment before it is run."""
    return {**status("empty"), "facts": "", "title": AsWritten(title), "note": AsWritten(about)}


def status_value(experiment: Experiment, table: Table | None, waiting: bool = False) -> dict[str, Any]:
    """Title, phase, progress and what to know. Without a table nothing has been run yet."""
    value = unasked_value(experiment.title, experiment.about)
    if waiting:
        value |= status("running", "Getting ready", share=0.0)
    if table is None:
        return value
    busy = table.status == "running"
    return {
        **value,
        **status(
            table.status,
            PHASES[table.status],
            share=(len(table.results) / table.total if table.total else 0.0) if busy else None,
            error=table.message if table.status == "failed" else "",
            # Announced when it changes, so without numbers that tick.
            spoken=f"{experiment.title}. {PHASES[table.status]}.",
        ),
        "facts": " \u00b7 ".join(_facts(table)),
        "note": table.message if table.status != "failed" and table.message else AsWritten(experiment.about),
    }


def _facts(table: Table) -> list[str]:
    facts = [f"{len(table.results):,} of {format_count(table.total, 'answer')}"]
    if table.stored_count:
        facts.append(f"{table.stored_count:,} already known")
    if table.status != "running":
        return facts
    if table.rate:
        facts.append(f"{table.rate:.1f} per second" if table.rate < 10 else f"{table.rate:,.0f} per second")
    if table.remaining is not None:
        facts.append(f"about {format_duration(table.remaining)} left")
    return facts


def estimate_text(found: Estimate) -> str:
    """What a run would take, in a line or two."""
    if found.stored_count == found.cells:
        return f"All {format_count(found.cells, 'answer')} are already known: running it shows them and asks nothing."
    tokens = format_count(_roughly(found.prompt_tokens + found.completion_tokens), "token", estimated=True)
    calls = counted_calls(Calls(found.calls, None if found.at_least else found.calls))
    answers = format_count(found.cells, "answer")
    if found.stored_count:
        answers = f"{answers}, {found.stored_count:,} of them already known"
    parts = [answers, calls, tokens]
    takes = [] if found.seconds is None else [format_duration(found.seconds)]
    takes += [] if found.cost is None else [dollars(found.cost)]
    parts += [f"at least {one}" if found.at_least else f"about {one}" for one in takes]
    return " ".join([" \u00b7 ".join(parts) + ".", *found.notes])


def _roughly(count: int) -> int:
    """Two digits of it: the rest would be made up."""
    return round(count, 2 - len(str(count)))


# --------------------------------------------------------------------------------------- what may be said
def sentences_value(
    table: Table | None, comparisons: Sequence[ColumnComparison], checks: Sequence[ExpectationCheck] = ()
) -> dict[str, Any]:
    """Every comparison in one plain sentence, those that show a difference first; then what was expected."""
    value: dict[str, Any] = {"title": translated("What this shows") if table else "", "lead": "", "sentences": []}
    if table is None:
        return value
    if table.status == "running":
        lead = (
            "Differences are tested once all answers are there: stopping as soon as one looks large would find "
            "differences that are chance."
        )
        return {**value, "lead": translated(lead)}
    if not comparisons:
        return {**value, "lead": translated("There is one column, so there is nothing to compare it with.")}
    if all(c.difference is None for c in comparisons):
        return {
            **value,
            "lead": translated("Nothing can be compared: no item has a score in both columns of any pair."),
        }
    early = "" if table.status == "done" else "Not all answers are there: this is of the items asked in both columns."
    lead = f"{format_count(len(comparisons), 'comparison')} on the same items, corrected for their number (Holm)."
    lead = " ".join(filter(None, [early, lead, items_needed_sentence(comparisons)]))
    said = [_finding(c) for c in sorted(comparisons, key=lambda c: not c.significant)]
    return {**value, "lead": translated(lead), "sentences": [*said, *map(_check_value, checks)]}


def _finding(c: ColumnComparison) -> dict[str, str]:
    kind, mark = ("shown", "More than chance explains") if c.significant else ("open", "Not enough evidence")
    return {"kind": kind, "mark": translated(mark), "text": translated(comparison_sentence(c, marked=True))}


def _check_value(check: ExpectationCheck) -> dict[str, str]:
    kind, mark = ("held", "Expected, held") if check.is_met else ("missed", "Expected, not held")
    return {"kind": kind, "mark": translated(mark), "text": translated(check.sentence)}
