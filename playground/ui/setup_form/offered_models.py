"""The models and adapters that rows of their own can have: one list, for all tables of the page that offer them."""

from collections.abc import Sequence
from typing import Any

import gradio as gr

from playground.backends.catalog import Catalog, ModelInfo
from playground.ui import widgets
from playground.ui.handlers.event_options import AT_ONCE
from playground.ui.handlers.messages import report_errors
from playground.ui.handlers.sessions import Sessions
from playground.ui.handlers.tab import Updates
from playground.ui.handlers.trigger_modes import on_opening_and
from playground.ui.setup_form.model_choice import MANY, has_steps


def build(catalog: Catalog) -> Any:
    """The list, laid out here: nothing of it is seen."""
    return widgets.widget(widgets.HERE / "offered_models.js", value=offers(catalog.models()))


def offers(models: Sequence[ModelInfo]) -> dict[str, Any]:
    """The list, and from how many models on one types to find one."""
    return {"models": list_choices(models), "many": MANY}


def list_choices(models: Sequence[ModelInfo]) -> list[dict[str, Any]]:
    """What a row can choose from. A served adapter has its full strength, always; others are graded, or on or off."""
    return [
        {
            "name": info.name,
            "title": info.title,
            "adapters": [
                {"name": a.name, "title": a.title, "scaled": info.kind != "endpoint", "graded": has_steps(a)}
                for a in info.adapters
            ],
        }
        for info in models
    ]


def wire(page: Any, changed: Any, offered: Any, sessions: Sessions) -> None:
    """Offer what the visitor can choose from, when the page opens and whenever `changed` does."""

    @report_errors
    def refresh(request: gr.Request) -> Updates:
        return {offered: offers(sessions.of(request).models())}

    how: dict[str, Any] = {"trigger_mode": "always_last", **AT_ONCE}
    on_opening_and(page.load, [changed.change], refresh, None, [offered], **how)
