"""The line that says what the chosen model is doing."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gradio as gr

from playground.backends.catalog import Catalog
from playground.errors import PlaygroundError
from playground.types import Weights
from playground.ui.handlers.event_options import AT_ONCE
from playground.ui.handlers.messages import report_errors
from playground.ui.handlers.sessions import Sessions
from playground.ui.handlers.trigger_modes import on_opening_and
from playground.ui.language.translating import translated
from playground.ui.setup_form import check as checking
from playground.ui.setup_form.model_choice import ModelChoice
from playground.ui.widgets import STATUS_LINE, widget
from playground.ui.widgets.status import progress_text, status

HERE = Path(__file__).parent
SECONDS = 1.0  # between looks at a model that is not ready


@dataclass(frozen=True, slots=True)
class ModelStatus:
    """The line, and `ready`: the name of the model if it is loaded, which others listen to."""

    line: Any
    ready: Any
    timer: Any


def build() -> ModelStatus:
    line = widget(HERE / "model_status.js", uses=[STATUS_LINE], value=status("idle"))
    return ModelStatus(line, gr.State(""), gr.Timer(SECONDS))


def wire(parts: ModelStatus, page: Any, choice: ModelChoice, run: Any, model_changes: Any, sessions: Sessions) -> None:
    """Look at the model when the page opens, when another is chosen, when `model_changes` tells of models that came or
    went, and until it is ready or has failed."""

    @report_errors
    def look(values: dict[Any, Any], request: gr.Request) -> dict[Any, Any]:
        return told_of(values, sessions.of(request))

    @report_errors
    def look_again(values: dict[Any, Any], request: gr.Request) -> dict[Any, Any]:
        catalog = sessions.of(request)
        if values[choice.model] not in [info.name for info in catalog.models()]:
            return {parts.line: gr.skip()}  # it is gone: another is about to be chosen, and looked at
        return told_of(values, catalog)

    @report_errors
    def choose(values: dict[Any, Any], request: gr.Request) -> dict[Any, Any]:
        catalog = sessions.of(request)
        catalog.preload(checking.model(values[choice.model], catalog).name)  # so that its tokens can be counted
        return told_of(values, catalog)

    def told_of(values: dict[Any, Any], catalog: Catalog) -> dict[Any, Any]:
        value = line(catalog, values[choice.model], values[choice.adapter], values[choice.scale.widget])
        ready = values[choice.model] if checking.model(values[choice.model], catalog).loaded else ""
        updates = {parts.line: value, parts.timer: gr.Timer(active=value["phase"] in ("loading", "idle"))}
        return updates if ready == values[parts.ready] else {**updates, parts.ready: ready}

    held, outputs = {parts.ready, *choice.widgets}, [parts.line, parts.ready, parts.timer]
    options = {"preprocess": False, "trigger_mode": "always_last", **AT_ONCE}
    tuned = [choice.adapter.change, choice.scale.widget.change]
    on_opening_and(page.load, [parts.timer.tick, *tuned], look, held, outputs, **options)
    model_changes.change(look_again, held, outputs, **options)
    choice.model.change(choose, held, outputs, **options)
    run.click(lambda: gr.Timer(active=True), None, parts.timer, **AT_ONCE)  # a run tries a failed model again


def line(catalog: Catalog, name: Any, adapter: Any = "", scale: Any = 1) -> dict[str, Any]:
    """State and words for one model, and the adapter that is chosen for it. Raises InvalidSetup or UnknownModel."""
    info = checking.model(name, catalog)
    doing = catalog.status(info.name)
    chosen = next((known for known in info.adapters if known.name == adapter), None)
    strength = scale if isinstance(scale, int | float) else 1.0
    title = info.title_of(Weights(adapter=chosen.name if chosen else "", scale=strength))
    if info.loaded and chosen and not chosen.loaded:
        return status("idle", f"{title} \u00b7 the adapter loads with the first run")
    if info.loaded:
        return status("ready", f"{title} \u00b7 ready")
    if doing is None:
        return status("idle", f"{title} \u00b7 loads with the first run")
    if isinstance(doing, PlaygroundError):
        return status("failed", f"{title} \u00b7 failed: {doing}")
    said = progress_text(doing)
    word = translated(said)  # German nouns keep their capital
    return status("loading", f"{title} \u00b7 {said[:1].lower() + said[1:] if word == said else word}")
