"""The encoders of documents that a technique can search with: one list, for all forms of the page that offer them."""

from typing import Any

import gradio as gr

from playground.parameters import parameters
from playground.task import SearchSettings
from playground.ui.handlers.event_options import AT_ONCE
from playground.ui.handlers.messages import report_errors
from playground.ui.handlers.sessions import Sessions
from playground.ui.handlers.tab import Updates
from playground.ui.handlers.trigger_modes import on_opening_and

(ENCODER,) = (p for p in parameters(SearchSettings) if p.name == "encoder")


def wire(page: Any, changed: Any, sessions: Sessions) -> None:
    """Offer what the visitor can choose from, when the page opens and whenever `changed` does. What is chosen stays."""
    mark = f"of-{ENCODER.name}"  # which every widget of this parameter has
    lists = [block for block in page.blocks.values() if mark in _classes(block)]

    @report_errors
    def list_encoders(request: gr.Request) -> Updates:
        offered = [(ENCODER.empty, ""), *((name, name) for name in sessions.of(request).library.encoders)]
        return {box: gr.update(choices=offered) for box in lists}

    how: dict[str, Any] = {"trigger_mode": "always_last", **AT_ONCE}
    on_opening_and(page.load, [changed.change], list_encoders, None, lists, **how)


def _classes(block: Any) -> list[str]:
    return getattr(block, "elem_classes", None) or []
