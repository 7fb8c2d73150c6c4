"""Rows decoded together: one token each per step, each with its own settings, text and end."""

import logging
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from playground.backends.local.adapters.adapter_registry import Attached
from playground.backends.local.engine.detokenise import Detokeniser
from playground.backends.local.engine.sampling import Controls, History, pick, random_stream, uniforms_of
from playground.backends.local.engine.ticket import Ticket, guarded
from playground.backends.local.engine.token_readings import Reading, read, sound
from playground.backends.local.forward.decoder import Decoder
from playground.backends.local.kv.cache import SlotCache
from playground.backends.local.kv.prefix_cache import Prefix
from playground.backends.local.weights.wide_lora import BASE
from playground.backends.stop_strings import Piece, StopFilter
from playground.errors import GenerationFailed
from playground.types import Alternative, Delta, FinishReason, Origin, Token

log = logging.getLogger(__name__)

AT_ONCE = 8  # rows drawn at a time: sampling takes ten copies of their logits
INVALID = "The model gave no valid probabilities for this request."
UNLIKE = "Another adapter than the one named was applied; the text is not shown."


@dataclass(frozen=True, slots=True)
class Draw:
    """A drawn token and what the model thought of it."""

    id: int
    reading: Reading


class Vocabulary:
    """What the engine needs of a tokenizer: ids to text, and which ids are control tokens or end an answer."""

    def __init__(self, tokenizer: Any, generation_config: Any) -> None:
        self._tokenizer = tokenizer
        self._texts: dict[int, str] = {}
        ends = getattr(generation_config, "eos_token_id", None)
        listed = ends if isinstance(ends, (list, tuple)) else [ends]
        self.ends = frozenset(int(end) for end in [*listed, tokenizer.eos_token_id] if end is not None)
        self.controls = self.ends | frozenset(tokenizer.all_special_ids)

    def decode(self, ids: Sequence[int]) -> str:
        """Text of ids without control tokens."""
        return str(self._tokenizer.decode(ids, skip_special_tokens=True, clean_up_tokenization_spaces=False))

    def token(self, number: int, text: str, reading: Reading) -> Token:
        """A token that adds `text`, with what the model thought of it and of others."""
        top = tuple(Alternative(t, self.text(t), logprob, t in self.controls) for t, logprob in reading.top)
        return Token(number, text, reading.logprob, reading.entropy, top)

    def text(self, token: int) -> str:
        """Text of one token by itself, control tokens included."""
        if token not in self._texts:
            self._texts[token] = str(self._tokenizer.decode([token], clean_up_tokenization_spaces=False))
        return self._texts[token]


class Row:
    """One sample while it runs."""

    def __init__(self, ticket: Ticket, index: int, vocabulary: Vocabulary, origin: Origin) -> None:
        sampling, prompt = ticket.request.sampling, ticket.words
        self.ticket, self.index, self.origin = ticket, index, origin
        self.history = History(sampling, prompt[: ticket.asked], prompt[ticket.asked :])
        self.stream = random_stream(ticket.seed, self.index)
        self.drawn: list[int] = []
        self.done = False
        self._vocabulary = vocabulary
        self._text = Detokeniser(vocabulary.decode, prompt)
        self._stops: StopFilter[Draw] = StopFilter(sampling.stop)

    def accept(self, draw: Draw) -> Delta:
        """Take the drawn token; the delta says what became certain, and whether this was the end."""
        if not math.isfinite(draw.reading.logprob):
            raise GenerationFailed(INVALID)
        self.drawn.append(draw.id)
        self.history.add(draw.id)
        pieces: list[Piece[Draw]] = []
        reason: FinishReason | None = None
        if draw.id in self._vocabulary.ends:
            reason = "stop"
        else:
            pieces = self._stops.push(Piece(draw, self._text.push(draw.id)))
            if self._stops.stopped:
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
            prompt_tokens=len(self.ticket.ids) - self.ticket.virtual if first else None,
            origin=self.origin if first else None,
            finish_reason=reason,
            seconds=self.ticket.age,
        )


