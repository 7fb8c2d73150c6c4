"""The classes of a server: begun, found by code or by secret, changed by their teachers, and deleted."""

import hmac
import json
import secrets
import sqlite3
import threading
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from playground.classroom import clock, codes, rows
from playground.classroom.assignment import Assignment
from playground.classroom.class_file import ClassFile
from playground.classroom.records import Classroom, ClassState
from playground.errors import InvalidSetup, LimitReached

MOST_CLASSES = 20
OVER = "This class has ended, and its results are kept until they are deleted. Start another class to give it this."
NO_CLASS = "This class is over, or there was none. What it held was exported by its teacher and then deleted here."


class Classes:
    """All classes of this server."""

    def __init__(self, file: ClassFile) -> None:
        self._file = file
        self._known: dict[int, Classroom] = {}  # what was read: a state is long, and asked for many times a second
        self._lock = threading.RLock()  # while what is known changes together with the file

    def all(self) -> list[Classroom]:
        """All there are, the oldest first."""
        return [self.of(row["id"]) for row in self._file.read("SELECT id FROM classes ORDER BY id")]

    def begin(self, title: str) -> tuple[Classroom, str]:
        """A new class and its teacher's secret. Raises LimitReached, and InvalidSetup for a title too long."""
        if len(self.all()) >= MOST_CLASSES:
            raise LimitReached(f"There are {MOST_CLASSES} classes on this server, the most; end one first.")
        if not 1 <= len(title.strip()) <= 100:
            raise InvalidSetup("A class needs a title of 1 to 100 characters.")
        state = ClassState(title=" ".join(title.split()), seed=secrets.randbits(128))
        secret = codes.make_secret()
        with self._file.writing() as db:
            values = (codes.make_code(), codes.hash_secret(secret), json.dumps(rows.state_to_dict(state)))
            made = db.execute("INSERT INTO classes (code, teacher, state) VALUES (?, ?, ?)", values)
        return self.of(int(made.lastrowid or 0)), secret

    def of(self, id: int) -> Classroom:
        """Raises InvalidSetup when it has been deleted."""
        if known := self._known.get(id):
            return known
        with self._lock:
            self._known[id] = self._read(id)
            return self._known[id]

    def by_code(self, code: str) -> Classroom:
        """The class that a code is for. Raises InvalidSetup."""
        found = self._file.read("SELECT id FROM classes WHERE code = ?", codes.read_code(code))
        if not found or self.of(found[0]["id"]).state.ended:
            raise InvalidSetup(codes.WRONG_CODE)
        return self.of(found[0]["id"])

    def by_teacher(self, secret: str) -> Classroom | None:
        """The class whose teacher has this secret."""
        hashed, found = codes.hash_secret(secret), None
        for row in self._file.read("SELECT id, teacher FROM classes"):
            if hmac.compare_digest(row["teacher"], hashed):
                found = row["id"]
        return self.of(found) if found is not None else None

    def renew_teacher(self, id: int) -> str:
        """A new secret for the teacher; the one before lets nobody in any more."""
        secret = codes.make_secret()
        with self._file.writing() as db:
            db.execute("UPDATE classes SET teacher = ? WHERE id = ?", (codes.hash_secret(secret), id))
        return secret

    def change(self, id: int, **changes: Any) -> Classroom:
        """The class with another state. Raises InvalidSetup when it has been deleted."""
        with self._lock:
            with self._file.writing() as db:
                changed = self._change(db, id, changes)
            self._known[id] = changed
        return changed

    def give(self, id: int, assignment: Assignment) -> Classroom:
        """Give the class an assignment. What was seen and submitted of one before goes; members stay. Raises
        LimitReached when the class has ended: its results are still to be saved."""
        if self.of(id).state.ended:
            raise LimitReached(OVER)
        given = {"assignment": assignment, "limits": assignment.limits, "begun": clock.now(), "projected": 0}
        fresh = {"sealed_open": False, "board_shown": False, "seed": secrets.randbits(128)}
        with self._lock:
            with self._file.writing() as db:
                self._forget_work(db, id)
                db.execute("UPDATE members SET draft = NULL, tokens = 0 WHERE class_id = ?", (id,))
                changed = self._change(db, id, {**given, **fresh})
            self._known[id] = changed
        return changed

    def delete(self, id: int) -> None:
        """Nothing of the class stays."""
        with self._lock:
            with self._file.writing() as db:
                self._forget_work(db, id)
                db.execute("DELETE FROM members WHERE class_id = ?", (id,))
                db.execute("DELETE FROM classes WHERE id = ?", (id,))
            self._known.pop(id, None)
        self._file.clean()

    def _read(self, id: int) -> Classroom:
        found = self._file.read("SELECT code, state FROM classes WHERE id = ?", id)
        if not found:
            raise InvalidSetup(NO_CLASS)
        return Classroom(id=id, code=found[0]["code"], state=rows.state_from_dict(json.loads(found[0]["state"])))

    def _change(self, db: sqlite3.Connection, id: int, changes: Mapping[str, Any]) -> Classroom:
        kept = self._read(id)  # and not what is known: of two that change it at once, neither's change is lost
        state = replace(kept.state, **changes)
        db.execute("UPDATE classes SET state = ? WHERE id = ?", (json.dumps(rows.state_to_dict(state)), id))
        return replace(kept, state=state)

    def _forget_work(self, db: sqlite3.Connection, id: int) -> None:
        for table in ("looks", "submissions"):
            db.execute(f"DELETE FROM {table} WHERE member_id IN (SELECT id FROM members WHERE class_id = ?)", (id,))
        self._file.work_changes += 1
