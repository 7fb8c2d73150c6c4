"""A student's budget of tokens: all that they ask is charged to it, in whatever tab, while an assignment is given."""

from dataclasses import dataclass

from playground.classroom.records import Member
from playground.classroom.store import ClassStore
from playground.errors import LimitReached

USED_UP = "Your {tokens:,} tokens are used up. You can still submit what you have run; ask the teacher for more."


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """The tokens of one member, as an account of what is asked outside of the assignment's own runs."""

    store: ClassStore
    member: Member

    def check(self) -> None:
        member = self.store.members.of(self.member.id)
        if member is None:  # removed, or the class is deleted: whoever asks is a visitor like others
            return
        state = self.store.classes.of(member.class_id).state
        if state.assignment and not state.ended and member.tokens >= state.limits.tokens:
            raise LimitReached(USED_UP.format(tokens=state.limits.tokens))

    def charge(self, tokens: int) -> None:
        self.store.members.use_tokens(self.member.id, tokens)