class Batch:
    """Running rows and their slots. `rows[i]` is row `i` of the cache."""

    def __init__(self, decoder: Decoder, attached: Attached) -> None:
        self.decoder, self.attached = decoder, attached
        self.rows: list[Row] = []
        self.cache = SlotCache(decoder.layout)
        self._controls: list[Controls] | None = None
        self._unlike: list[int] = []  # as of the controls

    def add(self, rows: Sequence[Row], prompt: SlotCache) -> None:
        """Give rows of one request slots that begin with its prompt, or follow it."""
        own = rows[0].ticket.own
        self._fit([*self.rows, *rows], own)
        for row in rows:
            if own < prompt.capacity:
                self.cache.begin(prompt)
            else:
                self.cache.append(prompt, 0, own)
            self.rows.append(row)
        self._controls = None

    def remove_ended(self) -> None:
        """Free the slots of rows that are done or whose request is over; memory mostly empty is given back."""
        for place in reversed(range(len(self.rows))):
            if self.rows[place].done or self.rows[place].ticket.over:
                self.cache.remove(place)
                self.rows[place] = self.rows[-1]
                self.rows.pop()
                self._controls = None
        rows, tokens = slots(len(self.rows), max((row.ticket.need for row in self.rows), default=0))
        if 2 * rows * tokens <= self.cache.rows * self.cache.capacity:
            self.cache.resize(rows, min(tokens, self.cache.capacity))

    def copy(self, row: Row) -> Prefix:
        """What a row has in its slots, to be kept: its prompt and all it drew but the last token."""
        place = self.rows.index(row)
        ids = np.concatenate([row.ticket.ids, np.array(row.drawn[:-1], dtype=np.int64)])
        return Prefix(ids, self.cache.fork(place, len(ids), len(ids)), row.ticket.use, row.ticket.visitor)

    def step(self) -> list[Draw | Exception]:
        """Feed every row's last token and draw its next; for a row that cannot go on what is wrong with it."""
        self._fit(self.rows, max(self.cache.lengths) + 1)
        last, uses = [row.drawn[-1] for row in self.rows], [row.ticket.use for row in self.rows]
        logits = self.decoder.decode(self.cache, last, uses)
        if self._controls is None or self.attached.missed:
            self._controls = controls(self.rows, logits.device)
            self._unlike = self._rows_of_another_origin()
        draws = draw_tokens(logits, self.rows, self._controls)
        for place in self._unlike:
            draws[place] = GenerationFailed(UNLIKE)
        return draws

    def _rows_of_another_origin(self) -> list[int]:
        """Rows whose logits were made by other weights than was said of them."""
        if self.attached.missed:
            return [place for place, row in enumerate(self.rows) if row.ticket.use != BASE]
        made = self.attached.applied([row.ticket.ids for row in self.rows])
        return [place for place, row in enumerate(self.rows) if made[place] != row.origin]

    def _fit(self, rows: Sequence[Row], length: int) -> None:
        """Grow by a quarter at least, so that growing stays rare, and never beyond what the rows may need.

        What was allocated for others that have gone does not grow along: nobody was promised that.
        """
        cache, longest = self.cache, max([length, *(row.ticket.need for row in rows)])
        count, most = slots(len(rows), longest)
        if length > cache.capacity:
            _, tokens = slots(len(rows), max(length, cache.capacity * 5 // 4))
            cache.resize(count, min(tokens, most))
        elif count > cache.rows:
            cache.resize(count, min(cache.capacity, most))


def controls(rows: Sequence[Row], device: torch.device) -> list[Controls]:
    """The rows' settings, for as many rows each as are drawn at once."""
    settings = [row.ticket.request.sampling for row in rows]
    return [Controls.of(settings[start : start + AT_ONCE], device) for start in range(0, len(rows), AT_ONCE)]


def draw_tokens(logits: Tensor, rows: Sequence[Row], settings: Sequence[Controls]) -> list[Draw | Exception]:
    """One token for every row from logits `[rows, vocabulary]`; `settings` are their `controls`.

    A row for which none can be drawn gets what is wrong instead, and the others what they would get without it.
    """
    draws: list[Draw | Exception] = []
    for own, wide in zip(settings, torch.split(logits, AT_ONCE), strict=True):
        some, part = rows[len(draws) : len(draws) + AT_ONCE], wide.float()
        uniforms = uniforms_of(own, [row.stream for row in some])  # once, so that a row drawn again gets the same
        try:
            draws += _draw(part, some, own, uniforms)
        except Exception:
            log.exception("Rows that cannot be drawn together are drawn one by one.")
            draws += [_draw_alone(part[[n]], row, uniforms[n]) for n, row in enumerate(some)]
    return draws


def _draw(
    logits: Tensor, rows: Sequence[Row], settings: Controls, uniforms: Sequence[tuple[float, float]]
) -> list[Draw]:
    valid = sound(logits)[:, None]  # a row that is not draws from anything, and fails alone with its reading
    drawable = logits if valid.all() else logits.where(valid, 0.0)
    chosen = pick(drawable, [row.history for row in rows], settings, uniforms)
    readings = read(logits, chosen, [row.ticket.request.sampling.top_logprobs for row in rows])
    return [Draw(token, reading) for token, reading in zip(chosen.tolist(), readings, strict=True)]


def _draw_alone(logits: Tensor, row: Row, uniforms: tuple[float, float]) -> Draw | Exception:
    try:
        (drawn,) = _draw(logits, [row], Controls.of([row.ticket.request.sampling], logits.device), [uniforms])
    except Exception as error:
        log.exception("No token can be drawn for a row.")
        return error
    return drawn


def accept(rows: Sequence[Row], draws: Sequence[Draw | Exception]) -> dict[Ticket, list[Delta]]:
    """Let the rows take what they drew; what each request is to be told. A row that fails ends its request."""
    news: dict[Ticket, list[Delta]] = {}
    for row, draw in zip(rows, draws, strict=True):
        if isinstance(draw, Exception):
            row.ticket.fail(draw)
        elif not row.ticket.over:
            with guarded(row.ticket):
                news.setdefault(row.ticket, []).append(row.accept(draw))
    return news


def slots(count: int, length: int) -> tuple[int, int]:
    """Rows and tokens to allocate for `count` rows of up to `length` tokens; in steps, so that few joins copy."""
    rows = count if count < 4 else -(-count // 4) * 4
    return rows, -(-length // 128) * 128
