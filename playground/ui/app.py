"""The sitemap: header, then one tab after the other."""

from typing import Any

import gradio as gr

from playground.backends.catalog import Catalog
from playground.settings import Settings
from playground.ui import model_status, playground_tab, sampling_tab
from playground.ui.api import publish
from playground.ui.look import launch_options

__all__ = ["build_app", "launch_options"]
KEEP = (3600, 3600)  # seconds between looks for uploads, and how old one may get


def build_app(settings: Settings, catalog: Catalog) -> Any:
    """The whole page over the models of this catalog. Nothing is loaded or started by it."""
    with gr.Blocks(title="Prompt Playground", analytics_enabled=False, fill_width=True, delete_cache=KEEP) as page:
        publish(catalog, settings)  # first, so that its names are not taken by handlers of the same name
        with gr.Row(elem_id="header"):
            gr.Markdown("# Prompt Playground", elem_id="title")
            status = model_status.build()
        with gr.Tabs():
            with gr.Tab("Playground", id="playground"):
                model, run = playground_tab.build(page, status.ready, settings, catalog)
            with gr.Tab("Sampling", id="sampling"):
                sampling_tab.build(settings, catalog)
        model_status.wire(status, page, model, run, catalog)
    # Closed: requests that do not queue would also slip past every limit.
    return page.queue(api_open=False, max_size=settings.max_queue, default_concurrency_limit=settings.max_users)
