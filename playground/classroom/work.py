"""What members have done: looks at scores, and what they handed in, which is kept before anything else happens."""

import json
import sqlite3
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from playground.classroom import clock, rows
from playground.classroom.class_file import ClassFile
from playground.classroom.members import NOT_MEMBER
from playground.classroom.records import Look, Score, Submission
from playground.errors import InvalidSetup, LimitReached
from playground.evaluation.plan import Technique

Row = TypeVar("Row")
MOST_LOOKS = 500  # of a member


class Work:
    """All looks and submissions of all classes."""

    def __init__(self, file: ClassFile) -> None:
        self._file = file
        # Of a table and a class, at which change it was read, and its rows by number and content.
        self._known: dict[tuple[str, int], tuple[int, dict[tuple[int, int], Any]]] = {}

    def add_look(self, member_id: int, technique: Technique, score: Score, estimate: Any = None) -> None:
        """A whole run; a submission of the same technique that has no score yet gets this one. Run again, a technique
        is no further look: it takes the place of the one before. Raises LimitReached, and InvalidSetup for a member who
        was removed."""
        scored, same = rows.dump(score), rows.dump(technique)
        with self._file.writing() as db:
            _require_member(db, member_id)
            db.execute("DELETE FROM looks WHERE member_id = ? AND technique = ?", (member_id, same))
            count = db.execute("SELECT count(*) FROM looks WHERE member_id = ?", (member_id,)).fetchone()[0]
            if count >= MOST_LOOKS:
                raise LimitReached(f"You have looked at the scores of {count} prompts, the most in an assignment.")
            query = "INSERT INTO looks (member_id, made, technique, score, estimate) VALUES (?, ?, ?, ?, ?)"
            db.execute(query, (member_id, clock.now(), same, scored, json.dumps(estimate)))
            query = "UPDATE submissions SET seen = ? WHERE member_id = ? AND technique = ? AND seen IS NULL"
            db.execute(query, (scored, member_id, same))
            self._file.work_changes += 1

    def submit(self, member_id: int, technique: Technique, most: int) -> Submission:
        """Keep what a member hands in, with the score that it had when it was run. Raises LimitReached, and
        InvalidSetup for a member who was removed."""
        same = rows.dump(technique)
        with self._file.writing() as db:
            _require_member(db, member_id)
            count = db.execute("SELECT count(*) FROM submissions WHERE member_id = ?", (member_id,)).fetchone()[0]
            if count >= most:
                raise LimitReached(
                    f"You have submitted {count} times, the most in this assignment; the last one counts."
                )
            query = "SELECT score FROM looks WHERE member_id = ? AND technique = ? ORDER BY id DESC LIMIT 1"
            known = db.execute(query, (member_id, same)).fetchone()
            query = "INSERT INTO submissions (member_id, number, made, technique, seen) VALUES (?, ?, ?, ?, ?)"
            values = (member_id, count + 1, clock.now(), same, known["score"] if known else None)
            made = db.execute(query, values)
            row = db.execute("SELECT * FROM submissions WHERE id = ?", (made.lastrowid,)).fetchone()
            self._file.work_changes += 1
        return rows.submission(row)

    def seal(self, submission_id: int, score: Score) -> None:
        """Keep the score of a submission on the sealed items."""
        with self._file.writing() as db:
            db.execute("UPDATE submissions SET sealed = ? WHERE id = ?", (rows.dump(score), submission_id))
            self._file.work_changes += 1

    def looks_of(self, class_id: int) -> Sequence[Look]:
        """All of a class, the oldest first."""
        return self._read("looks", class_id, rows.look)

    def submissions_of(self, class_id: int) -> Sequence[Submission]:
        """All of a class, the oldest first."""
        return self._read("submissions", class_id, rows.submission)

    def looks_by(self, member_id: int) -> tuple[int, Look | None]:
        """At how many scores a member has looked, and the last."""
        count = self._file.read("SELECT count(*) FROM looks WHERE member_id = ?", member_id)
        last = self._file.read("SELECT * FROM looks WHERE member_id = ? ORDER BY id DESC LIMIT 1", member_id)
        return int(count[0][0]) if count else 0, rows.look(last[0]) if last else None

    def count_submissions(self, member_id: int) -> int:
        """How often a member has submitted."""
        found = self._file.read("SELECT count(*) FROM submissions WHERE member_id = ?", member_id)
        return int(found[0][0]) if found else 0

    def forget(self, class_id: int) -> None:
        """What was read of a class that has been deleted."""
        for table in ("looks", "submissions"):
            self._known.pop((table, class_id), None)

    def _read(self, table: str, class_id: int, read: Callable[[sqlite3.Row], Row]) -> Sequence[Row]:
        """Asked for between two changes it is known, and so is each row that is as it was: there are thousands."""
        changes = self._file.work_changes
        known, rows_known = self._known.get((table, class_id), (-1, {}))
        if known != changes:
            query = f"SELECT {table}.* FROM {table} JOIN members ON members.id = member_id WHERE class_id = ?"
            found = self._file.read(f"{query} ORDER BY {table}.id", class_id)
            rows_known = {(key := (row["id"], hash(tuple(row)))): rows_known.get(key) or read(row) for row in found}
            self._known[table, class_id] = (changes, rows_known)
        return [*rows_known.values()]


def _require_member(db: sqlite3.Connection, member_id: int) -> None:
    """In the same transaction as what is written: nothing is kept of somebody who was removed in that instant."""
    if not db.execute("SELECT 1 FROM members WHERE id = ?", (member_id,)).fetchone():
        raise InvalidSetup(NOT_MEMBER)
