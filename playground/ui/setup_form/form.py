"""The form of a whole setup, made of sections: reads them into the setup's dict, writes a Setup into them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import gradio as gr

from playground.backends.catalog import Catalog, ModelInfo
from playground.errors import PlaygroundError
from playground.types import Setup
from playground.ui.setup_form import check as checking
from playground.ui.setup_form.fields import each_once, merge_updates
from playground.ui.setup_form.model_choice import ModelChoice
from playground.ui.setup_form.sampling_fields import SamplingFields
from playground.ui.setup_form.task_fields import TaskFields
from playground.ui.setup_form.technique_fields import TechniqueFields
from playground.ui.setup_form.used_fields import used_fields


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """Sections by what they determine.

    `prompting` is all else that says how to prompt, which a model made for one task has no use for, and `settings` the
    sampling's frame.
    """

    choice: ModelChoice
    technique: TechniqueFields
    task: TaskFields
    sampling: SamplingFields
    prompting: tuple[Any, ...] = ()
    settings: tuple[Any, ...] = ()

    @property
    def widgets(self) -> list[Any]:
        return [
            *self.choice.widgets, *self.technique.widgets, *self.task.widgets, *self.sampling.widgets
        ]  # fmt: skip

    @property
    def frames(self) -> list[Any]:
        """What is shown or hidden, of which some are widgets themselves."""
        return each_once([*self.task.frames.values(), *self.technique.widgets, *self.prompting, *self.settings])

    @property
    def outputs(self) -> list[Any]:
        """All that `write` may update."""
        return each_once([*self.widgets, *self.frames])

    @property
    def deciding(self) -> list[Any]:
        """Widgets whose value decides which others make a difference."""
        return [self.choice.model, *self.technique.deciding, self.task.field("answer").widget]

    def read(self, values: Mapping[Any, Any], catalog: Catalog) -> dict[str, Any]:
        """The setup as plain data, with what the technique and the model use and no more.

        Not checked: `setups.parse` does that.
        """
        chosen = self.choice.read(values)
        info = _model(chosen["model"], catalog)
        sampling = self.sampling.read(values, info.capabilities.sampling if info else None)
        if info and info.capabilities.task:
            return {**chosen, "task": self.task.read(values, ("input",)), "sampling": sampling}
        used = self.technique.used(values, self.task.answer(values))
        return {
            **chosen,
            **self.technique.read(values, used),
            "task": self.task.read(values, used),
            "sampling": sampling,
        }

    def write(self, setup: Setup, catalog: Catalog) -> dict[Any, Any]:
        """Updates that make the form hold this setup, and show what it uses. Raises UnknownModel."""
        used = used_fields(setup.strategy, setup.options, setup.task.answer)
        return {
            **self.choice.write(setup, catalog),
            **merge_updates(
                self.technique.write(setup.strategy, setup.options),
                self.task.write(setup.task),
                self.sampling.write(setup.sampling),
                self._show(setup.strategy, used, catalog.info(setup.model)),
            ),
        }

    def hold(self, setup: Setup, catalog: Catalog) -> None:
        """Make the form open with this setup, for every visitor."""
        open_with(self.write(setup, catalog))

    def show(self, values: Mapping[Any, Any], catalog: Catalog) -> dict[Any, Any]:
        """Updates that show the fields which technique and model use. What was typed into the others stays.

        Raises InvalidSetup for a technique that there is not, UnknownModel.
        """
        strategy, used = self.technique.read_name(values), self.technique.used(values, self.task.answer(values))
        return self._show(strategy, used, checking.model(values[self.choice.model], catalog))

    def _show(self, strategy: str, used: frozenset[str], info: ModelInfo) -> dict[Any, Any]:
        prompted = not info.capabilities.task
        return {
            **self.task.show(used if prompted else ("input",)),
            **self.technique.show(strategy if prompted else "", used),
            **{frame: gr.update(visible=prompted) for frame in self.prompting},
            **{frame: gr.update(visible=bool(info.capabilities.sampling)) for frame in self.settings},
        }

    def honours(self, values: Mapping[Any, Any], catalog: Catalog) -> frozenset[str] | None:
        """Names of the sampling parameters that the chosen model honours; None where there is no such model."""
        info = _model(values[self.choice.model], catalog)
        return info.capabilities.sampling if info else None

    def honoured(self, catalog: Catalog, model: Any) -> dict[Any, Any]:
        """Updates that grey out what the model would ignore, and say so."""
        return self.sampling.show(checking.model(model, catalog))


def open_with(updates: Mapping[Any, Any]) -> None:
    """Make components open as these updates would leave them, for every visitor."""
    for component, update in updates.items():
        changes = update if isinstance(update, Mapping) and "__type__" in update else {"value": update}
        for name, value in changes.items():
            if name != "__type__":
                setattr(component, name, value)


def _model(name: Any, catalog: Catalog) -> ModelInfo | None:
    """The model, or None: whoever checks what was read says what is wrong with the name."""
    try:
        return checking.model(name, catalog)
    except PlaygroundError:
        return None
