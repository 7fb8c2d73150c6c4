"""Models, adapters and loads -> what their list shows. Pure functions to plain values."""

import json
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

from playground.backends.catalog import Catalog, ModelInfo
from playground.backends.details import AdapterDetails, FastPaths, ModelDetails
from playground.backends.memory import MemoryBudget, format_bytes
from playground.backends.suggestions import Suggestion
from playground.errors import PlaygroundError
from playground.formats import format_count
from playground.settings import Settings
from playground.types import Progress
from playground.ui.language.translating import translated
from playground.ui.widgets.status import progress_text, share_of, status

TASKS = {
    "classification": "labels a text", "token_classification": "marks parts of a text",
    "question_answering": "answers from a passage", "text_to_text": "rewrites a text",
}  # fmt: skip
PRECISIONS = {"auto": "automatic", "int8": "int8 and bfloat16"}


# --------------------------------------------------------------------------------------------- the list
def models_value(catalog: Catalog, settings: Settings, tight: bool = False) -> dict[str, Any]:
    """Every model of this machine with its adapters, and the memory in all; those of a server elsewhere, which may be
    a thousand, are listed with it. `tight`: something did not fit, so say what could go."""
    models = [info for info in catalog.models() if info.kind != "endpoint"]
    oldest = _oldest(models) if tight else ""
    return {
        "memory": _memory(models, settings),
        "models": [_model(info, _doing(catalog, info), info.name == oldest, settings) for info in models],
    }


def same(listed: dict[str, Any], shown: Any) -> bool:
    """Whether the page, which holds it as JSON, shows this list already."""
    return bool(json.loads(json.dumps(listed)) == shown)


def _memory(models: Sequence[ModelInfo], settings: Settings) -> dict[str, Any]:
    used = sum(info.details.memory_bytes for info in models if info.details)
    limit = MemoryBudget(settings.memory_megabytes * 2**20).limit
    said = translated(f"{format_bytes(used)} of {format_bytes(limit)} for models in use")
    return {"share": min(1.0, used / limit), "text": said}


def _oldest(models: Sequence[ModelInfo]) -> str:
    """The loaded model that was not used for longest, of those that nothing runs on."""
    idle = [info for info in models if info.details and not info.users]
    return max(idle, key=lambda info: info.idle).name if idle else ""


def _doing(catalog: Catalog, info: ModelInfo) -> str:
    status = catalog.status(info.name)
    if isinstance(status, PlaygroundError):
        return f"Failed: {status}"
    return progress_text(status) if status else ""


def _model(info: ModelInfo, doing: str, oldest: bool, settings: Settings) -> dict[str, Any]:
    state = "ready" if info.loaded else "loading" if doing and not doing.startswith("Failed") else "idle"
    task = TASKS.get(info.capabilities.task, info.capabilities.task)
    return {
        "key": info.name,
        "title": info.title,
        "name": info.name,
        "about": info.about,
        "state": state,
        "doing": doing,
        "line": "" if state == "loading" else " \u00b7 ".join(_line(info, task, settings)),
        "facts": _facts(info.details, settings) if info.details else [],
        "oldest": oldest,
        "busy": translated(f"{format_count(info.users, 'run')} on it now") if info.users and info.loaded else "",
        "load": info.kind == "local" and state == "idle",
        "unload": info.kind == "local" and info.loaded and not settings.public,
        "adapters": [_adapter(info, adapter, settings) for adapter in info.adapters],
    }


def _line(info: ModelInfo, task: str, settings: Settings) -> list[str]:
    """What sets it apart, on one line."""
    words = [task] if task else []
    if info.details:
        return [f"{_count(info.details.parameters)} parameters", format_bytes(info.details.memory_bytes), *words]
    where = {"endpoint": "on a server elsewhere", "scripted": "follows a rule, needs no weights"}
    return [where.get(info.kind, "ready" if info.loaded else "not loaded yet"), *words, *_price(info, settings)]


def _price(info: ModelInfo, settings: Settings) -> list[str]:
    """What it would take to have it: shown before anybody chooses it."""
    if info.suggestion is None:
        return []
    one = info.suggestion
    fits = "\u2713 fits here" if one.fits(settings) else "\u2717 does not fit here"
    return [
        f"{_count(one.parameters)} parameters",
        "already fetched" if info.fetched else _fetch_text(one),
        one.licence,
        f"needs {format_bytes(one.needs(settings))}, {fits}",
    ]


def _fetch_text(one: Suggestion) -> str:
    """How much: which of two ways it takes is known once it is on its way."""
    size = format_bytes(one.megabytes * 1e6)
    if not one.instead:
        return f"{size} to fetch"
    return f"{size} to fetch from the hub, or {format_bytes(one.instead * 1e6)} from the package index"


def _facts(details: ModelDetails, settings: Settings) -> list[tuple[str, str]]:
    window = details.context_length
    facts = [
        ("From", _place(details.source, settings)),
        ("Architecture", details.architecture),
        ("Parameters", f"{details.parameters:,}"),
        ("Stored as", details.stored),
        ("Computed in", PRECISIONS.get(details.precision, details.precision)),
        ("Device", details.device.upper()),
        ("Memory", format_bytes(details.memory_bytes)),
        ("Context", f"{window:,} tokens" if window else "not stated"),
        ("Chat template", "" if details.task else "yes" if details.chat else "none: it goes on with plain text"),
        *(_ways(details.ways) if details.ways else []),
        ("Licence", details.licence or "not stated"),
        ("Loaded in", f"{details.seconds:.1f} s"),
    ]
    return [(name, value) for name, value in facts if value]


