"""Which values are tried next: all of a grid, some at random, or what Optuna makes of those before.

What is proposed depends on the search and on the tries before, and on nothing else: a search that goes on after a stop
goes on as it would have.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from random import Random
from typing import Any

from playground.errors import NotSupported
from playground.finetuning.recipe import Recipe
from playground.finetuning.search.space import Range, Search, Values, grid_of, recipe_with, size_of, space_of
from playground.finetuning.training.events import TryEnded

DRAWS = 200  # at random, until one is found that was not tried
BEGINNERS = 4  # tries that Optuna draws at random before it models which values do well
MISSING = "This way to search needs the package optuna: pip install 'optuna>=5,<6'. Or choose grid or random."
DIGITS = 3  # that count of a number that was drawn: more would be no other recipe


def count_of(search: Search, recipe: Recipe) -> int:
    """How many recipes will be tried."""
    return int(min(search.tries, size_of(space_of(search, recipe))))


def propose(search: Search, recipe: Recipe, before: Sequence[TryEnded]) -> dict[str, Any] | None:
    """The values of the next try; None when there is none. Raises NotSupported without Optuna, where it is needed."""
    space = space_of(search, recipe)
    if len(before) >= count_of(search, recipe):
        return None
    if search.way == "grid":
        return grid_of(space)[len(before)]
    known = {repr(_sorted(one.values)) for one in before}
    if search.way == "optuna":
        return _by_optuna(search, space, before)
    random = Random(f"search {search.seed} {len(before)}")
    for _ in range(DRAWS):
        drawn = {name: _draw(values, random) for name, values in space.items()}
        if repr(_sorted(drawn)) not in known:
            return drawn
    left = [] if math.isinf(size_of(space)) else [one for one in grid_of(space) if repr(_sorted(one)) not in known]
    return random.choice(left) if left else None


def expect_tries(search: Search, recipe: Recipe) -> list[Recipe]:
    """The recipes that will be tried. Which ones Optuna takes nobody knows before: those that chance would take stand
    for them."""
    known = replace(search, way="random") if search.way == "optuna" else search
    tries: list[TryEnded] = []
    while (values := propose(known, recipe, tries)) is not None:
        number = len(tries) + 1
        tries.append(TryEnded(number=number, tries=number, values=values, loss=None, best_step=0, seconds=0.0))
    return [recipe_with(recipe, one.values) for one in tries]


def check_way(search: Search) -> None:
    """Raises NotSupported where its package is not there: said before anything begins."""
    if search.way == "optuna":
        _optuna()


def _sorted(values: Mapping[str, Any]) -> list[tuple[str, Any]]:
    return sorted(values.items())


def _draw(values: Values, random: Random) -> Any:
    if not isinstance(values, Range):
        return random.choice(values)
    if values.whole and not values.log:
        return random.randint(int(values.low), int(values.high))
    drawn = (
        math.exp(random.uniform(math.log(values.low), math.log(values.high)))
        if values.log
        else random.uniform(values.low, values.high)
    )
    return _rounded(drawn, values)


def _rounded(value: float, values: Range) -> float | int:
    if values.whole:
        return min(max(round(value), int(values.low)), int(values.high))
    return min(max(float(f"{value:.{DIGITS}g}"), values.low), values.high)


def _by_optuna(search: Search, space: Mapping[str, Values], before: Sequence[TryEnded]) -> dict[str, Any]:
    """What its estimator of good values proposes after the tries that are over. A try that broke off counts as bad."""
    optuna = _optuna()
    distributions = {name: _distribution(optuna, values) for name, values in space.items()}
    sampler = optuna.samplers.TPESampler(seed=search.seed + len(before), n_startup_trials=BEGINNERS)
    study = optuna.create_study(sampler=sampler)
    worst = max((one.loss for one in before if one.loss is not None), default=0.0)
    for one in before:
        values = {name: _as_choice(space[name], one.values[name]) for name in space}
        study.add_trial(
            optuna.trial.create_trial(
                params=values, distributions=distributions, value=2 * worst + 1 if one.loss is None else one.loss
            )
        )
    proposed = study.ask(distributions).params
    return {
        name: _rounded(proposed[name], values) if isinstance(values, Range) else values[proposed[name]]
        for name, values in space.items()
    }


def _as_choice(values: Values, value: Any) -> Any:
    """A value as Optuna knows it: of a list its place, for a list may hold anything."""
    return value if isinstance(values, Range) else values.index(value)


def _distribution(optuna: Any, values: Values) -> Any:
    if not isinstance(values, Range):
        return optuna.distributions.CategoricalDistribution(range(len(values)))
    if values.whole:
        return optuna.distributions.IntDistribution(int(values.low), int(values.high), log=values.log)
    return optuna.distributions.FloatDistribution(values.low, values.high, log=values.log)


def _optuna() -> Any:
    try:
        import optuna
    except ImportError:
        raise NotSupported(MISSING) from None
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    return optuna
