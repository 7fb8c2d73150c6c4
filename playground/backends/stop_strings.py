"""Cuts streamed text at the first stop string, however the text is split into pieces."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Piece(Generic[T]):
    """A token (any object) and the text it added."""

    token: T
    text: str


class StopFilter(Generic[T]):
    """Holds pieces back while they may still turn out to be part of a stop string.

    The stop string completed first ends the text, the longest if several complete at once, whatever
    the pieces it arrives in. Released pieces tile the text: their texts joined are what may be shown.
    """

    def __init__(self, stops: Sequence[str]) -> None:
        self._stops = tuple(stop for stop in stops if stop)
        self._pending: list[Piece[T]] = []
        self.stopped = False

    def push(self, piece: Piece[T]) -> list[Piece[T]]:
        """The pieces that are certain now. Sets `stopped` when a stop string is complete."""
        if not self._stops:
            return [piece]
        self._pending.append(piece)
        text = "".join(held.text for held in self._pending)
        found = [(at + len(stop), at) for stop in self._stops if (at := text.find(stop)) >= 0]
        if found:
            self.stopped = True
            return self._release(min(found)[1], cut=True)
        return self._release(len(text) - self._suspicious(text))

    def finish(self) -> list[Piece[T]]:
        """What was held back, once nothing can follow."""
        held, self._pending = self._pending, []
        return held

    def _suspicious(self, text: str) -> int:
        """Length of the longest end of `text` that begins a stop string."""
        longest = max(map(len, self._stops)) - 1
        ends = range(min(longest, len(text)), 0, -1)
        return next((n for n in ends if any(stop.startswith(text[-n:]) for stop in self._stops)), 0)

    def _release(self, certain: int, cut: bool = False) -> list[Piece[T]]:
        """Take the pieces within the first `certain` characters; with `cut`, also what shows of the next."""
        released: list[Piece[T]] = []
        while self._pending and certain >= len(self._pending[0].text):
            if cut and certain == 0:
                break
            piece = self._pending.pop(0)
            released.append(piece)
            certain -= len(piece.text)
        if cut and certain > 0:
            released.append(Piece(self._pending[0].token, self._pending[0].text[:certain]))
        return released
