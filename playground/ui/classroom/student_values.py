"""A student's page as plain values."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from playground.classroom import clock
from playground.classroom.assignment import FREE, LABELS, Assignment, sampling_of
from playground.classroom.board import board
from playground.classroom.items import compared
from playground.classroom.leaderboard import Standing
from playground.classroom.records import ENDED, Classroom, Member
from playground.classroom.running import PAUSED
from playground.classroom.store import ClassStore
from playground.evaluation import datasets
from playground.evaluation.plan import Technique
from playground.formats import format_percent
from playground.parameters import parameters
from playground.strategies import STRATEGIES
from playground.types import Sampling
from playground.ui.classroom import words
from playground.ui.handlers import payloads
from playground.ui.language.texts import AsWritten
from playground.ui.language.translating import translated

SAMPLING = ("temperature", "top_p", "max_tokens")
LONGEST = 160  # characters of a text in a table


def field_values(technique: Technique) -> dict[str, Any]:
    """What the fields hold of a technique: nothing where it says nothing."""
    said = {name: technique.sampling.get(name) for name in SAMPLING}
    return {"template": technique.template, "role": technique.task.get("role", ""), **said}


def read_fields(base: Technique, fields: Mapping[str, Any]) -> Technique:
    """The technique with what the fields hold; an empty number is the technique's own. Raises InvalidSetup."""
    role = payloads.words(fields["role"], "role")
    task = {key: part for key, part in base.task.items() if key != "role"}
    sampling = {key: value for key, value in base.sampling.items() if key not in SAMPLING}
    for name in (name for name in SAMPLING if fields[name] is not None):
        known = base.sampling.get(name)  # a browser sends 0 for 0.0, which is no change
        sampling[name] = known if known == fields[name] else fields[name]
    template = payloads.words(fields["template"], "template")
    return replace(base, template=template, task={**task, **({"role": role} if role else {})}, sampling=sampling)


def is_free(classroom: Classroom, field: str) -> bool:
    """Whether a student may change this field."""
    assignment = classroom.state.assignment
    part = "sampling" if field in SAMPLING else "task" if field == "role" else "template"
    return bool(assignment and not assignment.laboratory and part in FREE[assignment.may_change])


def facts(store: ClassStore, classroom: Classroom, member: Member) -> list[dict[str, Any]]:
    """What is fixed, and what the student has left."""
    state = classroom.state
    assignment = state.assignment
    if assignment is None:
        return []
    model = assignment.experiment.models[0].model_title if assignment.experiment.models else "default"
    given = _of_laboratory(assignment, member) if assignment.laboratory else _of_prompt(assignment, member)
    rows = [*given, ("Model (fixed)", model), *left(store, classroom, member)]
    note = (
        "Answers that are known already cost nothing; what you run in other tabs costs tokens, too. When tokens or "
        "time are used up, what was done is kept."
    )
    shown = [{"head": translated(head), "cells": [translated(cell[:LONGEST])]} for head, cell in rows]
    return [{"caption": words.MINE, "corner": "", "columns": [""], "rows": shown, "note": note}]


def _of_laboratory(assignment: Assignment, member: Member) -> list[tuple[str, str]]:
    return [
        ("Items", f"{_data_title(assignment)}: {assignment.seen} of your own"),
        ("You may change", may_change(assignment)),
        ("Techniques compared", AsWritten(" \u00b7 ".join(map(translated, compared(assignment, member.seed))))),
    ]


def _of_prompt(assignment: Assignment, member: Member) -> list[tuple[str, str]]:
    technique = member.draft or assignment.technique
    return [
        ("Items", f"{_data_title(assignment)}: {assignment.seen} seen, {assignment.sealed} sealed"),
        ("You may change", may_change(assignment)),
        ("Technique", STRATEGIES[technique.strategy].title),
        ("Examples shown", str(len(technique.task.get("examples", ())))),
        ("Sampling", _sampling(technique.sampling) or _usual(technique)),
    ]


def _data_title(assignment: Assignment) -> str:
    return datasets.card(assignment.experiment.data.name).title


def left(store: ClassStore, classroom: Classroom, member: Member) -> list[tuple[str, str]]:
    """What the student may still use."""
    limits, assignment = classroom.state.limits, classroom.state.assignment
    unused = max(0, limits.attempts - store.work.submissions_by(member.id))
    is_submitted = assignment is not None and not assignment.laboratory
    return [
        *([("Submissions left", f"{unused} of {limits.attempts}")] if is_submitted else []),
        ("Tokens left", f"{max(0, limits.tokens - member.tokens):,} of {limits.tokens:,}"),
        ("Time left", time_left(classroom.state.end)),
    ]


