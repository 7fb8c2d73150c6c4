"""What came of a student's run, as plain values: the answers, and the score with its interval."""

from typing import Any

from playground.classroom import leaderboard
from playground.classroom.items import compared
from playground.classroom.leaderboard import Entry
from playground.classroom.records import Member
from playground.classroom.running import is_complete
from playground.classroom.store import ClassStore
from playground.evaluation.findings.sentences import format_p
from playground.evaluation.results import Result, Table
from playground.formats import format_count, format_percent, format_signed
from playground.ui.classroom import words
from playground.ui.language.texts import AsWritten
from playground.ui.language.translating import translated

LONGEST = 160  # characters of a text in a table


def results_value(table: Table) -> list[dict[str, Any]]:
    """What came of the items that the student sees. A run that was stopped is no look, and shows no scores."""
    complete = is_complete(table)
    inputs = {item.id: item.input for item in table.items}
    by_item: dict[str, dict[str, Result]] = {}
    for result in table.results:
        by_item.setdefault(result.item, {})[result.column] = result
    rows = [
        {
            "head": AsWritten(_short(inputs[item])),
            "cells": [cell for of in table.columns for cell in _answered(found.get(of), complete)],
        }
        for item, found in by_item.items()
    ]
    answers = ["Answer"] if len(table.columns) == 1 else [*map(AsWritten, table.columns)]
    heads = [head for answer in answers for head in (answer, "Score")]
    shown = {"caption": words.ITEMS, "corner": "Item", "columns": heads, "rows": rows}
    return [{**shown, "note": "" if complete else words.NO_SCORES}] if rows else []


def _answered(result: Result | None, complete: bool) -> tuple[str, str]:
    if result is None:
        return "", ""
    answer = AsWritten(_short(result.predicted or result.answer or result.note))
    return answer, _right(result.score) if complete else ""


def done_words(store: ClassStore, member: Member) -> str:
    """The score of the last look, with an interval that counts all looks."""
    seen, last = store.work.looks_by(member.id)
    if last is None:
        return ""
    if (found := last.estimate) is not None:
        ends = {key: format_signed(found[key]) for key in ("difference", "low", "high")}
        assignment = store.classes.of(member.class_id).state.assignment
        first, second = compared(assignment, member.seed) if assignment else ("", "")
        return words.DONE_LABORATORY.format(**ends, p=format_p(found["p"]), first=first, second=second)
    entry = Entry(nickname=member.nickname, mean=last.score.mean, n=last.score.n, looks=seen)
    low, high = leaderboard.interval(entry, 1)
    return words.DONE.format(
        n=entry.n, mean=format_percent(entry.mean), low=format_percent(low), high=format_percent(high),
        looks=format_count(seen, "look"),
        rule=words.LOOKS_RULE,
    )  # fmt: skip


def _right(score: float | None) -> str:
    return translated("failed" if score is None else {1.0: "right", 0.0: "wrong"}.get(score, f"{score:.2f}"))


def _short(text: str) -> str:
    return " ".join(text.split())[:LONGEST]
