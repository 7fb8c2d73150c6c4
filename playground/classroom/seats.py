"""Who a secret lets in: the teacher of a class, or one of its members."""

from dataclasses import dataclass

from playground.classroom.members import NOT_MEMBER
from playground.classroom.records import Classroom, Member
from playground.classroom.store import ClassStore
from playground.errors import InvalidSetup

NOT_TEACHER = "This is for the teacher of a class; open the teacher's link of your class again."


@dataclass(frozen=True, slots=True, kw_only=True)
class Seat:
    """A place in a class: a member's, or the teacher's without one."""

    classroom: Classroom
    member: Member | None = None


def find_teacher(store: ClassStore, secret: str) -> Seat | None:
    """The teacher's place that a secret is for; None where it is for none."""
    classroom = store.classes.by_teacher(secret) if secret else None
    return Seat(classroom=classroom) if classroom else None


def find_member(store: ClassStore, secret: str) -> Seat | None:
    """The member's place that a secret is for; None where it is for none."""
    member = store.members.by_seat(secret) if secret else None
    return Seat(classroom=store.classes.of(member.class_id), member=member) if member else None


def require_teacher(store: ClassStore, secret: str) -> Classroom:
    """The class that the secret's holder teaches. Raises InvalidSetup for anybody else."""
    seat = find_teacher(store, secret)
    if seat is None:
        raise InvalidSetup(NOT_TEACHER)
    return seat.classroom


def require_member(store: ClassStore, secret: str) -> Member:
    """The member whose place it is. Raises InvalidSetup for anybody else."""
    seat = find_member(store, secret)
    if seat is None or seat.member is None:
        raise InvalidSetup(NOT_MEMBER)
    return seat.member
