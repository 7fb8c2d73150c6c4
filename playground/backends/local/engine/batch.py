"""The running batch: rows that decode one token each per step, each with its own settings."""

import logging
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from playground.backends.local.adapters.adapter_registry import AdapterRegistry
from playground.backends.local.engine.constraint import hold_to_forms
from playground.backends.local.engine.detokenise import Detokeniser
from playground.backends.local.engine.sampling import History, SamplingControls, random_stream, tokens_at, uniform_pairs
from playground.backends.local.engine.ticket import Ticket, isolate_failure
from playground.backends.local.engine.token_readings import TokenReading, has_probabilities, read_tokens
from playground.backends.local.engine.vocabulary import Vocabulary
from playground.backends.local.forward.decoder import Decoder
from playground.backends.local.kv.cache import SlotCache
from playground.backends.local.kv.prefix_cache import CachedPrefix, NextLogits
from playground.backends.local.weights.wide_lora import BASE
from playground.backends.stop_strings import Piece, StopFilter
from playground.errors import GenerationFailed
from playground.types import Delta, FinishReason, Origin

log = logging.getLogger(__name__)

ROWS_AT_ONCE = 8  # rows drawn at a time: sampling takes ten copies of their logits
NO_PROBABILITIES = "The model gave no valid probabilities for this request."
WRONG_ADAPTER = "Another adapter than the one named was applied; the text is not shown."


@dataclass(frozen=True, slots=True)
class DrawnToken:
    """A drawn token and what the model thought of it."""

    id: int
    reading: TokenReading


class SampleRow:
    """One sample while it runs."""

    def __init__(self, ticket: Ticket, index: int, vocabulary: Vocabulary, origin: Origin) -> None:
        sampling, prompt = ticket.request.sampling, ticket.vocabulary_ids
        self.ticket, self.index, self.origin = ticket, index, origin
        self.history = History(sampling, prompt[: ticket.prompt_length], prompt[ticket.prompt_length :])
        self.stream = random_stream(ticket.seed, self.index)
        self.constraint = ticket.constraint.copy() if ticket.constraint else None
        self.drawn: list[int] = []
        self.done = False
        self._vocabulary = vocabulary
        self._text = Detokeniser(vocabulary.decode, prompt)
        self._stops: StopFilter[DrawnToken] = StopFilter(sampling.stop)

    def accept(self, draw: DrawnToken) -> Delta:
        """Take the drawn token; the delta says what became certain, and whether this was the end."""
        if not math.isfinite(draw.reading.logprob):
            raise GenerationFailed(NO_PROBABILITIES)
        self.drawn.append(draw.id)
        self.history.add(draw.id)
        pieces: list[Piece[DrawnToken]] = []
        reason: FinishReason | None = None
        if draw.id in self._vocabulary.ends:
            reason = "stop"
        else:
            pieces = self._stops.push(Piece(draw, self._text.push(draw.id)))
            is_complete = self.constraint is not None and self.constraint.accept(draw.id)
            if self._stops.stopped or is_complete:
                reason = "stop"
            elif len(self.drawn) >= self.ticket.limit:
                reason = "length"
        if reason and not self._stops.stopped:
            pieces = pieces + self._stops.finish()
        self.done, first = reason is not None, len(self.drawn) == 1
        token = self._vocabulary.token
        return Delta(
            index=self.index,
            text="".join(piece.text for piece in pieces),
            tokens=tuple(token(piece.token.id, piece.text, piece.token.reading) for piece in pieces),
            prompt_tokens=len(self.ticket.ids) - self.ticket.virtual_count if first else None,
            origin=self.origin if first else None,
            finish_reason=reason,
            seconds=self.ticket.age,
        )


