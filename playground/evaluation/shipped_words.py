"""Finds out whether an experiment holds only text that comes with the playground."""

from collections.abc import Mapping
from dataclasses import asdict, replace
from functools import cache
from typing import Any

from playground.evaluation import experiments
from playground.evaluation.plan import Experiment, Technique
from playground.json_values import as_json

TEXT_SETTINGS = {"stop", "logit_bias"}  # sampling parameters that hold texts, or tokens of them


def is_shipped(experiment: Experiment) -> bool:
    """Whether its data, templates, techniques and scorer are those of shipped plans, or have no words of a person."""
    rows, templates, techniques, scorers, sampling_texts = _load_shipped()
    data = experiment.data
    return (
        (data.items, data.labels) in rows
        and data.template in templates
        and all(_has_no_words(technique) or _words(technique) in techniques for technique in experiment.techniques)
        and (not experiment.scorer.options or as_json(asdict(experiment.scorer)) in scorers)
        and all(
            _text_settings(s) in sampling_texts
            for s in (experiment.sampling, *(variant.sampling for variant in experiment.variants))
        )
    )


@cache
def _load_shipped() -> tuple[list[Any], set[str], list[Any], list[Any], list[Any]]:
    plans = experiments.shipped_experiments().values()
    techniques = [_words(technique) for plan in plans for technique in plan.techniques]
    scorers = [as_json(asdict(plan.scorer)) for plan in plans]
    return (
        [((), ()), *((plan.data.items, plan.data.labels) for plan in plans)],
        {"", *(plan.data.template for plan in plans)},
        techniques,
        scorers,
        [{}, *(_text_settings(p.sampling) for p in plans)],
    )


def _has_no_words(technique: Technique) -> bool:
    texts = [value for value in technique.options.values() if not isinstance(value, bool | int | float)]
    return not (technique.task or technique.template or texts or technique.sampling.keys() & TEXT_SETTINGS)


def _words(technique: Technique) -> Any:
    """A technique without what has no words: its column's name, and numbers of its sampling."""
    return as_json(asdict(replace(technique, name="", sampling=_text_settings(technique.sampling))))


def _text_settings(sampling: Mapping[str, Any]) -> Any:
    return as_json({name: value for name, value in sampling.items() if name in TEXT_SETTINGS})
