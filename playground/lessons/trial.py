"""What a lesson lets one try: a setup, several side by side, or a small experiment; presets are taken by name."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from playground import setups
from playground.errors import InvalidSetup, LimitReached
from playground.evaluation import experiments
from playground.evaluation.columns import columns
from playground.evaluation.plan import Experiment
from playground.presets import setup_presets
from playground.types import Setup

SETUPS, EXPERIMENT, PRESET, COLUMNS = "setups", "experiment", "preset", "columns"
MOST_SETUPS, MOST_CELLS = 8, 400
PARTS = ("options", "task", "sampling")  # of a setup, of which single values may be changed


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """Setups by the names of the ways they ask, or an experiment, whose columns are the ways."""

    setups: Mapping[str, Setup] = field(default_factory=dict)
    experiment: Experiment | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """What the setups, or the columns, are called."""
        if self.experiment:
            return tuple(column.label for column in columns(self.experiment))
        return tuple(self.setups)


def parse_trial(data: Any) -> Trial:
    """Raises InvalidSetup, with the path, for what is no trial, and LimitReached for one that is too large."""
    if not isinstance(data, Mapping) or set(data) not in ({SETUPS}, {EXPERIMENT}):
        raise InvalidSetup(rule=f"must be a mapping with either {SETUPS} or {EXPERIMENT}.")
    if EXPERIMENT in data:
        with _below(EXPERIMENT):
            return Trial(experiment=_parse_experiment(data[EXPERIMENT]))
    given = data[SETUPS]
    if not isinstance(given, Mapping) or not given or not all(isinstance(name, str) for name in given):
        raise InvalidSetup(path=(SETUPS,), rule="must be a mapping of names to setups.")
    if len(given) > MOST_SETUPS:
        raise LimitReached(f"A lesson tries at most {MOST_SETUPS} setups; these are {len(given)}.")
    parsed = {}
    for name, setup in given.items():
        with _below(SETUPS, name):
            parsed[name] = setups.parse(_with_preset(setup))
    return Trial(setups=parsed)


class _below:
    """Errors of a value that stands below these keys say so."""

    def __init__(self, *path: str) -> None:
        self.path = path

    def __enter__(self) -> None: ...

    def __exit__(self, _: object, error: BaseException | None, __: object) -> None:
        if isinstance(error, InvalidSetup):
            raise error.at((*self.path, *error.path)) from None


@cache
def _setup_presets() -> Mapping[str, Any]:
    return {key: setups.changed_settings(preset.setup) for key, preset in setup_presets().items()}


@cache
def _experiment_presets() -> Mapping[str, Any]:
    return {key: setups.changed_values(one) for key, one in experiments.shipped_experiments().items()}


def _preset(data: Mapping[str, Any], known: Mapping[str, Any]) -> dict[str, Any]:
    """The preset that is named, if one is; what stands beside the name is put over it by the caller."""
    name = data.get(PRESET)
    if name is None:
        return {}
    if not isinstance(name, str) or name not in known:
        raise InvalidSetup(path=(PRESET,), value=name, rule=f"it must be one of {', '.join(known)}.")
    return dict(known[name])


def _with_preset(data: Any) -> Any:
    """A setup as plain data: its preset, and over that what it says itself, of task and sampling single values."""
    if not isinstance(data, Mapping):
        raise InvalidSetup(value=data, rule="it must be a setup.")
    base = _preset(data, _setup_presets())
    own = {key: value for key, value in data.items() if key != PRESET}
    if own.get("strategy", base.get("strategy")) != base.get("strategy"):
        base.pop("options", None)
    return _over(base, own, PARTS)


def _parse_experiment(data: Any) -> Experiment:
    if not isinstance(data, Mapping):
        raise InvalidSetup(value=data, rule="it must be an experiment.")
    base = _preset(data, _experiment_presets())
    own = {key: value for key, value in data.items() if key not in (PRESET, COLUMNS)}
    whole = experiments.parse(_over({**base, "expectations": ()}, own, ("data", "sampling")))
    if COLUMNS in data:
        whole = experiments.parse({**setups.changed_values(whole), "techniques": _chosen(whole, data[COLUMNS])})
    experiments.check_size(whole, MOST_CELLS)
    return whole


def _chosen(experiment: Experiment, wanted: Any) -> list[Any]:
    """The techniques with these names, in this order."""
    known = {column.titles[0]: setups.changed_values(column.technique) for column in columns(experiment)}
    if not isinstance(wanted, (list, tuple)) or not all(isinstance(name, str) and name in known for name in wanted):
        raise InvalidSetup(path=(COLUMNS,), value=wanted, rule=f"they must be some of {', '.join(known)}.")
    return [known[name] for name in wanted]


def _over(base: Mapping[str, Any], own: Mapping[str, Any], parts: tuple[str, ...]) -> dict[str, Any]:
    """What is said over the base, value by value in these parts."""
    merged = {
        part: {**base[part], **own[part]}
        for part in parts
        if isinstance(base.get(part), Mapping) and isinstance(own.get(part), Mapping)
    }
    return {**base, **own, **merged}
