"""Presets: load one with a click, take the form away as YAML, bring one back."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from textwrap import shorten
from typing import Any

import gradio as gr

from playground import presets, setups
from playground.presets import Preset
from playground.strategies import STRATEGIES
from playground.types import Setup, Weights
from playground.ui.handlers import payloads
from playground.ui.handlers.event_options import AT_ONCE
from playground.ui.handlers.messages import told
from playground.ui.handlers.payloads import Choice
from playground.ui.handlers.sessions import Sessions
from playground.ui.handlers.uploads import text_of_file
from playground.ui.playground.variables_panel import PromptForm
from playground.ui.widgets import choices, download


@dataclass(frozen=True, slots=True, kw_only=True)
class PresetBar:
    """The buttons that load, save and open presets."""

    load: Any
    save: Any
    open: Any


EMPTY = "empty"  # the key of the form as it is before anything is filled in
NOTHING = Preset(
    title="Empty form",
    about="Nothing is filled in, and all sampling is at its defaults: a start for a question of your own.",
    setup=setups.parse({}),
)


def offers() -> dict[str, Preset]:
    """The presets that come with the playground, by key, and before them the empty form."""
    return {EMPTY: NOTHING, **presets.setup_presets()}


def build(offered: Mapping[str, Preset]) -> PresetBar:
    with gr.Accordion("Presets", open=True, elem_id="presets"):
        load = choices(cards(offered), "Presets")
        with gr.Row(elem_classes="quiet-row"):
            save = download("Download as YAML")
            opened = gr.UploadButton(
                "Open a YAML file", file_types=[".yaml", ".yml"], type="binary", size="sm", variant="secondary",
                elem_classes="quiet-button",
            )  # fmt: skip
    return PresetBar(load=load, save=save, open=opened)


def cards(offered: Mapping[str, Preset]) -> list[dict[str, str]]:
    return [{"key": key, "title": p.title, "about": p.about} for key, p in offered.items()]


def titled(setup: Setup) -> str:
    """What a setup that was made on the page is called: its technique, and how what it asks begins."""
    title, words = STRATEGIES[setup.strategy].title, " ".join(setup.task.input.split())
    return f"{title}: {shorten(words, 50, placeholder=' ...')}" if words else title


def laid_over(preset: Setup, chosen: Mapping[str, Any], alternatives: int) -> Setup:
    """The preset with the chosen weights (part of a setup as plain data), unless it names some itself.

    So it is with the number of alternatives per token: what one looks at stays. Raises InvalidSetup.
    """
    weights = setups.weights_to_dict(preset)
    kept = chosen if weights == setups.weights_to_dict(Weights()) else weights
    merged = setups.parse({**setups.to_dict(preset), "adapter": "", "scale": 1.0, **kept})
    top = preset.sampling.top_logprobs or alternatives
    return replace(merged, sampling=replace(merged.sampling, top_logprobs=top))


def wire(
    bar: PresetBar,
    also: Any,
    opened_elsewhere: Any,
    form: PromptForm,
    offered: Mapping[str, Preset],
    sessions: Sessions,
) -> None:
    """`also` is a second place that offers presets by key; `opened_elsewhere` changes when another tab fills it."""
    alternatives = form.sampling.field("top_logprobs")

    @told
    def load(values: dict[Any, Any], event: gr.EventData, request: gr.Request) -> dict[Any, Any]:
        data, catalog = payloads.read(Choice, event), sessions.of(request)
        preset = payloads.chosen(event, offered).setup
        held = setups.parse(
            {**form.choice.read(values), "sampling": {"top_logprobs": alternatives.read(values[alternatives.widget])}}
        )
        setup = laid_over(preset, setups.weights_to_dict(held), held.sampling.top_logprobs)
        if catalog.info(setup.model).capabilities.task:  # which no preset could be of
            setup = preset
        return {**form.write(setup, catalog), bar.load: data.key}

    @told
    def save(values: dict[Any, Any], request: gr.Request) -> dict[Any, Any]:
        setup = setups.parse(form.read_as_typed(values, sessions.of(request)))
        text = presets.write_preset(Preset(title=titled(setup), about="", setup=setup))
        return {bar.save: {"name": f"{setup.strategy}.yaml", "text": text}}

    @told
    def opened(content: Any, request: gr.Request) -> dict[Any, Any]:
        written = form.write(presets.read_preset(text_of_file(content), "The file").setup, sessions.of(request))
        return {**written, bar.load: ""}

    filled = [*form.written, bar.load]
    for event in (bar.load.choose, also.load_preset):  # `gr.on` takes no events but those of Gradio
        event(load, {*form.choice.widgets, alternatives.widget}, filled, preprocess=False, **AT_ONCE)
    opened_elsewhere.change(lambda: "", None, bar.load, **AT_ONCE)
    bar.save.click(save, set(form.widgets), [bar.save], preprocess=False, **AT_ONCE)
    bar.open.upload(opened, bar.open, filled, **AT_ONCE)
