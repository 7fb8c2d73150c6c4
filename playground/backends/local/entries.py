"""Catalog entries of local models and adapters; torch is imported when the first one is loaded."""

from playground.backends.base import Backend, Capabilities
from playground.backends.catalog import AdapterEntry, ModelEntry
from playground.backends.details import AdapterDetails
from playground.backends.loads import LoadReport
from playground.backends.local.engine.honoured import FORMS, HONOURED
from playground.backends.local.fingerprints import contents, fingerprint
from playground.backends.packaged_models import find_packaged
from playground.backends.sources import ModelSource, shown_source
from playground.settings import Settings
from playground.types import Progress


def model_entry(
    source: ModelSource,
    name: str,
    settings: Settings,
    *,
    title: str = "",
    about: str = "",
    task: str = "",
    added: bool = False,
) -> ModelEntry:
    """A model at that source, to be loaded when it is first opened."""
    packaged = find_packaged(source.place) if source.kind == "packaged" else None
    label = title or (packaged.title if packaged else source.title)

    def load(report: LoadReport) -> Backend:
        # torch and transformers are imported here, in the loading thread: the page is up long before.
        report(Progress(what="Starting PyTorch"))
        from playground.backends.local.opening import open_model

        return open_model(source, label, settings, report)

    window = packaged.context if packaged else None
    language = Capabilities(
        sampling=HONOURED,
        functions=packaged.functions if packaged else True,
        forms=FORMS,
        logits=True,
        adapters=True,
        parallel=settings.max_rows,
        context_length=window,
    )
    capabilities = Capabilities(sampling=frozenset(), task=task, prefill=False, samples=False) if task else language
    return ModelEntry(
        name=name, title=label, kind="local", load=load, capabilities=capabilities,
        about=about or (packaged.about if packaged else ""), added=added,
        suggestion=packaged.suggestion if packaged else None,
        fetched=(settings.cache / packaged.name).is_dir if packaged else None,
        identity=lambda: fingerprint(source, settings), contents=lambda: contents(source, settings),
        source=shown_source(source, settings.public),
    )  # fmt: skip


def adapter_entry(
    model: str,
    source: ModelSource,
    name: str,
    settings: Settings,
    *,
    title: str = "",
    about: str = "",
    added: bool = False,
    owner: str = "",
) -> AdapterEntry:
    """An adapter at that source, to be attached to the model when it is first asked for."""
    label = title or source.title

    def load(backend: Backend, report: LoadReport) -> AdapterDetails:
        from playground.backends.local.opening import attach

        return attach(backend, source, name, label, about, settings, report)

    return AdapterEntry(
        model=model, name=name, title=label, load=load, about=about, added=added, owner=owner,
        identity=lambda: fingerprint(source, settings, adapter=True),
        contents=lambda: contents(source, settings, adapter=True), source=shown_source(source, settings.public),
    )  # fmt: skip
