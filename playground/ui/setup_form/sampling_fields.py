"""A section of a form: sampling parameters, all or some of them."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any

import gradio as gr

from playground.backends.catalog import ModelInfo
from playground.parameters import Effect, parameters
from playground.running.refusals import not_honoured
from playground.types import Sampling
from playground.ui.setup_form import fields as controls
from playground.ui.setup_form.fields import Field, read_fields


@dataclass(frozen=True, slots=True)
class SamplingFields:
    """The widgets."""

    fields: tuple[Field, ...]

    @property
    def widgets(self) -> list[Any]:
        return [f.widget for f in self.fields]

    def field(self, name: str) -> Field:
        """The one that holds this parameter."""
        return next(f for f in self.fields if f.parameter.name == name)

    def read(self, values: Mapping[Any, Any], used: Collection[str] | None = None) -> dict[str, Any]:
        """Those parameters that are used, all of them without `used`, as plain data. Not checked."""
        asked = tuple(f for f in self.fields if used is None or f.parameter.name in used)
        return read_fields(asked, values)

    def write(self, sampling: Sampling) -> dict[Any, Any]:
        """Updates that make the widgets hold these settings."""
        return {f.widget: f.write(getattr(sampling, f.parameter.name)) for f in self.fields}

    def show(self, info: ModelInfo) -> dict[Any, Any]:
        """Updates that grey out what the model would ignore, and say so."""
        return {f.widget: _greyed(f, info) for f in self.fields}


# What most people come for stands first.
ORDER: tuple[Effect, ...] = ("temperature", "filter", "length", "record", "penalty", "seed", "stop", "bias", "")


def build(*names: str, **shown: Mapping[str, Any]) -> SamplingFields:
    """Lay out these parameters, or all; `shown` replaces what is said of one of them."""
    known = sorted(parameters(Sampling), key=lambda p: ORDER.index(p.effect))
    chosen = [replace(p, **shown.get(p.name, {})) for p in known if not names or p.name in names]
    return SamplingFields(tuple(Field(parameter=p, widget=controls.widget(p)) for p in chosen))


def _greyed(field: Field, info: ModelInfo) -> Any:
    honoured = field.parameter.name in info.capabilities.sampling
    help = controls.info(field.parameter) if honoured else f"Not sent: {not_honoured(info.title, field.parameter)}."
    return gr.update(interactive=honoured, info=help)
