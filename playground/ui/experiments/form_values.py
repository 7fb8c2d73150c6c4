"""Models, sampling settings and the scorer of an experiment, as lists and lines of text; what other data resets."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from playground import documents, setups
from playground.backends.catalog import ModelInfo
from playground.errors import InvalidSetup
from playground.evaluation import scorers
from playground.parameters import parameters, with_effect
from playground.types import Sampling, Weights
from playground.ui.experiments import technique_rows
from playground.ui.experiments.technique_rows import Row
from playground.ui.language.translating import listed

ENDS = with_effect(Sampling, "length", "stop")  # what may cut longer answers than those of the data before


# ------------------------------------------------------------------------------------ models as one choice
def key(model: Weights) -> str:
    """A model with its adapter as one entry of a list."""
    scale = f"\n{model.scale:g}" if model.adapter and model.scale != 1 else ""
    return f"{model.model}\n{model.adapter}{scale}" if model.adapter else model.model


def read_models(value: Any) -> list[Weights]:
    """The chosen entries. Raises InvalidSetup for what is none."""
    found: list[Weights] = []
    if value is not None and not isinstance(value, (list, tuple)):
        raise InvalidSetup(path=("models",), rule="must be a list of models.")
    for entry in value or []:
        name, adapter, scale, *more = [*str(entry).split("\n"), "", ""][:4] if isinstance(entry, str) else [""] * 4
        if not name or any(more):
            raise InvalidSetup(path=("models", len(found)), value=entry, rule="choose from the list.")
        held = {
            "model": name,
            **({"adapter": adapter} if adapter else {}),
            **({"scale": _number(scale)} if scale else {}),
        }
        found.append(setups.build(Weights, held, ("models", len(found))))
    return found


def _number(text: str) -> float | str:
    try:
        return float(text)
    except ValueError:
        return text


def model_choices(models: Sequence[ModelInfo], held: Sequence[str]) -> list[tuple[str, str]]:
    """Every model, alone and with each of its adapters; and what an experiment names, whether it is there or not."""
    offered = {
        key(one): info.title_of(one)
        for info in models
        for one in [Weights(model=info.name, adapter=name) for name in ("", *(a.name for a in info.adapters))]
    }
    named = {one: model.model_title for one, model in zip(held, read_models(held), strict=True)}
    return [(title, one) for one, title in {**named, **offered}.items()]


# -------------------------------------------------------------------------------------- sampling variants and scorers
def read_variants(value: Any) -> list[dict[str, Any]]:
    """The rows of settings that hold anything. Raises InvalidSetup."""
    if value is not None and not (isinstance(value, list) and all(isinstance(row, Mapping) for row in value)):
        raise InvalidSetup(path=("variants",), rule="must be a list of sampling variants.")
    filled = [row for row in value or [] if any(row.values())]
    return [
        {"name": row.get("name") or "", "sampling": sampling(row.get("sampling"), f"Sampling variant {at}")}
        for at, row in enumerate(filled, 1)
    ]


def read_scorer(name: Any, options: Any) -> dict[str, Any]:
    if not name:
        return {}
    if not isinstance(name, str) or name not in scorers.SCORERS:
        raise InvalidSetup(path=("scorer", "name"), value=name, rule="choose one of the list.")
    keys = tuple(p.name for p in parameters(scorers.SCORERS[name]))
    return {"name": name, "options": settings(options, "Options of the scorer", keys)}


def scorer_line(name: str) -> str:
    """Markdown: what a scorer does, and its options."""
    if name not in scorers.SCORERS:
        return "Numbers are compared as numbers, labels as labels, texts as the data says."
    known = scorers.SCORERS[name]
    options = [f"`{p.name}`: {p.help}" for p in parameters(known)]
    return "\n\n".join([known.about, *options])


# ------------------------------------------------------------------------------- settings as lines of text
def lines(held: Mapping[str, Any]) -> str:
    """Settings one a line, as a person would type them: "temperature: 0.7". What JSON is, YAML reads."""
    return "\n".join(f"{key}: {json.dumps(value, ensure_ascii=False)}" for key, value in held.items())


def sampling(text: Any, what: str) -> dict[str, Any]:
    """Sampling parameters from lines of text."""
    return settings(text, what, tuple(p.name for p in parameters(Sampling)))


def settings(text: Any, what: str, keys: tuple[str, ...]) -> dict[str, Any]:
    """Settings from lines of text. Raises InvalidSetup naming the line and the keys there are."""
    if text is None or (isinstance(text, str) and not text.strip()):
        return {}
    if not isinstance(text, str):
        raise InvalidSetup(f"{what}: this must be text.")
    found = documents.load(text, what, "it", keys).data
    if unknown := [key for key in found if key not in keys]:
        raise InvalidSetup(f"{what}: {str(unknown[0])[:60]!a} is not known. Known: {', '.join(keys)}.")
    return dict(found)


# ------------------------------------------------------------------------------------------ other data
def reset_by_data(
    before: Sequence[Row], after: Sequence[Row], *, scorer: bool, texts: Sequence[str], sampling: Mapping[str, Any]
) -> str:
    """What another data set has changed in a plan, and what it leaves that may not suit it, in words.

    `before` and `after` are the columns, `scorer` is whether that was reset, `texts` are the labels of texts that
    were, and `sampling` is that of all columns.
    """
    asked = [technique_rows.title(old) for old, new in zip(before, after, strict=True) if old != new]
    changed = [
        *([f"the prompt template of {listed(asked)} (now that of the data)"] if asked else []),
        *(["the scorer (now the one that suits the data)"] if scorer else []),
        *texts,
    ]
    held = {*sampling, *(name for row in after for name in row["sampling"])}
    ends = [p.label.lower() for p in parameters(Sampling) if p.name in ENDS and p.name in held]
    said = f"With the other data, these were reset: {listed(changed)}." if changed else ""
    kept = f"Kept from before, so check it: {listed(ends)}." if ends else ""
    return f"{said} {kept}".strip()
