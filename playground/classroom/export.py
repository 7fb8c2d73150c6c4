"""All that a class has made, as CSV for a school's system and as JSON with everything."""

import json
from typing import Any

from playground.classroom import assignment as assignments
from playground.classroom.board import board
from playground.classroom.records import Classroom, Score
from playground.classroom.store import ClassStore
from playground.csv_text import csv_text
from playground.json_values import as_json

HEADERS = (
    "nickname", "submissions", "looks", "tokens",
    "seen_score", "seen_low", "seen_high", "seen_place", "seen_last_place",
    "sealed_score", "sealed_low", "sealed_high", "sealed_place", "sealed_last_place",
    "difference", "difference_low", "difference_high", "difference_p",
)  # fmt: skip


def scores_csv(store: ClassStore, classroom: Classroom) -> str:
    """A row for each member. Intervals are those of the leaderboard, adjusted for looks; who shares a place has the
    best and the last that the evidence allows. A difference is what a laboratory found."""
    places = [
        {standing.entry.nickname: standing for standing in board(store, classroom, sealed=sealed)}
        for sealed in (False, True)
    ]
    submissions, looks = store.work.count_submissions(classroom.id), store.work.count_looks(classroom.id)
    estimates = store.work.last_estimates(classroom.id)
    rows: list[list[Any]] = []
    for member in store.members.of_class(classroom.id):
        row: list[Any] = [
            member.nickname,
            submissions.get(member.id, 0),
            looks.get(member.id, 0),
            member.tokens,
        ]
        for by_name in places:
            one = by_name.get(member.nickname)
            numbers = [one.entry.mean, one.low, one.high] if one else []
            row += [*(round(n, 4) for n in numbers), one.place, one.last] if one else [""] * 5
        estimate = estimates.get(member.id, {})
        row += [round(estimate[key], 4) if key in estimate else "" for key in ("difference", "low", "high", "p")]
        rows.append(row)
    return csv_text(HEADERS, rows)


def everything_json(store: ClassStore, classroom: Classroom) -> str:
    """The class with its assignment, members, looks and submissions. No secret is in it: none is kept."""
    state = classroom.state
    looks, submissions = store.work.looks_of(classroom.id), store.work.submissions_of(classroom.id)
    members = store.members.of_class(classroom.id)  # after them: of whoever has joined meanwhile too
    names = {member.id: member.nickname for member in members}
    last = {one.member_id: one.id for one in submissions}
    whole = {
        "title": state.title,
        "assignment": assignments.to_dict(state.assignment) if state.assignment else None,
        "limits": as_json(state.limits),
        "members": [
            {"nickname": member.nickname, "tokens": member.tokens, "draft": as_json(member.draft)} for member in members
        ],
        "looks": [
            {
                "nickname": names[look.member_id],
                "made": look.made,
                "technique": as_json(look.technique),
                "score": _score(look.score),
                "estimate": look.estimate,
            }
            for look in looks
            if look.member_id in names  # and was not removed meanwhile
        ],
        "submissions": [
            {
                "nickname": names[one.member_id],
                "number": one.number,
                "counts": one.id == last[one.member_id],
                "made": one.made,
                "technique": as_json(one.technique),
                "seen": _score(one.seen),
                "sealed": _score(one.sealed),
            }
            for one in submissions
            if one.member_id in names
        ],
    }
    return json.dumps(whole, ensure_ascii=False, indent=1)


def _score(score: Score | None) -> Any:
    return {"mean": score.mean, "by_item": dict(score.by_item)} if score else None
