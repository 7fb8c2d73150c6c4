"""A misbehaving server, and a backend that talks to it and never sleeps."""

import logging
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from faulty import KEY, Faulty, serving

from playground.backends.base import Capabilities
from playground.backends.endpoints.backend import EndpointBackend
from playground.backends.endpoints.endpoint import Endpoint, EndpointLimits
from playground.backends.endpoints.limits import CallGate
from playground.backends.endpoints.retry import Retry, Sleep
from playground.backends.endpoints.secret import Secret

ALL = Capabilities(sampling=frozenset({"temperature", "top_p", "top_k", "seed", "stop", "max_tokens"}))
BackendOf = Callable[..., EndpointBackend]


@pytest.fixture
def server() -> Iterator[Faulty]:
    with serving() as server:
        yield server


@pytest.fixture(autouse=True)
def _no_key_in_any_log(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    caplog.set_level(logging.DEBUG)
    yield
    assert KEY not in caplog.text


@pytest.fixture
def slept() -> list[float]:
    """Seconds that a retry would have waited."""
    return []


@pytest.fixture
def backend_of(server: Faulty, slept: list[float]) -> BackendOf:
    """A backend over the server: `backend_of(limits=..., **capabilities)`."""

    async def note(seconds: float) -> None:
        slept.append(seconds)

    def make(limits: EndpointLimits | None = None, sleep: Sleep = note, **options: Any) -> EndpointBackend:
        endpoint = Endpoint(
            name="faulty", base_url=server.url, key=Secret(KEY), limits=limits or EndpointLimits(silence=30)
        )
        known = {name: options.pop(name) for name in ("samples", "logprobs") if name in options}
        capabilities = replace(ALL, **{"logprobs": False, **known})
        retry = Retry(sleep=sleep, draw=lambda: 1.0)
        return EndpointBackend(
            endpoint=endpoint, model="tiny", capabilities=capabilities, gate=CallGate(endpoint.limits),
            retry=retry, **options,
        )  # fmt: skip

    return make
