"""The sitemap: header, then one tab after the other, and what crosses them."""

from typing import Any

import gradio as gr

from playground import hosting, setups
from playground.backends.catalog import Catalog
from playground.evaluation.store import Store
from playground.settings import Settings
from playground.ui import (
    api,
    endpoints_api,
    experiment_techniques,
    experiments_api,
    experiments_tab,
    model_api,
    model_choice,
    model_status,
    models_tab,
    playground_tab,
    sampling_tab,
    zero_gpu,
)
from playground.ui.described_once import DescribedOnce
from playground.ui.events import AT_ONCE
from playground.ui.experiments_tab import ExperimentsTab
from playground.ui.fair_shares import experiment_places
from playground.ui.form import Form
from playground.ui.gate.page import Page
from playground.ui.look import launch_options
from playground.ui.messages import told
from playground.ui.sessions import Sessions

__all__ = ["build_app", "launch_options"]
FORGOTTEN = "This Space restarts from time to time. What experiments have stored goes then; download what you need."
KEPT = "This Space restarts from time to time. What experiments have stored is kept."


def build_app(settings: Settings, catalog: Catalog, store: Store | None = None) -> Any:
    """The whole page over the models of this catalog, which all visitors see. Nothing is loaded or started by it.

    Experiments are kept in this store; without one, in the file that the settings name.
    """
    sessions = Sessions(catalog, settings)
    store = store or Store.named_by(settings)
    places = experiment_places(settings)
    with Page(settings, title="Prompt Playground", analytics_enabled=False, fill_width=True) as page:
        # First, so that their names are not taken by handlers of the same name.
        api.publish(sessions, settings)
        model_api.publish(catalog, sessions, settings)
        endpoints_api.publish(sessions, settings)
        experiments_api.publish(store, places, sessions, settings, page.temporary)
        if hosting.on_zero_gpu():
            zero_gpu.publish()
        with gr.Row(elem_id="header"):
            gr.Markdown("# Prompt Playground", elem_id="title")
            status = model_status.build()
        with gr.Tabs() as tabs:
            with gr.Tab("Playground", id="playground"):
                form, run = playground_tab.build(page, status.ready, settings, catalog, sessions)
            with gr.Tab("Sampling", id="sampling"):
                sampled = sampling_tab.build(settings, catalog, sessions)
            with gr.Tab("Models", id="models"):
                models = models_tab.build(page, places, settings, sessions)
            with gr.Tab("Experiments", id="experiments"):
                tried = experiments_tab.build(page, models.changed, store, places, settings, sessions)
        model_status.wire(status, page, form.choice, run, models.changed, sessions)
        model_choice.wire(page, models.changed, [form.choice, sampled], sessions)
        for opened in (models.opened, tried.opened):
            _open_in_playground(opened, form, tabs, sessions)
        _add_to_experiment(tried, form, sessions)
        if hosting.on_space():
            gr.Markdown(KEPT if hosting.keeps_files() else FORGOTTEN, elem_id="hosted")
    page.session_ended = sessions.end
    page.default_config = DescribedOnce(page.default_config)
    # Closed: requests that do not queue would also slip past every limit.
    return page.queue(api_open=False, default_concurrency_limit=settings.max_users)


def _open_in_playground(opened: Any, form: Form, tabs: Any, sessions: Sessions) -> None:
    """A setup, as plain data, that another tab puts into `opened` fills the Playground's form."""

    @told
    def fill(setup: dict[str, Any] | None, request: gr.Request) -> dict[Any, Any]:
        if setup is None:
            return {tabs: gr.skip()}
        return {**form.write(setups.parse(setup), sessions.of(request)), tabs: gr.Tabs(selected="playground")}

    opened.change(fill, opened, [*form.widgets, *form.frames, tabs], **AT_ONCE)


def _add_to_experiment(tried: ExperimentsTab, form: Form, sessions: Sessions) -> None:
    """The Playground's setup becomes one more way of asking."""

    @told
    def add(values: dict[Any, Any], request: gr.Request) -> dict[Any, Any]:
        setup = setups.parse(form.read(values, sessions.of(request)))
        return {tried.techniques: experiment_techniques.with_setup(values[tried.techniques], setup)}

    inputs = {tried.techniques, *form.widgets}
    tried.add.click(add, inputs, [tried.techniques], preprocess=False, **AT_ONCE)
