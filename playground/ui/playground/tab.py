"""The Playground tab: one setup on the left, what is sent and what comes back on the right."""

from typing import Any

import gradio as gr

from playground import presets, setups
from playground.settings import Settings
from playground.strategies.reading_anew import read_anew
from playground.types import Run, Setup
from playground.ui.handlers.event_options import AT_ONCE, QUIET
from playground.ui.handlers.messages import told
from playground.ui.handlers.sessions import Sessions
from playground.ui.handlers.tab import Shared
from playground.ui.handlers.trigger_modes import on_opening_and
from playground.ui.playground import preset_bar, run_panel, variables_panel, versions_panel
from playground.ui.playground.run_panel import Results
from playground.ui.playground.variables_panel import PromptForm
from playground.ui.run_view import answer_values, prompt_values, steps_values, views, votes_and_tokens
from playground.ui.run_view.votes_and_tokens import Insight
from playground.ui.setup_form import model_choice, sampling_panel, task_fields, technique_card, technique_fields
from playground.ui.setup_form.changes import changed, out_of_date
from playground.ui.setup_form.form import Form
from playground.ui.widgets import waiting_line

FIRST = "sentiment"  # the preset that the page opens with
STARTERS = ("few_shot", "chain_of_thought", "chaining")  # techniques of the three presets in the empty answer pane


def build(shared: Shared, ready: Any) -> tuple[Form, Any]:
    """Lay out the tab and wire it. Returns the form and the Run button.

    `ready` changes when a model has been loaded, so that its tokens can be counted.
    """
    page, settings, sessions, catalog = shared.page, shared.settings, shared.sessions, shared.catalog
    offered, samplings = preset_bar.offers(), presets.sampling_presets()
    with gr.Row(elem_id="columns", equal_height=False):
        with gr.Column(elem_id="inputs", min_width=0):
            bar = preset_bar.build(offered)
            with gr.Column(elem_id="form", min_width=0):
                with gr.Row(elem_classes="pair"):
                    model = model_choice.build(catalog)
                    strategy = technique_fields.build_choice()
                choice = model_choice.build_adapter(model)
                card = gr.Markdown(elem_id="card")
                with gr.Accordion("About this technique", open=False) as about:
                    whole = gr.Markdown()
                task = task_fields.build()
                variables = variables_panel.build()
                technique = technique_fields.build_options(strategy)
                with gr.Column(min_width=0) as sampling:
                    panel = sampling_panel.build(samplings)
            with gr.Row(elem_id="actions"):
                start = gr.Button("Run", variant="primary", elem_id="run-button", elem_classes="runs")
                stop = gr.Button(
                    "Stop", variant="secondary", elem_id="stop-button", elem_classes="stops", interactive=False
                )
            line = waiting_line.build(page, start, stop)
        with gr.Column(elem_id="outputs", min_width=0):
            prompt = views.prompt_view(prompt_values.EMPTY)
            stale = gr.Markdown("", visible=False, elem_id="stale")
            some = {p.setup.strategy: (key, p) for key, p in reversed(offered.items()) if p.setup.strategy in STARTERS}
            answer = views.answer_view(
                answer_values.answer_value(None),
                preset_bar.cards(dict(some[name] for name in STARTERS if name in some)),
            )
            vote = votes_and_tokens.build_vote()
            steps = views.steps_view(steps_values.steps_value(None))
            tokens = votes_and_tokens.build_tokens()
            versions = versions_panel.build()
    fields = PromptForm(
        variables=variables,
        choice=choice, technique=technique, task=task, sampling=panel.fields, prompting=(strategy, about),
        settings=(sampling,),
    )  # fmt: skip
    fields.hold(offered[FIRST].setup if FIRST in offered else setups.parse({}), catalog)
    card.value, whole.value = technique_card.line(strategy.value), technique_card.whole(strategy.value)
    results = Results(
        run=gr.State(None), given=gr.State(()), before=gr.State(None), going=gr.State(None), prompt=prompt, stale=stale,
        answer=answer, steps=steps, insight=Insight(vote=vote, tokens=tokens), start=start, stop=stop, line=line,
    )  # fmt: skip

    preset_bar.wire(bar, answer, shared.opened, fields, offered, sessions)
    sampling_panel.wire(panel, samplings)
    variables_panel.wire(variables)
    ends = run_panel.wire(fields, results, versions.asked, settings, sessions)
    versions_panel.wire(versions, ends[0], results.run, fields, bar.load, sessions)
    _wire_form(page, ready, ends, fields, panel, results, card, whole, settings, sessions)
    return fields, start


def _stale(shown: Run, now: Setup | None) -> str:
    """That the run is of another setup; "" where it is not, or is about to be read anew for this one."""
    if now is None:
        return out_of_date(())
    return "" if shown.setup == now or read_anew(shown, now) else out_of_date(changed(shown.setup, now))


def _wire_form(
    page: Any, ready: Any, ends: list[Any], fields: Form, panel: Any, results: Results, card: Any, whole: Any,
    settings: Settings, sessions: Sessions,
) -> None:  # fmt: skip
    @told
    def preview(values: dict[Any, Any], request: gr.Request) -> dict[Any, Any]:
        catalog = sessions.of(request)
        preview = prompt_values.worked_out(lambda: fields.read(values, catalog), catalog)
        shown: Run | None = values[results.run]
        stale = "" if shown is None else _stale(shown, preview.setup)
        return {
            results.prompt: preview.value,
            results.stale: gr.update(value=stale, visible=bool(stale)),
            panel.chips: sampling_panel.differing(panel.fields, values, fields.honours(values, catalog)),
        }

    @told
    def choose(values: dict[Any, Any], request: gr.Request) -> dict[Any, Any]:
        catalog, name = sessions.of(request), values[fields.technique.strategy]
        shown = fields.show(values, catalog)
        info = catalog.info(values[fields.choice.model])
        line = technique_card.line_for_task(info) if info.capabilities.task else technique_card.line(name)
        return {**shown, card: line, whole: technique_card.whole(name)}

    @told
    def limits(name: Any, request: gr.Request) -> dict[Any, Any]:
        return fields.honoured(sessions.of(request), name)

    changes = [event for w in fields.widgets for event in (w.change, *([w.input] if isinstance(w, gr.HTML) else []))]
    chosen, quick = fields.choice.model, {"preprocess": False, "trigger_mode": "always_last"}
    previewed = {
        "inputs": {*fields.widgets, results.run}, "outputs": [results.prompt, results.stale, panel.chips], **quick,
        "concurrency_limit": settings.max_users, **QUIET,
    }  # fmt: skip
    # At its end, too, what is shown may be of another setup than the form holds by then. One handler for all: of two
    # the older answer might come last and stay.
    ended = gr.State(0)
    on_opening_and(page.load, [ready.change, ended.change, *changes], preview, **previewed)
    for event in ends:
        event.then(lambda count: count + 1, ended, ended, **AT_ONCE)
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
