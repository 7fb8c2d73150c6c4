"""The Models tab: load models and adapters, and connect endpoints."""

import gradio as gr

from playground.ui.handlers.tab import Shared, Tab
from playground.ui.models import endpoint_panel, load_panel


def build(shared: Shared) -> Tab:
    """Lay out the tab and wire it."""
    with gr.Row(elem_id="models-columns", equal_height=False):
        with gr.Column(elem_id="loading", min_width=0):
            gr.Markdown("## Models")
            load_panel.build(shared.page, shared.settings, shared.sessions, shared.changed)
        with gr.Column(elem_id="connecting", min_width=0):
            gr.Markdown("## Endpoints")
            endpoint_panel.build(shared.page, shared.settings, shared.sessions, shared.changed)
    return Tab()
