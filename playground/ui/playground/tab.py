"""The Playground tab: one setup on the left, what is sent and what comes back on the right."""

from typing import Any

import gradio as gr

from playground import presets
from playground.presets import Preset
from playground.settings import Settings
from playground.strategies.answers.reading_anew import read_anew
from playground.types import Run, Setup
from playground.ui.handlers import drafts, put_back
from playground.ui.handlers.event_options import AT_ONCE, QUIET
from playground.ui.handlers.messages import report_errors
from playground.ui.handlers.sessions import Sessions
from playground.ui.handlers.tab import PageContext, TabLink
from playground.ui.handlers.trigger_modes import ended_event, on_opening_and
from playground.ui.playground import (
    code_panel,
    draft,
    history_panel,
    past_runs,
    preset_bar,
    run_files,
    run_panel,
    variables_panel,
)
from playground.ui.playground.run_panel import Results, RunHandlers
from playground.ui.playground.variables_panel import PromptForm
from playground.ui.run_view import answer_values, files, prompt_values, steps_values, views, votes_and_tokens
from playground.ui.run_view.votes_and_tokens import Insight
from playground.ui.setup_form import (
    fixed_parts,
    model_choice,
    sampling_panel,
    task_fields,
    technique_card,
    technique_fields,
)
from playground.ui.setup_form.changes import describe_staleness, list_changes
from playground.ui.setup_form.fields import changes
from playground.ui.widgets import waiting_line
from playground.ui.widgets.waiting_line import WaitingLine

FORM = ("form", "form_text")  # parts of a task that are folded away


def build(shared: PageContext, ready: Any) -> tuple[PromptForm, Any, TabLink]:
    """Lay out the tab and wire it. Returns the form, the Run button, and what of it a link holds.

    `ready` changes when a model has been loaded, so that its tokens can be counted.
    """
    page, settings, sessions, catalog = shared.page, shared.settings, shared.sessions, shared.catalog
    offered, samplings = preset_bar.offers(), presets.sampling_presets()
    with gr.Row(elem_id="columns", equal_height=False):
        with gr.Column(elem_id="inputs", min_width=0):
            bar = preset_bar.build(offered)
            fixed = fixed_parts.build()
            fixed_parts.wire(page, fixed, shared.fixed, shared.fixed_kept)
            with gr.Column(elem_id="form", min_width=0):
                with gr.Row(elem_classes="pair"):
                    model = model_choice.build(catalog)
                    strategy = technique_fields.build_choice()
                choice = model_choice.build_adapter(model)
                card = gr.Markdown(elem_id="card")
                with gr.Accordion("About this technique", open=False) as about:
                    whole = gr.Markdown()
                task = task_fields.build(*(name for name in task_fields.NAMES if name not in FORM))
                variables = variables_panel.build()
                technique = technique_fields.build_options(strategy)
                with gr.Accordion("Form of the answer", open=False, elem_id="answer-form") as form:
                    task += task_fields.build(*FORM, form={"label": "Kind of form"})
                with gr.Column(min_width=0) as sampling:
                    panel = sampling_panel.build(samplings)
            with gr.Row(elem_id="actions"):
                start = gr.Button("Run", variant="primary", elem_id="run-button", elem_classes="runs")
                stop = gr.Button(
                    "Stop", variant="secondary", elem_id="stop-button", elem_classes="stops", interactive=False
                )
            line = waiting_line.build(page, start, stop)
        with gr.Column(elem_id="outputs", min_width=0):
            results, saving = _build_results(offered, start, stop, line)
            code = code_panel.build()
    fields = PromptForm(
        variables=variables, answer_form=form,
        choice=choice, technique=technique, task=task, sampling=panel.fields, prompting=(strategy, about, form),
        settings=(sampling,),
    )  # fmt: skip
    bar.load.value = presets.OPENING
    opens_with = offered[presets.OPENING].setup
    fields.hold(opens_with, catalog)
    card.value, whole.value = technique_card.line(strategy.value), technique_card.whole(strategy.value)

    fills = preset_bar.wire(bar, results.answer, shared.setup_to_open, fields, sessions)
    fills += sampling_panel.wire(panel, samplings)
    variables_panel.wire(variables)
    handlers = RunHandlers(fields=fields, view=results, fixed=shared.fixed, settings=settings, sessions=sessions)
    ends = run_panel.wire(handlers)
    shown, opened = past_runs.wire(results, fields, bar, sessions)
    run_files.wire(saving, results)
    code_panel.wire(code, fields, sessions)
    filled = drafts.build_mark()
    restored = draft.wire(page, bar.kept, filled, fields, bar.load, offered, opens_with, sessions)
    linked = draft.linked(bar.link, fields, bar.load, offered, bar.back, filled.change)
    back = put_back.wire(bar.back, linked.write, linked.outputs, sessions)
    over = ended_event([*ends, shown], [*fills, opened, restored, back])
    _wire_form(page, ready, over, fields, panel, results, card, whole, bar.kept, filled, settings, sessions)
    return fields, start, linked


