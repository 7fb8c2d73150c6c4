"""The Playground tab: one setup on the left, what is sent and what comes back on the right."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import gradio as gr

from playground import presets, runner, setups
from playground.backends.catalog import Catalog
from playground.settings import Settings
from playground.strategies import STRATEGIES
from playground.types import Run, Setup, Step
from playground.ui import (
    form,
    insight,
    live_run,
    payloads,
    preset_bar,
    prompt_preview,
    render,
    sampling_panel,
    technique_card,
    widgets,
)
from playground.ui.events import AT_ONCE, QUIET, running
from playground.ui.form import Form
from playground.ui.insight import Insight
from playground.ui.messages import toast, told
from playground.ui.payloads import Branch, Edit, Pick

FIRST = "sentiment"  # the preset that the page opens with
STARTERS = ("few_shot", "chain_of_thought", "chaining")  # techniques of the three presets in the empty answer pane


@dataclass(frozen=True, slots=True)
class Results:
    """The right side, and its memory: the last Run, and what halts the one that is going on."""

    run: Any
    halt: Any
    prompt: Any
    answer: Any
    steps: Any
    insight: Insight
    start: Any
    stop: Any


def build(page: Any, ready: Any, settings: Settings, catalog: Catalog) -> tuple[Any, Any]:
    """Lay out the tab and wire it. Returns the widget that holds the chosen model, and the Run button.

    `ready` changes when a model has been loaded, so that its tokens can be counted.
    """
    offered, samplings = presets.setups(), presets.samplings()
    with gr.Row(elem_id="columns", equal_height=False):
        with gr.Column(elem_id="inputs", min_width=0):
            bar = preset_bar.build(offered)
            with gr.Column(elem_id="form", min_width=0):
                with gr.Row(elem_classes="pair"):
                    model = gr.Dropdown(
                        [(m.title, m.name) for m in catalog.models()], label="Model", filterable=False, min_width=140
                    )
                    strategy = gr.Dropdown(
                        [(s.title, name) for name, s in STRATEGIES.items()], label="Technique", filterable=False,
                        min_width=140,
                    )  # fmt: skip
                card = gr.Markdown(elem_id="card")
                with gr.Accordion("About this technique", open=False):
                    whole = gr.Markdown()
                task, task_frames = form.task_fields()
                options, option_frames = form.option_fields()
                panel = sampling_panel.build(samplings)
            with gr.Row(elem_id="actions"):
                start = gr.Button("Run", variant="primary", elem_id="run-button")
                stop = gr.Button("Stop", variant="secondary", elem_id="stop-button", interactive=False)
        with gr.Column(elem_id="outputs", min_width=0):
            prompt = widgets.prompt_view(prompt_preview.EMPTY)
            some = {p.setup.strategy: (key, p) for key, p in reversed(offered.items()) if p.setup.strategy in STARTERS}
            answer = widgets.answer_view(
                render.answer_value(None), preset_bar.cards(dict(some[name] for name in STARTERS if name in some))
            )
            vote = insight.build_vote()
            steps = widgets.steps_view(render.steps_value(None))
            tokens = insight.build_tokens()
    fields = Form(
        model=model, strategy=strategy, task=task, options=options, sampling=panel.fields,
        task_frames=task_frames, option_frames=option_frames,
    )  # fmt: skip
    fields.hold(offered[FIRST].setup if FIRST in offered else setups.parse({}))
    card.value, whole.value = technique_card.line(strategy.value), technique_card.whole(strategy.value)
    results = Results(gr.State(None), gr.State(None), prompt, answer, steps, Insight(*vote, *tokens), start, stop)

    preset_bar.wire(bar, answer, fields, offered, catalog)
    sampling_panel.wire(panel, samplings)
    _wire_form(page, ready, fields, panel, results, card, whole, settings, catalog)
    _wire_run(fields, results, settings, catalog)
    return model, start


def _wire_form(
    page: Any, ready: Any, fields: Form, panel: Any, results: Results, card: Any, whole: Any,
    settings: Settings, catalog: Catalog,
) -> None:  # fmt: skip
    @told
    def preview(values: dict[Any, Any]) -> dict[Any, Any]:
        return {
            results.prompt: prompt_preview.prompt_value(lambda: fields.read(values), catalog),
            panel.chips: sampling_panel.differing(panel.fields, values),
        }

    @told
    def choose(values: dict[Any, Any]) -> dict[Any, Any]:
        name = values[fields.strategy]
        return {**fields.show(values), card: technique_card.line(name), whole: technique_card.whole(name)}

    @told
    def limits(name: str) -> dict[Any, Any]:
        return fields.honoured(catalog, name)

    changes = [event for w in fields.widgets for event in (w.change, *([w.input] if isinstance(w, gr.HTML) else []))]
    gr.on(
        [page.load, ready.change, *changes], preview, set(fields.widgets), [results.prompt, panel.chips],
        preprocess=False, trigger_mode="always_last", concurrency_limit=settings.max_users, **QUIET,
    )  # fmt: skip
    (kind,) = (f.widget for f in fields.task if f.parameter.name == "answer")
    gr.on(
        [fields.strategy.change, kind.change], choose, set(fields.widgets), [*fields.frames, card, whole],
        preprocess=False, trigger_mode="always_last", **AT_ONCE,
    )  # fmt: skip
    gr.on(
        [page.load, fields.model.change], limits, fields.model, [f.widget for f in fields.sampling],
        trigger_mode="always_last", **AT_ONCE,
    )  # fmt: skip


def _wire_run(fields: Form, results: Results, settings: Settings, catalog: Catalog) -> None:
    view = results

    def shown(run: Run, given: tuple[Step, ...]) -> dict[Any, Any]:
        busy = run.status in ("waiting", "running")
        return {
            view.run: run,
            view.answer: render.answer_value(run, given),
            view.steps: render.steps_value(run),
            view.start: gr.update(interactive=not busy),
            view.stop: gr.update(interactive=busy),
        }

    def go(setup: Setup, given: tuple[Step, ...] = ()) -> Iterator[dict[Any, Any]]:
        halt, last = threading.Event(), Run(setup=setup)
        try:
            yield {**shown(last, given), **view.insight.hide(), view.halt: halt}
            for last in live_run.follow(
                setup, runner.run(setup, catalog, given=given, within=settings.max_seconds), halt
            ):
                yield shown(last, given)
            yield {**shown(last, given), **view.insight.show(last)}
        finally:
            halt.set()  # also when nothing came of it: the next run waits for this
        if last.status == "failed":
            raise toast(last.error)

    @told
    def run(values: dict[Any, Any]) -> Iterator[dict[Any, Any]]:
        live_run.alone(values[view.halt])
        yield from go(setups.parse(fields.read(values)))

    @told
    def edit(values: dict[Any, Any], event: gr.EventData) -> Iterator[dict[Any, Any]]:
        live_run.alone(values[view.halt])
        before, change = payloads.read_of(Edit, event._data, values[view.run])
        yield from go(before.setup, live_run.edited(before, change))

    @told
    def branch(values: dict[Any, Any], event: gr.EventData) -> Iterator[dict[Any, Any]]:
        live_run.alone(values[view.halt])
        before, change = payloads.read_of(Branch, event._data, values[view.run])
        yield from go(before.setup, live_run.branched(before, change))

    @told
    def resume(values: dict[Any, Any]) -> Iterator[dict[Any, Any]]:
        live_run.alone(values[view.halt])
        before = payloads.last(values[view.run])
        yield from go(before.setup, live_run.resumed(before))

    @told
    def stop(halt: Any) -> None:
        if halt is not None:
            halt.set()  # the run itself shows how it ended: only one writes to the page

    @told
    def inspect(before: Any, event: gr.EventData) -> dict[Any, Any]:
        before, place = payloads.read_of(Pick, event._data, before)
        return view.insight.inspect(before, place.step, place.sample)

    memory = {view.run, view.halt}
    everything = [*memory, view.answer, view.steps, view.start, view.stop, *view.insight.outputs]
    once = {"preprocess": False, "trigger_mode": "once", **running(settings), **QUIET}
    view.start.click(run, {*fields.widgets, view.halt}, everything, **once)
    view.steps.edit(edit, memory, everything, **once)
    view.insight.token_view.edit(branch, memory, everything, **once)
    view.answer.submit(resume, memory, everything, **once)
    view.stop.click(stop, view.halt, None, **AT_ONCE)
    view.steps.select(inspect, view.run, view.insight.outputs, **AT_ONCE)
