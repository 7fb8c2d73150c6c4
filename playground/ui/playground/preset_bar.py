"""Presets: load one with a click, take the form away as YAML, bring one back."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from textwrap import shorten
from typing import Any

import gradio as gr

from playground import presets, setups
from playground.presets import Preset
from playground.strategies import STRATEGIES
from playground.types import Setup, Weights
from playground.ui.handlers import payloads, put_back
from playground.ui.handlers.event_options import AT_ONCE
from playground.ui.handlers.form_filling import BEGINS
from playground.ui.handlers.messages import report_errors
from playground.ui.handlers.payloads import Choice
from playground.ui.handlers.put_back import PutBack
from playground.ui.handlers.sessions import Sessions
from playground.ui.handlers.tab import TABLE
from playground.ui.handlers.uploads import text_of_file
from playground.ui.playground import draft
from playground.ui.playground.variables_panel import PromptForm
from playground.ui.widgets import choices, download, link_button


@dataclass(frozen=True, slots=True, kw_only=True)
class PresetBar:
    """The buttons that load, save and open presets, make a link, and go back to what the form held before."""

    load: Any
    save: Any
    open: Any
    link: Any
    back: PutBack
    offered: Mapping[str, Preset]

    @property
    def kept(self) -> Any:
        """The form as the browser keeps it."""
        return self.back.kept

    @property
    def marks(self) -> list[Any]:
        """All that `fill` may update."""
        return [self.load, *self.back.marks]

    def fill(self, kept: Any, key: str = "") -> dict[Any, Any]:
        """Updates for a form that is filled with this preset, or with none."""
        return {self.load: key, **self.back.offer(kept)}


EMPTY = "empty"  # the key of the form as it is before anything is filled in
NOTHING = Preset(
    title="Empty",
    about="Nothing is filled in, and all sampling is at its defaults: a start for a question of your own.",
    setup=setups.parse({}),
)


def offers() -> dict[str, Preset]:
    """The presets that come with the playground, by key, and before them the empty form."""
    return {EMPTY: NOTHING, **presets.setup_presets()}


def build(offered: Mapping[str, Preset]) -> PresetBar:
    load = choices(cards(offered), "Presets", elem_id="presets")
    back = put_back.build(draft.build(), partial(_title_of, offered=offered))
    with gr.Row(elem_classes="quiet-row"):
        save = download("Download as YAML")
        opened = gr.UploadButton(
            "Open a YAML file", file_types=[".yaml", ".yml"], type="binary", size="sm", variant="secondary",
            elem_classes="quiet-button",
        )  # fmt: skip
        link = link_button("Copy a link")
    return PresetBar(load=load, save=save, open=opened, link=link, back=back, offered=offered)


def _title_of(kept: Mapping[str, Any], offered: Mapping[str, Preset]) -> str:
    """What a form that was kept is called; "" where a preset asks the same. Raises InvalidSetup."""
    held = draft.setup_of(kept)
    own = kept.get(TABLE) or not any(_asks_alike(held, preset.setup) for preset in offered.values())
    return title_of(held) if own else ""


def _asks_alike(setup: Setup, other: Setup) -> bool:
    """Whether both ask the same, of whatever model and under whatever settings."""
    return (setup.strategy, setup.options, setup.task) == (other.strategy, other.options, other.task)


def cards(offered: Mapping[str, Preset]) -> list[dict[str, str]]:
    return [{"key": key, "title": p.title, "about": p.about, "group": p.group} for key, p in offered.items()]


def title_of(setup: Setup) -> str:
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
    sessions: Sessions,
) -> list[Any]:
    """Attach the handlers, but for the way back. Returns what happens when the form is filled.

    `also` is a second place that offers presets by key; `opened_elsewhere` changes when another tab fills the form.
    """
    alternatives = form.sampling.field("top_logprobs")

    @report_errors
    def load(values: dict[Any, Any], event: gr.EventData, request: gr.Request) -> dict[Any, Any]:
        data, catalog = payloads.read(Choice, event), sessions.of(request)
        preset = payloads.read_choice(event, bar.offered).setup
        held = setups.parse(
            {**form.choice.read(values), "sampling": {"top_logprobs": alternatives.read(values[alternatives.widget])}}
        )
        setup = laid_over(preset, setups.weights_to_dict(held), held.sampling.top_logprobs)
        if catalog.info(setup.model).capabilities.task:  # which no preset could be of
            setup = preset
        return {**form.write(setup, catalog), **bar.fill(values[bar.kept], data.key)}

    @report_errors
    def save(values: dict[Any, Any], request: gr.Request) -> dict[Any, Any]:
        setup = setups.parse(form.read_as_typed(values, sessions.of(request)))
        text = presets.write_preset(Preset(title=title_of(setup), about="", setup=setup))
        return {bar.save: {"name": f"{setup.strategy}.yaml", "text": text}}

    @report_errors
    def opened(content: Any, kept: Any, request: gr.Request) -> dict[Any, Any]:
        written = form.write(presets.read_preset(text_of_file(content), "The file").setup, sessions.of(request))
        return {**written, **bar.fill(kept)}

    @report_errors
    def open_elsewhere(kept: Any) -> dict[Any, Any]:
        """Another tab fills the form in a moment."""
        return bar.fill(kept)

    filled, filling = [*form.outputs, *bar.marks], {"js": BEGINS, **AT_ONCE}
    fills = [  # `gr.on` takes no events but those of Gradio
        event(load, {*form.choice.widgets, alternatives.widget, bar.kept}, filled, preprocess=False, **filling)
        for event in (bar.load.choose, also.load_preset)
    ]
    opened_elsewhere.change(open_elsewhere, bar.kept, bar.marks, **AT_ONCE)
    bar.save.click(save, set(form.widgets), [bar.save], preprocess=False, **AT_ONCE)
    return [
        *fills,
        bar.open.upload(opened, [bar.open, bar.kept], filled, **filling),
    ]
