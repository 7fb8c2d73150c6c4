"""A section of a form: the parts of a task, each in a frame that hides it where nothing uses it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any

import gradio as gr

from playground.parameters import parameters
from playground.types import Task
from playground.ui.setup_form import fields as controls
from playground.ui.setup_form.fields import Field, read_fields


@dataclass(frozen=True, slots=True)
class TaskFields:
    """The widgets. `frames` are by the parameter that each holds."""

    fields: tuple[Field, ...]
    frames: Mapping[str, Any]

    def __add__(self, others: "TaskFields") -> "TaskFields":
        """Both, for parts that stand in two places of a page."""
        return TaskFields((*self.fields, *others.fields), {**self.frames, **others.frames})

    @property
    def widgets(self) -> list[Any]:
        return [f.widget for f in self.fields]

    @property
    def written(self) -> list[Any]:
        """All that `write` and `show` may update."""
        return [*self.widgets, *self.frames.values()]

    def field(self, name: str) -> Field:
        """The one that holds this parameter."""
        return next(f for f in self.fields if f.parameter.name == name)

    def answer(self, values: Mapping[Any, Any]) -> Any:
        """How the answer is to be read, as the form holds it."""
        return values[self.field("answer").widget]

    def read(self, values: Mapping[Any, Any], used: Collection[str] | None = None) -> dict[str, Any]:
        """Those parts that are used, all of them without `used`, as plain data. Not checked."""
        return read_fields(tuple(f for f in self.fields if used is None or f.parameter.name in used), values)

    def write(self, task: Task) -> dict[Any, Any]:
        """Updates that make the widgets hold the task."""
        return {f.widget: f.write(getattr(task, f.parameter.name)) for f in self.fields}

    def show(self, used: Collection[str]) -> dict[Any, Any]:
        """Updates that show what is used. What was typed into the rest stays."""
        return {frame: gr.update(visible=name in used) for name, frame in self.frames.items()}


def build(*names: str, **shown: Mapping[str, Any]) -> TaskFields:
    """Lay out these parts, or all; `shown` replaces what is said of one of them."""
    made: list[Field] = []
    frames: dict[str, Any] = {}
    by_name = {p.name: p for p in parameters(Task)}
    for name in names or by_name:
        parameter = replace(by_name[name], **shown.get(name, {}))
        with gr.Column(min_width=0) as frames[name]:
            made.append(Field(parameter=parameter, widget=controls.widget(parameter)))
    return TaskFields(tuple(made), frames)
