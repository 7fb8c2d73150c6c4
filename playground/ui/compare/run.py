"""A comparison as a stream of snapshots: the answers first, then what can be measured of them."""

import math
import threading
import time
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import Literal, TypeVar

from playground import comparison
from playground.backends.catalog import Catalog, ModelInfo
from playground.background import Background
from playground.comparison import PaneRuns
from playground.errors import LimitReached
from playground.evaluation import likelihood
from playground.evaluation.likelihood import TokenShift
from playground.evaluation.prompt_table import PromptRow
from playground.types import Setup
from playground.ui.compare.panes import PaneSelection
from playground.ui.compare.rating.blind import Blindable
from playground.ui.handlers.messages import in_words
from playground.ui.run_view import following

OUT_OF_TIME = "Comparing was ended after {:g} seconds, the most this server allows; what had ended by then is shown."
MOMENT = 0.1  # seconds between looks at whether to stop
Matrix = tuple[tuple[float | None, ...], ...]
Stage = Literal["answering", "measuring", "done", "stopped", "failed"]
T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Shifts:
    """What the pane at `other` changed in the baseline's tokens, or why that is not known."""

    other: int
    found: tuple[TokenShift, ...] = ()
    error: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparisonRun(Blindable):
    """A comparison so far: of each pane the runs of its repetitions, and what stops it alone.

    `models` are as the panes', None for one that is gone. `reference` is what would be right, if that was said.
    `perplexities` is `[reader][writer]`, as many rows and cells as are known yet.
    """

    setup: Setup
    repetitions: int = 1
    reference: str = ""
    stage: Stage = "answering"
    every: tuple[PaneRuns, ...] = ()
    halts: tuple[threading.Event, ...] = ()
    models: tuple[ModelInfo | None, ...] = ()
    shifts: Shifts | None = None
    perplexities: Matrix = ()
    error: str = ""  # of what is measured afterwards

    @property
    def busy(self) -> bool:
        return self.stage in ("answering", "measuring")

    @property
    def runs(self) -> PaneRuns:
        """The first repetition of each pane."""
        return tuple(runs[0] for runs in self.every)

    @property
    def rows(self) -> tuple[PromptRow, ...]:
        """The repetitions, each as a row of all panes."""
        return tuple(PromptRow(self.setup.task.input, runs) for runs in zip(*self.every, strict=True))

    @property
    def only_weights_differ(self) -> bool:
        """Whether the panes are told apart by their weights, and by nothing else: then these can be measured."""
        panes = self.picked.panes
        first = panes[0]
        weights = {(pane.model, pane.adapter, pane.scale) for pane in panes}
        return len(weights) > 1 and all(
            replace(pane, model=first.model, adapter=first.adapter, scale=first.scale) == first for pane in panes
        )

    @property
    def beside(self) -> tuple[int, ...]:
        """Panes whose words can be compared with the baseline's token by token: other weights on the same model."""
        if not self.runs or not self.only_weights_differ or self.runs[self.picked.baseline].status == "failed":
            return ()
        base = self.runs[self.picked.baseline]
        return tuple(
            at
            for at in self.picked.others
            if (run := self.runs[at]).status != "failed"
            and run.setup.model == base.setup.model
            and (run.setup.adapter, run.setup.scale) != (base.setup.adapter, base.setup.scale)
            and (info := self.models[at]) is not None
            and info.capabilities.logits
        )


class _Halted(Exception):
    """The person pressed Stop."""


def begin(setup: Setup, picked: PaneSelection, repetitions: int = 1, reference: str = "") -> ComparisonRun:
    """A comparison before anything has come of it."""
    halts = tuple(threading.Event() for _ in picked.panes)
    return ComparisonRun(setup=setup, picked=picked, repetitions=repetitions, reference=reference, halts=halts)


def again(now: ComparisonRun, at: int) -> ComparisonRun:
    """The same before one of its panes is asked once more."""
    halts = tuple(threading.Event() if i == at else halt for i, halt in enumerate(now.halts))
    return replace(now, halt=threading.Event(), halts=halts, stage="answering", shifts=None, perplexities=(), error="")


