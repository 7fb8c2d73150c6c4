"""Prefill: computes keys and values of prompts, several in a pass, and scores answers."""

import logging
from collections.abc import Sequence
from statistics import median

import torch
from torch import Tensor

from playground.backends.local.adapters.adapter_registry import AdapterRegistry
from playground.backends.local.engine.batch import NO_PROBABILITIES, ROWS_AT_ONCE
from playground.backends.local.engine.ticket import Ticket, isolate_failure
from playground.backends.local.engine.token_readings import has_probabilities, read_tokens
from playground.backends.local.forward.decoder import Decoder
from playground.backends.local.kv.prefix_cache import (
    MIN_SHARED_TOKENS,
    CachedPrefix,
    NextLogits,
    PrefixCache,
    common_length,
)
from playground.errors import GenerationFailed

log = logging.getLogger(__name__)

MAX_LOGITS = 1 << 22  # numbers held at once when an answer is scored: 16 MB
MIN_PASS_TOKENS = 16  # tokens that a prompt counts for in a pass: attention takes its time for each
MIN_SAVED_BY_WAITING = 64  # tokens that need not be computed if another prompt is computed first


class Prefill:
    """Computes prompts through one decoder."""

    def __init__(self, decoder: Decoder, adapters: AdapterRegistry, prefixes: PrefixCache) -> None:
        self._decoder, self._adapters, self._prefixes = decoder, adapters, prefixes

    def choose(self, waiting: Sequence[Ticket], most: int, requests: Sequence[Ticket]) -> list[Ticket]:
        """Those of the `waiting` whose next tokens, `most` in all, are to be read in one pass.

        Of prompts that begin alike the first is read alone, and the others follow once its beginning is known.
        `requests` are all that have not ended.
        """
        chosen: list[Ticket] = []
        under_way = [ticket for ticket in waiting if ticket.prompt is not None]
        for ticket in waiting:
            if most <= 0 or (chosen and not self._can_join(chosen[0], ticket)):
                continue
            if ticket.prompt is None:
                if self._will_be_cached_soon(ticket, under_way):
                    continue
                with isolate_failure(ticket):
                    self._begin(ticket, [other for other in requests if other is not ticket])
                if ticket.has_ended:
                    continue
                under_way.append(ticket)
            chosen.append(ticket)
            most -= _pass_cost(ticket.missing_tokens)
        return chosen

    def _can_join(self, first: Ticket, other: Ticket) -> bool:
        return self._decoder.ways.joins and first.use == other.use and not first.answer and not other.answer

    def _will_be_cached_soon(self, ticket: Ticket, under_way: Sequence[Ticket]) -> bool:
        """Whether one of the prompts `under_way` begins alike, so that waiting for it saves more than it takes."""
        soon = [
            (
                min(common_length(other.ids, ticket.ids), ticket.scoring_start),
                max(MIN_SAVED_BY_WAITING, other.missing_tokens / 2),
            )
            for other in under_way
            if other.use == ticket.use and other.visitor == ticket.visitor
        ]
        if all(shared < worth for shared, worth in soon):
            return False
        _, cached = self._prefixes.longest_match(ticket.ids, ticket.use, ticket.visitor)  # dearer than the rest
        return any(shared - cached >= worth for shared, worth in soon)

    def _begin(self, ticket: Ticket, others: Sequence[Ticket]) -> None:
        """Start its prompt from what is cached. What it shares with one of the `others` is not copied."""
        virtual_prefix = self._adapters.virtual_prefix(ticket.ids)
        name = ticket.request.adapter if ticket.request.scale else ""
        if self._adapters.has_effect_changed(name):  # cached prompts were computed with other weights
            self._prefixes.forget(name, ticket.ids[: ticket.virtual_count])
        max_reused = ticket.scoring_start if ticket.answer else None  # of an answer nothing may be taken from the cache
        shares = self._decoder.ways.shares
        same_visitor = [other for other in others if other.visitor == ticket.visitor]
        split = shares and any(common_length(other.ids, ticket.ids) >= MIN_SHARED_TOKENS for other in same_visitor)
        ticket.prompt = self._prefixes.start(
            ticket.ids, ticket.use, self._decoder.layout, virtual_prefix, max_reused, split, ticket.visitor
        )
        own = ticket.prompt.cache.capacity
        # A batch is as wide as its longest row: a long prompt in a row's own slots would widen all the others.
        usual = median(other.slots_per_sample for other in others) if others else own
        ticket.shares_prompt |= shares and own >= MIN_SHARED_TOKENS and own > 2 * usual
        ticket.copied_tokens = 0 if ticket.shares_prompt else own

    def advance(self, tickets: Sequence[Ticket], most: int) -> int:
        """Compute up to `most` tokens of the prompts that `choose` gave. Returns how many, as they count.

        Sets `outcome` once a prompt is whole; for an answer tells what the model thinks of each token instead.
        Logits that give no probabilities fail their request.
        """
        first = tickets[0]
        assert first.prompt is not None
        if first.answer and first.prompt.cache.size >= first.scoring_start:
            return self._score(first, min(most, max(MAX_LOGITS // self._decoder.vocabulary_size, 1)))
        reading: list[tuple[Ticket, CachedPrefix, list[int]]] = []
        left = most
        for ticket in tickets:
            assert ticket.prompt is not None
            done, end = ticket.prompt.cache.size, ticket.scoring_start if ticket.answer else len(ticket.ids)
            if run := ticket.ids[done : min(end, done + max(left, 0))].tolist():
                reading.append((ticket, ticket.prompt, run))
            left -= _pass_cost(len(run))
        for (ticket, prompt, _), logits in zip(reading, self._prefill_together(reading), strict=True):
            if logits is not None and prompt.cache.size == len(ticket.ids):
                with isolate_failure(ticket):
                    _check_logits(logits)
                    (origin,) = self._adapters.origins([ticket.ids])
                    prompt.logits_by_length[len(ticket.ids)] = NextLogits(logits, origin)
        for ticket in tickets:
            if ticket.prompt is not None:
                ticket.next_logits = ticket.prompt.logits_by_length.get(len(ticket.ids))
        return most - left

    def _prefill_together(self, reading: Sequence[tuple[Ticket, CachedPrefix, list[int]]]) -> list[Tensor | None]:
        """The logits after each chunk; None where it fails, and with it its request."""
        if len(reading) > 1:
            caches, runs = [prompt.cache for _, prompt, _ in reading], [run for _, _, run in reading]
            try:
                return [row.clone() for row in self._decoder.prefill_together(caches, runs, reading[0][0].use)]
            except Exception:  # nothing of it is counted as read
                log.exception("Prompts that cannot be read together are read one by one.")
        return [self._prefill_alone(*entry) for entry in reading]

    def _prefill_alone(self, ticket: Ticket, prompt: CachedPrefix, run: list[int]) -> Tensor | None:
        with isolate_failure(ticket):
            return self._decoder.prefill(prompt.cache, run, ticket.use)
        return None

    def _score(self, ticket: Ticket, most: int) -> int:
        assert ticket.prompt is not None
        done = ticket.prompt.cache.size
        chunk = ticket.ids[done : done + most].tolist()
        logits = self._decoder.logits_after_each(ticket.prompt.cache, chunk, ticket.use)
        _check_logits(logits)
        start, top = done - ticket.scoring_start, ticket.request.sampling.top_logprobs
        answer = torch.tensor(ticket.answer[start : start + len(chunk)], device=logits.device)
        for some, ids in zip(torch.split(logits, ROWS_AT_ONCE), torch.split(answer, ROWS_AT_ONCE), strict=True):
            ticket.send(read_tokens(some, ids, [top] * len(ids)))
        return len(chunk)


def prefill_queue(tickets: Sequence[Ticket]) -> list[Ticket]:
    """Requests with a place whose prompts are not whole, those first that waited longest."""
    waiting = (t for t in tickets if t.started_count < t.admitted_count and t.next_logits is None and not t.has_ended)
    return sorted(waiting, key=lambda ticket: ticket.prefill_round)


def _pass_cost(tokens: int) -> int:
    return max(tokens, MIN_PASS_TOKENS) if tokens else 0


def _check_logits(logits: Tensor) -> None:
    if not has_probabilities(logits).all():
        raise GenerationFailed(NO_PROBABILITIES)
