"""Which of two answers people prefer: pairs to rate blind, and what the ratings say of each two panes."""

import itertools
import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from playground.evaluation.findings.sentences import format_adjusted_p, more_needed, one_line
from playground.evaluation.prompt_table import PromptRow
from playground.evaluation.statistics.adjust import holm
from playground.evaluation.statistics.intervals import exact
from playground.evaluation.statistics.paired import mcnemar
from playground.evaluation.statistics.power import ALPHA, fewest_items, items_needed
from playground.formats import format_count, format_percent
from playground.types import Run

Choice = Literal["left", "tie", "right"]


@dataclass(frozen=True, slots=True, kw_only=True)
class BlindPair:
    """Two answers to one prompt: its row, and the panes that stand on the left and on the right."""

    row: int
    left: int
    right: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Rating:
    """Which side of a pair was better, who said so and when. A model as judge rates the same pairs."""

    pair: BlindPair
    choice: Choice
    rater: str = ""
    time: str = ""

    @property
    def preferred(self) -> int | None:
        """The pane that was better, None for a tie."""
        return {"left": self.pair.left, "tie": None, "right": self.pair.right}[self.choice]


@dataclass(frozen=True, slots=True, kw_only=True)
class Preference:
    """All ratings of two panes: `wins` and `losses` are the first's.

    `share` is the first's of the ratings that are no tie, with an exact 95 % interval; `p` is the sign test's, and
    `adjusted` is after Holm for all pairs of panes that were rated. They are None where every rating is a tie.
    """

    first: int
    second: int
    wins: int
    ties: int
    losses: int
    share: float | None = None
    low: float | None = None
    high: float | None = None
    p: float | None = None
    adjusted: float | None = None
    comparisons: int = 0

    @property
    def decided(self) -> int:
        return self.wins + self.losses


def blind_pairs(rows: Sequence[PromptRow], seed: int) -> tuple[BlindPair, ...]:
    """Every two panes' answers to every prompt, in random order and on random sides.

    What nobody can rate is left out: where one has no answer, and where both have the same. Answers that were the same
    before, as all are at temperature 0, are rated once: asking again would count one opinion twice.
    """
    chance = random.Random(seed)
    pairs: dict[tuple[object, ...], BlindPair] = {}
    for at, row in enumerate(rows):
        answers = [_answer(run) for run in row.runs]
        for one, other in itertools.combinations(range(len(answers)), 2):
            if answers[one] is None or answers[other] is None or answers[one] == answers[other]:
                continue
            left, right = chance.sample((one, other), 2)
            told_apart = (row.prompt, one, other, answers[one], answers[other])
            pairs.setdefault(told_apart, BlindPair(row=at, left=left, right=right))
    return tuple(chance.sample(list(pairs.values()), len(pairs)))


def _answer(run: Run) -> str | None:
    """None for a run that failed or was stopped: half an answer says nothing about a whole one."""
    return run.answer.strip() if run.status == "done" else None


def preferences(ratings: Sequence[Rating]) -> tuple[Preference, ...]:
    """One for each two panes that were rated, in the panes' order.

    Ties are counted and left out of share, interval and test: they say that both are alike, not which is better.
    """
    by_panes: dict[tuple[int, int], list[int | None]] = {}
    for rating in ratings:
        first, second = sorted((rating.pair.left, rating.pair.right))
        by_panes.setdefault((first, second), []).append(rating.preferred)
    found = [_preference(*panes, preferred) for panes, preferred in sorted(by_panes.items())]
    tested = [one.p for one in found if one.p is not None]
    adjusted = iter(holm(tested))
    return tuple(
        one if one.p is None else replace(one, adjusted=next(adjusted), comparisons=len(tested)) for one in found
    )


def _preference(first: int, second: int, preferred: Sequence[int | None]) -> Preference:
    wins, losses = preferred.count(first), preferred.count(second)
    made = Preference(first=first, second=second, wins=wins, ties=preferred.count(None), losses=losses)
    if not made.decided:
        return made
    low, high = exact(wins, made.decided)
    return replace(made, share=wins / made.decided, low=low, high=high, p=mcnemar(losses, wins))


def preference_sentence(one: Preference, titles: Sequence[str]) -> str:
    """Which of the two was preferred how often, and whether that suffices to prefer it."""
    first, second, n = one_line(titles[one.first]), one_line(titles[one.second]), one.decided
    if one.share is None or one.low is None or one.high is None or one.adjusted is None:
        return f"{first} and {second} were rated alike each time: nothing says that one is better."
    share, wins, low, high = one.share, one.wins, one.low, one.high
    if one.losses > one.wins:
        first, second, share, wins, low, high = second, first, 1 - share, one.losses, 1 - high, 1 - low
    of = f"{wins} of {format_count(n, 'rating')}"
    if one.ties:
        of = f"{of} that are no tie"
    chance = format_adjusted_p(one.adjusted, one.comparisons)
    interval = f"95 % interval {format_percent(low)} to {format_percent(high)}"
    counted = f"{first} was preferred to {second} in {of} ({format_percent(share)}, {interval}, {chance})"
    if one.adjusted < ALPHA:
        return f"{counted}: more than chance explains. The evidence suffices to prefer {first}."
    needed = _needed_text(one, share)
    open_question = f"{counted}: the evidence does not suffice to prefer one"
    return f"{open_question}; {needed}." if needed else f"{open_question}."


def _needed_text(one: Preference, share: float) -> str:
    """Why it does not suffice, and how many ratings might."""
    if one.decided >= fewest_items(one.comparisons) and one.p is not None and one.p < ALPHA:
        return f"the interval leaves out 50 %, but unlike p it does not allow for {one.comparisons} comparisons"
    seen = items_needed((2 * share - 1) * 100, 1.0, one.comparisons) if share > 0.5 else 0
    return more_needed("ratings", one.decided, seen, one.comparisons, "preference is really this strong")
