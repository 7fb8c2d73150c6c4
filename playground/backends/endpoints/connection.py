"""Connects to an endpoint: lists its models, probes one, and makes catalog entries of all."""

import re
from collections.abc import Generator
from dataclasses import dataclass, field, replace
from typing import TypeVar

from playground.backends.base import Backend
from playground.backends.catalog import AdapterEntry, LoadReport, ModelEntry
from playground.backends.details import AdapterDetails
from playground.backends.endpoints.backend import EndpointBackend
from playground.backends.endpoints.endpoint import Endpoint
from playground.backends.endpoints.http_client import ReportProgress, http_client
from playground.backends.endpoints.limits import CallGate
from playground.backends.endpoints.models import ServedModel, list_models
from playground.backends.endpoints.probing.probe import ProbeResult, probe_model
from playground.backends.endpoints.retry import Retry
from playground.errors import ModelUnavailable, UnknownModel
from playground.returning import Returning
from playground.types import Progress

NO_CHAT = re.compile(
    r"embed|rerank|whisper|tts|speech|audio|transcri|image|dall-e|sora|ocr|moderat|realtime|guard"
    r"|davinci|babbage|turbo-instruct",  # OpenAI's that complete a text
    re.I,
)
KIND = "endpoint"
T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """An endpoint that answered. Of `total` models, `models` can be chosen, adapters among them; `nameless` are those
    that it lists besides, without a name that can be used.

    `known` are those that were asked what they honour, by the server's name for them, `first` before the others.
    """

    endpoint: Endpoint
    models: tuple[ServedModel, ...]
    total: int
    unnamed_count: int = 0
    gate: CallGate = field(repr=False)
    first_probed: str
    probes: dict[str, ProbeResult]

    @property
    def names(self) -> tuple[str, ...]:
        """What the models are chosen by: `name/model-id`."""
        return tuple(self.name_of(served) for served in self.models)

    def name_of(self, model: ServedModel) -> str:
        return f"{self.endpoint.name}/{model.id}"


def connect(endpoint: Endpoint, model: str = "") -> Generator[Progress, None, Connection]:
    """List the models and try `model`, or the first that looks as if it could be talked to. Closing ends it.

    Raises EndpointFailed, UnknownModel.
    """

    async def work(tell: ReportProgress) -> Connection:
        tell(Progress(what=f"Asking {endpoint.name} for its models"))
        models, total, unnamed_count = await Retry(tries=3).run(lambda: list_models(endpoint), lambda: False, tell)
        chosen = next((m for m in models if m.id == model), None) if model else _likely_chat_model(models)
        if chosen is None:
            raise UnknownModel(f"{endpoint.name} lists no model {model!a}; choose one of {_list_names(models)}.")
        gate = CallGate(endpoint.limits)
        first = await probe_model(endpoint, chosen.id, gate, tell, context_length=chosen.context_length)
        return Connection(
            endpoint=endpoint,
            models=models,
            total=total,
            unnamed_count=unnamed_count,
            gate=gate,
            first_probed=chosen.id,
            probes={chosen.id: first},
        )

    return (yield from http_client().follow(work))


def endpoint_entries(connection: Connection) -> tuple[ModelEntry | AdapterEntry, ...]:
    """Every model as one that can be chosen; adapters also for their base, to compare the two.

    A model that was not tried yet is tried when it is first opened.
    """
    bases = {served.id: served for served in connection.models}
    adapters = [_adapter_entry(connection, m, bases[m.parent]) for m in connection.models if m.parent in bases]
    by_name = {(adapter.model, adapter.name): adapter for adapter in adapters}
    return (*(_model_entry(connection, served) for served in connection.models), *by_name.values())


def _model_entry(connection: Connection, model: ServedModel) -> ModelEntry:
    endpoint = connection.endpoint

    def load(report: LoadReport) -> Backend:
        if model.id not in connection.probes:
            work = http_client().follow(
                lambda tell: probe_model(
                    endpoint, model.id, connection.gate, tell, context_length=model.context_length
                )
            )  # fmt: skip
            connection.probes[model.id] = _follow(report, work)
        probe = connection.probes[model.id]
        prices = endpoint.provider.prices if endpoint.provider else {}
        return EndpointBackend(
            endpoint=endpoint, model=model.id, dialect=probe.dialect, gate=connection.gate,
            capabilities=replace(probe.capabilities, parallel=endpoint.limits.parallel), price=prices.get(model.id),
        )  # fmt: skip

    return ModelEntry(
        name=connection.name_of(model),
        title=f"{model.id} at {endpoint.name}",
        kind=KIND,
        load=load,
        capabilities=connection.probes.get(model.id, connection.probes[connection.first_probed]).capabilities,
        about=f"adapter of {model.parent}" if model.parent else "",
        identity=lambda: f"{model.id} at {endpoint.base_url}",
    )


def _follow(report: LoadReport, work: Generator[Progress, None, T]) -> T:
    """The work's result, its progress reported. It ends when nobody waits for it any more."""
    with Returning(work) as reported:
        for progress in reported:
            report(progress)
        return reported.value


def _adapter_entry(connection: Connection, model: ServedModel, base: ServedModel) -> AdapterEntry:
    name = re.sub(r"[^a-z0-9._-]+", "-", model.id.lower()).strip("-._")[:60] or "adapter"

    def load(backend: Backend, report: LoadReport) -> AdapterDetails:
        _require_endpoint(backend, model.id).attach(name, model.id)
        return AdapterDetails(name=name, title=model.id, source=connection.endpoint.name, loaded=True)

    identity = f"{model.id} at {connection.endpoint.base_url}"
    return AdapterEntry(model=connection.name_of(base), name=name, title=model.id, load=load, identity=lambda: identity)


def runtime_adapter(model: str, path: str, name: str) -> AdapterEntry:
    """An adapter for a served model, in a folder that the server sees: the server loads it (vLLM)."""

    def load(backend: Backend, report: LoadReport) -> AdapterDetails:
        _follow(report, _require_endpoint(backend, name).load(name, path))
        return AdapterDetails(name=name, title=name, source=path, loaded=True)

    return AdapterEntry(model=model, name=name, title=name, load=load, added=True, identity=lambda: path)


def _require_endpoint(backend: Backend, adapter: str) -> EndpointBackend:
    if not isinstance(backend, EndpointBackend):
        raise ModelUnavailable(f"{adapter} is an adapter for a server elsewhere and works only there.")
    return backend


def _likely_chat_model(models: tuple[ServedModel, ...]) -> ServedModel:
    """The first model that is not named like one for something else than text."""
    return next((m for m in models if not NO_CHAT.search(m.id) and not m.parent), models[0])


def _list_names(models: tuple[ServedModel, ...], most: int = 10) -> str:
    more = f" and {len(models) - most} more" if len(models) > most else ""
    return ", ".join(m.id for m in models[:most]) + more
