"""Estimates calls, tokens, time and cost of an experiment before it is run."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from playground.backends.base import Backend
from playground.backends.catalog import Catalog
from playground.evaluation import datasets, scorers
from playground.evaluation.grid import Grid, samples_at_once
from playground.evaluation.plan import Experiment
from playground.evaluation.scorers import Judge
from playground.evaluation.shipped_words import is_shipped
from playground.evaluation.store import Store, StoreKey, records
from playground.evaluation.store.identity import RunKeys
from playground.formats import format_count
from playground.prompts import prompts_of
from playground.strategies import technique_of
from playground.types import Setup

if TYPE_CHECKING:
    from playground.backends.endpoints.providers import Price

SAMPLED_CELLS = 5  # items whose prompts are measured, and known cells whose length and time are taken, in each column
MAX_SEARCHED = 200  # cells of a column, at most, for those that are known
SOLO_SHARE = 0.1  # of a row's seconds in a crowd, what it takes by itself however few are beside it
CHARACTERS_PER_TOKEN = 4  # where there is no tokenizer at hand, or too much for it
MOST_COUNTED = 500_000  # characters of one cell's prompts that are; a chain may ask a hundred times as much


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """`cells` in all, of which `stored_count` are in the store; everything else is about the others.

    `seconds` is None before anything like it was measured, `cost` (US dollars) without a known price. `at_least`:
    a technique asks as often as its answers lead it to, so it may be more of everything.
    """

    cells: int
    stored_count: int
    calls: int
    prompt_tokens: int
    completion_tokens: int
    seconds: float | None
    cost: float | None
    at_least: bool = False
    notes: tuple[str, ...] = ()


@runtime_checkable
class HasPrice(Protocol):
    """A backend that knows what it costs."""

    @property
    def price(self) -> "Price | None": ...


@dataclass
class _ModelSpeed:
    """What is known of one model: samples drawn at once, and how quick it was."""

    parallel: int = 1
    tokens: float = 0.0  # of the known cells that were looked at
    seconds: float = 0.0  # of the same: a row's, each
    slows_others: bool = False  # one machine's rows slow each other; an endpoint's do not
    stored_rows: int = 0  # rows in the store: no more than these can have been beside each other
    missing: int = 0  # rows to be drawn
    work: float = 0.0  # seconds that these would take one after the other


@dataclass
class _ColumnWork:
    """One column's missing cells, each of which takes so much."""

    missing: int
    calls: float
    prompt_tokens: float
    completion_tokens: float
    measured: bool
    at_least: bool = False
    rows: int = 1


@dataclass(frozen=True)
class CellSize:
    """Calls, prompt tokens and, at most, completion tokens of one cell."""

    calls: int = 0
    prompt: float = 0.0
    completion: float = 0.0
    at_least: bool = False


@dataclass
class _Sum:
    notes: dict[str, None] = field(default_factory=dict)
    timed: bool = True
    cost: float = 0.0
    priced: bool = False


def estimate(experiment: Experiment, catalog: Catalog, store: Store, *, visitor: str = "") -> Estimate:
    """Raises PlaygroundError for an experiment that cannot begin."""
    dataset = datasets.load(experiment.data)
    grid = Grid(experiment, dataset)
    keys = RunKeys(catalog, visitor, own=not is_shipped(experiment))
    models: dict[str, _ModelSpeed] = {}
    columns = [_column(grid, at, keys, catalog, store, models) for at in range(len(grid.columns))]
    work = [*zip(grid.bases, columns, strict=True)]
    missing = sum(column.missing for column in columns)
    total = _Sum()
    if isinstance(judge := scorers.build(experiment.scorer, dataset), Judge):
        total.notes["A judge's verdicts are counted for every answer that is missing."] = None
        work += [pair for at, column in enumerate(columns) for pair in _verdicts(judge, grid, at, column, catalog)]
    for setup, column in work:
        _add(total, setup, column, catalog, models.setdefault(setup.model, _ModelSpeed()))
    if (short := experiment.data.size - len(dataset.items)) > 0 and not experiment.data.items:
        total.notes[f"The data has {format_count(len(dataset.items), 'item')}, {short:,} fewer than asked for."] = None
    return Estimate(
        cells=len(grid),
        stored_count=len(grid) - missing,
        calls=round(sum(column.missing * column.calls for _, column in work)),
        prompt_tokens=round(sum(column.missing * column.prompt_tokens for _, column in work)),
        completion_tokens=round(sum(column.missing * column.completion_tokens for _, column in work)),
        seconds=sum(map(_seconds, models.values())) if total.timed else None,
        cost=total.cost if total.priced else None,
        at_least=any(column.missing and column.at_least for _, column in work),
        notes=tuple(total.notes),
    )


