"""The models as a server, for programs that speak OpenAI's protocol: which of them come in, and in what shares."""

import secrets
from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager
from typing import Any

from starlette.types import Receive, Scope

from playground.backends.catalog import Catalog
from playground.serving.app import ServingApp
from playground.settings import Settings
from playground.ui.gate.bodies import Bodies
from playground.ui.handlers.visitors import NAME, Visitor

Place = Callable[[Visitor], AbstractAsyncContextManager[None]]
Served = Callable[[Visitor], Catalog]  # the models that whoever asks can choose from


class Programs:
    """What the gate decides for the application that answers them."""

    def __init__(self, served: Served, place: Place, bodies: Bodies, settings: Settings) -> None:
        self._served, self._place, self._bodies, self._public = served, place, bodies, settings.public

    async def read(self, scope: Scope, receive: Receive) -> Mapping[str, Any]:
        """See `Door`. Raises Refusal."""
        return (await self._bodies.read(scope, receive, _visitor(scope).address))[1]

    def models(self, scope: Scope) -> Catalog:
        """Those that are there for all. Where strangers share the server, each request is computed by itself: others
        have the same key and may have the same address, and could find out by the time of an answer what was asked.
        """
        catalog = self._served(_visitor(scope))
        return catalog.for_visitor(secrets.token_urlsafe(16) if self._public else "", catalog.account)

    def place(self, scope: Scope) -> AbstractAsyncContextManager[None]:
        """In the shares of the page's runs. Raises Refusal when too many wait."""
        return self._place(_visitor(scope))


def serving(settings: Settings, served: Served | None, place: Place, bodies: Bodies) -> ServingApp | None:
    """None where no program is answered: when that is off, and where strangers share the server without a key."""
    if served is None or not settings.serve or (settings.public and not settings.serve_key):
        return None
    door = Programs(served, place, bodies, settings)
    return ServingApp(door, key=settings.serve_key, max_seconds=settings.max_seconds)


def _visitor(scope: Scope) -> Visitor:
    visitor: Visitor = scope[NAME]
    return visitor
