"""Base class of techniques: options as fields, a card, and a `run` that reads like its paper."""

from collections.abc import Generator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Protocol

from pydantic import ConfigDict

from playground.errors import FieldPath
from playground.returning import Returning
from playground.strategies.parts.calls import Calls
from playground.strategies.parts.card import TechniqueCard as TechniqueCard
from playground.strategies.parts.checks import check_examples, check_form_of_answer, check_labels, check_required
from playground.strategies.parts.material import FENCED, marker_of, with_material
from playground.task import SearchSettings
from playground.types import (
    Check,
    Completion,
    Delta,
    Message,
    Progress,
    Run,
    Setup,
    Step,
    Task,
    ThoughtTree,
    Vote,
    Weights,
)

SHARED_FIELDS = ("role", "material", "form", "form_text")  # of a task: they go with every technique
FENCED_BY = "The material stood between lines of {marker}, which is neither in it nor in the input."


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a technique concludes, and in words how it was found."""

    text: str
    how: str = ""
    votes: tuple[Vote, ...] = ()
    checks: tuple[Check, ...] = ()

    def conclude(self, run: Run) -> Run:
        """The run with this for its answer."""
        return replace(run, answer=self.text, how=self.how, votes=self.votes, checks=self.checks)


Event = Delta | Progress | ThoughtTree
Asking = Generator[Event, None, tuple[Completion, ...]]
Using = Generator[Event, None, Completion]
Running = Generator[Event, None, Answer]


class Ask(Protocol):
    """The two doors. Calling it is the only one to a model: sends one prompt, streams events, returns its `n`
    completions. `use` is the only one to a tool.

    `prefill` begins the assistant's turn. Neighbouring asks with the same `together` are shown as one step.
    `depends_on` are the labels of the earlier asks whose answers this one was made from, or made because of.
    `answer_to` is the task that the reply may be the answer to: it is held to the task's form of the answer, if it has
    one. `weights` are asked in place of the setup's, where they name a model or an adapter. The reply is `one_of` these
    words, where the model can be held to that. `overrides` replace single sampling parameters of the setup, where the
    protocol fixes them (an answer is extracted greedily, whatever the reasoning used).
    """

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
    ) -> Asking: ...

    def score(self, step: Step, text: str) -> Using:
        """How likely the setup's weights find this text as the answer to the step's prompt; see `measured_by`."""
        ...

    def use(self, label: str, tool: str, argument: str, *, depends_on: tuple[str, ...] = ()) -> Using:
        """Ask a tool, by its name; returns what it says, a refusal too. A step of the run like any other."""
        ...

    def call(
        self, label: str, name: str, arguments: str, *, fault: str = "", depends_on: tuple[str, ...] = ()
    ) -> Using:
        """Call a function of the person's, who says what it gives by writing this step's output: nothing before that.
        Where the call is wrong, the output is what is wrong with it. Named `PERSON` it is the person who is asked."""
        ...

    def excess(self, messages: tuple[Message, ...], most: int | None) -> int:
        """How many tokens of a prompt are too many, for the model's window with an answer in it or for `most`: 0 where
        it fits, and where nobody can tell."""
        ...


class Procedure(Protocol):
    """What can be carried out on a model. A technique is one that also describes itself."""

    def check(self, task: Task) -> None:
        """Raises PlaygroundError for a task that cannot be done."""
        ...

    def carry_out(self, task: Task, ask: Ask) -> Running:
        """Ask for what is needed. Yields events, returns the answer."""
        ...


@dataclass(frozen=True, kw_only=True)
class Strategy:
    """Base of all techniques. Fields are the options; class variables and a few methods say what others must know."""

    __pydantic_config__ = ConfigDict(extra="forbid")

    name: ClassVar[str]
    title: ClassVar[str]
    card: ClassVar[TechniqueCard]
    task_fields: ClassVar[tuple[str, ...]]
    required: ClassVar[tuple[str, ...]] = ("input",)
    offers_functions: ClassVar[bool] = False  # it tells the model of functions to call
    reasons: ClassVar[bool] = False  # it has the model reason in words before it answers
    fenced: ClassVar[str] = FENCED  # how a task's material stands behind its input
    verdicts: ClassVar[tuple[str, str]] = ("Kept", "Broken")  # of a check that holds, and of one that does not

    @classmethod
    def fields_of_task(cls) -> tuple[str, ...]:
        """The task's fields that it can use: its own, and those that go with every technique."""
        return tuple(dict.fromkeys((*cls.task_fields, *SHARED_FIELDS)))

    @property
    def unused(self) -> frozenset[str]:
        """Names of the task's fields and of its own options that make no difference under these options."""
        return frozenset()

    @property
    def used_fields(self) -> tuple[str, ...]:
        """The task's fields that do make one."""
        return tuple(name for name in self.fields_of_task() if name not in self.unused)

    @property
    def shows_reasoning(self) -> bool:
        """Whether the examples that it shows are to be worked out: with the reasoning, and not the answer alone."""
        return False

    @property
    def measured_by(self) -> str:
        """The option because of which it has given words measured, for which a model has to tell probabilities."""
        return ""

    def reasons_on(self, task: Task) -> bool:
        """Whether it has the model reason on this task, in some step of it."""
        return self.reasons

    def calls(self, task: Task) -> Calls:
        """How many completions it asks for."""
        return Calls.exactly(1)

    def searches(self, task: Task) -> SearchSettings | None:
        """How the task's documents are searched when it uses that tool; None where it has none."""
        return SearchSettings(size=300) if task.collection else None

    def voters(self, run: Run) -> tuple[Completion, ...]:
        """Those of the run's completions whose answers vote, in the order in which a Vote numbers its `paths`."""
        return ()

    def why_no_form(self, task: Task) -> str:
        """Why its answer can be held to no form, as what follows the form in a sentence; "" where it can."""
        return ""

    def pieces(self, task: Task) -> tuple[str, ...]:
        """What of the input stands in its prompts as it is: all of it, or parts."""
        return (task.input,)

    def drafts(self, run: Run) -> tuple[Step, ...]:
        """Those of the run's steps whose outputs are versions of one text, in order: each changes the one before it."""
        return ()

    def asked_with(self, setup: Setup) -> tuple[Setup, ...]:
        """The setup as parts of it are asked that have weights or sampling of their own; nothing where none has."""
        return ()

    def part_at(self, setup: Setup, number: int, path: FieldPath) -> tuple[FieldPath, str]:
        """Where in the setup stands what that part of `asked_with` has at this path, and what the part is called."""
        return path, setup.strategy

    def dialogue(self, run: Run) -> tuple[tuple[Step, str], ...]:
        """Those of the run's steps that are messages between agents, in order, each with who sent it."""
        return ()

    def check(self, task: Task) -> None:
        """Raises InvalidSetup when the task lacks something this technique cannot do without."""
        check_required(task, self.required, self.title)
        if "examples" in self.used_fields:
            check_examples(task)
        if "labels" in self.used_fields:
            check_labels(task)
        check_form_of_answer(task, self.why_no_form(task))

    def check_alone(self, task: Task) -> None:
        """The same for where nobody sits before it and writes, as in a comparison or an experiment."""
        self.check(task)

    def carry_out(self, task: Task, ask: Ask) -> Running:
        """The protocol on the whole task: a run, a preview and a new reading all come this way, so none of them can
        leave out the material.
        """
        answer = yield from self.run(with_material(task, self.fenced), ask)
        marker = marker_of(task)
        return replace(answer, how=f"{answer.how} {FENCED_BY.format(marker=marker)}".strip()) if marker else answer

    def run(self, task: Task, ask: Ask) -> Running:
        """The protocol, on a task whose material stands in its input. Yields events, returns the answer."""
        raise NotImplementedError  # abstract


def user_message(content: str) -> Message:
    return Message("user", content)


def assistant_message(content: str) -> Message:
    return Message("assistant", content)


def system_message(content: str) -> tuple[Message, ...]:
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
