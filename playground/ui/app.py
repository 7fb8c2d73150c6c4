"""The sitemap: header, then one tab after the other, and what crosses them."""

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import gradio as gr

from playground import hosting, setups
from playground.backends.catalog import Catalog
from playground.evaluation.store import Store
from playground.finetuning.jobs.training_jobs import TrainingJobs
from playground.settings import Settings
from playground.types import Setup
from playground.ui import links, widgets
from playground.ui.api import endpoints, experiments, models, runs, zero_gpu
from playground.ui.chat import tab as chat_tab
from playground.ui.classroom import class_parts
from playground.ui.classroom import tab as classroom_tab
from playground.ui.compare import tab as compare_tab
from playground.ui.component_config import DescribedOnce
from playground.ui.experiments import tab as experiments_tab
from playground.ui.finetune import tab as finetune_tab
from playground.ui.finetune.watching.scheduled import build_schedule, may_schedule
from playground.ui.gate.page import Page
from playground.ui.handlers import drafts
from playground.ui.handlers.event_options import AT_ONCE, READING
from playground.ui.handlers.fair_shares import experiment_places
from playground.ui.handlers.messages import report_errors
from playground.ui.handlers.sessions import Sessions
from playground.ui.handlers.tab import BEHIND, PageContext, Receiving, Tab, TabLink, Taking, Trying, Values
from playground.ui.handlers.trigger_modes import answer_each_choice, let_one_wait
from playground.ui.header import language_choice, model_status, welcome
from playground.ui.learn import tab as learn_tab
from playground.ui.look import launch_options
from playground.ui.models import tab as models_tab
from playground.ui.playground import draft
from playground.ui.playground import tab as playground_tab
from playground.ui.playground.variables_panel import PromptForm
from playground.ui.retrieval import tab as retrieval_tab
from playground.ui.sampling import tab as sampling_tab
from playground.ui.setup_form import model_choice, offered_encoders, offered_models

__all__ = ["build_app", "launch_options"]
TABS: dict[str, Callable[[PageContext], Tab]] = {  # beside the Playground, in the order of the page
    "Chat": chat_tab.build,
    "Compare": compare_tab.build,
    "Sampling": sampling_tab.build,
    "Retrieval": retrieval_tab.build,
    "Models": models_tab.build,
    "Experiments": experiments_tab.build,
    "Fine-tune": finetune_tab.build,
    "Learn": learn_tab.build,
    "Classroom": classroom_tab.build,
}
# What has come in sight is read from its beginning, however far down the other tab was.
FROM_THE_TOP = "() => { if (document.querySelector('#columns')?.offsetParent) scrollTo(0, 0); }"
FORGOTTEN = "This Space restarts from time to time, and loses stored answers of experiments; download what you need."
KEPT = "This Space restarts from time to time. Stored answers of experiments are kept."


def build_app(settings: Settings, catalog: Catalog, store: Store | None = None) -> Any:
    """The whole page over the models of this catalog, which all visitors see. Nothing is loaded or started by it.

    Experiments are kept in this store; without one, in the file that the settings name.
    """
    sessions = Sessions(catalog, settings)
    store = store or Store.from_settings(settings)
    places = experiment_places(settings)
    trainings = TrainingJobs(
        settings.trainings_folder, settings.cache, settings.training_megabytes * 2**20 if settings.public else math.inf
    )
    schedule = build_schedule(store, catalog, trainings, settings)
    with Page(settings, title="Prompt Playground", analytics_enabled=False, fill_width=True) as page:
        # First, so that their names are not taken by handlers of the same name.
        runs.publish(sessions, settings)
        models.publish(catalog, sessions, settings)
        endpoints.publish(sessions, settings)
        experiments.publish(store, places, sessions, settings, page.temporary)
        if hosting.on_zero_gpu():
            zero_gpu.publish()
        widgets.skip_links({"To the first field": "[role=tabpanel] textarea", "To the Run button": ".runs"})
        with gr.Row(elem_id="header"):
            gr.Markdown(f"# {welcome.TITLE}", elem_id="title")
            status = model_status.build()
            language_choice.build()
        welcome.build()
        in_class = class_parts.build() if settings.classroom or not settings.public else None
        offered = offered_models.build(catalog)
        shared = PageContext(
            page=page, opening=page.load, settings=settings, sessions=sessions, store=store, places=places,
            ready=status.ready, model_changes=gr.State(0), setup_to_open=gr.State(None),
            comparison_to_open=gr.State(None), plan_to_open=gr.State(None), answers_to_learn=gr.State(None),
            assignment_to_give=gr.State(None), fixed=gr.State(None), fixed_kept=drafts.build("fixed"),
            in_class=in_class,
            trainings=trainings, schedule=schedule,
            comparison=drafts.build("comparison"), plan=drafts.build("plan"), chat=drafts.build("chat"),
            lessons=drafts.build("lessons"),
        )  # fmt: skip
        built = {title: build for title, build in TABS.items() if shared.has_classes or title != "Classroom"}
        made = []
        with gr.Tabs(overflow_behavior="wrap") as tabs:
            with gr.Tab("Playground", id="playground"):
                form, run, link = playground_tab.build(shared, status.ready)
            for title, build in built.items():
                with gr.Tab(title, id=title.lower()) as parts:
                    made.append(build(replace(shared, opening=parts.select)))
        model_status.wire(status, page, form.choice, run, shared.model_changes, sessions)
        model_choice.wire(shared, form.choice)
        offered_models.wire(page, shared.model_changes, offered, sessions)
        offered_encoders.wire(page, shared.model_changes, sessions)
        _open_in_playground(shared, form, tabs)
        for taking in (taking for tab in made for taking in tab.taking):
            _take_setup(taking, form, sessions)
        for title, tab in zip(built, made, strict=True):
            for trying in tab.trying:
                _try_on_rows(trying, form, tabs, title.lower(), sessions)
        others = {title.lower(): tab.link for title, tab in zip(built, made, strict=True)}
        _open_links({"playground": link, **others}, page, tabs, sessions)
        for name, held in (("compare", shared.comparison_to_open), ("experiments", shared.plan_to_open)):
            if linked := others[name]:
                links.wire_hand_over(held, linked, tabs, name, sessions)
        for title, tab in zip(built, made, strict=True):
            for held, receiving in ((shared.answers_to_learn, tab.learning), (shared.assignment_to_give, tab.giving)):
                if receiving:
                    _receive(held, receiving, tabs, title.lower())
        if hosting.on_space():
            gr.Markdown(KEPT if hosting.keeps_files() else FORGOTTEN, elem_id="hosted")
        page.default_config = DescribedOnce(page.default_config)
    answer_each_choice(page.fns.values())
    let_one_wait(page.fns.values())
    page.session_ended = sessions.end
    if may_schedule(settings):
        page.begun = schedule.start
    page.ended = lambda: [one.close() for one in (schedule, trainings)]
    page.served, page.first_words = sessions.of_program, welcome.first_words
    # Closed: requests that do not queue would also slip past every limit.
    return page.queue(api_open=False, default_concurrency_limit=settings.max_users)


