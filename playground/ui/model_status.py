"""The line that says what the chosen model is doing."""

from dataclasses import dataclass
from typing import Any

import gradio as gr

from playground.backends.catalog import Catalog
from playground.errors import PlaygroundError
from playground.ui.messages import told
from playground.ui.widgets import status_line

SECONDS = 1.0  # between looks at a model that is not ready


@dataclass(frozen=True, slots=True)
class ModelStatus:
    """The line, and `ready`: the name of the model if it is loaded, which others listen to."""

    line: Any
    ready: Any
    timer: Any


def build() -> ModelStatus:
    line = status_line({"state": "idle", "text": ""})
    return ModelStatus(line, gr.State(""), gr.Timer(SECONDS))


def wire(status: ModelStatus, page: Any, model: Any, catalog: Catalog) -> None:
    """Look at the model when the page opens, when another is chosen, and until it is ready."""

    @told
    def look(name: str, known: str) -> dict[Any, Any]:
        value = line(catalog, name)
        ready = name if value["state"] == "ready" else ""
        updates = {status.line: value, status.timer: gr.Timer(active=not ready)}
        return updates if ready == known else {**updates, status.ready: ready}

    gr.on(
        [page.load, status.timer.tick, model.change],
        look,
        [model, status.ready],
        [status.line, status.ready, status.timer],
        show_progress="hidden",
        trigger_mode="always_last",
        concurrency_limit=None,
        api_visibility="private",
    )


def line(catalog: Catalog, name: str) -> dict[str, str]:
    """State and words for one model. Raises UnknownModel."""
    info, doing = catalog.info(name), catalog.status(name)
    if info.loaded:
        return {"state": "ready", "text": f"{info.title} \u00b7 ready"}
    if doing is None:
        return {"state": "idle", "text": f"{info.title} \u00b7 loads with the first run"}
    if isinstance(doing, PlaygroundError):
        return {"state": "failed", "text": f"{info.title} \u00b7 failed: {doing}"}
    done = f": {doing.done:,.0f} of {doing.total:,.0f} {doing.unit}" if doing.total else ""
    return {"state": "loading", "text": f"{info.title} \u00b7 {doing.what[:1].lower()}{doing.what[1:]}{done}"}
