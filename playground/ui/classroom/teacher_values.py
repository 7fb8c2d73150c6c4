"""The teacher's page as plain values."""

from collections.abc import Mapping
from typing import Any

from playground.classroom import laboratory
from playground.classroom.board import board
from playground.classroom.laboratory import Estimate, Pooled
from playground.classroom.records import Classroom, Submission
from playground.classroom.running import without_score
from playground.classroom.store import ClassStore
from playground.evaluation.differences import are_too_long, differences
from playground.evaluation.findings.sentences import format_p
from playground.evaluation.plan import Technique
from playground.evaluation.statistics.power import ALPHA
from playground.formats import format_count, format_percent, format_signed
from playground.json_values import as_json
from playground.strategies import STRATEGIES
from playground.ui.classroom import words
from playground.ui.classroom.student_values import board_value, time_left
from playground.ui.language.texts import AsWritten
from playground.ui.language.translating import translated


def head(classroom: Classroom) -> str:
    """The class and what it does now."""
    state = classroom.state
    given = state.assignment
    doing = "ended" if state.ended else "paused" if state.paused else "open"
    about = f"{given.experiment.title} \u00b7 time left: {time_left(state.end)}" if given else "no assignment yet"
    return AsWritten(f"{state.title} \u00b7 {translated(doing)} \u00b7 {translated(about)}")


def present(store: ClassStore, classroom: Classroom) -> list[dict[str, Any]]:
    """Who is there, what runs, and what is left to each."""
    submitted = store.work.count_submissions(classroom.id)
    limits, given = classroom.state.limits, classroom.state.assignment
    is_submitted = not (given and given.laboratory)
    rows = []
    for member in store.members.of_class(classroom.id):
        doing = store.progress(member) or ("there" if store.is_there(member.id) else "away")
        left = f"{max(0, limits.tokens - member.tokens):,}"
        times = [translated(f"{submitted.get(member.id, 0)} of {limits.attempts}")] if is_submitted else []
        rows.append({"head": AsWritten(member.nickname), "cells": [translated(doing), left, *times]})
    columns = ["Now", "Tokens left", *(["Submitted"] if is_submitted else [])]
    return [{"caption": format_count(len(rows), "student"), "corner": "Student", "columns": columns, "rows": rows}]


def names(store: ClassStore, classroom: Classroom) -> list[tuple[str, int]]:
    """The students to choose from."""
    return [(AsWritten(nickname), id) for id, nickname in store.members.nicknames(classroom.id).items()]


def places(store: ClassStore, classroom: Classroom) -> list[dict[str, Any]]:
    """The leaderboard, as the teacher sees it before anybody else."""
    sealed = classroom.state.sealed_open
    standing = board(store, classroom, sealed=sealed)
    return board_value(standing, sealed=sealed) if standing else []


def scores(store: ClassStore, classroom: Classroom) -> dict[str, list[float]]:
    """The means of all counting submissions: on the seen items, and on the sealed ones once these are open."""
    kinds = {"Items seen": False, **({"Sealed items": True} if classroom.state.sealed_open else {})}
    return {name: [one.entry.mean for one in board(store, classroom, sealed=sealed)] for name, sealed in kinds.items()}


def laboratories(store: ClassStore, classroom: Classroom) -> tuple[list[Estimate], Pooled]:
    """Everybody's estimate, and all together."""
    names, found = store.members.nicknames(classroom.id), store.work.last_estimates(classroom.id)
    kept = {names[of]: one for of, one in found.items() if of in names}
    return [laboratory.read_estimate(name, one) for name, one in kept.items()], laboratory.pool(kept)


def laboratory_words(estimates: list[Estimate], pooled: Pooled) -> str:
    """What the class found, and who found it by luck."""
    whole = pooled.estimate
    if whole is None:
        return ""
    lucky = words.LUCKY.format(names=", ".join(pooled.by_luck)) if pooled.by_luck else words.NOT_LUCKY
    ends = {key: format_signed(getattr(whole, key)) for key in ("difference", "low", "high")}
    return words.LABS.format(
        **ends, p=format_p(whole.p), n=whole.n, students=len(estimates),
        significant=sum(e.significant for e in estimates),
        expected=f"{ALPHA * len(estimates):.1f}", lucky=lucky,
    )  # fmt: skip


def prompts(store: ClassStore, classroom: Classroom) -> list[dict[str, Any]]:
    """The last submission of each, with what differs from where all began."""
    assignment = classroom.state.assignment
    if assignment is None:
        return []
    last = store.work.last_submissions(classroom.id)
    nicknames = store.members.nicknames(classroom.id)  # after them: of whoever has joined meanwhile too
    return [_prompt(nicknames[of], one, assignment.technique) for of, one in last.items() if of in nicknames]


def _prompt(nickname: str, submission: Submission, begun: Technique) -> dict[str, Any]:
    before, now = _text(begun), _text(submission.technique)
    if are_too_long(before, now):
        segments = [{"text": now, "change": "same"}]
    else:
        segments = [{"text": one.text, "change": one.change} for one in differences(before, now)]
    return {"title": AsWritten(nickname), "facts": translated(_facts(submission)), "segments": segments}


def left_out(store: ClassStore, classroom: Classroom) -> str:
    """Whose submissions have no score though the sealed ones are open; "" where all have one."""
    names = store.members.nicknames(classroom.id)
    dear = [names[one.member_id] for one in without_score(store, classroom) if one.member_id in names]
    return words.LEFT_OUT.format(tokens=classroom.state.limits.tokens, names=", ".join(dear)) if dear else ""


def _facts(submission: Submission) -> str:
    number, seen, sealed = submission.number, submission.seen, submission.sealed
    if seen and sealed:
        return f"number {number}, seen {format_percent(seen.mean)}, sealed {format_percent(sealed.mean)}"
    if seen:
        return f"number {number}, seen {format_percent(seen.mean)}"
    if sealed:
        return f"number {number}, not run yet, sealed {format_percent(sealed.mean)}"
    return f"number {number}, not run yet"


def _text(technique: Technique) -> str:
    """All of a technique that is words or settings, one below the other."""
    parts = [STRATEGIES[technique.strategy].title, str(technique.task.get("role", "")), technique.template]
    others = [_part(name, as_json(part)) for name, part in {**technique.task, **technique.options}.items()]
    return "\n".join(filter(None, [*parts, *others, _settings(technique.sampling)]))


def _part(name: str, part: Any) -> str:
    """A part of a task or an option; of rows such as examples each in a line."""
    if name == "role":
        return ""
    if not isinstance(part, list):
        return f"{name} {part}"
    rows = [" | ".join(map(str, one.values())) if isinstance(one, Mapping) else str(one) for one in part]
    return "\n".join([f"{name}:", *rows]) if rows else ""


def _settings(sampling: Mapping[str, Any]) -> str:
    return ", ".join(f"{name} {value}" for name, value in sorted(sampling.items()))
