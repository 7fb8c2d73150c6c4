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
    """One way of asking one model. `label` is unique in its experiment; `titles` are its parts in words.

    `titles` are technique, model and variant, whether or not the label needs them.
    """

    label: str
    technique: Technique
    model: Weights
    variant: SamplingVariant
    titles: tuple[str, str, str]
    place: tuple[int, int, int]  # of technique, model and variant in the experiment


def columns(experiment: Experiment) -> tuple[Column, ...]:
    """Technique by technique, each on every model and under every sampling variant."""
    models, variants = experiment.models or (Weights(),), experiment.variants or (SamplingVariant(),)
    named = (
        _distinct([_technique(t) for t in experiment.techniques], [_given(t.options) for t in experiment.techniques]),
        _distinct([m.model_title for m in models]),
        _distinct([d.name or _given(d.sampling) or "as it is" for d in variants]),
    )
    found = []
    for i, technique in enumerate(experiment.techniques):
        for j, model in enumerate(models):
            for k, variant in enumerate(variants):
                titles = (named[0][i], named[1][j], named[2][k])
                parts = [
                    titles[0],
                    *([titles[1]] if len(models) > 1 else []),
                    *([titles[2]] if len(variants) > 1 else []),
                ]
                label = SEPARATOR.join(parts)
                found.append(
                    Column(
                        label=label, technique=technique, model=model, variant=variant, titles=titles, place=(i, j, k)
                    )
                )
    return tuple(found)


def _technique(technique: Technique) -> str:
    known = STRATEGIES.get(technique.strategy)
    return technique.name or (known.title if known else technique.strategy)


def _given(values: Mapping[str, Any]) -> str:
    """Settings in words, the few that were given: "paths 5, vote probability"."""
    return ", ".join(f"{key.replace('_', ' ')} {value}" for key, value in values.items())[:60]


def _distinct(names: list[str], details: list[str] | None = None) -> list[str]:
    """Names that are told apart: those that are the same by their details, and by a number if even these are."""
    counts = Counter(names)
    if details:
        names = [
            f"{name} ({detail})" if counts[name] > 1 and detail else name
            for name, detail in zip(names, details, strict=True)
        ]
    taken: set[str] = set()
    for i, name in enumerate(names):
        number = 1
        while names[i] in taken:
            number += 1
            names[i] = f"{name} {number}"
        taken.add(names[i])
    return names
