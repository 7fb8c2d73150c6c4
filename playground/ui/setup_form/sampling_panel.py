"""Sampling: what differs from the defaults in sight, presets one click, the controls one more."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import gradio as gr

from playground.parameters import parameters
from playground.presets import SamplingPreset
from playground.types import Sampling
from playground.ui import widgets
from playground.ui.handlers.event_options import AT_ONCE
from playground.ui.handlers.messages import told
from playground.ui.handlers.payloads import chosen
from playground.ui.setup_form import fields as controls
from playground.ui.setup_form import form
from playground.ui.setup_form.fields import Field


@dataclass(frozen=True, slots=True, kw_only=True)
class SamplingPanel:
    """Chips of what differs, preset buttons, and the widget of every parameter."""

    chips: Any
    load: Any
    fields: tuple[Field, ...]


def build(offered: Mapping[str, SamplingPreset]) -> SamplingPanel:
    with gr.Column(elem_id="sampling", min_width=0):
        gr.Markdown("**Sampling**", elem_classes="field-label")
        chips = widgets.chips([])
        load = widgets.choices([{"key": key, "title": p.title, "about": p.about} for key, p in offered.items()])
        with gr.Accordion("All sampling parameters", open=False):
            fields = form.sampling_fields()
    return SamplingPanel(chips=chips, load=load, fields=fields)


def differing(fields: tuple[Field, ...], values: Mapping[Any, Any]) -> list[dict[str, str]]:
    """What the form holds apart from the defaults, as chips; also what is not allowed, so that it can be reset."""
    found = []
    for f in fields:
        held = values[f.widget]
        if held != controls.written(f.parameter, f.parameter.default):
            shown = " | ".join(str(held).split("\n"))
            label = f.parameter.label.lower()
            found.append({"name": f.parameter.name, "label": label, "text": f"{label} {shown}"})
    return found


def wire(panel: SamplingPanel, offered: Mapping[str, SamplingPreset]) -> None:
    by_name = {f.parameter.name: f for f in panel.fields}

    @told
    def load(event: gr.EventData) -> dict[Any, Any]:
        sampling = chosen(event, offered).sampling
        # Only what the preset is about: it is put over the values that are there.
        changed = [p for p in parameters(Sampling) if getattr(sampling, p.name) != p.default]
        return {by_name[p.name].widget: by_name[p.name].write(getattr(sampling, p.name)) for p in changed}

    @told
    def reset(event: gr.EventData) -> dict[Any, Any]:
        f = chosen(event, by_name)
        return {f.widget: f.write(f.parameter.default)}

    outputs = [f.widget for f in panel.fields]
    panel.load.choose(load, None, outputs, **AT_ONCE)
    panel.chips.reset(reset, None, outputs, **AT_ONCE)
