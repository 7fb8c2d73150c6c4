"""A search is started from the form, and its tries are shown as they come."""

from dataclasses import dataclass, replace
from typing import Any

import gradio as gr

from playground.errors import PlaygroundError
from playground.finetuning.search.proposing import check_way
from playground.finetuning.search.search_file import read_search, write_search
from playground.finetuning.search.space import recipe_with
from playground.finetuning.training_data import parts_for_search
from playground.ui import widgets
from playground.ui.finetune.form import refuse_own_words
from playground.ui.finetune.labels import report_labelled
from playground.ui.finetune.limits import seconds_left
from playground.ui.finetune.running_panel import TrainingHandlers
from playground.ui.finetune.search.search_form import SearchForm
from playground.ui.finetune.search.search_values import tries_value
from playground.ui.finetune.search.tries_figure import tries_figure
from playground.ui.handlers.event_options import AT_ONCE, READING
from playground.ui.handlers.messages import report_errors
from playground.ui.handlers.tab import Updates
from playground.ui.handlers.uploads import text_of_file


@dataclass(frozen=True, slots=True, kw_only=True)
class TriesPanel:
    """What is seen of the tries."""

    plot: Any
    table: Any


def build() -> TriesPanel:
    """Lay out the panel."""
    plot = gr.Plot(show_label=False, container=False, visible=False, elem_id="search-tries-plot")
    return TriesPanel(plot=plot, table=widgets.tables(elem_id="search-tries"))


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchHandlers:
    """The handlers. `training` are those that start, stop and follow a training, of which a search is one."""

    form: SearchForm
    panel: TriesPanel
    training: TrainingHandlers

    @report_labelled
    def start_search(self, values: dict[Any, Any], request: gr.Request) -> Updates:
        training = self.training
        recipe = training.form.recipe.read(values)
        search = self.form.read(values, recipe)
        check_way(search)
        for method in search.over.get("method", [recipe.method]):  # a shared server allows not every one
            seconds_left(training.shared.settings, (), recipe_with(recipe, {"method": method}))
        data, parts = training.form.read_data(values)
        return training.begin(
            values, request, lambda job: replace(job, search=search), parts_for_search(data, parts, recipe.seed)
        )

    @report_labelled
    def save_search(self, values: dict[Any, Any]) -> Updates:
        recipe = self.training.form.recipe.read(values)
        return {self.form.save: {"name": "search.yaml", "text": write_search(recipe, self.form.read(values, recipe))}}

    @report_errors
    def open_search(self, content: Any) -> Updates:
        recipe, search = read_search(text_of_file(content), "The file")
        if self.training.shared.settings.public:
            refuse_own_words("", recipe)
        return {**self.training.form.recipe.write(recipe), **self.form.write(search)}

    @report_errors
    def show_tries(self, key: str, request: gr.Request) -> Updates:
        """Those of the training that is looked at; none of one that is gone, or that is no search."""
        try:
            owner = self.training.shared.sessions.visitor(request)
            standing = self.training.jobs.standing(key, owner) if key else None
        except PlaygroundError:
            standing = None
        figure = tries_figure(standing)
        return {
            self.panel.plot: gr.update(value=figure, visible=figure is not None),
            self.panel.table: tries_value(standing),
        }


def wire(handlers: SearchHandlers) -> None:
    """Attach the handlers."""
    form, training = handlers.form, handlers.training
    running, recipe = training.panel, training.form.recipe
    read = {*training.form.inputs, *form.inputs}
    form.start.click(
        handlers.start_search, {*read, running.changes}, [*running.outputs, running.changes], preprocess=False,
        **READING,
    )  # fmt: skip
    form.save.click(handlers.save_search, {*recipe.inputs, *form.inputs}, [form.save], preprocess=False, **AT_ONCE)
    form.open.upload(handlers.open_search, form.open, [*recipe.outputs, *form.outputs], **AT_ONCE)
    gr.on(
        [running.tries.change], handlers.show_tries, running.chosen, [handlers.panel.plot, handlers.panel.table],
        trigger_mode="always_last", **AT_ONCE,
    )  # fmt: skip
