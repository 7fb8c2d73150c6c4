"""Prompts on their way into slots, some tokens at a time; and answers that are given, to be judged."""

import torch
from torch import Tensor

from playground.backends.local.attached import Attached
from playground.backends.local.batch import AT_ONCE, INVALID
from playground.backends.local.decoder import Decoder
from playground.backends.local.prefixes import WORTH_SHARING, Outcome, PrefixStore
from playground.backends.local.sampling import read, sound
from playground.backends.local.ticket import Ticket
from playground.errors import GenerationFailed

MOST_LOGITS = 1 << 22  # numbers held at once when an answer is judged: 16 MB


class Prefill:
    """Computes prompts through one decoder."""

    def __init__(self, decoder: Decoder, attached: Attached, prefixes: PrefixStore) -> None:
        self._decoder, self._attached, self._prefixes = decoder, attached, prefixes

    def advance(self, ticket: Ticket, most: int, company: bool) -> int:
        """Compute up to `most` tokens of a prompt. Returns how many.

        In `company`, what it has in common with a prompt seen before is shared; for one row alone a copy is quicker.
        Sets `outcome` once the prompt is whole; for an answer tells what the model thinks of each token instead.
        Raises GenerationFailed for logits that give no probabilities.
        """
        if ticket.prompt is None:
            beginning = self._attached.beginning(ticket.ids)
            known = ticket.judged if ticket.answer else None  # of an answer nothing may be known already
            split = company and self._decoder.shares
            ticket.prompt = self._prefixes.begin(ticket.ids, ticket.use, self._decoder.layout, beginning, known, split)
            # A batch is as wide as its longest row: a long prompt in a row's own slots would widen all the others.
            ticket.shared |= split and ticket.prompt.cache.capacity >= WORTH_SHARING
            ticket.own = 0 if ticket.shared else ticket.prompt.cache.capacity
        prompt, size = ticket.prompt, len(ticket.ids)
        done = prompt.cache.size
        if ticket.answer and done >= ticket.judged:
            return self._judge(ticket, min(most, max(MOST_LOGITS // self._decoder.vocabulary_size, 1)))
        end = min(done + most, ticket.judged if ticket.answer else size)
        chunk = ticket.ids[done:end].tolist()
        if chunk:
            logits = self._decoder.prefill(prompt.cache, chunk, ticket.use)
            if end == size:
                _check(logits)
                (origin,) = self._attached.applied([ticket.ids])
                prompt.outcomes[size] = Outcome(logits, origin)
        ticket.outcome = prompt.outcomes.get(size)
        return len(chunk)

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


def _check(logits: Tensor) -> None:
    if not sound(logits).all():
        raise GenerationFailed(INVALID)
