"""The editor of one column of an experiment: its name and wording, and the sections of a setup."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import gradio as gr

from playground import setups
from playground.evaluation.plan import Technique
from playground.parameters import parameters
from playground.types import Sampling, Setup
from playground.ui.experiments import technique_rows
from playground.ui.experiments.technique_rows import PARTS, Row
from playground.ui.handlers.tab import Updates, Values
from playground.ui.setup_form import sampling_fields, task_fields, technique_fields
from playground.ui.setup_form.fields import Field, merge_updates, pick, read_fields
from playground.ui.setup_form.sampling_fields import SamplingFields
from playground.ui.setup_form.task_fields import TaskFields
from playground.ui.setup_form.technique_fields import TechniqueFields
from playground.ui.setup_form.used_fields import used_fields

SAMPLED = tuple(p.name for p in parameters(Sampling) if p.name != "seed")  # every cell has a seed of its own


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnEditor:
    """The widgets. `common` is the sampling of all columns, which a row's own goes over."""

    texts: tuple[Field, ...]  # name, wording
    technique: TechniqueFields
    task: TaskFields
    sampling: SamplingFields

    @property
    def widgets(self) -> list[Any]:
        texts = [f.widget for f in self.texts]
        return [*texts, *self.technique.widgets, *self.task.widgets, *self.sampling.widgets]

    @property
    def frames(self) -> list[Any]:
        """What shows and hides with the technique, of which some are widgets themselves."""
        return [*self.technique.widgets, *self.task.frames.values()]

    def read(self, row: Row, common: Mapping[str, Any], values: Values) -> Row:
        """The row with what was changed in the widgets since they were given it. Raises InvalidSetup."""
        strategy = self.technique.read_name(values)
        plain = {"strategy": strategy, "options": {}, "task": {}, "sampling": {}}
        used = self.technique.used(values)
        stored = row
        if strategy != row["strategy"]:  # another has other options, and may have no use for parts of the task
            kept = {name: value for name, value in row["task"].items() if name in used}
            stored = {**row, "strategy": strategy, "options": {}, "task": kept}
        usual, before = (self._read_untouched(as_setup(one, common)) for one in (plain, stored))
        after = {
            "options": self.technique.read(values, used)["options"],
            "task": self.task.read(values, used),
            "sampling": self.sampling.read(values),
        }
        parts = {part: technique_rows.changed(stored[part], usual[part], before[part], after[part]) for part in after}
        return {"id": row["id"], "strategy": strategy, **read_fields(self.texts, values), **parts}

    def write(self, row: Row, common: Mapping[str, Any]) -> Updates:
        """Updates that make the widgets hold the row. Raises InvalidSetup for one that no setup could be."""
        setup = as_setup(row, common)
        others = (f for name, fields in self.technique.options.items() if name != setup.strategy for f in fields)
        return merge_updates(
            {f.widget: f.write(row[f.parameter.name]) for f in self.texts},
            {f.widget: f.write(f.parameter.default) for f in others},
            self.technique.write(setup.strategy, setup.options),
            self.task.write(setup.task),
            self.sampling.write(setup.sampling),
            self._show(setup.strategy, used_fields(setup.strategy, setup.options, "")),
        )

    def show(self, values: Values) -> Updates:
        """Updates that show what makes a difference. Raises InvalidSetup for a technique that there is not."""
        return self._show(self.technique.read_name(values), self.technique.used(values))

    def _show(self, strategy: str, used: frozenset[str]) -> Updates:
        return {**self.technique.show(strategy, used), **self.task.show(used)}

    def _read_untouched(self, setup: Setup) -> dict[str, dict[str, Any]]:
        """What is read from the editor when it was given this setup and nothing was touched."""
        sections: list[tuple[str, tuple[Field, ...], Any]] = [
            ("options", self.technique.options[setup.strategy], setup.options.__getitem__),
            ("task", self.task.fields, partial(getattr, setup.task)),
            ("sampling", self.sampling.fields, partial(getattr, setup.sampling)),
        ]
        return {
            part: {f.parameter.name: f.read(f.write(value(f.parameter.name))["value"]) for f in fields}
            for part, fields, value in sections
        }


def as_setup(row: Mapping[str, Any], common: Mapping[str, Any]) -> Setup:
    """The row as a setup, for its values with all that it leaves open. Raises InvalidSetup."""
    sampling = {**common, **row["sampling"]}
    return setups.parse(
        {"strategy": row["strategy"], "options": row["options"], "task": row["task"], "sampling": sampling}
    )


def build() -> ColumnEditor:
    """Lay out the editor."""
    (name,) = pick(Technique, "name")
    strategy = technique_fields.build_choice()
    technique = technique_fields.build_options(strategy)
    task = task_fields.build(*PARTS)
    (wording,) = pick(
        Technique, "template", label="Prompt template",
        help="With {input} where the item goes. Empty: the data's own. Duplicate the column to compare two.",
    )  # fmt: skip
    with gr.Accordion("Sampling of this column", open=False):
        gr.Markdown("What you leave alone is as in \u201cSampling of all columns\u201d.", elem_classes="field-label")
        with gr.Column(elem_classes="sliders", min_width=0):
            sampling = sampling_fields.build(*SAMPLED)
    return ColumnEditor(texts=(name, wording), technique=technique, task=task, sampling=sampling)
