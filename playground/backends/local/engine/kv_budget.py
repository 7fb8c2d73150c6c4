"""KV-cache memory budget of one engine."""

from collections.abc import Mapping, Sequence, Set

from playground.backends.local.engine.admission import Admission, EngineStats, LengthGroup
from playground.backends.local.engine.batch import Batch
from playground.backends.local.engine.ticket import Ticket
from playground.backends.local.kv.cache import SlotCache
from playground.backends.local.kv.prefix_cache import CachedPrefix, PrefixCache


class KVBudget:
    """Decides who gets memory for keys and values, and how many computed prompts are kept.

    Bytes are in use (prompts and rows), promised (what admitted requests may come to need) or spare (for prompts kept
    in case they are asked again). The `tickets` are all requests that have not ended.
    """

    def __init__(self, admission: Admission, prefixes: PrefixCache, batches: Mapping[LengthGroup, Batch]) -> None:
        self.admission, self._prefixes, self._batches = admission, prefixes, batches

    def has_place(self, ticket: Ticket, tickets: Sequence[Ticket]) -> bool:
        """Whether one more sample of a request can be decoded; then there is room for it."""
        if not self.admission.has_free_row(ticket, tickets):
            return False
        if self._spare_bytes(tickets, ticket) < 0:
            if any(other.running_count for other in tickets):
                return False
            # Nothing runs, and prompts kept for later samples fill the memory: theirs are computed again.
            for other in tickets:
                if other is not ticket:
                    other.prompt = other.next_logits = None
        self.trim(tickets, ticket)
        return True

    def trim(self, tickets: Sequence[Ticket], newcomer: Ticket | None = None) -> None:
        """Forget kept prompts until they fit into the spare bytes."""
        self._prefixes.shrink(max(self._spare_bytes(tickets, newcomer), 0), self._caches_in_use(tickets))

    def remember(self, prefix: CachedPrefix, tickets: Sequence[Ticket]) -> None:
        """Keep a computed prompt, which may be asked again, if there is room."""
        self._prefixes.add(prefix, self._spare_bytes(tickets), self._caches_in_use(tickets))

    def stats(self, tickets: Sequence[Ticket], adapter_bytes: int) -> EngineStats:
        """What the engine holds now."""
        in_use = self._caches_in_use(tickets)
        return EngineStats(
            waiting=sum(not ticket.admitted_count for ticket in tickets),
            rows=sum(len(batch.rows) for batch in self._batches.values()),
            slot_bytes=sum(batch.cache.bytes for batch in self._batches.values()),
            prompt_bytes=sum(cache.bytes for cache in in_use),
            prefix_bytes=self._prefixes.bytes(in_use),
            adapter_bytes=adapter_bytes,
        )

    def _caches_in_use(self, tickets: Sequence[Ticket]) -> Set[SlotCache]:
        """Prompts of requests, and shared prefixes of running rows."""
        prompts = [ticket.prompt.cache for ticket in tickets if ticket.prompt is not None]
        shared = [
            prefix for batch in self._batches.values() for prefix in set(batch.cache.prefixes) if prefix is not None
        ]
        return {link for cache in prompts + shared for link in cache.with_prefixes}

    def _spare_bytes(self, tickets: Sequence[Ticket], newcomer: Ticket | None = None) -> int:
        """Bytes that kept prompts may use until they are promised to a request."""
        prompts = sum(cache.bytes for cache in self._caches_in_use(tickets))
        rows = {key: batch.cache.bytes for key, batch in self._batches.items()}
        return self.admission.spare_bytes(tickets, prompts, rows, newcomer)
