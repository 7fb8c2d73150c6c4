"""Chunks of the chat completions protocol -> deltas: text up to stop strings, reasoning, tokens, and what it cost."""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from playground.backends.base import Request
from playground.backends.endpoints.dialect import estimated
from playground.backends.endpoints.providers import Price
from playground.backends.endpoints.sse import Chunk
from playground.backends.local.detokenise import Piece, StopFilter
from playground.types import Alternative, Delta, FinishReason, Origin, Token, Usage

ENDINGS: dict[str, FinishReason] = {"length": "length", "max_tokens": "length"}  # all others are an end of its own


@dataclass
class _Sample:
    """One sample while it grows, and what is new of it."""

    stops: StopFilter[None]
    echo: str = ""  # what a server repeats of the prompt before it goes on
    held: str = ""  # text that may be that
    half: str = ""  # of a character that JSON writes as two
    text: str = ""
    reasoning: str = ""
    tokens: list[Token] = field(default_factory=list)
    length: int = 0  # characters it has written, reasoning too
    counted: int = 0  # tokens, where the server tells them apart
    ending: FinishReason | None = None
    told: bool = False

    @property
    def size(self) -> int:
        """Tokens, as far as is known."""
        return self.counted or -(-self.length // 4)

    def add(self, choice: dict[str, Any]) -> None:
        thought, text = words(choice)
        text, self.half = _whole(self.half + text)
        self.length += len(text) + len(thought)
        self.reasoning += thought
        self._write(self._past_echo(text) if self.echo else text)
        listed = (choice.get("logprobs") or {}).get("content") or ()
        self.tokens += [_token(entry) for entry in listed]
        self.counted += len(listed)
        if reason := choice.get("finish_reason"):
            self.ending = ENDINGS.get(reason, "stop")
        if self.stops.stopped:
            self.ending = "stop"

    def finish(self) -> None:
        """Nothing follows: what was held back is text."""
        self._write(self.held)
        if not self.stops.stopped:
            self.text += "".join(piece.text for piece in self.stops.finish())

    def _write(self, text: str) -> None:
        if text and not self.stops.stopped:
            self.text += "".join(piece.text for piece in self.stops.push(Piece(None, text)))

    def _past_echo(self, text: str) -> str:
        held = self.held + text
        if len(held) < len(self.echo) and self.echo.startswith(held):
            self.held = held
            return ""
        new, self.held, self.echo = held.removeprefix(self.echo), "", ""
        return new


class Answer:
    """What comes back for one request: `n` samples, of which the first is number `first` for whoever asked."""

    def __init__(
        self,
        request: Request,
        n: int,
        first: int,
        model: str,
        where: str,
        price: Price | None,
        prompt_tokens: int,
        echo: str,
    ) -> None:
        self._samples = [_Sample(StopFilter(request.sampling.stop), echo) for _ in range(n)]
        self._first = first
        self._price = price
        self._prompt_tokens = prompt_tokens
        self._usage: dict[str, Any] = {}
        self._model, self._where = model, where
        self._adapter = request.adapter
        self.begun = False  # something of an answer has come

    def add(self, chunk: Chunk) -> None:
        """Raises KeyError, TypeError or AttributeError on what is not of the protocol."""
        self._model = chunk.get("model") or self._model
        self._usage = chunk.get("usage") or self._usage
        for choice in chunk.get("choices") or ():
            index = choice.get("index") or 0
            if 0 <= index < len(self._samples):
                self._samples[index].add(choice)
                self.begun = self.begun or self._samples[index].size > 0

    @property
    def cut(self) -> bool:
        """Every sample has met a stop string: nothing that still comes is of use."""
        return all(sample.stops.stopped for sample in self._samples)

    @property
    def ended(self) -> bool:
        """Every sample was told to be over."""
        return all(sample.ending for sample in self._samples)

    @property
    def seen(self) -> int:
        """Samples of which anything has come."""
        return sum(bool(sample.length or sample.ending) for sample in self._samples)

    def deltas(self, seconds: float) -> list[Delta]:
        """What is new since the last time."""
        found = []
        for i, sample in enumerate(self._samples):
            if sample.text or sample.reasoning or sample.tokens:
                found.append(self._delta(i, sample, seconds, self._estimate(sample)))
        return found

    def finish(self, seconds: float) -> list[Delta]:
        """The last deltas, with how each sample ended and what was used, by the server's count if it gave one."""
        for sample in self._samples:
            sample.finish()
        usages = self._usages()
        return [
            self._delta(i, sample, seconds, usages[i], sample.ending or "stop")
            for i, sample in enumerate(self._samples)
        ]

    def _delta(
        self, i: int, sample: _Sample, seconds: float, usage: Usage, ending: FinishReason | None = None
    ) -> Delta:
        origin = None if sample.told else Origin(weights=f"{self._model} @ {self._where}", adapter=self._adapter)
        delta = Delta(
            index=self._first + i, text=sample.text, tokens=tuple(sample.tokens), reasoning=sample.reasoning,
            seconds=seconds, finish_reason=ending, origin=origin, usage=usage,
            prompt_tokens=None if sample.told else usage.prompt_tokens,
        )  # fmt: skip
        sample.text, sample.reasoning, sample.tokens, sample.told = "", "", [], True
        return delta

    def _estimate(self, sample: _Sample) -> Usage:
        return Usage(prompt_tokens=self._prompt_tokens, completion_tokens=sample.size, estimated=True)

    def _usages(self) -> list[Usage]:
        """Of each sample. A server counts them together; each gets the part that its length is of all."""
        sizes = [sample.size for sample in self._samples]
        prompt, counts, known = self._prompt_tokens, sizes, False
        match self._usage:
            case {"prompt_tokens": int(prompt), "completion_tokens": int(completion)}:
                counts, known = _shared(completion, sizes), True
        costs = [
            self._price.of(0, count) + self._price.of(prompt, 0) / len(counts) if self._price else None
            for count in counts
        ]
        return [
            Usage(prompt_tokens=prompt, completion_tokens=count, estimated=not known, cost=cost)
            for count, cost in zip(counts, costs, strict=True)
        ]


def words(choice: dict[str, Any]) -> tuple[str, str]:
    """What a choice says, streamed or not: reasoning, and text."""
    said = choice.get("delta") or choice.get("message") or {}
    return said.get("reasoning_content") or said.get("reasoning") or "", said.get("content") or ""


def _whole(text: str) -> tuple[str, str]:
    """Text that can be stored, and the half of a character at its end. Some servers cut between the two halves."""
    if text.isascii():
        return text, ""
    half = text[-1] if "\ud800" <= text[-1] <= "\udbff" else ""
    return text.removesuffix(half).encode("utf-16", "surrogatepass").decode("utf-16", "replace"), half


def prompt_estimate(request: Request) -> int:
    """About how long the prompt is: its texts, and four tokens around each message."""
    texts = [*(m.content for m in request.messages), request.prefix + request.begun]
    return sum(estimated(text) for text in texts) + 4 * len(request.messages)


def _shared(total: int, sizes: Sequence[int]) -> list[int]:
    """`total` in whole parts that are to each other as `sizes`, and add up to it."""
    whole = sum(sizes) or len(sizes)
    marks = [0]
    for size in sizes if sum(sizes) else [1] * len(sizes):
        marks.append(marks[-1] + size)
    cuts = [round(total * mark / whole) for mark in marks]
    return [end - start for start, end in pairwise(cuts)]


def _token(entry: dict[str, Any]) -> Token:
    """A server names no ids: the same bytes get the same number, which is all that is asked of one here."""
    top = tuple(
        Alternative(_number(a), a["token"], float(a["logprob"]), control=_control(a["token"]))
        for a in entry.get("top_logprobs") or ()
    )
    return Token(id=_number(entry), text=entry["token"], logprob=float(entry["logprob"]), top=top)


def _number(entry: dict[str, Any]) -> int:
    return zlib.crc32(bytes(entry["bytes"]) if entry.get("bytes") else entry["token"].encode())


def _control(token: str) -> bool:
    return (token.startswith("<|") and token.endswith("|>")) or token in ("</s>", "<eos>", "<end_of_turn>")
