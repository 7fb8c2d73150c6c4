"""Connect to an endpoint: list its models, try one, and offer them all."""

import re
from collections.abc import Generator
from dataclasses import dataclass, field, replace
from typing import TypeVar

from playground.backends.base import Backend
from playground.backends.catalog import Adapter, Entry, Report
from playground.backends.details import AdapterDetails
from playground.backends.endpoints.backend import EndpointBackend
from playground.backends.endpoints.endpoint import Endpoint
from playground.backends.endpoints.limits import Gate
from playground.backends.endpoints.models import Served, listed
from playground.backends.endpoints.probing.probe import Tried, tried
from playground.backends.endpoints.retry import Retry
from playground.backends.endpoints.wire import Tell, wire
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
    models: tuple[Served, ...]
    total: int
    nameless: int = 0
    gate: Gate = field(repr=False)
    first: str
    known: dict[str, Tried]

    @property
    def names(self) -> tuple[str, ...]:
        """What the models are chosen by: `name/model-id`."""
        return tuple(self.name_of(served) for served in self.models)

    def name_of(self, served: Served) -> str:
        return f"{self.endpoint.name}/{served.id}"


def connect(endpoint: Endpoint, model: str = "") -> Generator[Progress, None, Connection]:
    """List the models and try `model`, or the first that looks as if it could be talked to. Closing ends it.

    Raises EndpointFailed, UnknownModel.
    """

    async def work(tell: Tell) -> Connection:
        tell(Progress(what=f"Asking {endpoint.name} for its models"))
        models, total, nameless = await Retry(tries=3).over(lambda: listed(endpoint), lambda: False, tell)
        chosen = next((m for m in models if m.id == model), None) if model else _likely(models)
        if chosen is None:
            raise UnknownModel(f"{endpoint.name} lists no model {model!a}; choose one of {_some(models)}.")
        gate = Gate(endpoint.limits)
        first = await tried(endpoint, chosen.id, gate, tell, context_length=chosen.context_length)
        return Connection(
            endpoint=endpoint,
            models=models,
            total=total,
            nameless=nameless,
            gate=gate,
            first=chosen.id,
            known={chosen.id: first},
        )

    return (yield from wire().follow(work))


def offered(connection: Connection) -> tuple[Entry | Adapter, ...]:
    """Every model as one that can be chosen; adapters also for their base, to compare the two.

    A model that was not tried yet is tried when it is first opened.
    """
    bases = {served.id: served for served in connection.models}
    adapters = [_adapter(connection, m, bases[m.parent]) for m in connection.models if m.parent in bases]
    named = {(adapter.model, adapter.name): adapter for adapter in adapters}
    return (*(_entry(connection, served) for served in connection.models), *named.values())


def _entry(connection: Connection, served: Served) -> Entry:
    endpoint = connection.endpoint

    def load(report: Report) -> Backend:
        if served.id not in connection.known:
            work = wire().follow(
                lambda tell: tried(
                    endpoint, served.id, connection.gate, tell, context_length=served.context_length
                )
            )  # fmt: skip
            connection.known[served.id] = _reported(report, work)
        known = connection.known[served.id]
        prices = endpoint.provider.prices if endpoint.provider else {}
        return EndpointBackend(
            endpoint=endpoint, model=served.id, dialect=known.dialect, gate=connection.gate,
            capabilities=replace(known.capabilities, parallel=endpoint.limits.parallel), price=prices.get(served.id),
        )  # fmt: skip

    return Entry(
        name=connection.name_of(served),
        title=f"{served.id} at {endpoint.name}",
        kind=KIND,
        load=load,
        capabilities=connection.known.get(served.id, connection.known[connection.first]).capabilities,
        about=f"adapter of {served.parent}" if served.parent else "",
        identity=lambda: f"{served.id} at {endpoint.base_url}",
    )


def _reported(report: Report, work: Generator[Progress, None, T]) -> T:
    """The work's result, its progress reported. It ends when nobody waits for it any more."""
    with Returning(work) as reported:
        for progress in reported:
            report(progress)
        return reported.value


def _adapter(connection: Connection, served: Served, base: Served) -> Adapter:
    name = re.sub(r"[^a-z0-9._-]+", "-", served.id.lower()).strip("-._")[:60] or "adapter"

    def load(backend: Backend, report: Report) -> AdapterDetails:
        _elsewhere(backend, served.id).attach(name, served.id)
        return AdapterDetails(name=name, title=served.id, source=connection.endpoint.name, loaded=True)

    identity = f"{served.id} at {connection.endpoint.base_url}"
    return Adapter(model=connection.name_of(base), name=name, title=served.id, load=load, identity=lambda: identity)


def to_load(model: str, path: str, name: str) -> Adapter:
    """An adapter for a served model, in a folder that the server sees: the server loads it (vLLM)."""

    def load(backend: Backend, report: Report) -> AdapterDetails:
        _reported(report, _elsewhere(backend, name).load(name, path))
        return AdapterDetails(name=name, title=name, source=path, loaded=True)

    return Adapter(model=model, name=name, title=name, load=load, added=True, identity=lambda: path)


def _elsewhere(backend: Backend, adapter: str) -> EndpointBackend:
    if not isinstance(backend, EndpointBackend):
        raise ModelUnavailable(f"{adapter} is an adapter for a server elsewhere and works only there.")
    return backend


def _likely(models: tuple[Served, ...]) -> Served:
    """The first model that is not named like one for something else than text."""
    return next((m for m in models if not NO_CHAT.search(m.id) and not m.parent), models[0])


def _some(models: tuple[Served, ...], most: int = 10) -> str:
    more = f" and {len(models) - most} more" if len(models) > most else ""
    return ", ".join(m.id for m in models[:most]) + more