class Batch:
    """Running rows and their slots. `rows[i]` is row `i` of the cache."""

    def __init__(self, decoder: Decoder, adapters: AdapterRegistry) -> None:
        self.decoder, self.adapters = decoder, adapters
        self.rows: list[SampleRow] = []
        self.cache = SlotCache(decoder.layout)
        self._controls: list[SamplingControls] | None = None
        self._mismatched_rows: list[int] = []  # as of the controls

    def add(self, rows: Sequence[SampleRow], prompt: SlotCache) -> None:
        """Give rows of one request slots that begin with its prompt, or follow it."""
        own = rows[0].ticket.copied_tokens
        self._fit([*self.rows, *rows], own)
        for row in rows:
            if own < prompt.capacity:
                self.cache.add_row(prompt)
            else:
                self.cache.add_row_copy(prompt, 0, own)
            self.rows.append(row)
        self._controls = None

    def remove_ended(self) -> None:
        """Free the slots of rows that are done or whose request is over; memory mostly empty is given back."""
        for place in reversed(range(len(self.rows))):
            if self.rows[place].done or self.rows[place].ticket.has_ended:
                self.cache.remove(place)
                self.rows[place] = self.rows[-1]
                self.rows.pop()
                self._controls = None
        rows, tokens = slot_allocation(
            len(self.rows), max((row.ticket.slots_per_sample for row in self.rows), default=0)
        )
        if 2 * rows * tokens <= self.cache.rows * self.cache.capacity:
            self.cache.resize(rows, min(tokens, self.cache.capacity))

    def cached_prefix(self, row: SampleRow) -> CachedPrefix:
        """What a row has in its slots, to be kept: its prompt and all it drew but the last token."""
        place = self.rows.index(row)
        ids = np.concatenate([row.ticket.ids, np.array(row.drawn[:-1], dtype=np.int64)])
        return CachedPrefix(ids, self.cache.fork(place, len(ids), len(ids)), row.ticket.use, row.ticket.visitor)

    def step(self) -> list[DrawnToken | Exception]:
        """Feed every row's last token and draw its next; for a row that cannot go on what is wrong with it."""
        self._fit(self.rows, max(self.cache.lengths) + 1)
        last, uses = [row.drawn[-1] for row in self.rows], [row.ticket.use for row in self.rows]
        logits = self.decoder.decode(self.cache, last, uses)
        if self._controls is None or self.adapters.was_bypassed:
            self._controls = sampling_controls(self.rows, logits.device)
            self._mismatched_rows = self._find_mismatched_rows()
        draws = draw_tokens(logits, self.rows, self._controls)
        for place in self._mismatched_rows:
            draws[place] = GenerationFailed(WRONG_ADAPTER)
        return draws

    def _find_mismatched_rows(self) -> list[int]:
        """Rows whose logits were made by other weights than was said of them."""
        if self.adapters.was_bypassed:
            return [place for place, row in enumerate(self.rows) if row.ticket.use != BASE]
        made = self.adapters.origins([row.ticket.ids for row in self.rows])
        return [place for place, row in enumerate(self.rows) if made[place] != row.origin]

    def _fit(self, rows: Sequence[SampleRow], length: int) -> None:
        """Grow by a quarter at least, so that growing stays rare, and never beyond what the rows may need.

        What was allocated for others that have gone does not grow along: nobody was promised that.
        """
        cache, longest = self.cache, max([length, *(row.ticket.slots_per_sample for row in rows)])
        count, most = slot_allocation(len(rows), longest)
        if length > cache.capacity:
            _, tokens = slot_allocation(len(rows), max(length, cache.capacity * 5 // 4))
            cache.resize(count, min(tokens, most))
        elif count > cache.rows:
            cache.resize(count, min(cache.capacity, most))


def sampling_controls(rows: Sequence[SampleRow], device: torch.device) -> list[SamplingControls]:
    """The rows' settings, for as many rows each as are drawn at once."""
    settings = [row.ticket.request.sampling for row in rows]
    return [
        SamplingControls.of(settings[start : start + ROWS_AT_ONCE], device)
        for start in range(0, len(rows), ROWS_AT_ONCE)
    ]


def draw_first(
    ticket: Ticket, vocabulary: Vocabulary, next_logits: NextLogits
) -> tuple[list[SampleRow], list[DrawnToken | Exception]]:
    """New rows for the samples that have a place, and the first token of each."""
    numbers = range(ticket.started_count, ticket.admitted_count)
    rows = [SampleRow(ticket, number, vocabulary, next_logits.origin) for number in numbers]
    settings = sampling_controls(rows, next_logits.logits.device)
    return rows, draw_tokens(next_logits.logits.expand(len(rows), -1), rows, settings)


def draw_tokens(
    logits: Tensor, rows: Sequence[SampleRow], settings: Sequence[SamplingControls]
) -> list[DrawnToken | Exception]:
    """One token for every row from logits `[rows, vocabulary]`; `settings` are their `controls`.

    A row for which none can be drawn gets what is wrong instead, and the others what they would get without it.
    """
    draws: list[DrawnToken | Exception] = []
    for own, wide in zip(settings, torch.split(logits, ROWS_AT_ONCE), strict=True):
        some, part = rows[len(draws) : len(draws) + ROWS_AT_ONCE], wide.float()
        uniforms = uniform_pairs(own, [row.stream for row in some])  # once, so that a row drawn again gets the same
        try:
            draws += _draw_together(part, some, own, uniforms)
        except Exception:
            log.exception("Rows that cannot be drawn together are drawn one by one.")
            draws += [_draw_alone(part[[n]], row, uniforms[n]) for n, row in enumerate(some)]
    return draws


def _draw_together(
    logits: Tensor, rows: Sequence[SampleRow], settings: SamplingControls, uniforms: Sequence[tuple[float, float]]
) -> list[DrawnToken | Exception]:
    # A row without probabilities draws from anything, and fails alone with its reading.
    valid = has_probabilities(logits)[:, None]
    drawable = logits if valid.all() else logits.where(valid, 0.0)
    drawable, allowed, faults = hold_to_forms(drawable, [row.constraint for row in rows])
    chosen = tokens_at(drawable, [row.history for row in rows], settings, uniforms)
    readings = read_tokens(logits, chosen, [row.ticket.request.sampling.top_logprobs for row in rows], allowed)
    draws = [DrawnToken(token, reading) for token, reading in zip(chosen.tolist(), readings, strict=True)]
    return [faults.get(place, draw) for place, draw in enumerate(draws)]


def _draw_alone(logits: Tensor, row: SampleRow, uniforms: tuple[float, float]) -> DrawnToken | Exception:
    try:
        (drawn,) = _draw_together(
            logits, [row], SamplingControls.of([row.ticket.request.sampling], logits.device), [uniforms]
        )
    except Exception as error:
        log.exception("No token can be drawn for a row.")
        return error
    return drawn


def accept_tokens(rows: Sequence[SampleRow], draws: Sequence[DrawnToken | Exception]) -> dict[Ticket, list[Delta]]:
    """Let the rows take what they drew; what each request is to be told. A row that fails ends its request."""
    news: dict[Ticket, list[Delta]] = {}
    for row, draw in zip(rows, draws, strict=True):
        if isinstance(draw, Exception):
            row.ticket.fail(draw)
        elif not row.ticket.has_ended:
            with isolate_failure(row.ticket):
                news.setdefault(row.ticket, []).append(row.accept(draw))
    return news


def slot_allocation(count: int, length: int) -> tuple[int, int]:
    """Rows and tokens to allocate for `count` rows of up to `length` tokens; in steps, so that few joins copy."""
    rows = count if count < 4 else -(-count // 4) * 4
    return rows, -(-length // 128) * 128