def _build_results(
    offered: dict[str, Preset], start: Any, stop: Any, line: WaitingLine
) -> tuple[Results, files.FileButtons]:
    """Lay out what is sent and what comes back; three of the presets stand where no answer is yet."""
    prompt = views.prompt_view(prompt_values.EMPTY)
    stale = gr.Markdown("", visible=False, elem_id="stale")
    starters = preset_bar.cards(presets.starters(offered))
    answer = views.answer_view(answer_values.answer_value(None), starters)
    vote = votes_and_tokens.build_vote()
    steps = views.steps_view(steps_values.steps_value(None))
    insight = Insight(vote=vote, tokens=votes_and_tokens.build_tokens())
    saving = files.build("run")
    results = Results(
        run=gr.State(None), beginning=gr.State(None), before=gr.State(None), going=gr.State(None), prompt=prompt,
        stale=stale, answer=answer, steps=steps, insight=insight, history=history_panel.build(), start=start,
        stop=stop, line=line,
    )  # fmt: skip
    return results, saving


def _stale(shown: Run, now: Setup | None) -> str:
    """That the run is of another setup; "" where it is not, or is about to be read anew for this one."""
    if now is None:
        return describe_staleness(())
    return "" if shown.setup == now or read_anew(shown, now) else describe_staleness(list_changes(shown.setup, now))


def _wire_form(
    page: Any, ready: Any, over: Any, fields: PromptForm, panel: Any, results: Results, card: Any, whole: Any,
    kept: Any, filled: Any, settings: Settings, sessions: Sessions,
) -> None:  # fmt: skip
    @report_errors
    def preview(values: dict[Any, Any], request: gr.Request) -> dict[Any, Any]:
        catalog = sessions.of(request)
        preview = prompt_values.worked_out(lambda: fields.read(values, catalog), catalog)
        shown: Run | None = values[results.run]
        stale = "" if shown is None else _stale(shown, preview.setup)
        return {
            results.prompt: preview.value,
            results.stale: gr.update(value=stale, visible=bool(stale)),
            panel.chips: sampling_panel.list_differences(panel.fields, values, fields.honours(values, catalog)),
            kept: drafts.keep(values[filled], draft.as_kept(fields, values, catalog)),
        }

    @report_errors
    def choose(values: dict[Any, Any], request: gr.Request) -> dict[Any, Any]:
        catalog, name = sessions.of(request), values[fields.technique.strategy]
        shown = fields.show(values, catalog)
        info = catalog.info(values[fields.choice.model])
        line = technique_card.line_for_task(info) if info.capabilities.task else technique_card.line(name)
        return {**shown, card: line, whole: technique_card.whole(name)}

    @report_errors
    def limits(name: Any, request: gr.Request) -> dict[Any, Any]:
        return fields.honoured(sessions.of(request), name)

    chosen, quick = fields.choice.model, {"preprocess": False, "trigger_mode": "always_last"}
    previewed = {
        "inputs": {*fields.widgets, results.run, filled}, "outputs": [results.prompt, results.stale, panel.chips, kept],
        "concurrency_limit": settings.max_users, **quick, **QUIET,
    }  # fmt: skip
    # What fills the form does so value by value, and by a run's end it may hold something else: at both ends once more.
    on_opening_and(page.load, [ready.change, over, *changes(fields.widgets)], preview, **previewed)
    gr.on(
        [widget.change for widget in fields.deciding], choose, set(fields.widgets),
        [*fields.frames, card, whole], **quick, **AT_ONCE,
    )  # fmt: skip
    on_opening_and(
        page.load,
        [ready.change, chosen.change],
        limits,
        chosen,
        fields.sampling.widgets,
        **quick,
        **AT_ONCE,
    )
