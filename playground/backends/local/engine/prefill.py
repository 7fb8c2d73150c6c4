"""Prompts on their way into slots, some tokens at a time and several in a pass; and given answers, to be judged."""

import logging
from collections.abc import Sequence
from statistics import median

import torch
from torch import Tensor

from playground.backends.local.adapters.adapter_registry import Attached
from playground.backends.local.engine.batch import AT_ONCE, INVALID
from playground.backends.local.engine.ticket import Ticket, guarded
from playground.backends.local.engine.token_readings import read, sound
from playground.backends.local.forward.decoder import Decoder
from playground.backends.local.kv.prefix_cache import WORTH_SHARING, Outcome, Prefix, PrefixStore, common
from playground.errors import GenerationFailed

log = logging.getLogger(__name__)

MOST_LOGITS = 1 << 22  # numbers held at once when an answer is judged: 16 MB
LEAST = 16  # tokens that a prompt counts for in a pass: attention takes its time for each
WORTH_WAITING = 64  # tokens that need not be read if another prompt is read first


class Prefill:
    """Computes prompts through one decoder."""

    def __init__(self, decoder: Decoder, attached: Attached, prefixes: PrefixStore) -> None:
        self._decoder, self._attached, self._prefixes = decoder, attached, prefixes

    def choose(self, waiting: Sequence[Ticket], most: int, company: Sequence[Ticket]) -> list[Ticket]:
        """Those of the `waiting` whose next tokens, `most` in all, are to be read in one pass.

        Of prompts that begin alike the first is read alone, and the others follow once its beginning is known.
        `company` are all requests that are not over.
        """
        chosen: list[Ticket] = []
        under_way = [ticket for ticket in waiting if ticket.prompt is not None]
        for ticket in waiting:
            if most <= 0 or (chosen and not self._together(chosen[0], ticket)):
                continue
            if ticket.prompt is None:
                if self._known_soon(ticket, under_way):
                    continue
                with guarded(ticket):
                    self._begin(ticket, [other for other in company if other is not ticket])
                if ticket.over:
                    continue
                under_way.append(ticket)
            chosen.append(ticket)
            most -= _weight(ticket.unread)
        return chosen

    def _together(self, one: Ticket, other: Ticket) -> bool:
        return self._decoder.ways.joins and one.use == other.use and not one.answer and not other.answer

    def _known_soon(self, ticket: Ticket, under_way: Sequence[Ticket]) -> bool:
        """Whether it would be read sooner after one of those: that saves more than it takes."""
        soon = [
            (min(common(other.ids, ticket.ids), ticket.judged), max(WORTH_WAITING, other.unread / 2))
            for other in under_way
            if other.use == ticket.use and other.visitor == ticket.visitor
        ]
        if all(shared < worth for shared, worth in soon):
            return False
        _, known = self._prefixes.longest(ticket.ids, ticket.use, ticket.visitor)  # dearer than the rest
        return any(shared - known >= worth for shared, worth in soon)

    def _begin(self, ticket: Ticket, company: Sequence[Ticket]) -> None:
        """What it has in common with one of the `company` is shared; for one row alone a copy is quicker."""
        beginning = self._attached.beginning(ticket.ids)
        name = ticket.request.adapter if ticket.request.scale else ""
        if self._attached.check(name):  # what is known was said to be made otherwise
            self._prefixes.forget(name, ticket.ids[: ticket.virtual])
        known = ticket.judged if ticket.answer else None  # of an answer nothing may be known already
        shares = self._decoder.ways.shares
        own_company = [other for other in company if other.visitor == ticket.visitor]
        split = shares and any(common(other.ids, ticket.ids) >= WORTH_SHARING for other in own_company)
        ticket.prompt = self._prefixes.begin(
            ticket.ids, ticket.use, self._decoder.layout, beginning, known, split, ticket.visitor
        )
        own = ticket.prompt.cache.capacity
        # A batch is as wide as its longest row: a long prompt in a row's own slots would widen all the others.
        usual = median(other.need for other in company) if company else own
        ticket.shared |= shares and own >= WORTH_SHARING and own > 2 * usual
        ticket.own = 0 if ticket.shared else own

    def advance(self, tickets: Sequence[Ticket], most: int) -> int:
        """Compute up to `most` tokens of the prompts that `choose` gave. Returns how many, as they count.

        Sets `outcome` once a prompt is whole; for an answer tells what the model thinks of each token instead.
        Logits that give no probabilities fail their request.
        """
        first = tickets[0]
        assert first.prompt is not None
        if first.answer and first.prompt.cache.size >= first.judged:
            return self._judge(first, min(most, max(MOST_LOGITS // self._decoder.vocabulary_size, 1)))
        reading: list[tuple[Ticket, Prefix, list[int]]] = []
        left = most
        for ticket in tickets:
            assert ticket.prompt is not None
            done, end = ticket.prompt.cache.size, ticket.judged if ticket.answer else len(ticket.ids)
            if run := ticket.ids[done : min(end, done + max(left, 0))].tolist():
                reading.append((ticket, ticket.prompt, run))
            left -= _weight(len(run))
        for (ticket, prompt, _), logits in zip(reading, self._read(reading), strict=True):
            if logits is not None and prompt.cache.size == len(ticket.ids):
                with guarded(ticket):
                    _check(logits)
                    (origin,) = self._attached.applied([ticket.ids])
                    prompt.outcomes[len(ticket.ids)] = Outcome(logits, origin)
        for ticket in tickets:
            if ticket.prompt is not None:
                ticket.outcome = ticket.prompt.outcomes.get(len(ticket.ids))
        return most - left

    def _read(self, reading: Sequence[tuple[Ticket, Prefix, list[int]]]) -> list[Tensor | None]:
        """The logits after each run; None where it fails, and with it its request."""
        if len(reading) > 1:
            caches, runs = [prompt.cache for _, prompt, _ in reading], [run for _, _, run in reading]
            try:
                return [row.clone() for row in self._decoder.prefill_all(caches, runs, reading[0][0].use)]
            except Exception:  # nothing of it is counted as read
                log.exception("Prompts that cannot be read together are read one by one.")
        return [self._read_alone(*one) for one in reading]

    def _read_alone(self, ticket: Ticket, prompt: Prefix, run: list[int]) -> Tensor | None:
        with guarded(ticket):
            return self._decoder.prefill(prompt.cache, run, ticket.use)
        return None

    def _judge(self, ticket: Ticket, most: int) -> int:
        assert ticket.prompt is not None
        done = ticket.prompt.cache.size
        chunk = ticket.ids[done : done + most].tolist()
        logits = self._decoder.read(ticket.prompt.cache, chunk, ticket.use)
        _check(logits)
        start, top = done - ticket.judged, ticket.request.sampling.top_logprobs
        given = torch.tensor(ticket.answer[start : start + len(chunk)], device=logits.device)
        for some, ids in zip(torch.split(logits, AT_ONCE), torch.split(given, AT_ONCE), strict=True):
            ticket.tell(read(some, ids, [top] * len(ids)))
        return len(chunk)


def unread(tickets: Sequence[Ticket]) -> list[Ticket]:
    """Requests with a place whose prompts are not whole, those first that waited longest."""
    waiting = (t for t in tickets if t.started < t.granted and t.outcome is None and not t.over)
    return sorted(waiting, key=lambda ticket: ticket.turn)


def _weight(tokens: int) -> int:
    return max(tokens, LEAST) if tokens else 0


def _check(logits: Tensor) -> None:
    if not sound(logits).all():
        raise GenerationFailed(INVALID)
