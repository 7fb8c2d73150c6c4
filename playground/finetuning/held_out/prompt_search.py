"""Tries prompts on the validation part and takes the best; how many were tried is told."""

from collections.abc import Generator, Sequence
from dataclasses import dataclass

from playground.evaluation.findings.summary import ColumnSummary, summaries
from playground.evaluation.results import Table
from playground.finetuning.held_out.answering import Answering
from playground.finetuning.held_out.sealed_part import SealedPart
from playground.types import Weights


@dataclass(frozen=True, slots=True, kw_only=True)
class PromptFound:
    """The prompt that did best: `template`, with examples before it if `shots`. `tokens` were spent on all tries."""

    template: str
    shots: bool
    tries: int
    items: int
    mean: float
    tokens: int


def search_prompts(
    part: SealedPart, instructions: Sequence[str], weights: Weights, answering: Answering
) -> Generator[Table, None, PromptFound | None]:
    """Ask the part's items, which are not the sealed ones, with each instruction alone and after the examples.

    The highest mean wins, and of equal ones the prompt of fewest tokens. None where nothing could be scored.
    """
    prompts = [
        (template, shots) for template in dict.fromkeys((part.template, *instructions)) for shots in _shown(part)
    ]
    techniques = [
        part.technique(f"Prompt {number}", template, shots=shots) for number, (template, shots) in enumerate(prompts, 1)
    ]
    table = yield from answering.ask(part, techniques, [weights])
    scored = [(one, prompt) for one, prompt in zip(summaries(table), prompts, strict=True) if one.mean is not None]
    if not scored:
        return None
    best, (template, shots) = max(scored, key=lambda pair: (pair[0].mean or 0.0, -tokens_each(pair[0])))
    return PromptFound(
        template=template, shots=shots, tries=len(scored), items=best.items, mean=best.mean or 0.0,
        tokens=sum(one.tokens for one, _ in scored),
    )  # fmt: skip


def tokens_each(summary: ColumnSummary) -> float:
    """Tokens of prompt and answer for each item."""
    return summary.per_cell(summary.tokens) or 0.0


def _shown(part: SealedPart) -> tuple[bool, ...]:
    return (False, True) if part.shots else (False,)