def may_change(assignment: Assignment) -> str:
    """What of it is the student's own, in words."""
    free = ["nothing: run it"] if assignment.laboratory else [LABELS[part] for part in FREE[assignment.may_change]]
    return AsWritten(", ".join(map(translated, free)))


def line(store: ClassStore, classroom: Classroom, member: Member) -> str:
    """What the student has left, for all tabs; "" while there is nothing to do."""
    state = classroom.state
    if state.assignment is None or state.ended:
        return ""
    facts = [f"{translated(head)}: {translated(said)}" for head, said in left(store, classroom, member)]
    return AsWritten(" \u00b7 ".join([state.title, member.nickname, *facts]))


def time_left(end: float | None) -> str:
    """In whole minutes, so that the page is not drawn anew every second."""
    if end is None:
        return "no end"
    minutes = math.ceil((end - clock.now()) / 60)
    return f"{minutes} min" if minutes > 0 else "over"


def say_state(store: ClassStore, classroom: Classroom, member: Member) -> str:
    """What the student is to know now: the teacher's message as it was written."""
    state = classroom.state
    lines = [
        ENDED if state.ended else "",
        PAUSED if state.paused and not state.ended else "",
        words.NOTHING_YET.format(name=member.nickname) if state.assignment is None and not state.ended else "",
    ]
    said = [*map(translated, lines), state.message, translated(own_sealed(store, classroom, member))]
    return AsWritten(" \u00b7 ".join(filter(None, said)))


def students_board(store: ClassStore, classroom: Classroom) -> list[dict[str, Any]]:
    """The leaderboard, once the teacher shows it; on sealed items once these are open."""
    state = classroom.state
    if not state.board_shown or (state.assignment and state.assignment.laboratory):
        return []
    return board_value(board(store, classroom, sealed=state.sealed_open), sealed=state.sealed_open)


def board_value(places: Sequence[Standing], *, sealed: bool) -> list[dict[str, Any]]:
    """A leaderboard as a table."""
    rows = [
        {
            "head": AsWritten(one.entry.nickname),
            "cells": [
                str(one.place) if one.place == one.last else f"{one.place}\u2013{one.last}",
                format_percent(one.entry.mean),
                translated(f"{format_percent(one.low)} to {format_percent(one.high)}"),
                str(one.entry.looks),
            ],
        }
        for one in places
    ]
    note = words.SEALED_RULE if sealed else words.BOARD_RULE
    columns = ["Place", "Score", "Interval", "Looks"]
    return [{"caption": words.BOARD, "corner": "Student", "columns": columns, "rows": rows, "note": note}]


def own_sealed(store: ClassStore, classroom: Classroom, member: Member) -> str:
    """The student's own sealed score, once the teacher has opened it; or that there is none."""
    last = store.work.last_submission_by(member.id) if classroom.state.sealed_open else None
    if last is None:
        return ""
    if last.sealed is None:
        return words.NOT_SCORED.format(tokens=classroom.state.limits.tokens)
    return f"Your score on {last.sealed.n} sealed items: {format_percent(last.sealed.mean)}."


def projected(store: ClassStore, classroom: Classroom) -> list[dict[str, Any]]:
    """The prompt that the teacher shows to everybody, while its writer agrees."""
    wanted = classroom.state.projected
    shown = store.work.submission(wanted) if wanted else None
    writer = store.members.of(shown.member_id) if shown else None
    if shown is None or writer is None or writer.class_id != classroom.id or not writer.consents:
        return []
    technique = shown.technique
    said = [(words.TEMPLATE, technique.template), (words.SYSTEM, str(technique.task.get("role", "")))]
    rows = [{"head": translated(head), "cells": [AsWritten(text)]} for head, text in said if text]
    caption = AsWritten(f"{translated(words.SHOWN)}: {writer.nickname}")
    return [{"caption": caption, "corner": "", "columns": [""], "rows": rows}]


def _sampling(settings: Mapping[str, Any]) -> str:
    """Settings by the labels of their fields."""
    labels = {p.name: p.label for p in parameters(Sampling)}
    return ", ".join(f"{translated(label)} {settings[name]}" for name, label in labels.items() if name in settings)


def _usual(technique: Technique) -> str:
    return f"the usual, temperature {sampling_of(technique).temperature:g}"
