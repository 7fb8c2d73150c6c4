"""A section of a form: the parts of a task, each hidden where nothing uses it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any

import gradio as gr

from playground.parameters import parameters
from playground.types import Task
from playground.ui.setup_form import fields as controls
from playground.ui.setup_form.fields import ROWS, Field, each_once, read_fields

NAMES = tuple(p.name for p in parameters(Task))


@dataclass(frozen=True, slots=True)
class TaskFields:
    """The widgets. `frames`, by the parameter that each holds, are what hides a widget with all that is said of it."""

    fields: tuple[Field, ...]
    frames: Mapping[str, Any]

    def __add__(self, others: "TaskFields") -> "TaskFields":
        """Both, for parts that stand in two places of a page."""
        return TaskFields((*self.fields, *others.fields), {**self.frames, **others.frames})

    @property
    def widgets(self) -> list[Any]:
        return [f.widget for f in self.fields]

    @property
    def outputs(self) -> list[Any]:
        """All that `write` and `show` may update."""
        return each_once([*self.widgets, *self.frames.values()])

    def field(self, name: str) -> Field:
        """The one that holds this parameter."""
        return next(f for f in self.fields if f.parameter.name == name)

    def answer(self, values: Mapping[Any, Any]) -> Any:
        """How the answer is to be read, as the form holds it."""
        return values[self.field("answer").widget]

    def read(self, values: Mapping[Any, Any], used: Collection[str] | None = None) -> dict[str, Any]:
        """Those parts that are used, all of them without `used`, as plain data. Not checked."""
        data = read_fields(tuple(f for f in self.fields if used is None or f.parameter.name in used), values)
        return {**data, "form_text": ""} if data.get("form") == "none" and "form_text" in data else data

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
        widget = controls.widget(parameter)
        frames[name] = widget.parent if name in ROWS else widget  # rows have their label beside them
        made.append(Field(parameter=parameter, widget=widget))
    return TaskFields(tuple(made), frames)
