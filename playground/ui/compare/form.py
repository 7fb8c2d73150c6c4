"""What all panes are asked, as far as they have nothing of their own: prompt, technique and sampling."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import gradio as gr

from playground import setups
from playground.types import Setup
from playground.ui.compare.labels import PROMPT
from playground.ui.compare.panes_panel import PanesPanel
from playground.ui.handlers.event_options import AT_ONCE
from playground.ui.handlers.messages import report_errors
from playground.ui.setup_form import sampling_fields, task_fields, technique_fields
from playground.ui.setup_form.fields import merge_updates
from playground.ui.setup_form.form import open_with
from playground.ui.setup_form.sampling_fields import SamplingFields
from playground.ui.setup_form.task_fields import TaskFields
from playground.ui.setup_form.technique_fields import TechniqueFields
from playground.ui.setup_form.used_fields import used_fields

OF_ONE_PANE = ("form", "form_text")  # a pane has it with a setup of its own


@dataclass(frozen=True, slots=True, kw_only=True)
class CompareForm:
    """The sections of a setup, but for the model. `picker` has the techniques that panes choose for themselves."""

    picker: PanesPanel
    technique: TechniqueFields
    task: TaskFields
    sampling: SamplingFields

    @property
    def widgets(self) -> list[Any]:
        return [*self.technique.widgets, *self.task.widgets, *self.sampling.widgets]

    @property
    def outputs(self) -> list[Any]:
        """All that `write` may update."""
        return [*self.technique.widgets, *self.task.outputs, *self.sampling.widgets]

    def read(self, values: Mapping[Any, Any]) -> dict[str, Any]:
        """The setup as plain data, with what the techniques use and no more. Not checked."""
        own = self.technique.used(values, self.task.answer(values))
        technique, task = self.technique.read(values, own), self.task.read(values, own | self._panes_use(values))
        return {**technique, "task": task, "sampling": self.sampling.read(values)}

    def setup(self, values: Mapping[Any, Any], prompt: str | None = None) -> Setup:
        """What all panes have in common, with another prompt if one is given. Raises InvalidSetup for what none is."""
        data = self.read(values)
        if prompt is not None:
            data["task"]["input"] = prompt
        return setups.parse(data)

    def write(self, setup: Setup) -> dict[Any, Any]:
        """Updates that make the form hold this setup, whatever its model."""
        return merge_updates(
            self.technique.write(setup.strategy, setup.options),
            self.task.write(setup.task),
            self.sampling.write(setup.sampling),
            self._show(setup.strategy, used_fields(setup.strategy, setup.options, setup.task.answer), frozenset()),
        )

    def show(self, values: Mapping[Any, Any]) -> dict[Any, Any]:
        """Updates that show the fields which make a difference in any pane."""
        own = self.technique.used(values, self.task.answer(values))
        return self._show(self.technique.read_name(values), own, self._panes_use(values))

    def _show(self, strategy: str, own: frozenset[str], others: frozenset[str]) -> dict[Any, Any]:
        return {**self.task.show(own | others), **self.technique.show(strategy, own)}

    def _panes_use(self, values: Mapping[Any, Any]) -> frozenset[str]:
        """The task's fields that panes use with techniques of their own."""
        answer = self.task.answer(values)
        return frozenset().union(*(used_fields(name, {}, answer) for name in self.picker.techniques(values)))


def build(prompt: TaskFields, opening: Setup, picker: PanesPanel) -> CompareForm:
    """Lay out technique and sampling, folded away; `prompt` stands elsewhere. The form opens with this setup."""
    with gr.Accordion("Technique and sampling, for panes without their own", open=False, elem_classes="compare-form"):
        strategy = technique_fields.build_choice()
        task = task_fields.build(*(name for name in task_fields.NAMES if name not in (*prompt.frames, *OF_ONE_PANE)))
        technique = technique_fields.build_options(strategy)
        gr.Markdown("**Sampling**", elem_classes="field-label")
        with gr.Column(elem_classes="sliders", min_width=0):
            sampling = sampling_fields.build()
    made = CompareForm(picker=picker, technique=technique, task=prompt + task, sampling=sampling)
    open_with(made.write(opening))
    _wire(made)
    return made


def prompt_field() -> TaskFields:
    """The prompt's box, laid out here."""
    return task_fields.build("input", input={"label": PROMPT, "lines": 2, "help": "Every pane gets the same."})


def _wire(made: CompareForm) -> None:
    @report_errors
    def choose(values: dict[Any, Any]) -> dict[Any, Any]:
        return made.show(values)

    deciding = [*made.technique.deciding, made.task.field("answer").widget]
    gr.on(
        [*(widget.change for widget in deciding), made.picker.rows.input, made.picker.rows.change], choose,
        {*made.widgets, made.picker.rows},
        [*made.task.frames.values(), *made.technique.widgets], preprocess=False, trigger_mode="always_last",
        **AT_ONCE,
    )  # fmt: skip
