"""The form: every widget that a setup is made from. Reads them into the setup's dict, writes a Setup into them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import gradio as gr

from playground import setups
from playground.backends.catalog import Catalog
from playground.parameters import parameters
from playground.strategies import STRATEGIES
from playground.types import Sampling, Setup, Task
from playground.ui import checking, controls
from playground.ui.controls import Field

WITH_LABELS = ("label", "choice")  # answer types that are read with a list of allowed answers


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """Widgets by what they determine. `options` are by technique, `frames` what is shown of it and hidden with it."""

    model: Any
    strategy: Any
    task: tuple[Field, ...]
    options: Mapping[str, tuple[Field, ...]]
    sampling: tuple[Field, ...]
    task_frames: Mapping[str, Any]
    option_frames: Mapping[str, Any]

    @property
    def fields(self) -> tuple[Field, ...]:
        return (*self.task, *(f for fields in self.options.values() for f in fields), *self.sampling)

    @property
    def widgets(self) -> list[Any]:
        return [self.model, self.strategy, *(field.widget for field in self.fields)]

    def read(self, values: Mapping[Any, Any]) -> dict[str, Any]:
        """The setup as plain data, with what the technique uses and no more. Not checked: `setups.parse` does that."""
        name = values[self.strategy]
        known = isinstance(name, str) and name in STRATEGIES
        used = _used(STRATEGIES[name].task_fields, self._answer(values)) if known else ()
        return {
            "model": values[self.model],
            "strategy": name,
            "options": _read(self.options[name] if known else (), values),
            "task": _read((f for f in self.task if f.parameter.name in used), values),
            "sampling": _read(self.sampling, values),
        }

    def write(self, setup: Setup) -> dict[Any, Any]:
        """Updates that make the form hold this setup, and show what its technique uses."""
        parts = [(self.task, setup.task), (self.sampling, setup.sampling)]
        updates = {f.widget: f.write(getattr(part, f.parameter.name)) for fields, part in parts for f in fields}
        options = {f.widget: f.write(setup.options[f.parameter.name]) for f in self.options[setup.strategy]}
        chosen = {self.model: setup.model, self.strategy: setup.strategy}
        return {**chosen, **updates, **options, **self.shown(setup.strategy, setup.task.answer)}

    def hold(self, setup: Setup) -> None:
        """Make the form open with this setup, for every visitor."""
        for component, update in self.write(setup).items():
            for name, value in update.items() if isinstance(update, dict) else [("value", update)]:
                if name in ("value", "visible"):
                    setattr(component, name, value)

    def show(self, values: Mapping[Any, Any]) -> dict[Any, Any]:
        """Updates that show the fields which the chosen technique uses. What was typed into the others stays.

        Raises InvalidSetup for a technique that there is not.
        """
        return self.shown(setups.parse({"strategy": values[self.strategy]}).strategy, self._answer(values))

    def shown(self, strategy: str, answer: str) -> dict[Any, Any]:
        used = _used(STRATEGIES[strategy].task_fields, answer)
        tasks = {frame: gr.update(visible=name in used) for name, frame in self.task_frames.items()}
        return {**tasks, **{frame: gr.update(visible=name == strategy) for name, frame in self.option_frames.items()}}

    def honoured(self, catalog: Catalog, model: Any) -> dict[Any, Any]:
        """Updates that grey out what the model would ignore, and say so."""
        info = checking.model(model, catalog)
        return {f.widget: _greyed(f, info.title, f.parameter.name in info.capabilities.sampling) for f in self.sampling}

    @property
    def frames(self) -> list[Any]:
        return [*self.task_frames.values(), *self.option_frames.values()]

    def _answer(self, values: Mapping[Any, Any]) -> str:
        return next(str(values[f.widget]) for f in self.task if f.parameter.name == "answer")


def task_fields() -> tuple[tuple[Field, ...], dict[str, Any]]:
    """The task's widgets, each in a frame of its own, laid out here."""
    made: list[Field] = []
    frames: dict[str, Any] = {}
    for parameter in parameters(Task):
        with gr.Column(min_width=0) as frames[parameter.name]:
            made.append(Field(parameter=parameter, widget=controls.widget(parameter)))
    return tuple(made), frames


def option_fields() -> tuple[dict[str, tuple[Field, ...]], dict[str, Any]]:
    """The options of every technique, each technique's in a frame, laid out here."""
    made: dict[str, tuple[Field, ...]] = {}
    frames: dict[str, Any] = {}
    for name, strategy in STRATEGIES.items():
        made[name] = ()
        if parameters(strategy):
            with gr.Column(min_width=0) as frames[name]:
                made[name] = controls.fields(strategy)
    return made, frames


def sampling_fields() -> tuple[Field, ...]:
    """The sampling parameters' widgets, laid out here."""
    return controls.fields(Sampling)


def _used(task_fields: tuple[str, ...], answer: str) -> tuple[str, ...]:
    return tuple(name for name in task_fields if name != "labels" or answer in WITH_LABELS)


def _read(fields: Any, values: Mapping[Any, Any]) -> dict[str, Any]:
    return {f.parameter.name: f.read(values[f.widget]) for f in fields}


def _greyed(field: Field, model: str, honoured: bool) -> Any:
    help = controls.info(field.parameter) if honoured else f"{model} ignores this."
    return gr.update(interactive=honoured, info=help)