def _open_in_playground(shared: PageContext, form: PromptForm, tabs: Any) -> None:
    """What another tab puts into `shared.setup_to_open`, a setup as plain data, perhaps with a table of values for its
    variables, fills the Playground's form."""

    @report_errors
    def fill(setup: dict[str, Any] | None, request: gr.Request) -> dict[Any, Any]:
        if setup is None:
            return {tabs: gr.skip()}
        given = {key: value for key, value in setup.items() if key != BEHIND}
        written, _ = draft.fill(form, given, shared.sessions.of(request))
        return {**written, tabs: gr.skip() if BEHIND in setup else gr.Tabs(selected="playground")}

    opened = shared.setup_to_open.change(fill, shared.setup_to_open, [*form.outputs, tabs], **AT_ONCE)
    opened.then(None, None, None, js=FROM_THE_TOP, **AT_ONCE)


def _receive(held: Any, receiving: Receiving, tabs: Any, tab: str) -> None:
    """What another tab puts into the page's memory is taken into this one, which comes in sight."""

    @report_errors
    def receive(values: dict[Any, Any]) -> dict[Any, Any]:
        given = values[held]
        return {**receiving.take(values, *given), tabs: gr.Tabs(selected=tab)} if given else {tabs: gr.skip()}

    held.change(receive, {held, *receiving.inputs}, [*receiving.outputs, tabs], **READING)


def _open_links(linked: dict[str, TabLink | None], page: Any, tabs: Any, sessions: Sessions) -> None:
    """Links to what the tabs hold, each by its id. Laid out here: what opens one is no tab's own."""
    known = {tab: one for tab, one in linked.items() if one is not None}
    opener = widgets.link_opener([one.kind for one in known.values()], elem_id="link-opener")
    for tab, one in known.items():
        links.wire(page, opener, one, tabs, tab, sessions)


def _take_setup(taking: Taking, form: PromptForm, sessions: Sessions) -> None:
    """The Playground's setup goes into another tab."""

    @report_errors
    def take(values: dict[Any, Any], request: gr.Request) -> dict[Any, Any]:
        catalog = sessions.of(request)
        read = form.read_as_typed if taking.as_typed else form.read
        return taking.take(values, setups.parse(read(values, catalog)), catalog)

    taking.button.click(take, {*taking.inputs, *form.widgets}, list(taking.outputs), preprocess=False, **AT_ONCE)


def _try_on_rows(trying: Trying, form: PromptForm, tabs: Any, tab: str, sessions: Sessions) -> None:
    """The Playground's setup, with every row of its table of values, is run in another tab, which comes in sight."""

    def read(values: Values, request: gr.Request) -> tuple[Setup, tuple[str, ...]]:
        return form.read_rows(values, sessions.of(request))

    trying(form.variables.try_all.click, read, form.widgets, tabs, tab)
