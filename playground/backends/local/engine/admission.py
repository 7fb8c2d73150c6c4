"""Rules for which request gets the next place in the batch, and for how much memory it is promised."""

from bisect import bisect
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from playground.backends.local.engine.batch import slot_allocation
from playground.backends.local.engine.ticket import Ticket

GROUP_LENGTHS = 2048, 8192  # rows are batched with rows of like length: a batch is as wide as its longest row
KEPT_FOR_OTHERS = 4  # one row, or place in the queue, in so many is never given to one request or visitor alone

LengthGroup = int


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineLimits:
    """Caps of one engine: rows decoded at once, requests waiting, seconds a request, bytes of keys and values."""

    max_rows: int
    max_queue: int
    max_seconds: float
    kv_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineStats:
    """What an engine holds now, each byte counted once.

    `slot_bytes` are the running rows' own, `prompt_bytes` those of their shared prefixes and of unfinished prompts,
    `prefix_bytes` what is only kept in case it is asked again.
    """

    waiting: int
    rows: int
    slot_bytes: int
    prompt_bytes: int
    prefix_bytes: int
    adapter_bytes: int


def length_group(ticket: Ticket) -> LengthGroup:
    """Requests of one group, which are of like length, share a batch."""
    return bisect(GROUP_LENGTHS, ticket.slots_per_sample)


def next_in_line(tickets: Iterable[Ticket]) -> Ticket | None:
    """The request that gets the next place.

    It is one of the visitor with the fewest running samples, of these the one with the fewest, of equals the oldest.
    """
    tickets = list(tickets)
    running = _running_by_visitor(tickets)
    wanting = (ticket for ticket in tickets if ticket.admitted_count < max(ticket.sample_count, 1))
    return min(wanting, key=lambda ticket: (running[ticket.visitor], ticket.running_count), default=None)


def waiting_order(tickets: Sequence[Ticket]) -> list[Ticket]:
    """The requests without a place as they will get one: visitors in turn, of each the oldest first."""
    turns = _running_by_visitor(tickets)
    ranked: list[tuple[int, int]] = []
    for number, ticket in enumerate(tickets):
        if not ticket.admitted_count:
            ranked.append((turns[ticket.visitor], number))
            turns[ticket.visitor] += 1
    return [tickets[number] for _, number in sorted(ranked)]


def _running_by_visitor(tickets: Iterable[Ticket]) -> Counter[str]:
    """How many samples of each visitor are running."""
    running: Counter[str] = Counter()
    for ticket in tickets:
        running[ticket.visitor] += ticket.running_count
    return running


@dataclass(frozen=True, slots=True)
class Admission:
    """The rules under some limits, for a model whose tokens take so many bytes each."""

    limits: EngineLimits
    bytes_per_token: int

    def refusal_reason(self, ticket: Ticket, queued: Sequence[Ticket]) -> str | None:
        """Why a request cannot even be queued, in words for the person."""
        most, allowed = self.limits.max_queue, self.limits.kv_bytes
        free = self.limits.max_rows - sum(other.running_count for other in queued)
        if sum(not other.admitted_count for other in queued) >= most + free:
            return f"{most} requests are waiting already, the most this server allows. Try again in a while."
        own = sum(not other.admitted_count and other.visitor == ticket.visitor for other in queued)
        if ticket.visitor and own >= (share := _share(most)) + free:
            return f"{share} requests of yours are waiting already, the most for one visitor. Try again in a while."
        needed = self._slot_bytes(1, ticket.slots_per_sample) + self._slot_bytes(1, len(ticket.ids))
        if needed > allowed:
            tokens = len(ticket.ids) + max(ticket.limit - 1, 0)
            return (
                f"{tokens:,} tokens need {needed / 2**20:,.0f} MB of attention memory; this server allows"
                f" {allowed / 2**20:,.0f} MB. Shorten the prompt or ask for fewer tokens."
            )
        return None

    def overdue_reason(self, ticket: Ticket) -> str | None:
        """Why a request has to end now, in words for the person."""
        if ticket.age <= self.limits.max_seconds:
            return None
        return f"The request was ended after {self.limits.max_seconds:g} seconds, the most this server allows."

    def has_free_row(self, ticket: Ticket, tickets: Iterable[Ticket]) -> bool:
        """Whether the caps on rows leave one for this request."""
        most = self.limits.max_rows
        running = _running_by_visitor(tickets)
        if ticket.sample_count > 1 and ticket.running_count >= _share(most):
            return False
        if ticket.visitor and running[ticket.visitor] >= _share(most):
            return False
        return running.total() < most

    def spare_bytes(
        self, tickets: Iterable[Ticket], prompts: int, rows: Mapping[LengthGroup, int], newcomer: Ticket | None = None
    ) -> int:
        """Bytes that nobody was promised, with one more place for `newcomer`; negative when there are too few.

        Promised is what rows and unfinished prompts may come to use. Allocated already are `prompts`, shared
        prefixes included, and the slots of each group's `rows`.
        """
        promised = prompts
        groups: dict[LengthGroup, list[Ticket]] = {}
        for ticket in tickets:
            if ticket.running_count or ticket is newcomer:
                groups.setdefault(length_group(ticket), []).append(ticket)
            if ticket.prompt is None and (ticket is newcomer or ticket.started_count < ticket.admitted_count):
                promised += self._slot_bytes(1, len(ticket.ids))
        for key, members in groups.items():
            count = sum(ticket.running_count + (ticket is newcomer) for ticket in members)
            longest = max(ticket.slots_per_sample for ticket in members)
            promised += max(rows.get(key, 0), self._slot_bytes(count, longest))
        return self.limits.kv_bytes - promised

    def _slot_bytes(self, count: int, length: int) -> int:
        """Bytes of the slots for `count` rows of `length` tokens."""
        rows, tokens = slot_allocation(count, length)
        return rows * tokens * self.bytes_per_token


def _share(most: int) -> int:
    """The part that one request or visitor may take; the rest is kept for others."""
    return most - most // KEPT_FOR_OTHERS
