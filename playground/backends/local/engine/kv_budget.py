"""Keys and values of one engine: who holds them, what is promised, and what is left to remember prompts with."""

from collections.abc import Mapping, Sequence, Set

from playground.backends.local.engine.admission import Admission, Group, Stats
from playground.backends.local.engine.batch import Batch
from playground.backends.local.engine.ticket import Ticket
from playground.backends.local.kv.cache import SlotCache
from playground.backends.local.kv.prefix_cache import Prefix, PrefixStore


class Holdings:
    """Keeps them within the budget. The requests, `tickets`, are those that are not over."""

    def __init__(self, admission: Admission, prefixes: PrefixStore, batches: Mapping[Group, Batch]) -> None:
        self.admission, self._prefixes, self._batches = admission, prefixes, batches

    def has_place(self, ticket: Ticket, tickets: Sequence[Ticket]) -> bool:
        """Whether one more sample of a request can be decoded; then there is room for it."""
        if not self.admission.row_free(ticket, tickets):
            return False
        if self._spare(tickets, ticket) < 0:
            if any(other.places for other in tickets):
                return False
            # Nothing runs, and prompts kept for later samples fill the memory: theirs are computed again.
            for other in tickets:
                if other is not ticket:
                    other.prompt = other.outcome = None
        self.trim(tickets, ticket)
        return True

    def trim(self, tickets: Sequence[Ticket], newcomer: Ticket | None = None) -> None:
        """Forget prompts until the rest is free, or promised to somebody."""
        self._prefixes.shrink(max(self._spare(tickets, newcomer), 0), self._held(tickets))

    def remember(self, prefix: Prefix, tickets: Sequence[Ticket]) -> None:
        """Keep what may be asked again, if there is room."""
        self._prefixes.add(prefix, self._spare(tickets), self._held(tickets))

    def stats(self, tickets: Sequence[Ticket], adapter_bytes: int) -> Stats:
        """A snapshot."""
        held = self._held(tickets)
        return Stats(
            waiting=sum(not ticket.granted for ticket in tickets),
            rows=sum(len(batch.rows) for batch in self._batches.values()),
            slot_bytes=sum(batch.cache.bytes for batch in self._batches.values()),
            prompt_bytes=sum(cache.bytes for cache in held),
            prefix_bytes=self._prefixes.bytes(held),
            adapter_bytes=adapter_bytes,
        )

    def _held(self, tickets: Sequence[Ticket]) -> Set[SlotCache]:
        """Prompts on their way, and stems that rows follow."""
        prompts = [ticket.prompt.cache for ticket in tickets if ticket.prompt is not None]
        stems = [stem for batch in self._batches.values() for stem in set(batch.cache.stems) if stem is not None]
        return {link for cache in prompts + stems for link in cache.chain}

    def _spare(self, tickets: Sequence[Ticket], newcomer: Ticket | None = None) -> int:
        """Bytes that stored prefixes may use until somebody is promised them."""
        prompts = sum(cache.bytes for cache in self._held(tickets))
        rows = {key: batch.cache.bytes for key, batch in self._batches.items()}
        return self.admission.spare(tickets, prompts, rows, newcomer)
