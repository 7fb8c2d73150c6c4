"""The core types: a `Setup` goes in, `Delta`s stream, a `Run` remains."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import AfterValidator

from playground.completion import Alternative as Alternative  # nouns that have a file of their own
from playground.completion import Completion as Completion
from playground.completion import Delta as Delta
from playground.completion import Finding as Finding
from playground.completion import FinishReason as FinishReason
from playground.completion import Origin as Origin
from playground.completion import Progress as Progress
from playground.completion import Token as Token
from playground.completion import Usage as Usage
from playground.parameters import text
from playground.sampling import Sampling as Sampling
from playground.task import MAX_NAME as MAX_NAME
from playground.task import MAX_TEXT as MAX_TEXT
from playground.task import MAX_TURNS as MAX_TURNS
from playground.task import Agent as Agent
from playground.task import AnswerType as AnswerType
from playground.task import ChainStep as ChainStep
from playground.task import Example as Example
from playground.task import FormKind as FormKind
from playground.task import Function as Function
from playground.task import FunctionCall as FunctionCall
from playground.task import Message as Message
from playground.task import Role as Role
from playground.task import Task as Task
from playground.task import Turn as Turn
from playground.task import Weights as Weights

Status = Literal["waiting", "running", "done", "stopped", "failed"]


def _without_lists(value: Any) -> Any:
    """With tuples for lists: what comes from a file or a program equals what a technique has for its default."""
    if isinstance(value, Mapping):
        return {key: _without_lists(item) for key, item in value.items()}
    return tuple(map(_without_lists, value)) if isinstance(value, (list, tuple)) else value


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup(Weights):
    """All that determines a run: a preset, a link and an API call each are one. `options` are the technique's own."""

    strategy: str = text("zero_shot", max_length=60, label="Technique", help="How it is asked.")
    options: Annotated[Mapping[str, Any], AfterValidator(_without_lists)]
    task: Task
    sampling: Sampling

    def weights_for(self, own: Weights) -> Weights:
        """Which weights a part of it is asked of that names its own: without a model, the setup's with that adapter."""
        if not own.model and not own.adapter:
            return self
        return Weights(model=own.model or self.model, adapter=own.adapter, scale=own.scale)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One request to the model: what was sent, and every sample that came back. Or to a tool, which has one answer."""

    label: str
    messages: tuple[Message, ...]
    prefix: str = ""  # the assistant prefill: how the answer begins; the key in stored runs
    together: str = ""  # the same name on neighbouring steps: they were asked at once
    depends_on: tuple[str, ...] = ()  # labels of the earlier steps whose answers this one was made from
    completions: tuple[Completion, ...] = ()
    tool: str = ""  # the one that was asked, in one message of the user's
    measured: bool = False  # the output's words were given, and only measured: how likely the model finds them


@dataclass(frozen=True, slots=True, kw_only=True)
class Vote:
    """One answer and the samples (by number) that gave it; `weight` is what the vote was decided by."""

    answer: str
    count: int
    weight: float
    paths: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """Whether an answer keeps a rule that it was given; `found` is what breaks it, or how far it is kept."""

    rule: str
    kept: bool
    found: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Thought:
    """One step that was proposed in a search: `parent` is the place in its tree of the one before it, None at the root.

    `value` is the verdict on it, "" before it was judged; `kept` is whether the search went on from it.
    """

    text: str
    parent: int | None = None
    value: str = ""
    kept: bool = False


@dataclass(frozen=True, slots=True)
class ThoughtTree:
    """News of a search: all that was proposed so far, parents before children."""

    thoughts: tuple[Thought, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """The whole record of one setup: every message sent, every completion, the answer and its cost."""

    setup: Setup
    status: Status = "waiting"
    answer: str = ""
    how: str = ""
    votes: tuple[Vote, ...] = ()
    checks: tuple[Check, ...] = ()
    tree: tuple[Thought, ...] = ()  # what a search proposed, with the verdicts
    steps: tuple[Step, ...] = ()
    prompt_tokens: int = 0  # a prompt shared by n samples counts once
    completion_tokens: int = 0
    estimated: bool = False
    cost: float | None = None
    seconds: float = 0.0  # since the model was ready
    loading: float = 0.0  # seconds until it was
    seed: int | None = None  # the one used, also when the setup left it open
    progress: Progress | None = None
    error: str = ""
    error_path: tuple[str | int, ...] = ()  # where in the setup the value is that the error is about

    @property
    def calls(self) -> int:
        """How many completions a model was asked for. A tool's answers are none."""
        return sum(len(step.completions) for step in self.steps if not step.tool)
