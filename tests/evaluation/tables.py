"""Tables of made-up results for tests."""

from collections.abc import Mapping, Sequence
from typing import Any

from playground.evaluation.plan import Experiment, Item
from playground.evaluation.results import Result, Table

Cell = bool | float | None  # right or wrong, a score, or failed
Column = Sequence[Cell | Sequence[Cell]]  # one for each item; a sequence of them where it was asked repeatedly


def table(columns: Mapping[str, Column], *, experiment: Mapping[str, Any] | None = None, **result: Any) -> Table:
    """A finished table; `result` is the same in every cell."""
    asked = {
        name: [cell if isinstance(cell, Sequence) else [cell] for cell in cells] for name, cells in columns.items()
    }
    most = max((len(cell) for cells in asked.values() for cell in cells), default=1)
    size = max(map(len, asked.values()))
    items = tuple(Item(id=f"item {i}", input=f"Question {i}?", references=(f"{i}",)) for i in range(size))
    results = tuple(
        _cell(name, item.id, k, score, result)
        for name, cells in asked.items()
        for item, scores in zip(items, cells, strict=False)
        for k, score in enumerate(scores)
    )
    return Table(
        experiment=Experiment(repetitions=max(most, 1), **(experiment or {})),
        items=items,
        columns=tuple(columns),
        results=results,
        total=len(results),
        status="done",
    )


def _cell(column: str, item: str, repetition: int, score: Cell, result: Mapping[str, Any]) -> Result:
    right = score if isinstance(score, bool) else None
    known: dict[str, Any] = {"outcome": "failed"} if score is None else {"score": float(score), "right": right}
    return Result(
        key=f"{column}/{item}/{repetition}", column=column, item=item, repetition=repetition, **known, **result
    )
