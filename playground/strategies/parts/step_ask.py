"""`ask` for one step of a chain: what its technique asks is named after the step, and builds on what the step does."""

from dataclasses import dataclass, field, replace
from typing import Any

from playground.strategies.base import Ask, Asking, Using
from playground.types import Completion, Message, Run, Step, Task, Weights


@dataclass(frozen=True)
class StepAsk:
    """Goes on to the chain's `ask`. `labels` of what it asked and the completions that came are kept in order.

    `alone`: the step is one request, which needs no name beside the step's.
    """

    ask: Ask
    step: str
    depends_on: tuple[str, ...]  # labels of what the step's template was filled with
    alone: bool = False
    labels: list[str] = field(default_factory=list)
    said: list[Completion] = field(default_factory=list)

    def __call__(
        self,
        label: str,
        messages: tuple[Message, ...],
        *,
        n: int = 1,
        prefill: str = "",
        together: str = "",
        depends_on: tuple[str, ...] = (),
        answer_to: Task | None = None,
        weights: Weights | None = None,
        one_of: tuple[str, ...] = (),
        **overrides: Any,
    ) -> Asking:
        self.labels.append(self._name(label))
        completions = yield from self.ask(
            self._name(label),
            messages,
            n=n,
            prefill=prefill,
            together=self._name(together) if together else "",
            depends_on=(*self.depends_on, *map(self._name, depends_on)),
            answer_to=answer_to,
            weights=weights,
            one_of=one_of,
            **overrides,
        )
        self.said.extend(completions)
        return completions

    def score(self, step: Step, text: str) -> Using:
        self.labels.append(self._name(step.label))
        named = replace(
            step,
            label=self._name(step.label),
            together=self._name(step.together) if step.together else "",
            depends_on=(*self.depends_on, *map(self._name, step.depends_on)),
        )
        return (yield from self.ask.score(named, text))

    def call(
        self, label: str, name: str, arguments: str, *, fault: str = "", depends_on: tuple[str, ...] = ()
    ) -> Using:
        self.labels.append(self._name(label))
        before = (*self.depends_on, *map(self._name, depends_on))
        return (yield from self.ask.call(self._name(label), name, arguments, fault=fault, depends_on=before))

    def use(self, label: str, tool: str, argument: str, *, depends_on: tuple[str, ...] = ()) -> Using:
        self.labels.append(self._name(label))
        earlier = (*self.depends_on, *map(self._name, depends_on))
        return (yield from self.ask.use(self._name(label), tool, argument, depends_on=earlier))

    def excess(self, messages: tuple[Message, ...], most: int | None) -> int:
        return self.ask.excess(messages, most)

    def _name(self, label: str) -> str:
        return self.step if self.alone else _label(self.step, label)


def steps_of(run: Run, step: str) -> tuple[Step, ...]:
    """What the technique of one step asked in a chain's run, as it stands there."""
    return tuple(asked for asked in run.steps if asked.label.startswith(_label(step)))


def with_own_labels(run: Run, step: str) -> Run:
    """A chain's run as if it were that of one step's technique: nothing but `steps_of` it, in its own labels."""
    own = (replace(asked, label=asked.label.removeprefix(_label(step))) for asked in steps_of(run, step))
    return replace(run, steps=tuple(own))


def _label(step: str, own: str = "") -> str:
    return f"{step}: {own}"  # no step's name has a colon
