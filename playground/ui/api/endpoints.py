"""The contract for programs, for endpoints: `/connect`, in plain dicts."""

from collections.abc import Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import gradio as gr

from playground.returning import Returning
from playground.settings import Settings
from playground.ui.api.endpoint import publish as publish_endpoint
from playground.ui.handlers.event_options import running
from playground.ui.handlers.one_at_a_time import news
from playground.ui.handlers.payloads import words
from playground.ui.handlers.sessions import PARALLEL, Sessions

if TYPE_CHECKING:
    from playground.backends.endpoints.connection import Connection


def publish(sessions: Sessions, settings: Settings) -> None:
    """Add the endpoint to the Blocks being built."""

    def connect(
        name: str,
        base_url: str,
        key: str,
        request: gr.Request,
        model: str = "",
        parallel: int = PARALLEL,
        per_minute: int = 0,
    ) -> Iterator[dict]:  # type: ignore[type-arg]  # gradio reads the bare type
        tried = words(model, "model")
        connecting = sessions.connect(request, name, base_url, key, tried, parallel=parallel, per_minute=per_minute)
        with Returning(connecting) as work:
            for progress in news(work):
                yield {"progress": asdict(progress)}
            yield connection_to_dict(work.value)

    about = (
        "Connect this session to an OpenAI-compatible endpoint. Streams its progress; the last item has the models, "
        "each a `model` of a setup in this session, and what the one that was tried honours."
    )
    publish_endpoint(connect, "connect", about, **running(settings))


def connection_to_dict(connection: "Connection") -> dict[str, Any]:
    """A connection as plain data, without the key: models by the names they are chosen by, and what was found out."""
    tried = connection.probes[connection.first_probed]
    return {
        "name": connection.endpoint.name,
        "base_url": connection.endpoint.base_url,
        "models": list(connection.names),
        "total": connection.total,
        "nameless": connection.unnamed_count,
        "tried": f"{connection.endpoint.name}/{connection.first_probed}",
        "capabilities": asdict(tried.capabilities),
        "checks": [asdict(check) for check in tried.checks],
    }
