"""How often each pane is asked, and what would be right: the fields, and what they may hold."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from playground import setups
from playground.comparison import MOST_REPETITIONS
from playground.parameters import STRICT, number, text
from playground.ui.setup_form import fields as controls
from playground.ui.setup_form.fields import Field, read_fields


@dataclass(frozen=True, slots=True, kw_only=True)
class Repeating:
    """What goes for all panes beside the setup."""

    __pydantic_config__ = STRICT
    repetitions: int = number(
        1, 1, MOST_REPETITIONS, step=1, help="How often each pane is asked, each time with another seed."
    )
    reference: str = text(
        max_length=1000,
        label="Reference answer",
        help="The right answer. Empty: no answer is marked.",
    )


@dataclass(frozen=True, slots=True)
class RepeatingFields:
    """The widgets."""

    fields: tuple[Field, ...]

    @property
    def widgets(self) -> list[Any]:
        return [field.widget for field in self.fields]

    def read(self, values: Mapping[Any, Any]) -> Repeating:
        """Raises InvalidSetup for what is not allowed."""
        checked: Repeating = setups.build(Repeating, read_fields(self.fields, values), ())
        return checked

    def write(self, held: Repeating | None = None) -> dict[Any, Any]:
        """Updates that make the fields hold this, or what they opened with."""
        held = held or Repeating()
        return {field.widget: field.write(getattr(held, field.parameter.name)) for field in self.fields}


def build() -> RepeatingFields:
    """The fields, laid out here."""
    return RepeatingFields(controls.fields(Repeating))
