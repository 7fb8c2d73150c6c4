"""What a comparison would take: calls, tokens, time and cost of all its panes, before any is asked."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from playground.backends.catalog import Catalog
from playground.errors import PlaygroundError
from playground.evaluation.running.estimate import HasPrice, cell_size
from playground.strategies import technique_of
from playground.types import Completion, Run, Setup

Kind = tuple[str, str, str]  # of answers: the model, its adapter, the technique


@dataclass(frozen=True, slots=True, kw_only=True)
class PaneEstimate:
    """Answers as long as others of the same weights and technique were, and where none was seen at their full length:
    then `at_most`, for most do not reach it. Panes that cannot run are left out.

    `seconds` is None for a model that has not answered yet, `cost` (US dollars) where no price is known. `at_least`: a
    technique asks as often as its answers lead it to.
    """

    calls: int
    prompt_tokens: int
    completion_tokens: int
    seconds: float | None
    cost: float | None
    at_least: bool = False
    at_most: bool = False


@dataclass(frozen=True, slots=True)
class Pace:
    """Seconds until an answer's first token is there, which is mostly reading, and for each token after it."""

    first: float
    each: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What runs have shown: how quick answers came, by model, and how many tokens they had, by their kind."""

    paces: Mapping[str, Pace] = field(default_factory=dict)
    lengths: Mapping[Kind, float] = field(default_factory=dict)


def estimate_panes(panes: Sequence[Setup], repetitions: int, catalog: Catalog, seen: Seen) -> PaneEstimate:
    """What all of them take, by what was seen of such."""
    calls, prompts, completions, at_least, at_most = 0, 0.0, 0.0, False, False
    costs: list[float] = []
    unpriced, untimed = False, False
    seconds: dict[str, float] = {}
    for pane in panes:
        try:
            info, backend = catalog.info(pane.model), catalog.peek(pane.model)
            technique_of(pane).check_alone(pane.task)
            size = cell_size(pane, backend)
        except PlaygroundError:  # which the pane says itself once it is asked
            continue
        count = 1 if info.capabilities.task else size.calls
        completion, length = size.completion, seen.lengths.get(_kind(pane))
        if info.capabilities.task:
            completion = 0.0
        elif length is None:
            at_most = True
        else:
            completion = min(completion, count * length)
        calls += repetitions * count
        prompts += repetitions * size.prompt
        completions += repetitions * completion
        at_least = at_least or size.at_least
        if isinstance(backend, HasPrice) and (price := backend.price):
            costs.append(repetitions * price.cost(round(size.prompt), round(completion)))
        elif info.kind == "endpoint":
            unpriced = True
        if pace := seen.paces.get(pane.model):
            beside = max(1, min((backend or info).capabilities.parallel, repetitions * count))
            spent = repetitions * (count * pace.first + max(0.0, completion - count) * pace.each) / beside
            seconds[pane.model] = seconds.get(pane.model, 0.0) + spent
        else:
            untimed = True
    return PaneEstimate(
        calls=calls,
        prompt_tokens=round(prompts),
        completion_tokens=round(completions),
        seconds=None if untimed or not seconds else sum(seconds.values()),
        cost=sum(costs) if costs and not unpriced else None,
        at_least=at_least,
        at_most=at_most,
    )


def seen_in(runs: Iterable[Run]) -> Seen:
    """What runs that ended have shown."""
    by_model, by_kind = defaultdict[str, list[Completion]](list), defaultdict[Kind, list[Completion]](list)
    for run in runs:
        if run.status == "done":
            answers = [one for step in run.steps if not step.tool for one in step.completions]
            by_model[run.setup.model] += answers
            by_kind[_kind(run.setup)] += answers
    return Seen(
        paces={model: pace for model, answers in by_model.items() if (pace := _pace(answers))},
        lengths={
            kind: sum(one.completion_tokens for one in answers) / len(answers)
            for kind, answers in by_kind.items()
            if answers
        },
    )


def _pace(answers: Sequence[Completion]) -> Pace | None:
    """None where nothing took time. Where no first token was timed before others, the mean is all there is."""
    tokens, seconds = sum(one.completion_tokens for one in answers), sum(one.seconds for one in answers)
    if not tokens or not seconds:
        return None
    known = [one for one in answers if one.time_to_first_token is not None and one.completion_tokens > 1]
    if not known:
        return Pace(seconds / tokens, seconds / tokens)
    first = sum(one.time_to_first_token or 0.0 for one in known)
    after = sum(one.seconds for one in known) - first
    return Pace(first / len(known), max(0.0, after) / sum(one.completion_tokens - 1 for one in known))


def _kind(setup: Setup) -> Kind:
    return setup.model, setup.adapter, setup.strategy
