"""The form: every widget that a setup is made from. Reads them into the setup's dict, writes a Setup into them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import gradio as gr

from playground import setups
from playground.backends.catalog import Catalog, ModelInfo
from playground.errors import PlaygroundError
from playground.parameters import parameters
from playground.strategies import STRATEGIES
from playground.types import Sampling, Setup, Task
from playground.ui.setup_form import check as checking
from playground.ui.setup_form import fields as controls
from playground.ui.setup_form.fields import Field
from playground.ui.setup_form.model_choice import ModelChoice
from playground.ui.setup_form.used_fields import used_fields


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """Widgets by what they determine. `options` are by technique, `frames` what is shown of it and hidden with it.

    `technique` is all that says how to prompt, which a model made for one task has no use for, and `settings` the
    sampling's frame.
    """

    choice: ModelChoice
    strategy: Any
    task: tuple[Field, ...]
    options: Mapping[str, tuple[Field, ...]]
    sampling: tuple[Field, ...]
    task_frames: Mapping[str, Any]
    option_frames: Mapping[str, Any]
    technique: tuple[Any, ...] = ()
    settings: tuple[Any, ...] = ()

    @property
    def fields(self) -> tuple[Field, ...]:
        return (*self.task, *(f for fields in self.options.values() for f in fields), *self.sampling)

    @property
    def widgets(self) -> list[Any]:
        return [*self.choice.widgets, self.strategy, *(field.widget for field in self.fields)]

    def read(self, values: Mapping[Any, Any], catalog: Catalog) -> dict[str, Any]:
        """The setup as plain data, with what the technique and the model use and no more.

        Not checked: `setups.parse` does that.
        """
        chosen, name = self.choice.read(values), values[self.strategy]
        info = _model(chosen["model"], catalog)
        honoured = [f for f in self.sampling if info is None or f.parameter.name in info.capabilities.sampling]
        if info and info.capabilities.task:
            asked = (f for f in self.task if f.parameter.name == "input")
            return {**chosen, "task": _read(asked, values), "sampling": _read(honoured, values)}
        known = isinstance(name, str) and name in STRATEGIES
        used = self._used(name, values) if known else frozenset[str]()
        return {
            **chosen,
            "strategy": name,
            "options": _read((f for f in self.options[name] if f.parameter.name in used) if known else (), values),
            "task": _read((f for f in self.task if f.parameter.name in used), values),
            "sampling": _read(honoured, values),
        }

    def write(self, setup: Setup, catalog: Catalog) -> dict[Any, Any]:
        """Updates that make the form hold this setup, and show what it uses. Raises UnknownModel."""
        chosen = {**self.choice.write(setup, catalog), self.strategy: gr.update(value=setup.strategy)}
        parts = [(self.task, setup.task), (self.sampling, setup.sampling)]
        updates = {f.widget: f.write(getattr(part, f.parameter.name)) for fields, part in parts for f in fields}
        # Of the other techniques too, at their defaults: what another setup has left there is not this one's.
        options = {
            f.widget: f.write(setup.options[f.parameter.name] if name == setup.strategy else f.parameter.default)
            for name, fields in self.options.items()
            for f in fields
        }
        written = {**chosen, **updates, **options}
        shown = self._shown(
            setup.strategy, used_fields(setup.strategy, setup.options, setup.task.answer), catalog.info(setup.model)
        )
        return {**written, **{widget: {**written.get(widget, {}), **update} for widget, update in shown.items()}}

    def hold(self, setup: Setup, catalog: Catalog) -> None:
        """Make the form open with this setup, for every visitor."""
        for component, update in self.write(setup, catalog).items():
            for name, value in update.items() if isinstance(update, dict) else [("value", update)]:
                if name in ("value", "visible", "choices"):
                    setattr(component, name, value)

    def show(self, values: Mapping[Any, Any], catalog: Catalog) -> dict[Any, Any]:
        """Updates that show the fields which technique and model use. What was typed into the others stays.

        Raises InvalidSetup for a technique that there is not, UnknownModel.
        """
        strategy = setups.parse({"strategy": values[self.strategy]}).strategy
        return self._shown(strategy, self._used(strategy, values), checking.model(values[self.choice.model], catalog))

    def _used(self, strategy: str, values: Mapping[Any, Any]) -> frozenset[str]:
        answer = next(values[f.widget] for f in self.task if f.parameter.name == "answer")
        return used_fields(strategy, _read(self.options[strategy], values), answer)

    def _shown(self, strategy: str, used: frozenset[str], info: ModelInfo) -> dict[Any, Any]:
        prompted = not info.capabilities.task
        used = used if prompted else frozenset({"input"})
        fields = {f.widget: gr.update(visible=f.parameter.name in used) for f in self.options[strategy]}
        tasks = {frame: gr.update(visible=name in used) for name, frame in self.task_frames.items()}
        options = {
            frame: gr.update(visible=prompted and name == strategy) for name, frame in self.option_frames.items()
        }
        technique = {frame: gr.update(visible=prompted) for frame in self.technique}
        sampled = {frame: gr.update(visible=bool(info.capabilities.sampling)) for frame in self.settings}
        return {**tasks, **options, **fields, **technique, **sampled}

    def honours(self, values: Mapping[Any, Any], catalog: Catalog) -> frozenset[str] | None:
        """Names of the sampling parameters that the chosen model honours; None where there is no such model."""
        info = _model(values[self.choice.model], catalog)
        return info.capabilities.sampling if info else None

    def honoured(self, catalog: Catalog, model: Any) -> dict[Any, Any]:
        """Updates that grey out what the model would ignore, and say so."""
        info = checking.model(model, catalog)
        return {f.widget: _greyed(f, info.title, f.parameter.name in info.capabilities.sampling) for f in self.sampling}

    @property
    def frames(self) -> list[Any]:
        """What is shown or hidden, of which some are widgets themselves."""
        options = [f.widget for fields in self.options.values() for f in fields]
        return [*self.task_frames.values(), *self.option_frames.values(), *options, *self.technique, *self.settings]

    @property
    def deciding(self) -> list[Any]:
        """Widgets whose value decides which others make a difference."""
        fields = [f for f in self.fields if f.parameter.kind in ("choice", "flag")]
        return [self.strategy, self.choice.model, *(f.widget for f in fields)]


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


def _model(name: Any, catalog: Catalog) -> ModelInfo | None:
    """The model, or None: whoever checks what was read says what is wrong with the name."""
    try:
        return checking.model(name, catalog)
    except PlaygroundError:
        return None


def _read(fields: Any, values: Mapping[Any, Any]) -> dict[str, Any]:
    return {f.parameter.name: f.read(values[f.widget]) for f in fields}


def _greyed(field: Field, model: str, honoured: bool) -> Any:
    help = controls.info(field.parameter) if honoured else f"Not sent: {model} was not seen to honour this."
    return gr.update(interactive=honoured, info=help)
