"""What an adapter scores on the sealed part against its base, each asked bare and with prompts, in the same batches."""

import hashlib
from collections.abc import Generator, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from playground.evaluation.columns import columns
from playground.evaluation.findings.comparisons import compare
from playground.evaluation.findings.sentences import comparison_sentence
from playground.evaluation.findings.summary import ColumnSummary, summaries
from playground.evaluation.plan import Technique
from playground.evaluation.results import Table
from playground.evaluation.scorers import SCORERS
from playground.finetuning.held_out.answering import Answering, answers_text
from playground.finetuning.held_out.asked import Asked
from playground.finetuning.held_out.prompt_search import search_prompts
from playground.finetuning.held_out.sealed_part import SealedPart
from playground.returning import Returning

Value = TypeVar("Value")

BASE, LEARNED = "the base", "what was learned"


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldOutScore:
    """A column: `asked` is the technique, `learned` says of which weights. Scores are 0 to 1, with 95 % intervals."""

    asked: str
    learned: bool
    items: int
    failed: int
    mean: float | None
    low: float | None
    high: float | None
    right: int | None  # None where scores are not right or wrong
    tokens: float  # of prompt and answer, for each item

    @property
    def name(self) -> str:
        return f"{self.asked}, {LEARNED if self.learned else BASE}"


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldOutResult:
    """All scores, and sentences that hold what was learned, asked bare, against the base with each
    technique.

    `scorer` is its title. `digest` tells sealed parts apart. `tries` is how many prompts were tried on the validation
    part to find the best; `left_out` items would have been learned, and those `beyond` the most were not asked;
    `looks` counts how often this sealed part has been looked at, this time included, with any adapter.
    """

    title: str
    scorer: str
    digest: str
    scores: tuple[HeldOutScore, ...]
    sentences: tuple[str, ...]
    tries: int = 0
    left_out: int = 0
    beyond: int = 0
    looks: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """How far it is, in words."""

    words: str


def judge(asked: Asked, answering: Answering) -> Generator[Judged, None, HeldOutResult]:
    """Both weights must be loaded. Closing stops the work; what is answered is stored, and not asked again."""
    part, ways = asked.part, [asked.part.technique("Bare"), asked.part.technique("Instructed", asked.part.template)]
    if part.shots:
        ways.append(part.technique("Few-shot", part.template, shots=True))
    tries = 0
    if asked.validation:
        searched = replace(part, items=tuple(asked.validation))
        search = search_prompts(searched, asked.instructions, asked.base, answering)
        found = yield from _told(search, "Searching the base's best prompt")
        if found:
            tries = found.tries
            ways.append(part.technique(f"Best of {tries} prompts", found.template, shots=found.shots))
    if part.collection:
        ways.append(part.retrieval("Retrieval"))
    weights = [asked.base, asked.learned]
    table = yield from _told(answering.ask(part, ways, weights), "Asking both")
    return _result(asked, table, ways, tries)


def digest_of(part: SealedPart) -> str:
    """The same for the same items, whatever their order."""
    return hashlib.sha256("\n".join(sorted(item.input for item in part.items)).encode()).hexdigest()[:16]


def _result(asked: Asked, table: Table, ways: Sequence[Technique], tries: int) -> HeldOutResult:
    experiment_columns = columns(table.experiment)
    learned_by_label = {column.label: column.position[1] == 1 for column in experiment_columns}
    named = {
        column.label: f"{ways[column.position[0]].name}, {LEARNED if learned_by_label[column.label] else BASE}"
        for column in experiment_columns
    }
    renamed = replace(
        table,
        columns=tuple(named[label] for label in table.columns),
        results=tuple(replace(result, column=named[result.column]) for result in table.results),
    )
    scores = tuple(
        _score(summary, ways[column.position[0]].name, learned_by_label[column.label])
        for summary, column in zip(summaries(renamed), experiment_columns, strict=True)
    )
    first = named[next(label for label, learned in learned_by_label.items() if learned)]
    base = [named[label] for label, learned in learned_by_label.items() if not learned]
    held = (first, *base)  # what was learned with prompts is in the table
    results = tuple(result for result in renamed.results if result.column in held)
    against = replace(renamed, columns=held, results=results)
    return HeldOutResult(
        title=asked.part.title, scorer=SCORERS[asked.part.scorer.name].title, digest=digest_of(asked.part),
        scores=scores, sentences=tuple(map(comparison_sentence, compare(against))), tries=tries,
        left_out=asked.left_out, beyond=asked.beyond,
    )  # fmt: skip


def _score(summary: ColumnSummary, asked: str, learned: bool) -> HeldOutScore:
    return HeldOutScore(
        asked=asked, learned=learned, items=summary.items, failed=summary.failed, mean=summary.mean, low=summary.low,
        high=summary.high, right=summary.right, tokens=summary.per_cell(summary.tokens) or 0.0,
    )  # fmt: skip


def _told(work: Generator[Table, None, Value], what: str) -> Generator[Judged, None, Value]:
    with Returning(work) as tables:
        for table in tables:
            yield Judged(words=f"{what}: {answers_text(table)}")
    return tables.value
