"""What all panes are asked: prompt, technique and sampling. The models are the panes' own."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import gradio as gr

from playground import setups
from playground.parameters import parameters
from playground.strategies import STRATEGIES, technique_of
from playground.types import Setup, Task
from playground.ui.compare.labels import PROMPT
from playground.ui.handlers.event_options import AT_ONCE
from playground.ui.handlers.messages import told
from playground.ui.setup_form import fields as controls
from playground.ui.setup_form import form
from playground.ui.setup_form.fields import Field, pick, read_fields
from playground.ui.setup_form.used_fields import used_fields


@dataclass(frozen=True, slots=True, kw_only=True)
class CompareForm:
    """The widgets. `frames` are what is shown or hidden with a task field, `option_frames` with a technique."""

    prompt: Field
    strategy: Any
    task: tuple[Field, ...]
    frames: Mapping[str, Any]
    options: Mapping[str, tuple[Field, ...]]
    option_frames: Mapping[str, Any]
    sampling: tuple[Field, ...]

    @property
    def widgets(self) -> list[Any]:
        options = (f for fields in self.options.values() for f in fields)
        return [self.strategy, *(f.widget for f in (self.prompt, *self.task, *options, *self.sampling))]

    @property
    def written(self) -> list[Any]:
        """All that `write` may update."""
        return [*self.widgets, *self.frames.values(), *self.option_frames.values()]

    def read(self, values: Mapping[Any, Any]) -> dict[str, Any]:
        """The setup as plain data, with what the technique uses and no more. Not checked."""
        name, task = values[self.strategy], read_fields((self.prompt, *self.task), values)
        options = read_fields(self.options[name], values) if isinstance(name, str) and name in STRATEGIES else None
        used = frozenset[str]() if options is None else used_fields(name, options, task["answer"])
        task = {field: value for field, value in task.items() if field in used}
        options = {option: value for option, value in (options or {}).items() if option in used}
        return {"strategy": name, "options": options, "task": task, "sampling": read_fields(self.sampling, values)}

    def setup(self, values: Mapping[Any, Any], prompt: str | None = None) -> Setup:
        """The checked setup, with another prompt if one is given. Raises InvalidSetup for what no pane could run."""
        data = self.read(values)
        if prompt is not None:
            data["task"]["input"] = prompt
        setup = setups.parse(data)
        technique_of(setup).check(setup.task)
        return setup

    def write(self, setup: Setup) -> dict[Any, Any]:
        """Updates that make the form hold this setup, whatever its model."""
        parts = [((self.prompt, *self.task), setup.task), (self.sampling, setup.sampling)]
        updates = {f.widget: f.write(getattr(part, f.parameter.name)) for fields, part in parts for f in fields}
        options = {f.widget: f.write(setup.options[f.parameter.name]) for f in self.options[setup.strategy]}
        written = {self.strategy: setup.strategy, **updates, **options}
        shown = self.shown(setup.strategy, setup.options, setup.task.answer)
        return {**written, **{widget: {**written.get(widget, {}), **update} for widget, update in shown.items()}}

    def shown(self, strategy: str, options: Mapping[str, Any], answer: Any) -> dict[Any, Any]:
        """Updates that show the fields which make a difference."""
        used = used_fields(strategy, options, answer)
        tasks = {frame: gr.update(visible=name in used) for name, frame in self.frames.items()}
        fields = {f.widget: gr.update(visible=f.parameter.name in used) for f in self.options[strategy]}
        frames = {frame: gr.update(visible=name == strategy) for name, frame in self.option_frames.items()}
        return {**tasks, **fields, **frames}


def build(prompt: Field, opening: Setup) -> CompareForm:
    """Lay out technique and sampling, folded away; `prompt` stands elsewhere. The form opens with this setup."""
    used = used_fields(opening.strategy, opening.options, opening.task.answer)
    with gr.Accordion("Technique and sampling, the same for all panes", open=False, elem_classes="compare-form"):
        strategy = gr.Dropdown(
            [(s.title, name) for name, s in STRATEGIES.items()], label="Technique", filterable=False,
            value=opening.strategy,
        )  # fmt: skip
        frames, task = {}, []
        for p in parameters(Task):
            if p.name != "input":
                shown = p.name in used
                with gr.Column(min_width=0, visible=shown) as frames[p.name]:
                    task.append(Field(parameter=p, widget=controls.widget(p)))
        options, option_frames = form.option_fields()
        gr.Markdown("**Sampling**", elem_classes="field-label")
        with gr.Column(elem_classes="sliders", min_width=0):
            sampling = form.sampling_fields()
    for name, frame in option_frames.items():
        frame.visible = name == opening.strategy
    for f in options[opening.strategy]:
        f.widget.visible = f.parameter.name in used
    for f in sampling:
        f.widget.value = controls.written(f.parameter, getattr(opening.sampling, f.parameter.name))
    made = CompareForm(
        prompt=prompt, strategy=strategy, task=tuple(task), frames=frames, options=options,
        option_frames=option_frames, sampling=sampling,
    )  # fmt: skip
    _wire(made)
    return made


def prompt_field(value: str) -> Field:
    """The prompt's box, laid out here."""
    (prompt,) = pick(Task, "input", label=PROMPT, lines=2, help="Every pane gets the same.")
    prompt.widget.value = value
    return prompt


def _wire(made: CompareForm) -> None:
    options = [f for fields in made.options.values() for f in fields]
    deciding = [f.widget for f in (*made.task, *options) if f.parameter.kind in ("choice", "flag")]

    @told
    def choose(values: dict[Any, Any]) -> dict[Any, Any]:
        name = setups.parse({"strategy": values[made.strategy]}).strategy
        answer = next(values[f.widget] for f in made.task if f.parameter.name == "answer")
        return made.shown(name, read_fields(made.options[name], values), answer)

    gr.on(
        [widget.change for widget in (made.strategy, *deciding)], choose,
        {made.strategy, *(f.widget for f in (*made.task, *options))},
        [*made.frames.values(), *made.option_frames.values(), *(f.widget for f in options)],
        preprocess=False, trigger_mode="always_last", **AT_ONCE,
    )  # fmt: skip
