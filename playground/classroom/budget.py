"""A student's budget of tokens: all that they ask is charged to it, in whatever tab, while an assignment is given."""

import logging
from dataclasses import dataclass

from playground.classroom.records import Member
from playground.classroom.store import ClassStore
from playground.errors import InvalidSetup, LimitReached, StoreFailed

USED_UP = "Your {tokens:,} tokens are used up. You can still submit what you have run; ask the teacher for more."


log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """The tokens of a member for the assignment with this seed, as the account of all that the member asks."""

    store: ClassStore
    member: Member
    seed: int

    @classmethod
    def now(cls, store: ClassStore, member: Member) -> "Budget | None":
        """The one for the assignment that the class has now; None once the class is deleted,
        and while its file cannot be read: nobody is kept from the rest of the page by that."""
        try:
            return cls(store=store, member=member, seed=store.classes.of(member.class_id).state.seed)
        except (InvalidSetup, StoreFailed):  # which says so on the class's own pages
            return None

    def check(self) -> None:
        member = self.store.members.of(self.member.id)
        if member is None:  # removed, or the class is deleted: whoever asks is a visitor like others
            return
        try:
            state = self.store.classes.of(member.class_id).state
        except InvalidSetup:  # deleted in this instant
            return
        if state.assignment and not state.ended and member.tokens >= state.limits.tokens:
            raise LimitReached(USED_UP.format(tokens=state.limits.tokens))

    def charge(self, tokens: int) -> None:
        """Of a run that began before the class got another assignment, or has ended, nothing is charged."""
        try:
            state = self.store.classes.of(self.member.class_id).state
            if state.assignment and not state.ended and state.seed == self.seed:
                self.store.members.use_tokens(self.member.id, tokens)
        except InvalidSetup:  # the class was deleted
            return
        except StoreFailed as error:  # the answer is there, and must not be lost to the count of what it took
            log.warning("%d tokens of a student could not be charged: %s", tokens, error)
