"""Who a secret lets in: the teacher of a class, or one of its members."""

from dataclasses import dataclass

from playground.classroom.records import Classroom, Member
from playground.classroom.store import ClassStore
from playground.errors import InvalidSetup

NOT_TEACHER = "This is for the teacher of a class; open the teacher's link of your class again."
NOT_MEMBER = "Your place in the class is not known here any more; join with the code on the board."


@dataclass(frozen=True, slots=True, kw_only=True)
class Seat:
    """A place in a class: a member's, or the teacher's without one."""

    classroom: Classroom
    member: Member | None = None


def find_seat(store: ClassStore, secret: str) -> Seat | None:
    """The place that a secret is for; None where it is for none."""
    if not secret:
        return None
    if classroom := store.classes.by_teacher(secret):
        return Seat(classroom=classroom)
    if member := store.members.by_seat(secret):
        return Seat(classroom=store.classes.of(member.class_id), member=member)
    return None


def require_teacher(store: ClassStore, secret: str) -> Classroom:
    """The class that the secret's holder teaches. Raises InvalidSetup for anybody else."""
    seat = find_seat(store, secret)
    if seat is None or seat.member is not None:
        raise InvalidSetup(NOT_TEACHER)
    return seat.classroom


def require_member(store: ClassStore, secret: str) -> Member:
    """The member whose place it is. Raises InvalidSetup for anybody else."""
    seat = find_seat(store, secret)
    if seat is None or seat.member is None:
        raise InvalidSetup(NOT_MEMBER)
    return seat.member
