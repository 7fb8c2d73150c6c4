"""Facts that a report states besides its table, such as date, scorer and prompts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from playground.types import Setup


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportContext:
    """`setups` are the columns' in their order, each with its wording, {input} in it, as the task's input."""

    day: date
    scorer: str  # its title
    setups: Sequence[Setup] = ()
    titles: Mapping[str, str] = field(default_factory=dict)  # of models, by name
