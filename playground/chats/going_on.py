"""An answer that goes on where its words end, by whatever technique asked for it."""

from dataclasses import dataclass, replace
from typing import Any

from playground.strategies.base import Ask, Asking, Running, Strategy, Using
from playground.types import Completion, Message, Step, Task


@dataclass(frozen=True)
class GoingOn:
    """A technique whose answer begins with these words. What a model adds to them is its reply."""

    technique: Strategy
    begun: str

    def check(self, task: Task) -> None:
        self.technique.check(task)

    def carry_out(self, task: Task, ask: Ask) -> Running:
        return self.technique.carry_out(task, _BegunAsk(ask, self.begun))


@dataclass(frozen=True)
class _BegunAsk:
    """`ask` of which the answer to the task has its beginning already."""

    ask: Ask
    begun: str

    def __call__(
        self, label: str, messages: tuple[Message, ...], *, answer_to: Task | None = None, **more: Any
    ) -> Asking:
        prefill = {"prefill": self.begun} if answer_to else {}
        return self.ask(label, messages, answer_to=answer_to, **{**more, **prefill})

    def score(self, step: Step, text: str) -> Using:
        return self.ask.score(step, text)

    def use(self, label: str, tool: str, argument: str, *, depends_on: tuple[str, ...] = ()) -> Using:
        return self.ask.use(label, tool, argument, depends_on=depends_on)

    def call(
        self, label: str, name: str, arguments: str, *, fault: str = "", depends_on: tuple[str, ...] = ()
    ) -> Using:
        return self.ask.call(label, name, arguments, fault=fault, depends_on=depends_on)

    def excess(self, messages: tuple[Message, ...], most: int | None) -> int:
        return self.ask.excess((*messages, Message("assistant", self.begun)), most)


def join_answers(before: Completion, more: Completion) -> Completion:
    """An answer and what it went on with, as one."""
    whole = bool(before.tokens) == bool(before.text)  # else its first tokens are not known, and these begin anywhere
    return replace(
        more,
        text=before.text + more.text,
        reasoning=before.reasoning + more.reasoning,
        tokens=(*before.tokens, *more.tokens) if whole else (),
        completion_tokens=before.completion_tokens + more.completion_tokens,
        time_to_first_token=before.time_to_first_token or more.time_to_first_token,
        seconds=before.seconds + more.seconds,
        cost=None if more.cost is None and before.cost is None else (before.cost or 0) + (more.cost or 0),
    )
