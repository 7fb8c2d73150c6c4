"""What members have done: looks at scores, and what they handed in, which is kept before anything else happens."""

import json
import sqlite3
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from playground.classroom import clock, rows
from playground.classroom.class_file import ClassFile
from playground.classroom.members import NOT_MEMBER
from playground.classroom.records import Look, Score, Submission
from playground.errors import InvalidSetup, LimitReached
from playground.evaluation.plan import Technique

Found = TypeVar("Found")
MOST_LOOKS = 500  # of a member
OF_CLASS = "{0} JOIN members ON members.id = {0}.member_id WHERE class_id = ?"
LOOKS, SUBMISSIONS = OF_CLASS.format("looks"), OF_CLASS.format("submissions")
COUNT_LOOKS = f"SELECT member_id, count(*) AS n FROM {LOOKS} GROUP BY member_id"
COUNT_SUBMISSIONS = f"SELECT member_id, count(*) AS n FROM {SUBMISSIONS} GROUP BY member_id"
LAST_SUBMISSIONS = (
    "SELECT * FROM submissions WHERE id IN"
    f" (SELECT max(submissions.id) FROM {SUBMISSIONS} GROUP BY member_id) ORDER BY member_id"
)
# Where a query has one max(), SQLite gives the other columns of the row that it is of.
BEST_SUBMISSIONS = (
    "SELECT submissions.*, max((SELECT avg(value) FROM json_each(seen, '$.by_item')))"
    f" FROM {SUBMISSIONS} AND seen IS NOT NULL GROUP BY member_id"
)
LAST_ESTIMATES = (
    f"SELECT looks.*, max(looks.id) FROM {LOOKS} AND estimate != 'null' GROUP BY member_id ORDER BY member_id"
)


class Work:
    """All looks and submissions of all classes."""

    def __init__(self, file: ClassFile) -> None:
        self._file = file
        # Of a query and a class: at which change it was asked, and what it found for each member. Of what members have
        # done, thousands of rows, no more than that is held.
        self._known: dict[tuple[str, int], tuple[int, Mapping[int, Any]]] = {}

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
        """Keep what a member hands in, with the score that it had when it was run; what is handed in again unchanged
        is the submission that it was. Raises LimitReached, and InvalidSetup for a member who was removed."""
        same = rows.dump(technique)
        with self._file.writing() as db:
            _require_member(db, member_id)
            query = "SELECT * FROM submissions WHERE member_id = ? ORDER BY id DESC LIMIT 1"
            last = db.execute(query, (member_id,)).fetchone()
            if last and last["technique"] == same:
                return rows.submission(last)
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

    def looks_of(self, class_id: int) -> list[Look]:
        """All of a class, the oldest first."""
        return [*map(rows.look, self._file.read(f"SELECT looks.* FROM {LOOKS} ORDER BY looks.id", class_id))]

    def submissions_of(self, class_id: int) -> list[Submission]:
        """All of a class, the oldest first."""
        query = f"SELECT submissions.* FROM {SUBMISSIONS} ORDER BY submissions.id"
        return [*map(rows.submission, self._file.read(query, class_id))]

    def count_looks(self, class_id: int) -> Mapping[int, int]:
        """How many scores each member has seen, one of each technique; of who has seen none, nothing."""
        return self._by_member(COUNT_LOOKS, class_id, _n)

    def count_submissions(self, class_id: int) -> Mapping[int, int]:
        """How often each member has submitted; of who has not, nothing."""
        return self._by_member(COUNT_SUBMISSIONS, class_id, _n)

    def last_submissions(self, class_id: int) -> Mapping[int, Submission]:
        """The one that counts, by member: the last."""
        return self._by_member(LAST_SUBMISSIONS, class_id, rows.submission)

    def best_submissions(self, class_id: int) -> Mapping[int, Submission]:
        """By member the one with the best score on the seen items; of who has none with a score, nothing."""
        return self._by_member(BEST_SUBMISSIONS, class_id, rows.submission)

    def last_estimates(self, class_id: int) -> Mapping[int, Mapping[str, Any]]:
        """What each member's last laboratory found."""
        return self._by_member(LAST_ESTIMATES, class_id, lambda row: json.loads(row["estimate"]))

    def newest(self, class_id: int) -> tuple[int, int]:
        """The numbers of the last look and the last submission: what has changed since has other ones."""
        found = [
            self._file.read(f"SELECT max({table}.id) FROM {of_class}", class_id)
            for table, of_class in (("looks", LOOKS), ("submissions", SUBMISSIONS))
        ]
        look, submission = (int(one[0][0] or 0) if one else 0 for one in found)
        return look, submission

    def submission(self, submission_id: int) -> Submission | None:
        """The one with this number."""
        found = self._file.read("SELECT * FROM submissions WHERE id = ?", submission_id)
        return rows.submission(found[0]) if found else None

    def last_submission_by(self, member_id: int) -> Submission | None:
        """The one of a member that counts."""
        query = "SELECT * FROM submissions WHERE member_id = ? ORDER BY id DESC LIMIT 1"
        found = self._file.read(query, member_id)
        return rows.submission(found[0]) if found else None

    def looks_by(self, member_id: int) -> tuple[int, Look | None]:
        """At how many scores a member has looked, and the last."""
        count = self._file.read("SELECT count(*) FROM looks WHERE member_id = ?", member_id)
        last = self._file.read("SELECT * FROM looks WHERE member_id = ? ORDER BY id DESC LIMIT 1", member_id)
        return int(count[0][0]) if count else 0, rows.look(last[0]) if last else None

    def submissions_by(self, member_id: int) -> int:
        """How often a member has submitted."""
        found = self._file.read("SELECT count(*) FROM submissions WHERE member_id = ?", member_id)
        return int(found[0][0]) if found else 0

    def forget(self, class_id: int) -> None:
        """What was read of a class that has been deleted."""
        for key in [key for key in self._known if key[1] == class_id]:
            self._known.pop(key, None)

    def _by_member(self, query: str, class_id: int, read: Callable[[sqlite3.Row], Found]) -> Mapping[int, Found]:
        """What the query finds for each member. Asked for between two changes it is known."""
        changes = self._file.work_changes
        known_at, found = self._known.get((query, class_id), (-1, {}))
        if known_at != changes:
            found = {row["member_id"]: read(row) for row in self._file.read(query, class_id)}
            self._known[query, class_id] = changes, found
        return found


def _n(row: sqlite3.Row) -> int:
    return int(row["n"])


def _require_member(db: sqlite3.Connection, member_id: int) -> None:
    """In the same transaction as what is written: nothing is kept of somebody who was removed in that instant."""
    if not db.execute("SELECT 1 FROM members WHERE id = ?", (member_id,)).fetchone():
        raise InvalidSetup(NOT_MEMBER)
