"""Rows of the file of classes: its tables, and what a row says as data."""

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import fields
from sys import intern
from typing import Any

from playground.classroom import assignment as assignments
from playground.classroom.assignment import Limits
from playground.classroom.records import ClassState, Look, Member, Score, Submission
from playground.errors import StoreFailed
from playground.evaluation.plan import Technique
from playground.json_values import as_json

VERSION = 1
SAME = {0.0: 0.0, 1.0: 1.0}
TABLES = (
    """CREATE TABLE IF NOT EXISTS classes (id INTEGER PRIMARY KEY AUTOINCREMENT, code TEXT UNIQUE NOT NULL,
    teacher TEXT NOT NULL, state TEXT NOT NULL) STRICT""",
    """CREATE TABLE IF NOT EXISTS members (id INTEGER PRIMARY KEY AUTOINCREMENT, class_id INTEGER NOT NULL,
    nickname TEXT NOT NULL, folded TEXT NOT NULL, secret TEXT NOT NULL, seed INTEGER NOT NULL,
    tokens INTEGER NOT NULL DEFAULT 0, consents INTEGER NOT NULL DEFAULT 0, draft TEXT,
    UNIQUE (class_id, folded)) STRICT""",
    "CREATE INDEX IF NOT EXISTS seats ON members (secret)",
    """CREATE TABLE IF NOT EXISTS looks (id INTEGER PRIMARY KEY AUTOINCREMENT, member_id INTEGER NOT NULL,
    made REAL NOT NULL, technique TEXT NOT NULL, score TEXT NOT NULL, estimate TEXT) STRICT""",
    """CREATE TABLE IF NOT EXISTS submissions (id INTEGER PRIMARY KEY AUTOINCREMENT, member_id INTEGER NOT NULL,
    number INTEGER NOT NULL, made REAL NOT NULL, technique TEXT NOT NULL, seen TEXT, sealed TEXT) STRICT""",
    "CREATE INDEX IF NOT EXISTS looks_of ON looks (member_id)",
    "CREATE INDEX IF NOT EXISTS submissions_of ON submissions (member_id)",
)


def prepare(db: sqlite3.Connection) -> None:
    """Make the tables. Raises StoreFailed for a file of a newer version, or of something else."""
    (version,) = db.execute("PRAGMA user_version").fetchone()
    (tables,) = db.execute("SELECT count(*) FROM sqlite_master").fetchone()
    if version > VERSION or (tables and not version):
        raise StoreFailed("a newer playground wrote it, or it holds something else; move it away")
    for table in TABLES:
        db.execute(table)
    db.execute(f"PRAGMA user_version = {VERSION}")


def dump(value: Technique | Score) -> str:
    """The same text for the same value."""
    return json.dumps(as_json(value), sort_keys=True, ensure_ascii=False)


def state_to_dict(state: ClassState) -> dict[str, Any]:
    """The state as plain data; `state_from_dict` gives it back."""
    plain = {f.name: getattr(state, f.name) for f in fields(state)}
    given = assignments.to_dict(state.assignment) if state.assignment else None
    return {**plain, "assignment": given, "limits": as_json(state.limits)}


def state_from_dict(data: Mapping[str, Any]) -> ClassState:
    """The state that was kept."""
    given = assignments.parse(data["assignment"]) if data["assignment"] else None
    return ClassState(**{**data, "assignment": given, "limits": Limits(**data["limits"])})


def member(row: sqlite3.Row) -> Member:
    draft = assignments.parse_technique(json.loads(row["draft"])) if row["draft"] else None
    return Member(
        id=row["id"], class_id=row["class_id"], nickname=row["nickname"], seed=row["seed"], tokens=row["tokens"],
        consents=bool(row["consents"]), draft=draft,
    )  # fmt: skip


def look(row: sqlite3.Row) -> Look:
    technique = assignments.parse_technique(json.loads(row["technique"]))
    estimate = json.loads(row["estimate"]) if row["estimate"] else None
    score = _score(row["score"]) or Score(by_item={})
    return Look(
        id=row["id"], member_id=row["member_id"], made=row["made"], technique=technique, score=score, estimate=estimate
    )


def submission(row: sqlite3.Row) -> Submission:
    return Submission(
        id=row["id"], member_id=row["member_id"], number=row["number"], made=row["made"],
        technique=assignments.parse_technique(json.loads(row["technique"])), seen=_score(row["seen"]),
        sealed=_score(row["sealed"]),
    )  # fmt: skip


def _score(kept: str | None) -> Score | None:
    """The names of items, and right and wrong, are held once: thousands of scores are of the same few."""
    if not kept:
        return None
    return Score(by_item={intern(item): SAME.get(score, score) for item, score in json.loads(kept)["by_item"].items()})
