"""All that is kept of classes, and what this server remembers of them while it runs."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playground.classroom.class_file import ClassFile
from playground.classroom.classes import Classes
from playground.classroom.codes import NEW_PLACES, TOO_MANY_NEW, TOO_MANY_WRONG, WRONG_CODES, LastMinute
from playground.classroom.members import Members
from playground.classroom.records import Member
from playground.classroom.work import Work
from playground.errors import LimitReached
from playground.evaluation.store import Store
from playground.settings import Settings

TEACHER = 0  # in the place of a member's number, of which 1 is the first
PRESENT = 30.0  # seconds since a member's page last asked, within which they count as there
STILL_RUNNING = "A run of yours is still going on, here or in another window; stop it or wait for its end."
MEMBER_RUNS = "A run of {name} is still going on; pause the class, which ends it, and then remove."
CLASS_RUNS = "A run of this class is still going on; stop it or wait for its end, and then delete."


class ClassStore:
    """The classes of one server: its `file`, wrong guesses and new places of the last minute, who is there and what
    runs. Safe from many threads."""

    def __init__(self, path: Path, *, public: bool = False) -> None:
        self._file = ClassFile(path, public=public)
        self._folder, self._public = path.parent, public
        self.classes, self.members, self.work = Classes(self._file), Members(self._file), Work(self._file)
        self.guesses = LastMinute(WRONG_CODES, TOO_MANY_WRONG)
        self.joined = LastMinute(NEW_PLACES, TOO_MANY_NEW)
        self._answers: dict[int, Store] = {}
        self._heard: dict[int, float] = {}
        self._places: dict[tuple[int, str], int] = {}  # by class and browser: as which member it joined
        self._running: dict[tuple[int, int], str] = {}  # by class and member
        self._lock = threading.RLock()

    @classmethod
    def from_settings(cls, settings: Settings) -> "ClassStore":
        """Beside what experiments found."""
        return cls(settings.store_file.parent / "classes.sqlite", public=settings.public)

    def answers(self, class_id: int) -> Store:
        """What models answered in this class: in a file of its own, which goes with the class."""
        with self._lock:
            if class_id not in self._answers:
                path = self._folder / f"class_{class_id}_answers.sqlite"
                self._answers[class_id] = Store(path, public=self._public)
            return self._answers[class_id]

    def delete(self, class_id: int) -> None:
        """Nothing of the class stays: not what was written, nor what models answered. Raises LimitReached while
        something runs, which would write it anew."""
        with self._lock:
            if any(of == class_id for of, _ in self._running):
                raise LimitReached(CLASS_RUNS)
            answers = self.answers(class_id)
            del self._answers[class_id]
            answers.close()
            for end in ("", "-wal", "-shm"):
                answers.path.with_name(answers.path.name + end).unlink(missing_ok=True)
            self.classes.delete(class_id)  # the last: what fails before is tried again from the teacher's page
            self.work.forget(class_id)
            for of_class in [place for place in self._places if place[0] == class_id]:
                del self._places[of_class]

    def remove(self, member: Member) -> None:
        """Delete a member with what was submitted. Raises LimitReached while a run of the member goes on."""
        with self._lock:
            if (member.class_id, member.id) in self._running:
                raise LimitReached(MEMBER_RUNS.format(name=member.nickname))
            self.members.remove(member.id)

    def note_place(self, member: Member, visitor: str) -> None:
        """This browser has joined as this member: it keeps that place, also when it has left."""
        with self._lock:
            self._places[member.class_id, visitor] = member.id

    def place(self, class_id: int, visitor: str) -> int:
        """The number of the member as whom this browser has joined the class; 0 where it has not."""
        return self._places.get((class_id, visitor), 0)

    def hear(self, member_id: int) -> None:
        """The member's page is open."""
        self._heard[member_id] = time.monotonic()

    def is_there(self, member_id: int) -> bool:
        """Whether the member's page was open a moment ago."""
        return time.monotonic() - self._heard.get(member_id, -PRESENT) < PRESENT

    @contextmanager
    def one_run(self, class_id: int, member_id: int = TEACHER) -> Iterator[None]:
        """Raises LimitReached while the member has a run going. What it holds of the class is read within: until its
        end the class is not deleted."""
        with self._lock:
            if (class_id, member_id) in self._running:
                raise LimitReached(STILL_RUNNING)
            self._running[class_id, member_id] = "waiting for the model"
        try:
            yield
        finally:
            with self._lock:
                self._running.pop((class_id, member_id), None)

    def note_progress(self, member: Member, words: str) -> None:
        """How far the member's run is."""
        self._running[member.class_id, member.id] = words

    def progress(self, member: Member) -> str:
        """How far the member's run is; "" when nothing runs."""
        return self._running.get((member.class_id, member.id), "")

    def close(self) -> None:
        """Let go of all files."""
        for answers in self._answers.values():
            answers.close()
        self._file.close()
