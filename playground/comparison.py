"""Runs several setups side by side, all streaming at once: what differs between them is the caller's to choose."""

import hashlib
import math
import random
import threading
from collections.abc import Collection, Generator, Mapping, Sequence
from contextlib import closing
from dataclasses import asdict, replace
from typing import Any

from playground import setups
from playground.backends.catalog import Catalog
from playground.background import Background
from playground.errors import InvalidSetup, LimitReached, PlaygroundError
from playground.running import runner
from playground.running.transcript import mark_failed, mark_stopped
from playground.strategies import technique_of
from playground.types import Run, Sampling, Setup, Task, Weights

INTERVAL = 0.1  # seconds between snapshots
AT_ONCE = 32  # runs; more wait for one to end
MOST_REPETITIONS = 20  # of each pane
PaneRuns = tuple[Run, ...]


def parse_panes(setup: Setup, data: Any, most: int) -> tuple[Setup, ...]:
    """Whole setups from plain data, each of which says what of `setup` is different in it.

    A pane's weights are its own: the default model where it names none. Of task and sampling it may name single
    values; options that it does not name are the setup's under the same technique, and else that technique's defaults.
    Raises InvalidSetup, or LimitReached for more than `most`.
    """
    check_count(data, most)
    common = setups.to_dict(setup)
    return tuple(_parse_pane(common, pane, ("panes", i)) for i, pane in enumerate(data))


def check_count(data: Any, most: int) -> None:
    """Raises InvalidSetup for what is no list of panes or an empty one, LimitReached for more than `most`."""
    if not isinstance(data, Sequence) or isinstance(data, str) or not data:
        rule = "must be a list of at least one pane: weights {model, adapter, scale} or a whole setup."
        raise InvalidSetup(path=("panes",), rule=rule)
    if len(data) > most:
        raise LimitReached(f"These are {len(data)} panes; {most} is the most (PLAYGROUND_MAX_PANES).")


def _parse_pane(common: Mapping[str, Any], pane: Any, path: tuple[str | int, ...]) -> Setup:
    if not isinstance(pane, Mapping):
        raise InvalidSetup(path=path, value=pane, rule="it must be a mapping.")
    strategy = pane.get("strategy", common["strategy"])
    parts = {"options": common["options"] if strategy == common["strategy"] else {}}
    parts |= {part: common[part] for part in ("task", "sampling")}
    own = {part: pane[part] for part in parts if part in pane}
    try:
        # What is no mapping is passed on as it is, for `parse` to refuse; so is a key that no setup has.
        merged = {
            part: {**parts[part], **value} if isinstance(value, Mapping) else value for part, value in own.items()
        }
        return setups.parse({**asdict(Weights()), **parts, **pane, "strategy": strategy, **merged})
    except InvalidSetup as error:
        raise error.at((*path, *error.path)) from None


def compare(
    panes: Sequence[Setup],
    catalog: Catalog,
    *,
    seeds: Sequence[int] = (),
    max_seconds: float = math.inf,
    halts: Sequence[threading.Event] = (),
) -> Generator[PaneRuns, None, None]:
    """Yield the Runs of all panes as they grow, at most ten times a second; the last are complete.

    A pane that leaves the seed open uses its one of `seeds`, if its model honours any; without `seeds` all use one that
    is drawn here. A pane that fails is a failed Run beside the others; what is wrong with every one of them is raised
    at once. A model made for one task gets the task's input alone, with default sampling. Each one of `halts` stops its
    pane, and closing stops them all.
    """
    refuse_useless(panes)
    seeds = seeds or [draw_seed()] * len(panes)
    halts = halts or [threading.Event() for _ in panes]
    works = [
        _Work(Run(setup=pane), catalog, max_seconds, seed, halt)
        for pane, seed, halt in zip(panes, seeds, halts, strict=True)
    ]
    try:
        while True:
            going = [work for work in works if work.goes_on]
            for work in [work for work in works if work.waits][: AT_ONCE - len(going)]:
                work.start()
                going.append(work)
            yield tuple(work.latest for work in works)
            if not going:
                break
            going[0].wait(INTERVAL)
        for work in works:
            if work.error is not None:
                raise work.error
    finally:
        for work in works:
            work.halt.set()


