"""Who answers in a chat, under which system message and settings, and what is left out of a long one."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from typing import Any

import gradio as gr

from playground import setups
from playground.backends.catalog import Catalog
from playground.chats.tree import ChatTurn, as_turns
from playground.errors import NotSupported
from playground.strategies.conversation import Conversation
from playground.types import Sampling, Setup
from playground.ui.handlers.messages import report_errors
from playground.ui.setup_form import fields as controls
from playground.ui.setup_form import model_choice, sampling_fields, task_fields
from playground.ui.setup_form.check import check_setup
from playground.ui.setup_form.fields import Field, read_fields
from playground.ui.setup_form.form import open_with
from playground.ui.setup_form.labels import LABELS as OF_A_SETUP
from playground.ui.setup_form.labels import Labels, describe_error
from playground.ui.setup_form.model_choice import ModelChoice
from playground.ui.setup_form.sampling_fields import SamplingFields
from playground.ui.setup_form.task_fields import TaskFields

LABELS: Labels = {
    **OF_A_SETUP, ("task", "input"): "Your message", ("task", "role"): "System message",
    ("task", "turns"): "The chat",
}  # fmt: skip
report_labelled = partial(report_errors, words=partial(describe_error, labels=LABELS))
OPTIONS = ("window", "prompt_tokens")
OPENING = Sampling(temperature=0.7, top_p=0.9, max_tokens=200)  # a talk that neither repeats itself nor wanders off


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatForm:
    """The widgets."""

    choice: ModelChoice
    task: TaskFields  # the system message
    options: tuple[Field, ...]
    sampling: SamplingFields

    @property
    def widgets(self) -> list[Any]:
        options = [field.widget for field in self.options]
        return [*self.choice.widgets, *self.task.widgets, *options, *self.sampling.widgets]

    def held(self, values: Mapping[Any, Any]) -> dict[str, Any]:
        """A setup without turns and message, as plain data. Not checked."""
        return {
            **self.choice.read(values),
            "strategy": Conversation.name,
            "options": read_fields(self.options, values),
            "task": self.task.read(values),
            "sampling": self.sampling.read(values),
        }

    def setup(self, values: Mapping[Any, Any], said: Sequence[ChatTurn], text: str, catalog: Catalog) -> Setup:
        """What is asked when this is said after these turns. Raises the PlaygroundError that running it would raise."""
        data = self.held(values)
        turns = [asdict(turn) for turn in as_turns(said)]
        setup = check_setup({**data, "task": {**data["task"], "turns": turns, "input": text}}, catalog)
        info = catalog.info(setup.model)
        if info.capabilities.task:
            raise NotSupported(f"{info.title} takes a text and answers no questions; choose a language model.")
        return setup

    def write(self, setup: Setup, catalog: Catalog) -> dict[Any, Any]:
        """Updates that make the widgets hold what this setup says of a chat. Raises UnknownModel."""
        own = setup.options if setup.strategy == Conversation.name else asdict(Conversation())
        return {
            **self.choice.write(setup, catalog),
            **self.task.write(setup.task),
            **{field.widget: field.write(own[field.parameter.name]) for field in self.options},
            **self.sampling.write(setup.sampling),
        }


def build(catalog: Any) -> ChatForm:
    """Lay it out."""
    choice = model_choice.build_adapter(model_choice.build(catalog))
    task = task_fields.build(
        "role", role={"label": "System message", "help": "Stands before all turns, and is never left out.", "lines": 2}
    )
    options = controls.pick(Conversation, *OPTIONS)
    with gr.Accordion("Sampling", open=False), gr.Column(elem_classes="sliders", min_width=0):
        sampling = sampling_fields.build()
    open_with(sampling.write(OPENING))
    return ChatForm(choice=choice, task=task, options=options, sampling=sampling)


def with_other_seed(setup: Setup, before: int) -> Setup:
    """The setup for one more answer to what was answered so often before: under another seed, if it has one."""
    seed = setup.sampling.seed
    if seed is None or not before:
        return setup
    return replace(setup, sampling=replace(setup.sampling, seed=(seed + before) % 2**32))


def settings_of(values: Mapping[Any, Any], form: ChatForm) -> dict[str, Any]:
    """What the form holds, in values of our own and only what is not default. Raises InvalidSetup."""
    return setups.changed_settings(setups.parse(form.held(values)))
