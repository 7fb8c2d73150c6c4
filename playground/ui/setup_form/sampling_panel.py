"""Sampling: what differs from the defaults in sight, presets one click, the controls one more."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

import gradio as gr

from playground.parameters import parameters, with_effect
from playground.presets import SamplingPreset
from playground.types import Sampling
from playground.ui import widgets
from playground.ui.handlers import payloads
from playground.ui.handlers.event_options import AT_ONCE
from playground.ui.handlers.form_filling import BEGINS
from playground.ui.handlers.messages import report_errors
from playground.ui.handlers.payloads import Choice
from playground.ui.language.translating import translated
from playground.ui.setup_form import fields as controls
from playground.ui.setup_form import sampling_fields
from playground.ui.setup_form.sampling_fields import SamplingFields

# Parameters that change which token comes next. The others say when to stop, or what to record.
SHAPING = with_effect(Sampling, "temperature", "filter", "penalty", "bias")
DEFAULTS = "defaults"  # the key of what puts everything back
UNTOUCHED = SamplingPreset(title="Defaults", about="All sampling parameters at their defaults.", sampling=Sampling())


@dataclass(frozen=True, slots=True, kw_only=True)
class SamplingPanel:
    """Chips of what differs, preset buttons, and the widget of every parameter."""

    chips: Any
    load: Any
    fields: SamplingFields


def build(offered: Mapping[str, SamplingPreset]) -> SamplingPanel:
    with gr.Column(elem_id="sampling", elem_classes="of-sampling", min_width=0):
        gr.Markdown("**Sampling**", elem_classes="field-label")
        chips = widgets.chips([])
        load = build_presets(offered)
        with (
            gr.Accordion("All sampling parameters", open=False),
            gr.Column(elem_classes="sliders", min_width=0),
        ):
            fields = sampling_fields.build()
    return SamplingPanel(chips=chips, load=load, fields=fields)


def build_presets(offered: Mapping[str, SamplingPreset]) -> Any:
    """The buttons of the presets, laid out here; the first of them puts everything back."""
    known = {DEFAULTS: UNTOUCHED, **offered}
    return widgets.choices(
        [{"key": key, "title": p.title, "about": p.about} for key, p in known.items()], "Sampling presets"
    )


def list_differences(
    fields: SamplingFields, values: Mapping[Any, Any], honoured: Collection[str] | None = None
) -> list[dict[str, str]]:
    """What the form holds apart from the defaults, as chips; also what is not allowed, so that it can be reset.

    Of a model that honours but these, the others are said not to be sent.
    """
    found = []
    for f in fields.fields:
        held, name = values[f.widget], f.parameter.name
        if held != controls.to_widget(f.parameter, f.parameter.default):
            shown = " | ".join(str(held).split("\n"))
            word = translated(f.parameter.label)
            label = word.lower() if word == f.parameter.label else word  # German nouns keep their capital
            ignored = "" if honoured is None or name in honoured else translated(" (not sent)")
            found.append({"name": name, "label": label, "text": f"{label} {shown}{ignored}"})
    return found


def replacement(preset: Sampling, *, everything: bool = False) -> dict[str, Any]:
    """What changes when the preset is loaded: all that it is about, so that of the one before nothing is left.

    One that says which token comes next replaces all that say so; how long an answer gets is another matter.
    """
    changed = {p.name: getattr(preset, p.name) for p in parameters(Sampling) if getattr(preset, p.name) != p.default}
    shapes = any(name in SHAPING for name in changed)
    about = {p.name for p in parameters(Sampling) if everything or (shapes and p.name in SHAPING)}
    return {**{name: getattr(preset, name) for name in sorted(about)}, **changed}


def wire(panel: SamplingPanel, offered: Mapping[str, SamplingPreset]) -> list[Any]:
    """Attach the handlers. Returns what happens when they fill the widgets."""
    known = {**offered, DEFAULTS: UNTOUCHED}
    by_name = {f.parameter.name: f for f in panel.fields.fields}

    @report_errors
    def load(event: gr.EventData) -> dict[Any, Any]:
        key = payloads.read(Choice, event).key
        changes = replacement(payloads.read_choice(event, known).sampling, everything=key == DEFAULTS)
        return {by_name[name].widget: by_name[name].write(value) for name, value in changes.items() if name in by_name}

    @report_errors
    def reset(event: gr.EventData) -> dict[Any, Any]:
        f = payloads.read_choice(event, by_name)
        return {f.widget: f.write(f.parameter.default)}

    outputs, how = panel.fields.widgets, {"js": BEGINS, **AT_ONCE}
    return [panel.load.choose(load, None, outputs, **how), panel.chips.reset(reset, None, outputs, **how)]
