"""Which setups stand side by side: up to a cap of panes, of which one is the baseline."""

import string
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from playground import comparison
from playground.backends.catalog import Catalog, ModelInfo
from playground.errors import InvalidSetup, UnknownModel
from playground.types import Setup, Weights

LETTERS = string.ascii_uppercase


@dataclass(frozen=True, slots=True, kw_only=True)
class Picked:
    """Checked panes, and which of them is the baseline. `titles` are the names of their weights for people."""

    panes: tuple[Setup, ...]
    baseline: int
    titles: tuple[str, ...]

    @property
    def others(self) -> tuple[int, ...]:
        return tuple(at for at in range(len(self.panes)) if at != self.baseline)


def read(setup: Setup, data: Any, baseline: Any, most: int, catalog: Catalog) -> Picked:
    """Panes from plain data, the baseline by its letter. Raises InvalidSetup, or LimitReached for too many panes."""
    panes = comparison.parse_panes(setup, data, most)
    letters = LETTERS[: len(panes)]
    if not isinstance(baseline, str) or len(baseline) != 1 or baseline not in letters:
        raise InvalidSetup(path=("baseline",), value=baseline, rule=f"choose a pane from A to {letters[-1]}.")
    titles = tuple(f"{letter} \u00b7 {title(pane, catalog)}" for letter, pane in zip(LETTERS, panes, strict=False))
    return Picked(panes=panes, baseline=letters.index(baseline), titles=titles)


def title(pane: Weights, catalog: Catalog) -> str:
    """What was asked for, in the names that people know."""
    try:
        return catalog.info(pane.model).title_of(pane)
    except UnknownModel:
        return pane.model_title


def first(models: Sequence[ModelInfo], most: int) -> tuple[Weights, ...]:
    """What is worth comparing before anybody chose: a base with its first adapter, else two models."""
    base = next((info for info in models if info.adapters), models[0])
    panes = [Weights(model=base.name)]
    if base.adapters:
        panes.append(Weights(model=base.name, adapter=base.adapters[0].name))
    else:
        panes.append(Weights(model=next((info.name for info in models if info.name != base.name), base.name)))
    return tuple(panes[:most])


def without(panes: Sequence[Any], at: int, baseline: int) -> tuple[list[Any], int]:
    """The panes without one of them, and where the baseline is then: the one before it if it was that one."""
    left = [pane for place, pane in enumerate(panes) if place != at]
    return left, baseline - 1 if baseline and baseline >= at else baseline
