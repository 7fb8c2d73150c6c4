"""What happens in a training, each kind a type of its own that plain data is made of."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, TypeAlias

LATEST = "latest.pt"  # the file of a checkpoint, named here for those who run without PyTorch


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingStep:
    """One update: `loss` is the mean over what the objective counts, answer tokens or pairs, in nats.

    `seconds` is since the start, in all sittings.

    `rate` is the learning rate of this step, `norm` the length of its gradient before it is cut, `tokens` how many
    the batch holds, and `left` the seconds that are likely to come.
    """

    step: int
    steps: int
    loss: float
    seconds: float
    rate: float | None = None
    norm: float | None = None
    tokens: int | None = None
    left: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """How it stands after a step: mean loss over the validation rows, and answers to fixed prompts.

    `best`: no look before had a lower loss. Without validation rows `loss` is None.
    """

    step: int
    loss: float | None
    answers: tuple[str, ...]
    best: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckpointWritten:
    """From here it can go on."""

    step: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TryBegun:
    """Of a search over recipes: the next one is trained by, with these values in it. `tries` is how many there are."""

    number: int
    tries: int
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class TryEnded:
    """What came of one: its lowest validation loss and where that was, or no loss, and in `words` why it broke off."""

    number: int
    tries: int
    values: Mapping[str, Any]
    loss: float | None
    best_step: int
    seconds: float
    words: str = ""


@dataclass(frozen=True, slots=True)
class Looking:
    """A part of a look is done: it can be stopped here. Nobody needs to know of it later."""


TrainingEvent: TypeAlias = TrainingStep | Look | CheckpointWritten | Looking | TryBegun | TryEnded
KINDS: Mapping[str, type] = {
    "step": TrainingStep, "look": Look, "checkpoint": CheckpointWritten, "try": TryBegun, "tried": TryEnded,
}  # fmt: skip


def event_to_dict(event: TrainingEvent) -> dict[str, Any]:
    """The event as plain data, with its kind."""
    kind = next(name for name, cls in KINDS.items() if type(event) is cls)
    return {"kind": kind, **asdict(event)}


def event_from_dict(data: Mapping[str, Any]) -> TrainingEvent:
    """The event that was written so."""
    values = {key: tuple(value) if isinstance(value, list) else value for key, value in data.items() if key != "kind"}
    event: TrainingEvent = KINDS[data["kind"]](**values)
    return event
