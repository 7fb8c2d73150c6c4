"""What panes answered when each was asked several times: equal answers together, agreement, and right or wrong."""

import itertools
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from playground.evaluation.datasets.base import Dataset
from playground.evaluation.datasets.own import CARD, OWN
from playground.evaluation.findings.comparisons import ColumnComparison, compare
from playground.evaluation.findings.sentences import (
    format_adjusted_p,
    format_interval,
    format_points,
    more_needed,
    one_line,
)
from playground.evaluation.findings.summary import summaries
from playground.evaluation.plan import Experiment, Item, ScorerChoice
from playground.evaluation.results import Result, Table
from playground.evaluation.scorers.base import Scorer, Verdict
from playground.evaluation.scorers.matching import Contains
from playground.evaluation.scorers.reading import Label, Numeric
from playground.formats import format_count
from playground.prompts import prompts_of
from playground.strategies.answers import NoNumber, comparison_key, reference_number
from playground.types import Run, Setup

HOW: Mapping[type[Scorer], str] = {
    Numeric: "Right: the number that the answer marks, else its first, is {}.",
    Label: "Right: the label that the answer gives is {}.",
    Contains: "Right: the answer holds the words {}.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerCount:
    """One answer, in the first of its spellings, and how many repetitions gave it; None: nobody says if it is right."""

    text: str
    count: int
    right: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PaneAnswers:
    """One pane over its repetitions that have an answer. `verdicts` are None for the others, and without a reference.

    `agreement` is the share of pairs of repetitions that are equal, None for fewer than two.
    """

    answers: tuple[AnswerCount, ...]
    count: int
    agreement: float | None
    verdicts: tuple[bool | None, ...] = ()
    certain: bool = False  # nothing in it is left to chance: one repetition says as much as many, but for rounding
    right: int | None = None
    low: float | None = None  # of the share that is right, 95 %
    high: float | None = None

    @property
    def alike(self) -> bool:
        """Whether all its repetitions gave one answer."""
        return len(self.answers) < 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Repetitions:
    """All panes. `between[a][b]` is how often an answer of one equals an answer of the other."""

    panes: tuple[PaneAnswers, ...]
    between: tuple[tuple[float | None, ...], ...]
    how: str = ""  # what counts as right
    sentences: tuple[str, ...] = ()  # each pane against the baseline: what chance does not explain first, then the best
    summary: str = ""  # of all of them


class ReferenceScoring:
    """Whether answers are right, by one reference: as a number where it is one, as a label, or as words in them."""

    def __init__(self, reference: str, setup: Setup) -> None:
        """Raises InvalidSetup for a reference that no answer of this type can be."""
        item = Item(id="1", input=setup.task.input, references=(reference.strip(),))
        self._scorer = _scorer(item.references[0], setup)
        self._dataset = Dataset(
            name=OWN,
            card=CARD,
            answer=setup.task.answer,
            labels=setup.task.labels,
            items=(item,),
            scorer=ScorerChoice(name=self._scorer.name),
        )
        self._scorer.check(self._dataset)
        self.how = HOW[type(self._scorer)].format(one_line(item.references[0]))

    def verdict(self, run: Run) -> Verdict:
        return self._scorer.score(run.answer, self._dataset.items[0], self._dataset)


def _scorer(reference: str, setup: Setup) -> Scorer:
    if setup.task.answer in ("label", "choice", "yes_no"):
        return Label()
    try:
        reference_number(reference)
    except NoNumber:
        return Numeric() if setup.task.answer == "number" else Contains(whole_words=True)
    return Numeric()


def repeated(
    runs: Sequence[Sequence[Run]], titles: Sequence[str], baseline: int, scoring: ReferenceScoring | None = None
) -> Repetitions:
    """From the runs of every pane, in the order of the repetitions. Also for panes that still answer."""
    keys = [[comparison_key(run.answer) for run in pane if run.status == "done"] for pane in runs]
    between = tuple(
        tuple(_within(keys[a]) if a == b else _share_equal(keys[a], keys[b]) for b in range(len(keys)))
        for a in range(len(keys))
    )
    panes = [_pane(pane, scoring) for pane in runs]
    if scoring is None:
        return Repetitions(panes=tuple(panes), between=between)
    order = [baseline, *(at for at in range(len(panes)) if at != baseline)]
    table = _table(runs, [titles[at] for at in order], [panes[at] for at in order], order)
    for at, summary in zip(order, summaries(table), strict=True):
        panes[at] = replace(panes[at], right=summary.right, low=summary.low, high=summary.high)
    certain = [at for at in order[1:] if panes[at].certain and panes[baseline].certain]
    tested = [at for at in order if at not in certain]  # the others would only count as further comparisons
    table = _table(runs, [titles[at] for at in tested], [panes[at] for at in tested], tested)
    comparisons = sorted(compare(table), key=lambda one: (not one.significant, -(one.difference or 0.0)))
    sentences = [_sentence(one) for one in comparisons]
    sentences += [_certain_sentence(titles[at], panes[at], titles[baseline], panes[baseline]) for at in certain]
    in_short = _summary(one_line(titles[baseline]), comparisons, len(certain))
    return Repetitions(
        panes=tuple(panes), between=between, how=scoring.how, sentences=tuple(sentences), summary=in_short
    )


def _pane(runs: Sequence[Run], scoring: ReferenceScoring | None) -> PaneAnswers:
    done = [run for run in runs if run.status == "done"]
    verdicts = {run.answer: scoring.verdict(run).right for run in done} if scoring else {}
    counts = Counter(comparison_key(run.answer) for run in done)
    spelled = {comparison_key(run.answer): run.answer for run in reversed(done)}
    return PaneAnswers(
        answers=tuple(
            AnswerCount(text=spelled[key], count=count, right=verdicts.get(spelled[key]))
            for key, count in counts.most_common()
        ),
        count=len(done),
        agreement=_within([comparison_key(run.answer) for run in done]),
        certain=bool(done) and is_certain(done[0].setup),
        verdicts=tuple(verdicts.get(run.answer) if run.status == "done" else None for run in runs),
    )


def _within(keys: Sequence[str]) -> float | None:
    pairs = list(itertools.combinations(keys, 2))
    return sum(a == b for a, b in pairs) / len(pairs) if pairs else None


def _share_equal(first: Sequence[str], second: Sequence[str]) -> float | None:
    pairs = [a == b for a in first for b in second]
    return sum(pairs) / len(pairs) if pairs else None


def _table(
    runs: Sequence[Sequence[Run]], titles: Sequence[str], panes: Sequence[PaneAnswers], order: Sequence[int]
) -> Table:
    """The repetitions as the items of an experiment: what they stand for are other draws of this one prompt."""
    prompt = runs[0][0].setup.task.input
    count = len(runs[0])
    return Table(
        experiment=Experiment(),
        items=tuple(Item(id=str(number), input=prompt) for number in range(count)),
        columns=tuple(titles),
        results=tuple(
            Result(
                key="",
                column=title,
                item=str(number),
                outcome="failed" if right is None else "done",
                score=None if right is None else float(right),
                right=right,
                answer=run.answer,
            )
            for title, pane, at in zip(titles, panes, order, strict=True)
            for number, (run, right) in enumerate(zip(runs[at], pane.verdicts, strict=True))
        ),
    )


def is_certain(setup: Setup) -> bool:
    """Whether nothing in its runs is left to chance. Raises InvalidSetup for one that could not be run."""
    return all(prompt.sampling.temperature == 0 for prompt in prompts_of(setup))


def _certain_sentence(second: str, pane: PaneAnswers, first: str, baseline: PaneAnswers) -> str:
    """One pane against the baseline where both leave nothing to chance: no number of repetitions is evidence."""

    def said(title: str, answers: PaneAnswers) -> str:
        name, right, n = one_line(title), answers.right or 0, answers.count
        if right in (0, n):
            return f"{name} is right" if right else f"{name} is wrong"
        return f"{name} is right in {right} of {format_count(n, 'repetition')}"

    both = f"{said(second, pane)}, {said(first, baseline)}"
    if {pane.right, baseline.right} <= {0, pane.count, baseline.count}:
        both = f"{both}, each time"
    why = "every repetition is the same" if pane.alike and baseline.alike else "repetitions differ by rounding alone"
    return (
        f"{both}: at temperature 0 {why}, so repeating says nothing of chance. Ask other prompts before you prefer one."
    )


def _sentence(comparison: ColumnComparison) -> str:
    """One pane against the baseline: who was right how often, and whether that suffices to prefer one."""
    first, second, n = one_line(comparison.first), one_line(comparison.second), comparison.n
    if comparison.means is None:
        return f"{second} and {first} cannot be compared: no repetition has an answer of both."
    a, b = (round(mean * n) for mean in comparison.means)
    times = format_count(n, "repetition")
    chance = format_adjusted_p(comparison.adjusted, comparison.comparisons)
    points = format_points(comparison.difference or 0.0)
    interval = format_interval(comparison.low or 0.0, comparison.high or 0.0)
    measured = f"difference {points}, 95 % interval {interval}, {chance}"
    counted = f"{second} was right in {b} of {times}, {first} in {a} ({measured})"
    if comparison.significant:
        better = second if b > a else first
        return f"{counted}: more than chance explains. On this prompt the evidence suffices to prefer {better}."
    seen, what = comparison.items_for_seen or 0, "difference is really this large"
    open_question = f"{counted}: the evidence does not suffice to prefer one"
    needed = more_needed("repetitions", n, seen, comparison.comparisons, what)
    return f"{open_question}; {needed}." if needed else f"{open_question}."


def _summary(baseline: str, comparisons: Sequence[ColumnComparison], certain: int) -> str:
    """How many panes are better or worse than the baseline, by more than chance explains; of some that is no matter."""
    if not comparisons and not certain:
        return ""
    panes = format_count(len(comparisons) + certain, "pane")
    if not comparisons:
        return f"Of {panes} against {baseline} repeating says nothing of chance: the temperature is 0."
    differences = [one.difference or 0.0 for one in comparisons if one.significant]
    better, worse = sum(one > 0 for one in differences), sum(one < 0 for one in differences)
    said = (
        f"Of {panes} against {baseline}, {better} right more often and {worse} less often than chance explains; "
        f"for {len(comparisons) - len(differences)} the evidence does not suffice"
    )
    return f"{said}; of {certain} at temperature 0 repeating says nothing." if certain else f"{said}."
