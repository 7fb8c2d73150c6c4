"""Collects a run while it grows, and gives frozen snapshots of it."""

import time
from dataclasses import dataclass, field, replace

from playground.errors import PlaygroundError
from playground.strategies.base import Answer
from playground.types import (
    Completion,
    Delta,
    Finding,
    FinishReason,
    Origin,
    Progress,
    Run,
    Setup,
    Step,
    Thought,
    Token,
    Usage,
)


@dataclass
class _SampleBuilder:
    """One completion while it grows."""

    text: list[str] = field(default_factory=list)
    tokens: list[Token] = field(default_factory=list)
    prompt_tokens: int = 0
    time_to_first_token: float | None = None
    seconds: float = 0.0
    finish_reason: FinishReason | None = None
    reasoning: list[str] = field(default_factory=list)
    origin: Origin | None = None
    findings: tuple[Finding, ...] = ()
    usage: Usage | None = None

    seconds_before: float = 0.0  # seconds it had taken before it was continued
    tokens_before: int = 0  # tokens it had by then
    estimated: bool = False
    cost_before: float | None = None  # US dollars
    edited: bool = False

    @classmethod
    def continued_from(cls, completion: Completion) -> "_SampleBuilder":
        """One that goes on from what is known of it."""
        return cls(
            text=[completion.text],
            tokens=list(completion.tokens),
            prompt_tokens=completion.prompt_tokens,
            time_to_first_token=completion.time_to_first_token,
            seconds=completion.seconds,
            finish_reason=completion.finish_reason,
            reasoning=[completion.reasoning],
            origin=completion.origin,
            findings=completion.findings,
            seconds_before=completion.seconds,
            tokens_before=len(completion.tokens) or completion.completion_tokens,
            estimated=completion.estimated,
            cost_before=completion.cost,
            edited=completion.edited,
        )

    def add(self, delta: Delta) -> None:
        self.text.append(delta.text)
        self.tokens.extend(delta.tokens)
        self.prompt_tokens = self.prompt_tokens or delta.prompt_tokens or 0
        self.finish_reason = delta.finish_reason
        self.reasoning.append(delta.reasoning)
        self.origin = delta.origin or self.origin
        self.findings += delta.findings
        self.usage = delta.usage or self.usage
        self.seconds = self.seconds_before + delta.seconds
        if self.time_to_first_token is None and (delta.tokens or delta.text or delta.reasoning):
            self.time_to_first_token = delta.seconds

    def completion(self) -> Completion:
        usage = self.usage or Usage(prompt_tokens=self.prompt_tokens, completion_tokens=0)
        length = self.tokens_before + usage.completion_tokens if self.usage else len(self.tokens) or self.tokens_before
        costs = [cost for cost in (self.cost_before, usage.cost) if cost is not None]
        return Completion(
            text="".join(self.text),
            finish_reason=self.finish_reason,
            prompt_tokens=usage.prompt_tokens,
            completion_tokens=length,
            time_to_first_token=self.time_to_first_token,
            seconds=self.seconds,
            tokens=tuple(self.tokens),
            edited=self.edited,
            reasoning="".join(self.reasoning),
            origin=self.origin,
            findings=self.findings,
            estimated=usage.estimated or self.estimated,
            cost=sum(costs) if costs else None,
        )


class OpenStep:
    """A step that has been asked and is being answered."""

    def __init__(self, number: int, step: Step, n: int) -> None:
        self.number = number
        self._step = step
        self._samples = [_SampleBuilder() for _ in range(n)]

    def add(self, sample: int, delta: Delta) -> None:
        """News of the sample in that place."""
        self._samples[sample].add(delta)

    def start_from(self, completions: tuple[Completion, ...]) -> None:
        """Begin with what is already known."""
        self._samples = [_SampleBuilder.continued_from(completion) for completion in completions]

    def completions(self) -> tuple[Completion, ...]:
        return tuple(sample.completion() for sample in self._samples)

    def step(self) -> Step:
        return replace(self._step, completions=self.completions())


class Transcript:
    """Collects the steps of one run; `snapshot` is the Run so far."""

    def __init__(self, setup: Setup) -> None:
        self.progress: Progress | None = None
        self.tree: tuple[Thought, ...] = ()
        self._run = Run(setup=setup)
        self._steps: list[OpenStep] = []
        self._started = time.monotonic()

    def start(self, seed: int | None) -> None:
        """The model is ready: time counts from here."""
        now = time.monotonic()
        self._run = replace(self._run, status="running", seed=seed, loading=now - self._started)
        self._started = now

    def open(self, step: Step, n: int) -> OpenStep:
        """Begin a step that will have `n` completions."""
        self._steps.append(OpenStep(len(self._steps), step, n))
        return self._steps[-1]

    @property
    def setup(self) -> Setup:
        return self._run.setup

    @property
    def has_content(self) -> bool:
        """Something came that is worth keeping: words, or that they are withheld."""
        completions = (completion for step in self._steps for completion in step.completions())
        return any(c.text or c.reasoning or c.finish_reason == "refused" for c in completions)

    def snapshot(self) -> Run:
        steps = tuple(step.step() for step in self._steps)
        completions = [completion for step in steps for completion in step.completions]
        costs = [completion.cost for completion in completions if completion.cost is not None]
        return replace(
            self._run,
            tree=self.tree,
            steps=steps,
            estimated=any(completion.estimated for completion in completions),
            cost=sum(costs) if costs else None,
            prompt_tokens=sum(max((c.prompt_tokens for c in step.completions), default=0) for step in steps),
            completion_tokens=sum(completion.completion_tokens for completion in completions),
            seconds=time.monotonic() - self._started,
            progress=self.progress,
        )

    def finish(self, answer: Answer) -> Run:
        self.progress = None
        return answer.conclude(replace(self.snapshot(), status="done"))

    def fail(self, error: PlaygroundError) -> Run:
        self.progress = None
        return mark_failed(self.snapshot(), error)


def mark_failed(run: Run, error: PlaygroundError) -> Run:
    """The run as it stands when it ends with an error: all that came stays."""
    return replace(mark_stopped(run), status="failed", error=str(error), error_path=error.path)


def mark_stopped(run: Run) -> Run:
    """The run as it stands when it is stopped: all that came stays, what was unfinished is marked."""
    steps = tuple(replace(step, completions=tuple(_mark_cancelled(c) for c in step.completions)) for step in run.steps)
    return replace(run, status="stopped", steps=steps, progress=None)


def _mark_cancelled(completion: Completion) -> Completion:
    return completion if completion.finish_reason else replace(completion, finish_reason="cancelled")
