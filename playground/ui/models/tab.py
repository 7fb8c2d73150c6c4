"""The Models tab: load models and adapters, and connect endpoints."""

import gradio as gr

from playground.ui.handlers.tab import PageContext, Tab
from playground.ui.models import endpoint_panel, load_panel


def build(shared: PageContext) -> Tab:
    """Lay out the tab and wire it."""
    with gr.Row(elem_id="models-columns", equal_height=False):
        with gr.Column(elem_id="loading", min_width=0):
            gr.Markdown("## Models")
            load_panel.build(shared.page, shared.settings, shared.sessions, shared.model_changes)
        with gr.Column(elem_id="connecting", min_width=0):
            gr.Markdown("## Endpoints")
            endpoint_panel.build(shared)
    return Tab()
