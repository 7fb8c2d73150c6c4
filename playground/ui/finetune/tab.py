"""The Fine-tune tab: what a model learns from, how, and what comes of it while one looks."""

import gradio as gr

from playground.finetuning.jobs.priority import thread_count
from playground.formats import format_count
from playground.ui import widgets
from playground.ui.finetune import (
    checking,
    comparing,
    data_panel,
    estimating,
    form,
    history_panel,
    own_rows_panel,
    probing,
    running_panel,
)
from playground.ui.finetune.checking import RowChecksHandlers
from playground.ui.finetune.comparing import ComparingHandlers
from playground.ui.finetune.estimating import EstimateHandlers
from playground.ui.finetune.files import merge_panel, recipe_files, take_away
from playground.ui.finetune.files.merge_panel import MergeHandlers
from playground.ui.finetune.files.recipe_files import RecipeFileHandlers
from playground.ui.finetune.files.take_away import TakeAwayHandlers
from playground.ui.finetune.form import TrainingForm
from playground.ui.finetune.heads import section
from playground.ui.finetune.held_out import judging
from playground.ui.finetune.held_out.judging import HeldOutHandlers
from playground.ui.finetune.history_panel import HistoryHandlers
from playground.ui.finetune.limits import limits_text, may_train
from playground.ui.finetune.own_rows_panel import OwnRowsHandlers
from playground.ui.finetune.probing import ProbingHandlers
from playground.ui.finetune.prompt_or_tune import panel as prompt_or_tune_panel
from playground.ui.finetune.prompt_or_tune import running
from playground.ui.finetune.prompt_or_tune.running import PromptOrTuneHandlers
from playground.ui.finetune.running_panel import TrainingHandlers
from playground.ui.finetune.search import search_form, search_panel
from playground.ui.finetune.search.search_panel import SearchHandlers
from playground.ui.finetune.watching import watch_handlers, watch_panel
from playground.ui.finetune.watching.watch_handlers import WatchHandlers
from playground.ui.finetune.writing import handlers as writing
from playground.ui.finetune.writing.handlers import WritingHandlers
from playground.ui.handlers.event_options import AT_ONCE
from playground.ui.handlers.messages import report_errors
from playground.ui.handlers.tab import PageContext, Tab, Updates
from playground.ui.handlers.trigger_modes import on_opening_and
from playground.ui.widgets import waiting_line
from playground.ui.widgets.status import sentence

ABOUT = (
    "A model learns from rows of prompts and answers, here, in minutes. The training goes on when this page is closed. "
    "It takes {threads} of the processor at low priority: whoever asks a model meanwhile comes first."
)


def build(shared: PageContext) -> Tab:
    """Lay out the tab and wire it. Nothing is trained before somebody asks."""
    comparison = prompt_or_tune_panel.build(shared.catalog, shared.page) if may_train(shared.settings) else None
    with gr.Row(elem_classes="halves training", equal_height=False):
        with gr.Column(elem_classes="asking", min_width=0):
            gr.Markdown("## Fine-tune")
            gr.Markdown(ABOUT.format(threads=format_count(thread_count(), "thread")), elem_classes="field-label")
            filled = form.build(shared.catalog, public=shared.settings.public)
            files = recipe_files.build()
            searched = search_form.build()
            if limits := limits_text(shared.settings):
                gr.Markdown(limits, elem_classes="field-label")
            words = widgets.words(elem_id="training-estimate")
            words.value = sentence(estimating.opening_text(shared.catalog))
            start, stop = running_panel.build_buttons()
            written = filled.data.written
            waiting = waiting_line.build(shared.page, written.write, written.stop)
        with gr.Column(elem_classes="seeing", min_width=0):
            acts = running_panel.build_acts(start, stop)
            line = waiting_line.build(shared.page)
            progress = probing.build_progress(shared.page, acts.probe, acts.stop_probing)
            panel = running_panel.build(acts)
            taken = take_away.build()
            merged = None if shared.settings.public else merge_panel.build(shared.page)  # a whole model takes its room
            tries = search_panel.build()
            sealed = judging.build(shared.page)
            probes = probing.build(*progress)
            history = history_panel.build()
            watched = None if shared.settings.public else watch_panel.build(shared.page)  # there its operator watches
    jobs = shared.trainings
    training = TrainingHandlers(panel=panel, form=filled, jobs=jobs, shared=shared)
    running_panel.wire(training)
    search_panel.wire(SearchHandlers(form=searched, panel=tries, training=training))
    comparing.wire(ComparingHandlers(panel=panel, jobs=jobs, shared=shared, line=line))
    estimating.wire(
        EstimateHandlers(form=filled, search=searched, words=words, jobs=jobs, shared=shared),
        [panel.chosen, panel.changes],
    )
    history_panel.wire(HistoryHandlers(panel=history, running=panel, jobs=jobs, shared=shared))
    take_away.wire(TakeAwayHandlers(files=taken, running=panel, jobs=jobs, shared=shared))
    if merged:
        merge_panel.wire(MergeHandlers(panel=merged, running=panel, jobs=jobs, shared=shared))
    judging.wire(HeldOutHandlers(panel=sealed, running=panel, jobs=jobs, shared=shared))
    probing.wire(ProbingHandlers(panel=probes, running=panel, jobs=jobs, shared=shared))
    if comparison:
        running.wire(
            PromptOrTuneHandlers(
                panel=comparison, jobs=jobs, shared=shared, changes=panel.changes, turns=training.turns
            )
        )
    if not shared.settings.public:
        section.build(shared, panel)
    if watched:
        watch_handlers.wire(WatchHandlers(panel=watched, shared=shared))
    own = OwnRowsHandlers(panel=filled.data.own, settings=shared.settings)
    own_rows_panel.wire(own)
    checking.wire(RowChecksHandlers(form=filled, shared=shared))
    recipe_files.wire(RecipeFileHandlers(files=files, form=filled, public=shared.settings.public))
    writing.wire(WritingHandlers(panel=written, shared=shared, line=waiting))
    _wire_form(filled, shared)
    return Tab(learning=None if shared.settings.public else data_panel.learning(filled.data, own))


def _wire_form(filled: TrainingForm, shared: PageContext) -> None:
    """What follows from a change of the form."""
    data, recipe = filled.data, filled.recipe

    @report_errors
    def describe_data(name: object) -> Updates:
        return data_panel.describe(data, name)

    @report_errors
    def describe_method(name: object) -> Updates:
        return recipe.describe(name)

    @report_errors
    def offer(chosen: object, request: gr.Request) -> Updates:
        return filled.offer(chosen, shared.sessions.of(request))

    data.name.change(
        describe_data,
        data.name,
        [data.card, data.own.frame, data.written.frame, data.sealed],
        preprocess=False,
        **AT_ONCE,
    )
    recipe.method.change(
        describe_method, recipe.method, [recipe.card, *(field.widget for field in recipe.numbers)], preprocess=False,
        **AT_ONCE,
    )  # fmt: skip
    on_opening_and(
        shared.opening, [shared.model_changes.change], offer, filled.model, [filled.model, filled.teacher],
        preprocess=False, trigger_mode="always_last", **AT_ONCE,
    )  # fmt: skip
