"""The contract for programs, models: load and unload them, attach adapters, compare what they answer."""

from collections.abc import Generator, Iterator
from dataclasses import asdict
from typing import Any

import gradio as gr

from playground import comparison, setups
from playground.backends import commands
from playground.backends.catalog import Catalog, ModelInfo
from playground.backends.suggestions import suggestions
from playground.returning import Returning
from playground.settings import Settings
from playground.types import Progress
from playground.ui.api.endpoint import publish as publish_endpoint
from playground.ui.handlers.event_options import running
from playground.ui.handlers.payloads import words
from playground.ui.handlers.sessions import Sessions


def publish(catalog: Catalog, sessions: Sessions, settings: Settings) -> None:
    """Add the endpoints to the Blocks being built. What is loaded is for all, in `catalog`."""

    def load_model(source: str, name: str = "") -> Iterator[dict]:  # type: ignore[type-arg]  # gradio reads it
        yield from _told_as_it_loads(
            commands.load_model(catalog, settings, words(source, "source"), words(name, "name"))
        )

    def load_adapter(model: str, source: str, name: str = "") -> Iterator[dict]:  # type: ignore[type-arg]
        given = (words(model, "model"), words(source, "source"), words(name, "name"))
        yield from _told_as_it_loads(commands.load_adapter(catalog, settings, *given))

    def unload(name: str) -> list:  # type: ignore[type-arg]
        commands.unload(catalog, settings, words(name, "name"))
        return [asdict(info) for info in catalog.models()]

    def compare(setup: dict, panes: list, request: gr.Request) -> Iterator[list]:  # type: ignore[type-arg]
        own = sessions.of(request)
        chosen = comparison.parse_panes(setups.parse(setup), panes, settings.max_panes)
        for runs in comparison.compare(chosen, own, max_seconds=settings.max_seconds):
            ended = all(run.status in ("done", "failed") for run in runs)
            yield [asdict(run if ended else setups.without_tokens(run)) for run in runs]

    def suggested() -> list:  # type: ignore[type-arg]
        return [
            {**asdict(one), "memory_bytes": one.needs(settings), "fits": one.fits(settings)} for one in suggestions()
        ]

    about = "Load a model from a hub's name, a folder or a GGUF file. Streams its progress; the last is the model."
    publish_endpoint(load_model, "load_model", about, **running(settings))
    about = "Attach a PEFT adapter, a folder or a hub's name, to a model. Streams like /load_model."
    publish_endpoint(load_adapter, "load_adapter", about, **running(settings))
    about = (
        "Run setups side by side: each pane is weights {model, adapter, scale} or a whole setup; what it leaves out is "
        "the first argument's. Streams the Runs, one a pane."
    )
    publish_endpoint(compare, "compare", about, **running(settings))
    about = "Free the memory of a model, or of an adapter (`model/adapter`). Gives what is left."
    publish_endpoint(unload, "unload", about)
    publish_endpoint(suggested, "suggested", "Small models at the hub, and which of them fit here.")


def _told_as_it_loads(loading: Generator[Progress, None, ModelInfo]) -> Iterator[dict[str, Any]]:
    """Progress while it loads, and at last the model. Closing stops the load."""
    with Returning(loading) as work:
        for progress in work:
            yield {"progress": asdict(progress)}
        yield asdict(work.value)
