"""The line that says what the chosen model is doing."""

from dataclasses import dataclass
from typing import Any

import gradio as gr

from playground.backends.catalog import Catalog
from playground.errors import PlaygroundError
from playground.ui import checking
from playground.ui.events import AT_ONCE
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


def wire(status: ModelStatus, page: Any, model: Any, run: Any, catalog: Catalog) -> None:
    """Look at the model when the page opens, when another is chosen, and until it is ready or has failed."""

    @told
    def look(name: str, known: str) -> dict[Any, Any]:
        value = line(catalog, name)
        ready = name if value["state"] == "ready" else ""
        updates = {status.line: value, status.timer: gr.Timer(active=value["state"] in ("loading", "idle"))}
        return updates if ready == known else {**updates, status.ready: ready}

    @told
    def choose(name: str, known: str) -> dict[Any, Any]:
        catalog.preload(checking.model(name, catalog).name)  # so that its tokens can be counted
        return look(name, known)

    outputs = [status.line, status.ready, status.timer]
    options = {"trigger_mode": "always_last", **AT_ONCE}
    gr.on([page.load, status.timer.tick], look, [model, status.ready], outputs, **options)
    model.change(choose, [model, status.ready], outputs, **options)
    run.click(lambda: gr.Timer(active=True), None, status.timer, **AT_ONCE)  # a run tries a failed model again


def line(catalog: Catalog, name: str) -> dict[str, str]:
    """State and words for one model. Raises InvalidSetup or UnknownModel."""
    info = checking.model(name, catalog)
    doing = catalog.status(info.name)
    if info.loaded:
        return {"state": "ready", "text": f"{info.title} \u00b7 ready"}
    if doing is None:
        return {"state": "idle", "text": f"{info.title} \u00b7 loads with the first run"}
    if isinstance(doing, PlaygroundError):
        return {"state": "failed", "text": f"{info.title} \u00b7 failed: {doing}"}
    done = f": {doing.done:,.0f} of {doing.total:,.0f} {doing.unit}" if doing.total else ""
    return {"state": "loading", "text": f"{info.title} \u00b7 {doing.what[:1].lower()}{doing.what[1:]}{done}"}