def follow(
    now: ComparisonRun, catalog: Catalog, within: float, only: int | None = None, in_all: float = math.inf
) -> Iterator[ComparisonRun]:
    """Run all panes at once, or one of them, then measure. Raises what is wrong with all before anything is asked.

    Each run takes at most `within` seconds; after `in_all` what has not ended is stopped, and that is said.
    """
    end = time.monotonic() + in_all
    places = tuple(range(len(now.picked.panes))) if only is None else (only,)
    late = False
    try:
        for runs in comparison.compare_repeatedly(
            [now.picked.panes[at] for at in places],
            catalog,
            repetitions=now.repetitions,
            placebos={i for i, at in enumerate(places) if at in now.picked.placebos},
            max_seconds=within,
            halts=[now.halts[at] for at in places],
        ):
            asked = dict(zip(places, runs, strict=True))
            every = runs if only is None else tuple(asked.get(at, old) for at, old in enumerate(now.every))
            now = replace(now, every=every, models=now.models or _models(now.picked, catalog))
            yield now
            if now.halt.is_set() or (late := time.monotonic() > end):
                break
        now = replace(now, models=_models(now.picked, catalog))
        if now.halt.is_set() or late:
            every = tuple(tuple(map(following.mark_stopped, runs)) for runs in now.every)
            yield replace(now, stage="stopped", every=every, error=OUT_OF_TIME.format(in_all) if late else "")
        else:
            yield from measure(now, catalog, within)
    finally:
        now.halt.set()  # also when the page was closed


def measure(now: ComparisonRun, catalog: Catalog, within: float) -> Iterator[ComparisonRun]:
    """Fill in the shift of the first pane beside the baseline, then the perplexities, cell by cell.

    What has not been measured `within` so many seconds is left out, and that is said.
    """
    now, limit = replace(now, stage="measuring"), _Limit(within)
    yield now
    try:
        if now.beside:
            now = replace(now, shifts=(yield from shifted(now, now.beside[0], catalog, limit)))
            yield now
        if now.only_weights_differ:
            for grown in _matrix(now, catalog, limit):
                now = grown
                yield now
    except _Halted:
        yield replace(now, stage="stopped")
    except Exception as error:  # the answers are there and stay; in_words logs what is a bug
        yield replace(now, stage="done", error=in_words(error))
    else:
        yield replace(now, stage="done")


def remeasured(now: ComparisonRun, other: int, catalog: Catalog, within: float) -> Iterator[ComparisonRun]:
    """The same comparison with the shift of another pane."""
    try:
        now = replace(now, shifts=(yield from shifted(now, other, catalog, _Limit(within))))
    except _Halted:
        yield replace(now, stage="stopped")
    else:
        yield replace(now, stage="done")


def shifted(
    now: ComparisonRun, other: int, catalog: Catalog, limit: "_Limit"
) -> Generator[ComparisonRun, None, Shifts]:
    """What one pane changed in the baseline's tokens; an error is told in their place. Yields while it waits."""
    base, there = now.runs[now.picked.baseline], now.runs[other]
    try:
        found = yield from _aside(lambda: likelihood.token_shifts(base, there, catalog), now, limit)
    except _Halted:
        raise
    except Exception as error:
        return Shifts(other=other, error=in_words(error))
    return Shifts(other=other, found=found)


def _matrix(now: ComparisonRun, catalog: Catalog, limit: "_Limit") -> Iterator[ComparisonRun]:
    rows: list[tuple[float | None, ...]] = []
    for reader in now.runs:
        row: tuple[float | None, ...] = ()
        for writer in now.runs:
            if "failed" in (reader.status, writer.status):  # its weights may not be there; the card says why
                row = (*row, None)
            else:
                work = partial(likelihood.perplexity, reader, writer, catalog)
                row = (*row, (yield from _aside(work, now, limit)))
            now = replace(now, perplexities=(*rows, row))
            yield now
        rows.append(row)


class _Limit:
    """The moment at which measuring ends."""

    def __init__(self, within: float) -> None:
        self._within, self._end = within, time.monotonic() + within

    def check(self) -> None:
        """Raises LimitReached after it."""
        if time.monotonic() > self._end:
            raise LimitReached(f"Measuring was ended after {self._within:g} seconds, the most this server allows.")


def _aside(work: Callable[[], T], now: ComparisonRun, limit: _Limit) -> Generator[ComparisonRun, None, T]:
    """What the work, which cannot be broken off, returns. Yields while it goes on; raises what it raised, _Halted or
    LimitReached."""

    def called() -> Generator[None, None, T]:
        yield None
        return work()

    limit.check()
    aside = Background(called(), None, name="measure")
    aside.start()
    try:
        while not aside.ended.wait(MOMENT):
            if now.halt.is_set():
                raise _Halted
            limit.check()
            yield now
    finally:
        aside.halt.set()  # nobody waits any more: it logs what goes wrong from here on
    return aside.value


def _models(picked: PaneSelection, catalog: Catalog) -> tuple[ModelInfo | None, ...]:
    there = {info.name: info for info in reversed(catalog.models())}  # a visitor's own come first
    return tuple(there.get(pane.model) for pane in picked.panes)
