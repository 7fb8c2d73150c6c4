"""Presets: load one with a click, take the form away as YAML, bring one back."""

from collections.abc import Mapping
from dataclasses import dataclass
from textwrap import shorten
from typing import Any

import gradio as gr

from playground import presets, setups
from playground.presets import Preset
from playground.strategies import STRATEGIES
from playground.types import Setup
from playground.ui.handlers.event_options import AT_ONCE
from playground.ui.handlers.messages import told
from playground.ui.handlers.payloads import chosen
from playground.ui.handlers.sessions import Sessions
from playground.ui.handlers.uploads import text_of_file
from playground.ui.setup_form.form import Form
from playground.ui.widgets import choices, download


@dataclass(frozen=True, slots=True, kw_only=True)
class PresetBar:
    """The buttons that load, save and open presets."""

    load: Any
    save: Any
    open: Any


def build(offered: Mapping[str, Preset]) -> PresetBar:
    with gr.Accordion("Presets", open=True, elem_id="presets"):
        load = choices(cards(offered))
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


def wire(bar: PresetBar, also: Any, form: Form, offered: Mapping[str, Preset], sessions: Sessions) -> None:
    """`also` is a second place that offers presets by key."""

    @told
    def load(event: gr.EventData, request: gr.Request) -> dict[Any, Any]:
        return form.write(chosen(event, offered).setup, sessions.of(request))

    @told
    def save(values: dict[Any, Any], request: gr.Request) -> dict[Any, Any]:
        setup = setups.parse(form.read(values, sessions.of(request)))
        text = presets.write(Preset(title=titled(setup), about="", setup=setup))
        return {bar.save: {"name": f"{setup.strategy}.yaml", "text": text}}

    @told
    def opened(content: Any, request: gr.Request) -> dict[Any, Any]:
        return form.write(presets.read(text_of_file(content), "The file").setup, sessions.of(request))

    filled = [*form.widgets, *form.frames]
    for event in (bar.load.choose, also.load_preset):  # `gr.on` takes no events but those of Gradio
        event(load, None, filled, **AT_ONCE)
    bar.save.click(save, set(form.widgets), [bar.save], preprocess=False, **AT_ONCE)
    bar.open.upload(opened, bar.open, filled, **AT_ONCE)