def _ways(ways: FastPaths) -> list[tuple[str, str]]:
    """Which quick ways it takes, and why not the others."""

    def said(taken: bool, why: str) -> str:
        return "yes" if taken else f"no: {why}"

    layers = f"{ways.fused} of {ways.layers}"
    return [
        ("Fused layers", layers if ways.fused == ways.layers else f"{layers}: {ways.not_fused}"),
        ("Shared prefixes", said(ways.shares, ways.not_shared)),
        ("Short prompts batched", said(ways.joins, ways.not_joined)),
    ]


def _adapter(info: ModelInfo, adapter: AdapterDetails, settings: Settings) -> dict[str, Any]:
    return {
        "key": f"{info.name}/{adapter.name}",
        "title": adapter.title,
        "name": adapter.name,
        "about": adapter.about,
        "line": " \u00b7 ".join(_adapter_texts(adapter)),
        "facts": _adapter_facts(adapter, settings) if adapter.loaded else [],
        "warnings": list(adapter.warnings),
        "load": info.kind == "local" and not adapter.loaded,
        "unload": adapter.loaded and not settings.public,
    }


def _adapter_texts(adapter: AdapterDetails) -> list[str]:
    if not adapter.loaded:
        return ["adapter, not loaded yet"]
    rank = [f"rank {adapter.rank}"] if adapter.rank is not None else []
    together = "shares the batch" if adapter.shared else "runs alone"
    idle = ["has no effect"] if adapter.effect == 0 else []
    return [adapter.kind or "adapter", *rank, f"{_count(adapter.parameters)} parameters", together, *idle]


def _adapter_facts(adapter: AdapterDetails, settings: Settings) -> list[tuple[str, str]]:
    alone = "alone, on a copy of the base" + (f": {adapter.why}" if adapter.why else "")
    facts = [
        ("From", _place(adapter.source, settings)),
        ("Parameters", f"{adapter.parameters:,}"),
        ("Changes", ", ".join(adapter.targets)),
        ("Memory", format_bytes(adapter.bytes)),
        ("Runs", "in one batch with its base" if adapter.shared else alone),
        ("Effect", _effect(adapter.effect)),
        ("Loaded in", f"{adapter.seconds:.1f} s"),
    ]
    return [(name, value) for name, value in facts if value]


def _effect(nats: float | None) -> str:
    """How much it changes what comes next after a fixed prompt."""
    if nats is None:
        return ""
    if not nats:
        return "none: it answers as its base"
    return f"shifts the next token's log-probabilities after a fixed prompt by up to {nats:.2g} nats"


def _place(source: str, settings: Settings) -> str:
    """Where it lies; strangers need not know the operator's folders."""
    return "" if settings.public and Path(source).is_absolute() else source


def _count(number: int) -> str:
    """ "135M", "1.2B", "460K"."""
    for size, unit in ((1e9, "B"), (1e6, "M"), (1e3, "K")):
        if number >= 0.9995 * size:  # what would round to 1000 of the smaller unit is 1 of this one
            return f"{number / size:.3g}{unit}"
    return str(number)


# ---------------------------------------------------------------------------------------------- a load
def load_value(phase: str, words: str = "", progress: Progress | None = None) -> dict[str, Any]:
    """A load as it goes on: `idle`, `loading`, `done`, `stopped` or `failed`."""
    said = progress_text(progress) if progress else words
    spoken = "Loading." if phase == "loading" else said  # not the megabytes: they tick
    return status(phase, said, share=share_of(progress), spoken=spoken)


def loaded_text(info: ModelInfo, before: Collection[tuple[str, str]]) -> str:
    """What was loaded and how long that took; `before` is what was in memory already."""
    fresh = [a for a in info.adapters if a.loaded and (info.name, a.name) not in before]
    if fresh:
        ready, took = f"{fresh[0].title} of {info.title} is ready", fresh[0].seconds
        return f"{ready}: {fresh[0].kind}, loaded in {took:.1f} s." if fresh[0].kind else _loaded(ready, took)
    ready = f"{info.title} is ready"
    return _loaded(ready, info.details.seconds) if info.details else f"{ready}."


def _loaded(ready: str, seconds: float) -> str:
    return f"{ready}: loaded in {seconds:.1f} s."


# -------------------------------------------------------------------------------------------- suggested
def suggested_value(suggestions: Sequence[Suggestion], settings: Settings) -> list[dict[str, Any]]:
    """Small models at the hub, with what they need and whether that is here."""
    return [
        {
            "key": one.source,
            "facts": (
                f"{_count(one.parameters)} \u00b7 {format_bytes(one.megabytes * 1e6)} to fetch \u00b7 {one.licence}"
            ),
            "needs": f"needs {format_bytes(one.needs(settings))}",
            "fits": one.fits(settings),
            "gated": one.gated,
        }
        for one in suggestions
    ]
