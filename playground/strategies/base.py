"""What a technique is: options as fields, a card, and a `run` that reads like its paper."""

from collections.abc import Generator
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol

from pydantic import ConfigDict

from playground.errors import InvalidSetup
from playground.returning import Returning
from playground.types import Completion, Delta, Message, Progress, Task, Vote


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a technique concludes, and in words how it was found."""

    text: str
    how: str = ""
    votes: tuple[Vote, ...] = ()


Event = Delta | Progress
Asking = Generator[Event, None, tuple[Completion, ...]]
Running = Generator[Event, None, Answer]


class Ask(Protocol):
    """The only door to a model: sends one prompt, streams events, returns its `n` completions.

    `prefix` begins the assistant's turn. Neighbouring asks with the same `together` are shown as one step.
    `overrides` replace single sampling parameters of the setup,
    where the protocol fixes them (an answer is extracted greedily, whatever the reasoning used).
    """

    def __call__(
        self,
        label: str,
        messages: tuple[Message, ...],
        *,
        n: int = 1,
        prefix: str = "",
        together: str = "",
        **overrides: Any,
    ) -> Asking: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """What to know before using a technique; evidence against it has the same rank as evidence for it."""

    summary: str
    helps: str
    fails: str
    cost: str
    citation: str = ""
    url: str = ""
    figure: str = ""


@dataclass(frozen=True, kw_only=True)
class Strategy:
    """Base of all techniques. Fields are the options; class variables describe it."""

    __pydantic_config__ = ConfigDict(extra="forbid")

    name: ClassVar[str]
    title: ClassVar[str]
    card: ClassVar[Card]
    task_fields: ClassVar[tuple[str, ...]]
    required: ClassVar[tuple[str, ...]] = ("input",)

    def check(self, task: Task) -> None:
        """Raises InvalidSetup when the task lacks something this technique cannot do without."""
        for name in self.required:
            value = getattr(task, name)
            if not (value.strip() if isinstance(value, str) else value):
                raise InvalidSetup(f"`task.{name}` is empty; {self.title.lower()} needs it.", ("task", name))
        if "examples" in self.task_fields:
            for i, example in enumerate(task.examples):
                for side in ("input", "output"):
                    if not getattr(example, side).strip():
                        message = (
                            f"`task.examples.{i}.{side}` is empty; fill in row {i + 1} of the examples or remove it."
                        )
                        raise InvalidSetup(message, ("task", "examples", i, side))
        if "labels" in self.task_fields:
            _check_labels(task)

    def run(self, task: Task, ask: Ask) -> Running:
        """The protocol. Yields events, returns the answer."""
        raise NotImplementedError  # abstract


def _check_labels(task: Task) -> None:
    where = ("task", "labels")
    if task.answer == "label" and not task.labels:
        raise InvalidSetup("`task.labels` is empty; answer type label needs the list of allowed labels.", where)
    if not all(label.strip() for label in task.labels):
        raise InvalidSetup("`task.labels` has a label of spaces only; remove it.", where)
    if task.answer == "choice" and len(task.labels) > 26:
        message = f"`task.labels` has {len(task.labels)} choices; there are letters for 26."
        raise InvalidSetup(message, where)


def user(content: str) -> Message:
    return Message("user", content)


def assistant(content: str) -> Message:
    return Message("assistant", content)


def system(content: str) -> tuple[Message, ...]:
    """A system message, or none at all when there is nothing to say in it."""
    return (Message("system", content),) if content.strip() else ()


def gather(askings: list[Asking]) -> Generator[Event, None, list[tuple[Completion, ...]]]:
    """Ask several things at once: all are sent before any is waited for, results keep their order."""
    with ExitStack() as stack:
        all_of_them = [stack.enter_context(Returning(asking)) for asking in askings]
        running = list(all_of_them)
        while running:
            for asking in running:
                event = next(asking, None)
                if event is not None:
                    yield event
            running = [asking for asking in running if not asking.ended]
        return [asking.value for asking in all_of_them]
