"""The models this server offers, before anything is loaded."""

from dataclasses import fields
from pathlib import Path

from playground.backends.base import Backend, Capabilities
from playground.backends.catalog import Entry, Report
from playground.backends.scripted import ScriptedBackend
from playground.settings import Settings
from playground.types import Progress, Sampling

SCRIPTED_DELAY = 0.02  # seconds a token: slow enough to see it stream, fast enough for a class


def offered(settings: Settings) -> tuple[Entry, ...]:
    """The default model (or the folder that stands in for it) and the one that needs no weights."""
    everything = frozenset(f.name for f in fields(Sampling))
    scripted = ScriptedBackend(delay=SCRIPTED_DELAY)
    return (
        Entry(
            name="default",
            title=Path(settings.model).name if settings.model else "SmolLM2 135M Instruct",
            kind="local",
            load=lambda report: _load_default(settings, report),
            capabilities=Capabilities(
                sampling=everything, logits=True, context_length=None if settings.model else 8192
            ),
        ),
        Entry(
            name="scripted",
            title="Scripted (no model)",
            kind="scripted",
            load=lambda _: scripted,
            capabilities=scripted.capabilities,
        ),
    )


def _load_default(settings: Settings, report: Report) -> Backend:
    # torch and transformers are imported here, in the loading thread: the page is up long before.
    report(Progress(what="Starting torch"))
    from playground.backends.local import packaged
    from playground.backends.local.backend import LocalBackend
    from playground.backends.local.loading import load
    from playground.backends.local.precision import prepare

    folder = Path(settings.model) if settings.model else packaged.folder(settings.cache, report)
    report(Progress(what="Loading the weights"))
    model, tokenizer = load(folder)
    return LocalBackend(
        prepare(model, settings.precision),
        tokenizer,
        max_rows=settings.max_rows,
        max_queue=settings.max_queue,
        max_seconds=settings.max_seconds,
        kv_bytes=settings.kv_megabytes * 2**20,
    )
