"""Presets: load one with a click, take the form away as YAML, bring one back."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import gradio as gr

from playground import presets, setups
from playground.backends.catalog import Catalog
from playground.presets import Preset
from playground.ui.form import Form
from playground.ui.messages import told
from playground.ui.widgets import choices, download


@dataclass(frozen=True, slots=True)
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
    return PresetBar(load, save, opened)


def cards(offered: Mapping[str, Preset]) -> list[dict[str, str]]:
    return [{"key": key, "title": p.title, "about": p.about} for key, p in offered.items()]


def wire(bar: PresetBar, also: Any, form: Form, offered: Mapping[str, Preset], catalog: Catalog) -> None:
    """`also` is a second place that offers presets by key."""

    @told
    def load(event: gr.EventData) -> dict[Any, Any]:
        return form.write(offered[event._data["key"]].setup)

    @told
    def save(values: dict[Any, Any]) -> dict[Any, Any]:
        setup = setups.parse(form.read(values))
        text = presets.write(Preset(title="My preset", about="", setup=setup))
        return {bar.save: {"name": f"{setup.strategy}.yaml", "text": text}}

    @told
    def opened(content: bytes) -> dict[Any, Any]:
        preset = presets.read(content.decode("utf-8", "replace"), "The file")
        catalog.info(preset.setup.model)
        return form.write(preset.setup)

    quiet = {"show_progress": "hidden", "concurrency_limit": None, "api_visibility": "private"}
    filled = [*form.widgets, *form.frames]
    gr.on([bar.load.select, also.select], load, None, filled, **quiet)
    bar.save.click(save, set(form.widgets), [bar.save], preprocess=False, **quiet)
    bar.open.upload(opened, bar.open, filled, **quiet)
