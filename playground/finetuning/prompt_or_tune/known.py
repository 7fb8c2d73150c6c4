"""What a comparison of prompting and tuning knows so far."""

from dataclasses import dataclass

from playground.evaluation.findings.comparisons import ColumnComparison
from playground.finetuning.held_out.prompt_search import PromptFound
from playground.finetuning.prompt_or_tune.ways import Way


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """What is known so far: the ways that were asked to their end, each way against the first, and the prompt found.

    `stage` is what goes on now, `done` of `stages` are over; `seconds` since the beginning.
    """

    task: str
    ways: tuple[Way, ...] = ()
    comparisons: tuple[ColumnComparison, ...] = ()
    prompt: PromptFound | None = None
    left_out: int = 0
    stage: str = ""
    done: int = 0
    stages: int = 0
    seconds: float = 0.0
