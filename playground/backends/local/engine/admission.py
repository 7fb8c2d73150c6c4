"""Who gets a place in the batch, and what may still be promised of the memory."""

from bisect import bisect
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from playground.backends.local.engine.batch import slots
from playground.backends.local.engine.ticket import Ticket

LENGTHS = 2048, 8192  # rows are batched with rows of like length: a batch is as wide as its longest row
OTHERS = 4  # one part in this many of the rows, and of the queue, is out of a single request's or visitor's reach

Group = int


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Caps of one engine: rows decoded at once, requests waiting, seconds a request, bytes of keys and values."""

    max_rows: int
    max_queue: int
    max_seconds: float
    kv_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Stats:
    """What an engine holds now, each byte counted once.

    `slot_bytes` are the running rows' own, `prompt_bytes` those of stems that they follow and of prompts on their way,
    `prefix_bytes` what is only kept in case it is asked again.
    """

    waiting: int
    rows: int
    slot_bytes: int
    prompt_bytes: int
    prefix_bytes: int
    adapter_bytes: int


def group(ticket: Ticket) -> Group:
    """Requests of one group, which are of like length, share a batch."""
    return bisect(LENGTHS, ticket.need)


def next_in_line(tickets: Iterable[Ticket]) -> Ticket | None:
    """Of the visitor with fewest places the request that wants one and holds fewest; of equals the oldest."""
    tickets = list(tickets)
    held = _places(tickets)
    wanting = (ticket for ticket in tickets if ticket.granted < max(ticket.samples, 1))
    return min(wanting, key=lambda ticket: (held[ticket.visitor], ticket.places), default=None)


def waiting_line(tickets: Sequence[Ticket]) -> list[Ticket]:
    """The requests without a place as they will get one: visitors in turn, of each the oldest first."""
    turns = _places(tickets)
    ranked: list[tuple[int, int]] = []
    for number, ticket in enumerate(tickets):
        if not ticket.granted:
            ranked.append((turns[ticket.visitor], number))
            turns[ticket.visitor] += 1
    return [tickets[number] for _, number in sorted(ranked)]


def _places(tickets: Iterable[Ticket]) -> Counter[str]:
    """How many places each visitor holds."""
    held: Counter[str] = Counter()
    for ticket in tickets:
        held[ticket.visitor] += ticket.places
    return held


@dataclass(frozen=True, slots=True)
class Admission:
    """The rules under some limits, for a model whose tokens take so many bytes each."""

    limits: Limits
    bytes_per_token: int

    def refusal(self, ticket: Ticket, queued: Sequence[Ticket]) -> str | None:
        """Why a request cannot even be queued, in words for the person."""
        most, allowed = self.limits.max_queue, self.limits.kv_bytes
        free = self.limits.max_rows - sum(other.places for other in queued)
        if sum(not other.granted for other in queued) >= most + free:
            return f"{most} requests are waiting already, the most this server allows. Try again in a while."
        own = sum(not other.granted and other.visitor == ticket.visitor for other in queued)
        if ticket.visitor and own >= (share := _share(most)) + free:
            return f"{share} requests of yours are waiting already, the most for one visitor. Try again in a while."
        needed = self._size(1, ticket.need) + self._size(1, len(ticket.ids))
        if needed > allowed:
            tokens = len(ticket.ids) + max(ticket.limit - 1, 0)
            return (
                f"{tokens:,} tokens need {needed / 2**20:,.0f} MB of attention memory; this server allows"
                f" {allowed / 2**20:,.0f} MB. Shorten the prompt or ask for fewer tokens."
            )
        return None

    def overdue(self, ticket: Ticket) -> str | None:
        """Why a request has to end now, in words for the person."""
        if ticket.age <= self.limits.max_seconds:
            return None
        return f"The request was ended after {self.limits.max_seconds:g} seconds, the most this server allows."

    def row_free(self, ticket: Ticket, tickets: Iterable[Ticket]) -> bool:
        """Whether the caps on rows leave one for this request."""
        most = self.limits.max_rows
        held = _places(tickets)
        if ticket.samples > 1 and ticket.places >= _share(most):
            return False
        if ticket.visitor and held[ticket.visitor] >= _share(most):
            return False
        return held.total() < most

    def spare(
        self, tickets: Iterable[Ticket], prompts: int, rows: Mapping[Group, int], newcomer: Ticket | None = None
    ) -> int:
        """Bytes that nobody was promised, with one more place for `newcomer`; negative when there are too few.

        Promised is what rows and prompts on their way may come to use. Allocated already are `prompts`, with the stems
        that rows follow, and the slots of each group's `rows`.
        """
        promised = prompts
        groups: dict[Group, list[Ticket]] = {}
        for ticket in tickets:
            if ticket.places or ticket is newcomer:
                groups.setdefault(group(ticket), []).append(ticket)
            if ticket.prompt is None and (ticket is newcomer or ticket.started < ticket.granted):
                promised += self._size(1, len(ticket.ids))
        for key, members in groups.items():
            count = sum(ticket.places + (ticket is newcomer) for ticket in members)
            longest = max(ticket.need for ticket in members)
            promised += max(rows.get(key, 0), self._size(count, longest))
        return self.limits.kv_bytes - promised

    def _size(self, count: int, length: int) -> int:
        """Bytes of the slots for `count` rows of `length` tokens."""
        rows, tokens = slots(count, length)
        return rows * tokens * self.bytes_per_token


def _share(most: int) -> int:
    """What of so many is not kept for others."""
    return most - most // OTHERS
