"""What both parts of the Sampling tab ask: one prompt to one model, and how a token is chosen."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from playground import setups
from playground.backends.catalog import Catalog
from playground.parameters import STRICT, text
from playground.strategies.base import system_message, user_message
from playground.types import MAX_TEXT, Message, Sampling, Setup, Task
from playground.ui.setup_form import model_choice
from playground.ui.setup_form.check import checked
from playground.ui.setup_form.fields import Field, pick, read_fields
from playground.ui.setup_form.model_choice import ModelChoice
from playground.ui.setup_form.sampling_panel import SHAPING


@dataclass(frozen=True, slots=True, kw_only=True)
class Beginning:
    """How the answer starts, written by the person or token by token."""

    __pydantic_config__ = STRICT

    answer_so_far: str = text(
        max_length=MAX_TEXT, lines=2, help="The next token follows it. Its tokens count as generated, for penalties."
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A question as it was read from the form and checked."""

    setup: Setup
    prefix: str

    @property
    def wording(self) -> dict[str, Any]:
        """The same as `Question.wording`, when nothing has been changed since."""
        task = self.setup.task
        return {
            **setups.weights_to_dict(self.setup),
            "input": task.input,
            "role": task.role,
            "answer_so_far": self.prefix,
        }

    @property
    def messages(self) -> tuple[Message, ...]:
        return (*system_message(self.setup.task.role), user_message(self.setup.task.input))


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """The widgets."""

    choice: ModelChoice
    prompt: Field
    role: Field
    prefix: Field
    sampling: tuple[Field, ...]

    @property
    def widgets(self) -> list[Any]:
        return [*self.choice.widgets, *(f.widget for f in (self.prompt, self.role, self.prefix, *self.sampling))]

    def wording(self, values: Mapping[Any, Any]) -> dict[str, Any]:
        """What the model gets to read: with another value it has to be asked again."""
        return {**self.choice.read(values), **read_fields((self.prompt, self.role, self.prefix), values)}

    def read(self, values: Mapping[Any, Any]) -> dict[str, Any]:
        """The setup as plain data. Not checked: `ask` and `setups.parse` do that."""
        return {
            **self.choice.read(values),
            "task": read_fields((self.prompt, self.role), values),
            "sampling": read_fields(self.sampling, values),
        }

    def ask(self, values: Mapping[Any, Any], catalog: Catalog) -> Asked:
        """Raises InvalidSetup or UnknownModel."""
        begun = setups.build(Beginning, read_fields((self.prefix,), values), ())
        return Asked(setup=checked(self.read(values), catalog), prefix=begun.answer_so_far)


def build(catalog: Catalog) -> tuple[ModelChoice, Field, Field, Field]:
    """Lay out model, prompt, role and beginning."""
    choice = model_choice.build_adapter(model_choice.build(catalog))
    (prompt,) = pick(Task, "input", label="Prompt", lines=2, help="What the model is asked.")
    (role,) = pick(Task, "role", label="Role (optional)", lines=1)
    (prefix,) = pick(Beginning, "answer_so_far")
    return choice, prompt, role, prefix


def shaping() -> tuple[Field, ...]:
    """The sampling parameters that act on a distribution, laid out here."""
    return pick(Sampling, *SHAPING)
