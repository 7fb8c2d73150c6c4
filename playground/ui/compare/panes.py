"""Which setups stand side by side: a row for each pane, up to a cap, of which one is the baseline."""

import string
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from functools import cache
from typing import Any

from playground import comparison, presets, setups
from playground.answer_forms.form import NAMES
from playground.backends.catalog import Catalog, ModelInfo
from playground.errors import InvalidSetup, UnknownModel
from playground.parameters import STRICT, flag, text
from playground.presets import SamplingPreset
from playground.strategies import STRATEGIES
from playground.types import Setup, Task, Weights
from playground.ui.setup_form.changes import tell_apart
from playground.ui.setup_form.sampling_panel import DEFAULTS, UNTOUCHED, replacement
from playground.ui.setup_form.used_fields import used_fields

LETTERS = string.ascii_uppercase
TAKEN = "taken"  # the key of a row's own setup
PARTS = ("strategy", "options", "task", "sampling")  # of that


@dataclass(frozen=True, slots=True, kw_only=True)
class PaneRow(Weights):
    """What one pane has of its own beside its weights; what is empty is as the form of the tab says."""

    __pydantic_config__ = STRICT
    technique: str = text(max_length=60, help="The pane's own technique, with that technique's defaults.")
    sampling: str = text(max_length=60, help="The sampling preset that goes over the form's settings.")
    placebo: bool = flag(False, help="The baseline again, with other seeds.")


@dataclass(frozen=True, slots=True, kw_only=True)
class PaneSelection:
    """Checked panes, which of them is the baseline, and which are it again. `titles` say what differs in each."""

    panes: tuple[Setup, ...]
    baseline: int
    titles: tuple[str, ...]
    placebos: frozenset[int] = frozenset()

    @property
    def others(self) -> tuple[int, ...]:
        return tuple(at for at in range(len(self.panes)) if at != self.baseline)


@cache
def offered_presets() -> Mapping[str, SamplingPreset]:
    """The sampling presets that a pane can have, the one that puts everything back among them."""
    return {DEFAULTS: UNTOUCHED, **presets.sampling_presets()}


def value(rows: Sequence[Mapping[str, Any]], baseline: int = 0) -> dict[str, Any]:
    """What the rows' widget holds."""
    return {"panes": [dict(row) for row in rows], "baseline": baseline}


def techniques(held: Any) -> frozenset[str]:
    """The techniques that rows name, of those that there are; whatever else the widget may hold."""
    rows = held.get("panes") if isinstance(held, Mapping) else None
    named = [row.get("technique") for row in rows if isinstance(row, Mapping)] if isinstance(rows, list) else []
    return frozenset(name for name in named if isinstance(name, str) and name in STRATEGIES)


def read(common: Setup, held: Any, most: int, catalog: Catalog) -> PaneSelection:
    """Whole setups from what the widget holds. Raises InvalidSetup, or LimitReached for too many panes."""
    rows, baseline = (held.get("panes"), held.get("baseline")) if isinstance(held, Mapping) else (None, None)
    comparison.check_count(rows, most)
    read_rows = [_read_row(row, ("panes", i)) for i, row in enumerate(rows)]  # type: ignore[arg-type]  # counted
    last = LETTERS[len(read_rows) - 1]
    if type(baseline) is not int or not 0 <= baseline < len(read_rows):
        raise InvalidSetup(path=("baseline",), value=baseline, rule=f"choose a pane from A to {last}.")
    if read_rows[baseline][0].placebo:
        rule = f"is the placebo, pane {LETTERS[baseline]}; choose the pane that it repeats."
        raise InvalidSetup(path=("baseline",), rule=rule)
    own = [_of(row, taken, common) for row, taken in read_rows]
    placebos = frozenset(at for at, (row, _) in enumerate(read_rows) if row.placebo)
    data = [own[baseline] if at in placebos else pane for at, pane in enumerate(own)]
    panes = comparison.parse_panes(common, data, most)
    panes = tuple(_with_used_fields(pane, taken is None) for pane, (_, taken) in zip(panes, read_rows, strict=True))
    titles = _titles(panes, [row for row, _ in read_rows], baseline, catalog)
    return PaneSelection(panes=panes, baseline=baseline, titles=titles, placebos=placebos)


def checked_value(held: Any, most: int) -> dict[str, Any]:
    """What the widget holds, in values of our own. Raises InvalidSetup, or LimitReached for too many panes."""
    rows, baseline = (held.get("panes"), held.get("baseline")) if isinstance(held, Mapping) else (None, None)
    comparison.check_count(rows, most)
    made = []
    for i, data in enumerate(rows):  # type: ignore[arg-type]  # counted
        row, taken = _read_row(data, ("panes", i))
        own = {name: getattr(row, name) for name in data if name != TAKEN}
        made.append(own if taken is None else {**own, TAKEN: parts_of(setups.parse(taken))})
    return value(made, baseline if type(baseline) is int and 0 <= baseline < len(made) else 0)


