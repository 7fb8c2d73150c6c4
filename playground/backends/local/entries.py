"""What a catalog holds of models and adapters on this machine; torch is imported when the first one is loaded."""

from dataclasses import fields

from playground.backends.base import Backend, Capabilities
from playground.backends.catalog import Adapter, Entry
from playground.backends.details import AdapterDetails
from playground.backends.loads import Report
from playground.backends.local.fingerprints import contents, fingerprint
from playground.backends.packaged_models import find
from playground.backends.sources import Source
from playground.settings import Settings
from playground.types import Progress, Sampling

ALL = frozenset(f.name for f in fields(Sampling))


def model_entry(
    source: Source,
    name: str,
    settings: Settings,
    *,
    title: str = "",
    about: str = "",
    task: str = "",
    added: bool = False,
) -> Entry:
    """A model at that source, to be loaded when it is first opened."""
    known = find(source.place) if source.kind == "packaged" else None
    shown = title or (known.title if known else source.title)

    def load(report: Report) -> Backend:
        # torch and transformers are imported here, in the loading thread: the page is up long before.
        report(Progress(what="Starting torch"))
        from playground.backends.local.opening import open_model

        return open_model(source, shown, settings, report)

    window = known.context if known else None
    language = Capabilities(sampling=ALL, logits=True, adapters=True, parallel=settings.max_rows, context_length=window)
    capabilities = Capabilities(sampling=frozenset(), task=task, prefix=False, samples=False) if task else language
    return Entry(
        name=name, title=shown, kind="local", load=load, capabilities=capabilities,
        about=about or (known.about if known else ""), added=added, suggestion=known.suggestion if known else None,
        fetched=(settings.cache / known.name).is_dir if known else None,
        identity=lambda: fingerprint(source, settings), contents=lambda: contents(source, settings),
    )  # fmt: skip


def adapter_of(
    model: str, source: Source, name: str, settings: Settings, *, title: str = "", about: str = "", added: bool = False
) -> Adapter:
    """An adapter at that source, to be attached to the model when it is first asked for."""
    shown = title or source.title

    def load(backend: Backend, report: Report) -> AdapterDetails:
        from playground.backends.local.opening import attach

        return attach(backend, source, name, shown, about, settings, report)

    return Adapter(
        model=model, name=name, title=shown, load=load, about=about, added=added,
        identity=lambda: fingerprint(source, settings, adapter=True),
        contents=lambda: contents(source, settings, adapter=True),
    )  # fmt: skip