def _column(
    grid: Grid, at: int, keys: RunKeys, catalog: Catalog, store: Store, models: dict[str, _ModelSpeed]
) -> _ColumnWork:
    setup, backend = grid.bases[at], catalog.loaded_backend(grid.bases[at].model)
    model = models.setdefault(setup.model, _ModelSpeed())
    model.parallel = (backend or catalog.info(setup.model)).capabilities.parallel
    model.slows_others = catalog.info(setup.model).kind == "local"
    column = keys.column(setup)
    places = range(at, len(grid), len(grid.columns))
    cell_keys: list[StoreKey] = [column.key(grid[i].setup) for i in places] if column.has_weights else []
    stored_count = store.count_stored(cell_keys)
    stored_runs = list(store.get_many(cell_keys[:MAX_SEARCHED]).values())
    spread_out = stored_runs[:: max(1, len(stored_runs) // SAMPLED_CELLS)][
        :SAMPLED_CELLS
    ]  # the first ones also waited for each other
    samples = [record for record in map(records.load_record, spread_out) if record]
    spread = places[:: max(1, len(places) // SAMPLED_CELLS)][:SAMPLED_CELLS]
    sizes = [cell_size(grid[i].setup, backend) for i in spread] or [CellSize()]
    calls = float(max(size.calls for size in sizes))
    prompt, completion = _mean([size.prompt for size in sizes]), _mean([size.completion for size in sizes])
    count = samples_at_once(setup)
    model.stored_rows += stored_count * count
    if samples:
        calls = _mean([record.run.calls for record in samples])
        prompt = _mean([record.run.prompt_tokens for record in samples])
        completion = _mean([record.run.completion_tokens for record in samples])
        model.tokens += sum(record.run.completion_tokens for record in samples)
        model.seconds += sum(record.run.seconds * count for record in samples)
    at_least = any(size.at_least for size in sizes) and not samples
    return _ColumnWork(len(places) - stored_count, calls, prompt, completion, bool(samples), at_least, count)


def _verdicts(
    judge: Judge, grid: Grid, at: int, column: _ColumnWork, catalog: Catalog
) -> Iterator[tuple[Setup, _ColumnWork]]:
    """What the judge is asked about each missing cell of a column."""
    if judge.mode == "pairwise" and grid.columns[at].label == judge.against:
        return
    item, answer = grid[at].item, "x" * round(CHARACTERS_PER_TOKEN * column.completion_tokens / max(column.calls, 1))
    for setup in judge.setups(item.input, answer, item.references, answer):
        size = cell_size(setup, catalog.loaded_backend(setup.model))
        yield setup, _ColumnWork(column.missing, size.calls, size.prompt, size.completion, False, size.at_least)


def cell_size(setup: Setup, backend: Backend | None) -> CellSize:
    """What one cell takes, with answers and calls at their most where there is a most."""
    calls = technique_of(setup).calls(setup.task)
    planned, prompt, completion, read, longest = 0, 0.0, 0.0, 0, dict[str, int]()
    for part in prompts_of(setup):
        step, most = part.step, part.sampling.max_tokens
        planned += len(step.completions)
        completion += len(step.completions) * most
        words = sum(len(message.content) for message in step.messages) + len(step.prefix)
        read += words
        counting = backend if read <= MOST_COUNTED else None
        prompt += counting.count_tokens(step.messages, step.prefix) if counting else words / CHARACTERS_PER_TOKEN
        # An earlier answer that is not there yet will be as long as it may be; at least once, if it is not to be seen.
        # What a tool says is short.
        prompt += sum(longest.get(label, 0) * max(1, part.gaps.count(label)) for label in step.depends_on)
        longest[step.label] = most
    count = max(planned, calls.least if calls.most is None else calls.most)
    unseen = count / planned if planned else 1.0  # calls that show only once it runs are like those that show now
    return CellSize(count, prompt * unseen, completion * unseen, at_least=calls.most is None)


def _add(total: _Sum, setup: Setup, column: _ColumnWork, catalog: Catalog, model: _ModelSpeed) -> None:
    if not column.missing:
        return
    if not column.measured:
        total.notes["Answers are counted at full length (max tokens); most end earlier."] = None
    if model.tokens and model.seconds:
        model.missing += column.missing * column.rows
        model.work += column.missing * column.completion_tokens * model.seconds / model.tokens
    else:
        total.timed = False
        total.notes["The time is known after a few cells."] = None
    backend, info = catalog.peek(setup.model), catalog.info(setup.model)
    if info.capabilities.task:
        total.notes[f"{setup.model} is made for one task: it takes the input alone, whatever the technique."] = None
    elif info.loaded and "seed" not in info.capabilities.sampling:
        total.notes[f"{setup.model} takes no seed: asked again, it may answer otherwise."] = None
    price = backend.price if isinstance(backend, HasPrice) else None
    if price:
        total.priced = True
        total.cost += column.missing * price.cost(round(column.prompt_tokens), round(column.completion_tokens))
    elif info.kind == "endpoint":
        total.notes[f"No price is known for {setup.model}."] = None


def _seconds(model: _ModelSpeed) -> float:
    """A few rows do not get quicker by room for more, but on one machine by having fewer beside them."""
    beside = max(1, min(model.parallel, model.missing))
    crowd = max(1, min(model.parallel, model.stored_rows))
    share = min(1.0, beside / crowd) if model.slows_others else 1.0
    return model.work / beside * (SOLO_SHARE + (1 - SOLO_SHARE) * share)


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)
