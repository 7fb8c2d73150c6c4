"""Where models and adapters come from, as a person types it: a hub's name for it, a folder, a GGUF file."""

import re
from collections.abc import Generator
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Literal

from playground.backends.base import Backend, Capabilities
from playground.backends.catalog import Adapter, Catalog, Entry, ModelInfo
from playground.backends.details import AdapterDetails
from playground.backends.loads import Report
from playground.backends.local.fingerprints import fingerprint
from playground.backends.packaged_models import SCHEME, find
from playground.errors import InvalidSetup, NotSupported
from playground.settings import Settings
from playground.types import Progress, Sampling

HUB = re.compile(r"(?P<place>[\w.-]+/[\w.-]+)(/(?P<file>[\w.-]+\.gguf))?(@(?P<revision>[\w./-]+))?")
FORMS = "a hub's name (org/name or org/name@revision), the folder of a model, or a GGUF file"
SHARED = "This server is shared: it loads what its operator listed, and nothing else."
ALL = frozenset(f.name for f in fields(Sampling))


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where something lies. `place` is a path or a hub's name; `file` is a GGUF file in a hub's repository."""

    kind: Literal["hub", "folder", "gguf", "packaged"]
    place: str
    revision: str = ""
    file: str = ""

    def __str__(self) -> str:
        file = f"/{self.file}" if self.file else ""
        return f"{self.place}{file}@{self.revision}" if self.revision else self.place + file

    @property
    def title(self) -> str:
        """What people read: a hub's name in full, of a path the last part."""
        return str(self) if self.kind == "hub" else Path(self.place).name

    @property
    def name(self) -> str:
        """A name for what lies there, of the characters that names may have."""
        last = Path(self.file or self.place).name.lower().removesuffix(".gguf")
        return re.sub(r"[^a-z0-9._-]+", "-", last).strip("-._")[:60] or "model"


def read(text: str) -> Source:
    """The source that a person typed. Raises InvalidSetup saying what is wrong with it and what it could be."""
    text = text.strip()
    if text.startswith(SCHEME):
        return Source(kind="packaged", place=find(text.removeprefix(SCHEME)).name)
    if not text or len(text) > 1000 or "\0" in text:
        raise InvalidSetup(f"Say where it lies: {FORMS}.", ("source",))
    try:
        return _read(text, Path(text).expanduser())
    except RuntimeError:  # a home of somebody who is not there
        raise InvalidSetup(f"There is nobody whose folder {text[:100]!a} could be.", ("source",)) from None
    except (OSError, UnicodeError):  # a name that no file can have, or a place that may not be looked at
        raise InvalidSetup(f"{text[:100]!a} cannot be looked at; give {FORMS}.", ("source",)) from None


def _read(text: str, path: Path) -> Source:
    if ".." in re.split(r"[/\\]", text):
        raise InvalidSetup(f"{text!a} leads upwards with `..`; give the folder itself.", ("source",))
    if path.is_dir():
        return Source(kind="folder", place=str(path))
    if path.is_file():
        if path.suffix.lower() == ".gguf":
            return Source(kind="gguf", place=str(path))
        raise InvalidSetup(f"{text!a} is a file, and no GGUF file; give {FORMS}.", ("source",))
    if text.startswith(("/", "~", ".")) or "\\" in text:
        raise InvalidSetup(f"There is no folder or file {text!a}.", ("source",))
    if found := HUB.fullmatch(text):
        return Source(kind="hub", place=found["place"], revision=found["revision"] or "", file=found["file"] or "")
    raise InvalidSetup(f"{text[:100]!a} is neither {FORMS}.", ("source",))


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
        identity=lambda: fingerprint(source, settings),
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
    )  # fmt: skip


def load_model(
    catalog: Catalog, settings: Settings, source: str, name: str = ""
) -> Generator[Progress, None, ModelInfo]:
    """Add a model and load it, yielding progress; closing stops that. What fails leaves everything as it was.

    A source that is the name of a model on offer loads that one. Raises InvalidSetup, ModelUnavailable,
    LimitReached, and NotSupported for all else on a shared server.
    """
    if (offered := source.strip()) in {info.name for info in catalog.models()}:
        name = offered
    else:
        _refuse_strangers(settings)
        place = read(source)
        name = _named(name, place)
        catalog.add(model_entry(place, name, settings, added=True))
    yield from catalog.open(name)
    return catalog.info(name)


def load_adapter(
    catalog: Catalog, settings: Settings, model: str, source: str, name: str = ""
) -> Generator[Progress, None, ModelInfo]:
    """Add an adapter of a model and attach it, loading the model first if need be. Raises as `load_model`."""
    if (offered := source.strip()) in {adapter.name for adapter in catalog.info(model).adapters}:
        name = offered
    else:
        _refuse_strangers(settings)
        elsewhere = catalog.info(model).kind == "endpoint"
        place = Source(kind="folder", place=offered) if elsewhere else read(source)  # on the server's machine, or here
        name = _named(name, place)
        catalog.check_name(name, model)
        with catalog.using(model):
            yield from catalog.open(model)  # first, so that no adapter is listed for a model that fails
            local = adapter_of(model, place, name, settings, title=name, added=True)
            catalog.add_adapter(_served(model, offered, name) if elsewhere else local)
            yield from catalog.open(model, name)
            return catalog.info(model)
    yield from catalog.open(model, name)
    return catalog.info(model)


def _served(model: str, path: str, name: str) -> Adapter:
    # Imported when it is needed: a page without endpoints does not wait for an HTTP client.
    from playground.backends.endpoints.connection import to_load

    return to_load(model, path, name)


def unload(catalog: Catalog, settings: Settings, name: str) -> None:
    """Free a model by its name, or an adapter by `model/adapter`. Raises UnknownModel, ModelInUse, NotSupported."""
    _refuse_strangers(settings)
    name = name.strip()
    model, _, adapter = (name, "", "") if name in {info.name for info in catalog.models()} else name.rpartition("/")
    catalog.unload(model or name, adapter if model else "")


def _named(name: str, source: Source) -> str:
    """The name that was typed, or one made of the source. Raises InvalidSetup for a slash: adapters come after one."""
    if "/" in name:
        raise InvalidSetup(f"{name[:80]!a} cannot be a name; leave out the slash.", ("name",))
    return name.strip() or source.name


def _refuse_strangers(settings: Settings) -> None:
    if settings.public:
        raise NotSupported(SHARED)