def compare_repeatedly(
    panes: Sequence[Setup],
    catalog: Catalog,
    *,
    repetitions: int = 1,
    placebos: Collection[int] = (),
    max_seconds: float = math.inf,
    halts: Sequence[threading.Event] = (),
) -> Generator[tuple[PaneRuns, ...], None, None]:
    """The same with each pane asked several times: yields, for each pane, its Runs in the order of the repetitions.

    Every repetition has a seed of its own, the same for all panes, so that chance favours none. Only the panes at
    `placebos` have other seeds: they show what chance alone makes.
    """
    refuse_useless(panes)
    drawn, count = draw_seed(), len(panes)
    halts = halts or [threading.Event() for _ in panes]
    asked = [pair for r in range(repetitions) for pair in with_seeds(panes, drawn, r, placebos)]
    works, seeds = [work for work, _ in asked], [seed for _, seed in asked]
    each = [*halts] * repetitions
    with closing(compare(works, catalog, seeds=seeds, max_seconds=max_seconds, halts=each)) as growing:
        for runs in growing:
            yield tuple(runs[at::count] for at in range(count))


def draw_seed() -> int:
    """A seed for several runs that are to have the same."""
    return random.randrange(2**32)


def with_seeds(
    panes: Sequence[Setup], drawn: int, repetition: int = 0, placebos: Collection[int] = ()
) -> list[tuple[Setup, int]]:
    """Each pane as it is to be asked this time, and the seed to use where it leaves that open."""
    asked = []
    for at, pane in enumerate(panes):
        fixed = pane.sampling.seed
        seed = _seed_of(drawn if fixed is None else fixed, repetition, at + 1 if at in placebos else 0)
        asked.append((pane if fixed is None else replace(pane, sampling=replace(pane.sampling, seed=seed)), seed))
    return asked


def _seed_of(seed: int, repetition: int, placebo: int) -> int:
    """The seed itself at first; another for each repetition and each placebo. `placebo` is 0 for other panes."""
    if not repetition and not placebo:
        return seed
    return int.from_bytes(hashlib.sha256(f"{seed}/{repetition}/{placebo}".encode()).digest()[:4])


def refuse_useless(panes: Sequence[Setup]) -> None:
    """Raises InvalidSetup where every pane's task lacks something."""
    wrong = []
    for pane in panes:
        try:
            technique_of(pane).check_alone(pane.task)
        except PlaygroundError as error:
            wrong.append(error)
    if wrong and len(wrong) == len(panes):
        raise wrong[0]


class _Work:
    """One pane, at work: a model that is silent for long holds up neither the others nor Stop."""

    def __init__(
        self, waiting_run: Run, catalog: Catalog, max_seconds: float, seed: int, halt: threading.Event
    ) -> None:
        self.halt = halt
        self._first = waiting_run
        self._work = Background(
            _pane_runs(waiting_run, catalog, max_seconds, seed),
            waiting_run,
            name=f"pane {waiting_run.setup.model}",
            halt=halt,
        )
        self._started = False

    @property
    def waits(self) -> bool:
        """Whether it is still to be started."""
        return not self._started and not self.halt.is_set()

    @property
    def goes_on(self) -> bool:
        return self._started and not self.halt.is_set() and not self._work.ended.is_set()

    @property
    def latest(self) -> Run:
        run = self._work.latest
        return mark_stopped(run) if self.halt.is_set() and run.status in ("waiting", "running") else run

    @property
    def error(self) -> BaseException | None:
        return self._work.error

    def start(self) -> None:
        self._started = True
        self._work.start()

    def wait(self, seconds: float) -> None:
        self._work.ended.wait(seconds)


def _pane_runs(waiting_run: Run, catalog: Catalog, max_seconds: float, seed: int) -> Generator[Run, None, None]:
    """The Run as it grows. What fails is a failed Run; a bug is also raised, for whoever waits to log and to hide."""
    last = waiting_run
    try:
        with closing(_runs(waiting_run, catalog, max_seconds, seed)) as runs:
            for last in runs:
                yield last
    except PlaygroundError as error:
        yield mark_failed(last, error)
    except Exception:
        yield replace(mark_stopped(last), status="failed", error="This pane failed.")
        raise


def _runs(waiting_run: Run, catalog: Catalog, max_seconds: float, seed: int) -> Generator[Run, None, None]:
    with closing(catalog.open(waiting_run.setup.model)) as loading:  # first: it tells what the model is made for
        for progress in loading:
            yield replace(waiting_run, progress=progress)
    setup = _setup_for_model(waiting_run.setup, catalog, seed)
    technique_of(setup).check_alone(setup.task)
    yield from runner.run(setup, catalog, max_seconds=max_seconds)


def _setup_for_model(setup: Setup, catalog: Catalog, seed: int) -> Setup:
    """The setup for this pane's model: one made for a task has no use for a technique or its sampling, and a seed that
    nobody asked for is not forced on a model that ignores it."""
    capabilities = catalog.info(setup.model).capabilities
    if not capabilities.task:
        free = setup.sampling.seed is None and "seed" in capabilities.sampling
        return replace(setup, sampling=replace(setup.sampling, seed=seed)) if free else setup
    task = Task(input=setup.task.input)
    return replace(setup, strategy="zero_shot", options={}, task=task, sampling=Sampling())
