"""What both parts of the Sampling tab ask: one prompt to one model, and how a token is chosen."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from playground import setups
from playground.backends.catalog import Catalog
from playground.parameters import STRICT, text
from playground.strategies.base import system_message, user_message
from playground.types import MAX_TEXT, Message, Setup
from playground.ui.handlers.messages import report_errors
from playground.ui.setup_form import model_choice, sampling_fields, task_fields
from playground.ui.setup_form.check import check_setup
from playground.ui.setup_form.fields import Field, pick, read_fields
from playground.ui.setup_form.labels import LABELS as OF_A_SETUP
from playground.ui.setup_form.labels import Labels, describe_error
from playground.ui.setup_form.model_choice import ModelChoice
from playground.ui.setup_form.sampling_fields import SamplingFields
from playground.ui.setup_form.sampling_panel import SHAPING
from playground.ui.setup_form.task_fields import TaskFields

PROMPT, BEGUN = "Prompt", "Answer so far"
LABELS: Labels = {**OF_A_SETUP, ("task", "input"): PROMPT, ("answer_so_far",): BEGUN}
in_labels = partial(describe_error, labels=LABELS)
report_labelled = partial(report_errors, words=in_labels)


@dataclass(frozen=True, slots=True, kw_only=True)
class Beginning:
    """How the answer starts, written by the person or token by token."""

    __pydantic_config__ = STRICT

    answer_so_far: str = text(
        max_length=MAX_TEXT, lines=2, help="The next token follows it. Its tokens count as generated, for penalties."
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedQuestion:
    """A question as it was read from the form and checked."""

    setup: Setup
    prefill: str

    @property
    def wording(self) -> dict[str, Any]:
        """The same as `Question.wording`, when nothing has been changed since."""
        task = self.setup.task
        return {
            **setups.weights_to_dict(self.setup),
            "input": task.input,
            "role": task.role,
            "answer_so_far": self.prefill,
        }

    @property
    def messages(self) -> tuple[Message, ...]:
        return (*system_message(self.setup.task.role), user_message(self.setup.task.input))


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """The widgets."""

    choice: ModelChoice
    task: TaskFields  # prompt and role
    prefill: Field
    sampling: SamplingFields

    @property
    def widgets(self) -> list[Any]:
        return [*self.choice.widgets, *self.task.widgets, self.prefill.widget, *self.sampling.widgets]

    def wording(self, values: Mapping[Any, Any]) -> dict[str, Any]:
        """What the model gets to read: with another value it has to be asked again."""
        return {**self.choice.read(values), **self.task.read(values), **read_fields((self.prefill,), values)}

    def read(self, values: Mapping[Any, Any]) -> dict[str, Any]:
        """The setup as plain data. Not checked: `ask` and `setups.parse` do that."""
        return {
            **self.choice.read(values),
            "task": self.task.read(values),
            "sampling": self.sampling.read(values),
        }

    def ask(self, values: Mapping[Any, Any], catalog: Catalog) -> CheckedQuestion:
        """Raises InvalidSetup or UnknownModel."""
        begun = setups.build(Beginning, read_fields((self.prefill,), values), ())
        return CheckedQuestion(setup=check_setup(self.read(values), catalog), prefill=begun.answer_so_far)


def build(catalog: Catalog) -> tuple[ModelChoice, TaskFields, Field]:
    """Lay out model, prompt and role, and beginning."""
    choice = model_choice.build_adapter(model_choice.build(catalog))
    task = task_fields.build(
        "input", "role",
        input={"label": PROMPT, "lines": 2, "help": "What the model is asked."},
        role={"label": "Role (optional)", "lines": 1},
    )  # fmt: skip
    (prefill,) = pick(Beginning, "answer_so_far", label=BEGUN)
    return choice, task, prefill


def shaping() -> SamplingFields:
    """The sampling parameters that act on a distribution, laid out here."""
    return sampling_fields.build(*SHAPING)
