"""Answers that are kept back until somebody has rated them, two at a time, without knowing whose they are."""

import threading
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from playground.comparison import draw_seed
from playground.errors import InvalidSetup
from playground.evaluation.preferences import BlindPair, Choice, Rating, blind_pairs
from playground.evaluation.prompt_table import PromptRow
from playground.ui.compare.panes import PaneSelection
from playground.ui.handlers.one_at_a_time import Stoppable

HIDDEN = "Whose answers these are is not shown yet; rate them or reveal them first."


@dataclass(frozen=True, slots=True, kw_only=True)
class Blindable(Stoppable):
    """A run whose answers may be kept back until `revealed` is set; None where they are shown as they come."""

    picked: PaneSelection
    revealed: threading.Event | None = None

    @property
    def hidden(self) -> bool:
        return self.revealed is not None and not self.revealed.is_set()

    def refuse_hidden(self) -> None:
        """Raises InvalidSetup while nobody may know whose answers these are."""
        if self.hidden:
            raise InvalidSetup(HIDDEN)


@dataclass(frozen=True, slots=True, kw_only=True)
class BlindRating:
    """What a session remembers of its last blind run: the pairs in the order in which they are rated, and the ratings.

    `revealed` is the run's own: what sets it shows whose answers they are.
    """

    revealed: threading.Event
    titles: tuple[str, ...] = ()
    rows: tuple[PromptRow, ...] = ()
    pairs: tuple[BlindPair, ...] = ()
    ratings: tuple[Rating, ...] = ()

    @property
    def current(self) -> BlindPair | None:
        """The pair that is to be rated now."""
        return None if self.revealed.is_set() or self.is_done else self.pairs[len(self.ratings)]

    @property
    def is_done(self) -> bool:
        return len(self.ratings) == len(self.pairs)

    @property
    def is_open(self) -> bool:
        """Whether there is something to rate, to take back or to reveal."""
        return bool(self.pairs) and not self.revealed.is_set()

    def answer(self, pair: BlindPair, pane: int) -> str:
        return self.rows[pair.row].runs[pane].answer


def offer(revealed: threading.Event, rows: Sequence[PromptRow], titles: Sequence[str]) -> BlindRating:
    """What there is to rate of these answers. Where that is nothing, there is nothing to keep back either."""
    pairs = blind_pairs(rows, draw_seed())
    if not pairs:
        revealed.set()
    return BlindRating(revealed=revealed, titles=tuple(titles), rows=tuple(rows), pairs=pairs)


def rate(now: BlindRating | None, choice: Choice, rater: str) -> BlindRating:
    """The next pair is rated. Raises InvalidSetup where there is none."""
    if now is None or (pair := now.current) is None:
        raise InvalidSetup("There is nothing to rate; tick \u201cRate blind\u201d and compare first.")
    time = datetime.now(UTC).isoformat(timespec="seconds")
    return replace(now, ratings=(*now.ratings, Rating(pair=pair, choice=choice, rater=rater, time=time)))


def take_back(now: BlindRating | None) -> BlindRating:
    """The last rating is none any more, and its pair comes anew. Raises InvalidSetup where no rating can be undone."""
    if now is None or not now.is_open or not now.ratings:
        raise InvalidSetup("There is no rating to take back.")
    return replace(now, ratings=now.ratings[:-1])
