"""The columns of an experiment, each a technique on a model with sampling settings, and their names."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from playground.evaluation.plan import Experiment, SamplingVariant, Technique
from playground.strategies import STRATEGIES
from playground.types import Weights

SEPARATOR = " \u00b7 "


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One technique asked of one model. `label` is unique in its experiment; `titles` are its parts in words.

    `titles` are technique, model and variant, whether or not the label needs them.
    """

    label: str
    technique: Technique
    model: Weights
    variant: SamplingVariant
    titles: tuple[str, str, str]
    position: tuple[int, int, int]  # of technique, model and variant in the experiment


def columns(experiment: Experiment) -> tuple[Column, ...]:
    """Technique by technique, each on every model and under every sampling variant."""
    models, variants = experiment.models or (Weights(),), experiment.variants or (SamplingVariant(),)
    names = (
        _make_distinct(
            [_technique_title(t) for t in experiment.techniques],
            [_settings_in_words(t.options) for t in experiment.techniques],
        ),
        _make_distinct([m.model_title for m in models]),
        _make_distinct([d.name or _settings_in_words(d.sampling) or "as it is" for d in variants]),
    )
    all_columns = []
    for i, technique in enumerate(experiment.techniques):
        for j, model in enumerate(models):
            for k, variant in enumerate(variants):
                titles = (names[0][i], names[1][j], names[2][k])
                parts = [
                    titles[0],
                    *([titles[1]] if len(models) > 1 else []),
                    *([titles[2]] if len(variants) > 1 else []),
                ]
                label = SEPARATOR.join(parts)
                all_columns.append(
                    Column(
                        label=label,
                        technique=technique,
                        model=model,
                        variant=variant,
                        titles=titles,
                        position=(i, j, k),
                    )
                )
    return tuple(all_columns)


def _technique_title(technique: Technique) -> str:
    strategy = STRATEGIES.get(technique.strategy)
    return technique.name or (strategy.title if strategy else technique.strategy)


def _settings_in_words(values: Mapping[str, Any]) -> str:
    """Settings in words, the few that were given: "paths 5, vote probability"."""
    return ", ".join(f"{key.replace('_', ' ')} {in_words(value)}" for key, value in values.items())[:60]


def in_words(value: Any) -> str:
    """A value as a person would write it."""
    return ", ".join(map(str, value)) if isinstance(value, (list, tuple)) else str(value)


def _make_distinct(names: list[str], details: list[str] | None = None) -> list[str]:
    """Names that are told apart: those that are the same by their details, and by a number if even these are."""
    counts = Counter(names)
    if details:
        names = [
            f"{name} ({detail})" if counts[name] > 1 and detail else name
            for name, detail in zip(names, details, strict=True)
        ]
    names_so_far: set[str] = set()
    for i, name in enumerate(names):
        number = 1
        while names[i] in names_so_far:
            number += 1
            names[i] = f"{name} {number}"
        names_so_far.add(names[i])
    return names
