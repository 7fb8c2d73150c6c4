"""What members have done: looks at scores, and what they handed in, which is kept before anything else happens."""

import json
import sqlite3
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from playground.classroom import clock, rows
from playground.classroom.class_file import ClassFile
from playground.classroom.records import Look, Score, Submission
from playground.errors import LimitReached
from playground.evaluation.plan import Technique

Row = TypeVar("Row")
MOST_LOOKS = 500  # of a member


class Work:
    """All looks and submissions of all classes."""

    def __init__(self, file: ClassFile) -> None:
        self._file = file
        self._known: dict[tuple[str, int], tuple[int, Sequence[Any]]] = {}

    def add_look(self, member_id: int, technique: Technique, score: Score, estimate: Any = None) -> None:
        """A whole run; a submission of the same technique that has no score yet gets this one. Run again, a technique
        is no further look: it takes the place of the one before. Raises LimitReached."""
        scored, same = rows.dump(score), rows.dump(technique)
        with self._file.writing() as db:
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
        """Keep what a member hands in, with the score that it had when it was run. Raises LimitReached."""
        same = rows.dump(technique)
        with self._file.writing() as db:
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

    def forget(self, class_id: int) -> None:
        """What was read of a class that has been deleted."""
        for table in ("looks", "submissions"):
            self._known.pop((table, class_id), None)

    def _read(self, table: str, class_id: int, read: Callable[[sqlite3.Row], Row]) -> Sequence[Row]:
        """Read once between two changes: thirty pages ask every few seconds."""
        changes = self._file.work_changes
        known = self._known.get((table, class_id))
        if known is None or known[0] != changes:
            query = f"SELECT {table}.* FROM {table} JOIN members ON members.id = member_id WHERE class_id = ?"
            found = [*map(read, self._file.read(f"{query} ORDER BY {table}.id", class_id))]
            known = self._known[table, class_id] = (changes, found)
        return known[1]
