"""Comparisons that start with one click: a base against each adapter that comes with the playground."""

from collections.abc import Mapping
from dataclasses import dataclass

from playground import setups
from playground.backends.catalog import Catalog, ModelInfo
from playground.finetuning import shipped_weights
from playground.types import Setup, Weights

TASK = {
    "role": "Classify the sentiment of the review as Positive, Negative or Neutral. Answer with one word.",
    "input": "The room was small, but we loved every minute.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """What a button starts."""

    title: str
    about: str
    setup: Setup
    panes: tuple[Weights, ...]


def find_examples(catalog: Catalog) -> Mapping[str, Comparison]:
    """By key, those whose models and adapters this catalog has."""
    models = {info.name: info for info in catalog.models()}
    default = models.get("default")
    known = {a.name for a in default.adapters} if default else set()
    found = {
        one.name: Comparison(
            title=f"Base against \u201c{one.title}\u201d",
            about=one.about,
            setup=setups.parse(one.example),
            panes=(Weights(model="default"), Weights(model="default", adapter=one.name)),
        )
        for one in shipped_weights.adapters()
        if one.name in known
    }
    if default and (classifier := _classifier(models)):
        found["classifier"] = _against_classifier(classifier, "sentiment" if "sentiment" in known else "")
    return found


def _classifier(models: Mapping[str, ModelInfo]) -> str:
    return next((name for name, info in models.items() if info.capabilities.task == "classification"), "")


def _against_classifier(classifier: str, adapter: str) -> Comparison:
    tuned = (Weights(model="default", adapter=adapter),) if adapter else ()
    return Comparison(
        title="Prompted model against a classifier",
        about="The same review to a language model that is asked for a label, and to a model made for labels alone.",
        setup=setups.parse({"strategy": "role", "task": TASK, "sampling": {"temperature": 0, "max_tokens": 20}}),
        panes=(Weights(model="default"), *tuned, Weights(model=classifier)),
    )