def short_value(held: Any, most: int) -> dict[str, Any]:
    """The same without what is default in a setup that a row took over: what a link needs to hold."""
    whole = checked_value(held, most)
    return value(
        [{**row, TAKEN: _short(row[TAKEN])} if TAKEN in row else row for row in whole["panes"]], whole["baseline"]
    )


def _short(taken: Mapping[str, Any]) -> dict[str, Any]:
    changed = setups.changed_settings(setups.parse(taken))
    return {part: values for part, values in changed.items() if part in PARTS}


def weights_of(held: Mapping[str, Any]) -> list[Weights]:
    """The weights that checked rows name."""
    names = [f.name for f in fields(Weights)]
    return [Weights(**{name: row[name] for name in names if name in row}) for row in held["panes"]]


def parts_of(setup: Setup) -> dict[str, Any]:
    """What a row keeps of a setup that it takes over: all but the weights, which are the row's own."""
    whole = setups.to_dict(setup)
    return {part: whole[part] for part in PARTS}


def with_and_without_form(setup: Setup) -> tuple[Setup, ...]:
    """The setup, and where its answer is held to a form the same without: what the form changes is then seen."""
    free = replace(setup, task=replace(setup.task, form="none", form_text=""))
    return (setup,) if free == setup else (setup, free)


def _read_row(data: Any, path: tuple[str | int, ...]) -> tuple[PaneRow, Mapping[str, Any] | None]:
    """A row, and the whole setup that it has taken over, which is not checked yet."""
    if not isinstance(data, Mapping):
        raise InvalidSetup(path=path, value=data, rule="it must be a mapping.")
    taken = data.get(TAKEN)
    if taken is not None and not isinstance(taken, Mapping):
        raise InvalidSetup(path=(*path, TAKEN), value=taken, rule="it must be a mapping.")
    row: PaneRow = setups.build(PaneRow, {key: value for key, value in data.items() if key != TAKEN}, path)
    if row.sampling and row.sampling not in offered_presets():
        rule = f"it must be one of {', '.join(offered_presets())}."
        raise InvalidSetup(path=(*path, "sampling"), value=row.sampling, rule=rule)
    return row, taken


def _of(row: PaneRow, taken: Mapping[str, Any] | None, common: Setup) -> dict[str, Any]:
    """A pane as plain data: what in it is different from what is common to all."""
    pane: dict[str, Any] = setups.weights_to_dict(row)
    if taken is not None:
        whole = {"strategy": "zero_shot", "options": {}, "sampling": asdict(UNTOUCHED.sampling), **taken, **pane}
        task = taken.get("task", {})
        return whole | {"task": {**task, "input": common.task.input} if isinstance(task, Mapping) else task}
    if row.technique:
        pane["strategy"] = row.technique
    if row.sampling:
        preset = offered_presets()[row.sampling]
        pane["sampling"] = replacement(preset.sampling, everything=row.sampling == DEFAULTS)
    return pane


def _with_used_fields(pane: Setup, shared: bool) -> Setup:
    """The pane without what another pane's technique uses of the task, where they share one form."""
    if not shared:
        return pane
    used = {"input", "answer", *used_fields(pane.strategy, pane.options, pane.task.answer)}
    kept = {f.name: getattr(pane.task, f.name) for f in fields(Task) if f.name in used}
    return replace(pane, task=Task(**kept))


def _titles(panes: Sequence[Setup], rows: Sequence[PaneRow], baseline: int, catalog: Catalog) -> tuple[str, ...]:
    """A letter, and what tells the panes apart: technique, weights, form and sampling preset as far as they differ, and
    of panes that are alike in these what else differs between them."""
    ways = len({(pane.strategy, *map(str, pane.options.items())) for pane in panes}) > 1
    settings = len({str(pane.sampling) for pane in panes}) > 1
    forms = len({(pane.task.form, pane.task.form_text) for pane in panes}) > 1
    weights = len({pane.model_title for pane in panes}) > 1 or not (ways or settings or forms)
    named = [
        [f"Placebo of {LETTERS[baseline]}"]
        if row.placebo
        else [
            *([STRATEGIES[pane.strategy].title] if ways else []),
            *([title(pane, catalog)] if weights else []),
            *([NAMES.get(pane.task.form, "no form").capitalize()] if forms else []),
            *([offered_presets()[row.sampling].title] if settings and row.sampling else []),
        ]
        for pane, row in zip(panes, rows, strict=True)
    ]
    for parts in [one for at, one in enumerate(named) if one not in named[:at]]:
        alike = [at for at, one in enumerate(named) if one == parts]
        for at, words in zip(alike, tell_apart([panes[at] for at in alike]), strict=True):
            named[at] = [*named[at], *([words] if words else [])]
    return tuple(" \u00b7 ".join([letter, *parts]) for letter, parts in zip(LETTERS, named, strict=False))


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
