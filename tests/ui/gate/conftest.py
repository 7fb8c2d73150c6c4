"""Servers behind the gate: one for a test that changes it, two that stand for all others."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from gated import Server, serve

from playground.backends.catalog import Catalog

Start = Callable[..., Server]
CatalogOf = Callable[..., Catalog]


@pytest.fixture
def start(catalog_of: CatalogOf, tmp_path: Path) -> Iterator[Start]:
    """Start the app: `start(public=True)` gives the Server. Its cache is among the test's own files."""
    servers: list[Server] = []

    def begin(*, catalog: Catalog | None = None, **settings: Any) -> Server:
        servers.append(serve(tmp_path, catalog or catalog_of(), **settings))
        return servers[-1]

    yield begin
    for server in servers:
        server.end()


@pytest.fixture(scope="session")
def standing(catalog_of: CatalogOf, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[bool, Server]]:
    """A private server and a shared one, for all tests that leave them as they are."""
    servers = {public: serve(tmp_path_factory.mktemp("cache"), catalog_of(), public=public) for public in (False, True)}
    yield servers
    for server in servers.values():
        server.end()


@pytest.fixture
def private(standing: dict[bool, Server]) -> Iterator[Server]:
    """The private server, in which others have been: a test's sessions have names of their own."""
    yield standing[False]
    standing[False].say_goodbye()


@pytest.fixture
def public(standing: dict[bool, Server]) -> Iterator[Server]:
    """The shared server, in which others have been: a test's sessions have names of their own."""
    yield standing[True]
    standing[True].say_goodbye()
