"""The names by which a program chooses a model, an adapter of it and a technique: `default+pirate/self_consistency`."""

from dataclasses import dataclass
from typing import Any

from playground.backends.catalog import Catalog, ModelInfo
from playground.errors import UnknownModel
from playground.strategies import STRATEGIES
from playground.types import MAX_NAME, Weights

LONGEST = 2 * MAX_NAME + 80  # characters: a model, an adapter and a technique
ADAPTER, TECHNIQUE = "+", "/"
OWNER = "playground"
NEEDS_ONLY_INPUT = ("input",)


@dataclass(frozen=True, slots=True, kw_only=True)
class ServedName:
    """What a name stands for. Without a technique the conversation is sent as it is."""

    weights: Weights
    strategy: str = ""


def parse_name(name: str, catalog: Catalog) -> ServedName:
    """Raises UnknownModel, saying what there is."""
    known = {info.name for info in catalog.models()}
    rest, _, strategy = name.rpartition(TECHNIQUE)
    if name in known or not rest:
        rest, strategy = name, ""
    elif strategy not in STRATEGIES:
        raise UnknownModel(f"There is no technique named {strategy!a}; choose one of {', '.join(STRATEGIES)}.")
    model, _, adapter = (rest, "", "") if rest in known else rest.partition(ADAPTER)
    catalog.entry(model, adapter)
    return ServedName(weights=Weights(model=model, adapter=adapter), strategy=strategy)


def list_names(catalog: Catalog, created: int) -> list[dict[str, Any]]:
    """Models and their adapters, each with its model as `parent`; then the techniques that need an input alone."""
    models = [info for info in catalog.models() if not info.capabilities.task]
    plain = [_entry(name, created, info, parent) for info in models for name, parent in _with_adapters(info)]
    strategies = [name for name, strategy in STRATEGIES.items() if strategy.required == NEEDS_ONLY_INPUT]
    return plain + [
        _entry(f"{info.name}{TECHNIQUE}{strategy}", created, info) for info in models for strategy in strategies
    ]


def describe_name(name: str, catalog: Catalog, created: int) -> dict[str, Any]:
    """One of them. Raises UnknownModel."""
    weights = parse_name(name, catalog).weights
    return _entry(name, created, catalog.info(weights.model))


def _with_adapters(info: ModelInfo) -> list[tuple[str, str]]:
    return [(info.name, ""), *((f"{info.name}{ADAPTER}{adapter.name}", info.name) for adapter in info.adapters)]


def _entry(name: str, created: int, info: ModelInfo, parent: str = "") -> dict[str, Any]:
    entry = {"id": name, "object": "model", "created": created, "owned_by": OWNER}
    length = info.capabilities.context_length
    return {
        **entry,
        **({"parent": parent} if parent else {}),
        **({"max_model_len": length} if length else {}),
    }
