"""The members of classes: each has a nickname, a place that a secret opens, a budget and a draft."""

import secrets

from playground.classroom import codes, rows
from playground.classroom.class_file import ClassFile
from playground.classroom.records import Member
from playground.errors import InvalidSetup, LimitReached
from playground.evaluation.plan import Technique

MOST_MEMBERS = 200
DOOR_CLOSED = "The teacher lets nobody else join this class now; ask in the room."
NOT_MEMBER = "Your place in the class is not known here any more; join with the code on the board."
HAS_PLACE = (
    "This browser has a place in this class already, as \u201c{name}\u201d: join with that nickname. For another "
    "student use another browser or a private window, or let the teacher remove that place first."
)
NAME_TAKEN = "Somebody in this class has that nickname; choose another. If it was you, ask the teacher to free it."


class Members:
    """All members of all classes."""

    def __init__(self, file: ClassFile) -> None:
        self._file = file

    def join(self, class_id: int, nickname: str, *, closed: bool = False, place: int = 0) -> tuple[Member, str]:
        """A new member and the secret of their place, or that of a name that was freed, which a class that is closed
        to others takes too. `place` is the number of the member as whom this browser has joined before: it gets that
        place again, and no second budget beside it. Raises PlaygroundError."""
        name, secret = codes.read_nickname(nickname), codes.make_secret()
        hashed, folded = codes.hash_secret(secret), name.casefold()
        with self._file.writing() as db:
            query = "SELECT nickname, folded FROM members WHERE class_id = ? AND id = ?"
            if (had := db.execute(query, (class_id, place)).fetchone()) and had["folded"] != folded:
                raise InvalidSetup(HAS_PLACE.format(name=had["nickname"]))
            query = "SELECT id, secret FROM members WHERE class_id = ? AND folded = ?"
            if found := db.execute(query, (class_id, folded)).fetchone():
                if found["secret"] and not had:
                    raise InvalidSetup(NAME_TAKEN)
                db.execute("UPDATE members SET secret = ? WHERE id = ?", (hashed, found["id"]))
                return rows.member(db.execute("SELECT * FROM members WHERE id = ?", (found["id"],)).fetchone()), secret
            if closed:
                raise LimitReached(DOOR_CLOSED)
            query = "SELECT count(*) FROM members WHERE class_id = ?"
            if db.execute(query, (class_id,)).fetchone()[0] >= MOST_MEMBERS:
                raise LimitReached(f"This class has {MOST_MEMBERS} members, the most.")
            made = db.execute(
                "INSERT INTO members (class_id, nickname, folded, secret, seed) VALUES (?, ?, ?, ?, ?)",
                (class_id, name, folded, hashed, secrets.randbits(32)),
            )
            return rows.member(db.execute("SELECT * FROM members WHERE id = ?", (made.lastrowid,)).fetchone()), secret

    def by_seat(self, secret: str) -> Member | None:
        """Whose place this secret is."""
        found = self._file.read("SELECT * FROM members WHERE secret = ?", codes.hash_secret(secret)) if secret else []
        return rows.member(found[0]) if found else None

    def of_class(self, class_id: int) -> list[Member]:
        """In the order in which they came."""
        return [*map(rows.member, self._file.read("SELECT * FROM members WHERE class_id = ? ORDER BY id", class_id))]

    def nicknames(self, class_id: int) -> dict[int, str]:
        """The names alone, by member: what every page asks for."""
        found = self._file.read("SELECT id, nickname FROM members WHERE class_id = ? ORDER BY id", class_id)
        return {row["id"]: row["nickname"] for row in found}

    def of(self, member_id: int) -> Member | None:
        """The member with this number."""
        found = self._file.read("SELECT * FROM members WHERE id = ?", member_id)
        return rows.member(found[0]) if found else None

    def free(self, member_id: int) -> None:
        """Let whoever joins with this nickname next have the place, with all that it holds."""
        with self._file.writing() as db:
            db.execute("UPDATE members SET secret = '' WHERE id = ?", (member_id,))

    def give_up(self, member_id: int) -> None:
        """The place stays taken, and the secret opens it no more: who left would else work on without being charged."""
        hashed = codes.hash_secret(codes.make_secret())  # of a secret that nobody is given
        with self._file.writing() as db:
            db.execute("UPDATE members SET secret = ? WHERE id = ?", (hashed, member_id))

    def remove(self, member_id: int) -> None:
        """Delete the member, with every look and submission."""
        with self._file.writing() as db:
            for table in ("looks", "submissions"):
                db.execute(f"DELETE FROM {table} WHERE member_id = ?", (member_id,))
            db.execute("DELETE FROM members WHERE id = ?", (member_id,))
            self._file.work_changes += 1
        self._file.clean()

    def use_tokens(self, member_id: int, tokens: int) -> int:
        """So many more; gives how many that makes."""
        with self._file.writing() as db:
            db.execute("UPDATE members SET tokens = tokens + ? WHERE id = ?", (tokens, member_id))
            row = db.execute("SELECT tokens FROM members WHERE id = ?", (member_id,)).fetchone()
        return int(row["tokens"]) if row else 0

    def keep_draft(self, member_id: int, technique: Technique) -> None:
        """What the member works on, for a reload."""
        with self._file.writing() as db:
            db.execute("UPDATE members SET draft = ? WHERE id = ?", (rows.dump(technique), member_id))

    def consent(self, member_id: int, consents: bool) -> None:
        """Whether the member's prompt may be shown to the class."""
        with self._file.writing() as db:
            db.execute("UPDATE members SET consents = ? WHERE id = ?", (int(consents), member_id))
