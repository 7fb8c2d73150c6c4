"""Which weights stand side by side: up to a cap of panes, each a model with or without an adapter at a scale."""

import string
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from dataclasses import field as declared
from typing import Any

from playground import comparison, setups
from playground.backends.catalog import Catalog, ModelInfo
from playground.backends.details import AdapterDetails
from playground.errors import InvalidSetup, PlaygroundError, UnknownModel
from playground.types import STRICT, Weights

LETTERS = string.ascii_uppercase


@dataclass(frozen=True, slots=True, kw_only=True)
class _Marked:
    """The place of the pane that the others are compared with."""

    __pydantic_config__ = STRICT

    baseline: int = declared(default=0, metadata={"ge": 0, "le": 1000, "strict": True})


@dataclass(frozen=True, slots=True, kw_only=True)
class Picked:
    """Checked panes, and which of them is the baseline. `titles` are the names of their weights for people."""

    panes: tuple[Weights, ...]
    baseline: int
    titles: tuple[str, ...]

    @property
    def others(self) -> tuple[int, ...]:
        return tuple(at for at in range(len(self.panes)) if at != self.baseline)


def read(value: Any, most: int, catalog: Catalog) -> Picked:
    """What the picker holds. Raises InvalidSetup for what it cannot hold, LimitReached for too many panes."""
    data = value if isinstance(value, Mapping) else {}
    panes = comparison.read_panes(data.get("panes"), most)
    baseline = setups.build(_Marked, {"baseline": data.get("baseline", 0)}, ()).baseline
    if baseline >= len(panes):
        raise InvalidSetup(f"`baseline` is {baseline}; there are {len(panes)} panes, from 0.", ("baseline",))
    titles = tuple(f"{letter} \u00b7 {title(pane, catalog)}" for letter, pane in zip(LETTERS, panes, strict=False))
    return Picked(panes=panes, baseline=baseline, titles=titles)


def title(pane: Weights, catalog: Catalog) -> str:
    """What was asked for, in the names that people know."""
    try:
        return catalog.info(pane.model).title_of(pane)
    except UnknownModel:
        return pane.model_title


def value(panes: Sequence[Weights], baseline: int, models: Sequence[ModelInfo]) -> dict[str, Any]:
    """What the picker shows: the panes, and what there is to choose from."""
    return {
        "panes": [asdict(pane) for pane in panes],
        "baseline": baseline,
        "models": [
            {
                "name": info.name,
                "title": info.title,
                "adapters": [{"name": a.name, "title": a.title, "step": _step(a)} for a in info.adapters],
            }
            for info in models
        ],
    }


def refreshed(held: Any, models: Sequence[ModelInfo], most: int) -> dict[str, Any]:
    """The same panes with what there is to choose from now; the first ones if these cannot be."""
    try:
        data = held if isinstance(held, Mapping) else {}
        panes, baseline = comparison.read_panes(data.get("panes"), most), data.get("baseline")
    except PlaygroundError:
        panes, baseline = first(models, most), 0
    marked = baseline if type(baseline) is int and 0 <= baseline < len(panes) else 0
    return value(panes, marked, models)


def first(models: Sequence[ModelInfo], most: int) -> tuple[Weights, ...]:
    """What is worth comparing before anybody chose: a base with its first adapter, else two models."""
    base = next((info for info in models if info.adapters), models[0])
    panes = [Weights(model=base.name)]
    if base.adapters:
        panes.append(Weights(model=base.name, adapter=base.adapters[0].name))
    else:
        panes.append(Weights(model=next((info.name for info in models if info.name != base.name), base.name)))
    return tuple(panes[:most])


def _step(adapter: AdapterDetails) -> float:
    """What merges into a copy, or is made of virtual tokens, is on or off."""
    graded = not adapter.loaded or (adapter.shared and adapter.rank is not None)
    return 0.05 if graded else 1.0
