"""What a comparison would take: calls, tokens, time and cost of all its panes, before any is asked."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from playground.backends.catalog import Catalog
from playground.errors import PlaygroundError
from playground.evaluation.running.estimate import HasPrice, cell_size
from playground.strategies import technique_of
from playground.types import Run, Setup


@dataclass(frozen=True, slots=True, kw_only=True)
class PaneEstimate:
    """Answers at their full length, which most do not reach; panes that cannot run are left out.

    `seconds` is None for a model that has not answered yet, `cost` (US dollars) where no price is known. `at_least`: a
    technique asks as often as its answers lead it to.
    """

    calls: int
    prompt_tokens: int
    completion_tokens: int
    seconds: float | None
    cost: float | None
    at_least: bool = False


def estimate_panes(
    panes: Sequence[Setup], repetitions: int, catalog: Catalog, speeds: Mapping[str, float]
) -> PaneEstimate:
    """`speeds` are seconds for each token of one answer, by model, as measured in an earlier comparison."""
    calls, prompts, completions, at_least = 0, 0.0, 0.0, False
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
        completion = 0.0 if info.capabilities.task else size.completion
        calls += repetitions * count
        prompts += repetitions * size.prompt
        completions += repetitions * completion
        at_least = at_least or size.at_least
        if isinstance(backend, HasPrice) and (price := backend.price):
            costs.append(repetitions * price.cost(round(size.prompt), round(completion)))
        elif info.kind == "endpoint":
            unpriced = True
        if pane.model in speeds:
            beside = max(1, min((backend or info).capabilities.parallel, repetitions * count))
            spent = repetitions * completion * speeds[pane.model] / beside
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
    )


def speeds_of(runs: Iterable[Run]) -> dict[str, float]:
    """Seconds for each token of one answer, by model, in runs that ended."""
    spent: dict[str, float] = {}
    tokens: dict[str, int] = {}
    for run in runs:
        for completion in (c for step in run.steps for c in step.completions if run.status == "done"):
            spent[run.setup.model] = spent.get(run.setup.model, 0.0) + completion.seconds
            tokens[run.setup.model] = tokens.get(run.setup.model, 0) + completion.completion_tokens
    return {model: seconds / tokens[model] for model, seconds in spent.items() if tokens[model] and seconds}
