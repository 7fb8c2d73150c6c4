"""Who gets a place in the batch, and what may still be promised of the memory."""

from bisect import bisect
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from playground.backends.local.batch import slots
from playground.backends.local.ticket import Ticket

LENGTHS = 2048, 8192  # rows are batched with rows of like length: a batch is as wide as its longest row
OTHERS = 4  # one part in this many of the rows is out of a single request's reach

Group = tuple[int, bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Caps of one engine: rows decoded at once, requests waiting, seconds a request, bytes of keys and values."""

    max_rows: int
    max_queue: int
    max_seconds: float
    kv_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Stats:
    """What an engine holds now. `slot_bytes` are the running rows', `prompt_bytes` those of prompts on their way."""

    waiting: int
    rows: int
    slot_bytes: int
    prompt_bytes: int
    prefix_bytes: int


def group(ticket: Ticket) -> Group:
    """Requests of one group share a batch: like length, and with adapters or without."""
    return bisect(LENGTHS, ticket.need), ticket.request.adapter is not None


def size(count: int, length: int, bytes_per_token: int) -> int:
    """Bytes of the slots for `count` rows of `length` tokens."""
    rows, tokens = slots(count, length)
    return rows * tokens * bytes_per_token


def refusal(ticket: Ticket, queued: Sequence[Ticket], limits: Limits, bytes_per_token: int) -> str | None:
    """Why a request cannot even be queued, in words for the person."""
    free = limits.max_rows - sum(other.places for other in queued)
    if sum(not other.granted for other in queued) >= limits.max_queue + free:
        return f"{limits.max_queue} requests are waiting already, the most this server allows. Try again in a while."
    needed = size(1, ticket.need, bytes_per_token) + size(1, len(ticket.ids), bytes_per_token)
    if needed > limits.kv_bytes:
        return (
            f"{ticket.need:,} tokens need {needed / 2**20:,.0f} MB of attention memory; this server allows"
            f" {limits.kv_bytes / 2**20:,.0f} MB. Shorten the prompt or ask for fewer tokens."
        )
    return None


def next_in_line(tickets: Iterable[Ticket]) -> Ticket | None:
    """The request that wants a place and holds fewest; of equals the oldest."""
    wanting = (ticket for ticket in tickets if ticket.granted < max(ticket.samples, 1))
    return min(wanting, key=lambda ticket: ticket.places, default=None)


def row_free(ticket: Ticket, tickets: Iterable[Ticket], limits: Limits) -> bool:
    """Whether the caps on rows leave one for this request."""
    most = limits.max_rows
    share = most - most // OTHERS if ticket.samples > 1 else most
    return ticket.places < share and sum(other.places for other in tickets) < most


def reserved(
    tickets: Iterable[Ticket], held: Mapping[Group, int], bytes_per_token: int, newcomer: Ticket | None = None
) -> int:
    """Bytes that rows and prompts on their way may come to use, with one more place for `newcomer`.

    `held` says what each group's batch has allocated already.
    """
    total = 0
    groups: dict[Group, list[Ticket]] = {}
    for ticket in tickets:
        if ticket.places or ticket is newcomer:
            groups.setdefault(group(ticket), []).append(ticket)
        if ticket is newcomer or ticket.prompt is not None or ticket.started < ticket.granted:
            total += size(1, len(ticket.ids), bytes_per_token)
    for key, members in groups.items():
        count = sum(ticket.places + (ticket is newcomer) for ticket in members)
        longest = max(ticket.need for ticket in members)
        total += max(held.get(key, 0), size(count, longest, bytes_per_token))
    return total
