"""What a search goes over: some numbers of a recipe, each with values or a range."""

import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from playground import setups
from playground.errors import InvalidSetup
from playground.finetuning.methods import METHODS
from playground.finetuning.recipe import MAX_SEED, Recipe, parse_recipe, recipe_to_dict
from playground.parameters import STRICT, choice, number, parameters

SearchKind = Literal["grid", "random", "optuna"]
MOST_TRIES, MOST_NUMBERS, MOST_VALUES = 60, 4, 20
LOG_FROM = 10.0  # times its low end: a range as wide as that is gone through evenly in the logarithm
# Not what says what the loss is, so that losses could not be compared, what is random, and when it is looked at.
APART = ("beta", "temperature", "seed", "evaluate_every", "patience")
SEARCHABLE = tuple(one.name for one in parameters(Recipe) if one.kind != "text" and one.name not in APART)
RULE = "it must be a list of 2 to 20 different values, or a range such as {from: 0.0001, to: 0.01}."


@dataclass(frozen=True, slots=True, kw_only=True)
class Range:
    """All numbers from `low` to `high`, whole ones of a whole number. `log`: evenly in the logarithm."""

    low: float
    high: float
    whole: bool
    log: bool


Values = tuple[Any, ...] | Range


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """How recipes are tried. `over`: fields of a recipe, each with a list of values or a mapping of `from` and `to`."""

    __pydantic_config__ = STRICT
    way: SearchKind = choice(
        "random", help="All of a grid; some at random; or what Optuna makes of those before (an optional package)."
    )
    tries: int = number(8, 2, MOST_TRIES, step=1, help="How many recipes are tried, at most.")
    seed: int = number(0, 0, MAX_SEED, step=1, help="Of what is tried.")
    over: Mapping[str, Any] = field(default_factory=dict, metadata={"max_length": MOST_NUMBERS})


def parse_search(data: Any, recipe: Recipe) -> Search:
    """A checked search over a recipe. Raises InvalidSetup naming what is wrong with it."""
    search: Search = setups.build(Search, data, ("search",))
    space = space_of(search, recipe)
    if search.way == "grid":
        if ranges := [name for name, values in space.items() if isinstance(values, Range)]:
            raise InvalidSetup(path=("search", "over", ranges[0]), rule="is a range; a grid needs a list of values.")
        if (size := size_of(space)) > search.tries:
            rule = f"the grid has {size:,} recipes; raise it to that, list fewer values, or choose random."
            raise InvalidSetup(path=("search", "tries"), value=search.tries, rule=rule)
    return search


def search_to_dict(search: Search) -> dict[str, Any]:
    """As plain data; `parse_search` of it gives the same."""
    return asdict(search)


def space_of(search: Search, recipe: Recipe) -> dict[str, Values]:
    """What is gone over, by the names of a recipe's fields. Raises InvalidSetup."""
    if not search.over:
        raise InvalidSetup(path=("search", "over"), rule=f"is empty; name at least one of {', '.join(SEARCHABLE)}.")
    methods = _methods(search, recipe)
    return {name: _values(name, given, recipe, methods) for name, given in search.over.items()}


def size_of(space: Mapping[str, Values]) -> float:
    """How many different recipes there are; infinite where one of the numbers has a range."""
    return math.prod(math.inf if isinstance(values, Range) else len(values) for values in space.values())


def grid_of(space: Mapping[str, Values]) -> list[dict[str, Any]]:
    """All of them, where each has a list of values."""
    lists = [values for values in space.values() if not isinstance(values, Range)]
    return [dict(zip(space, combination, strict=True)) for combination in itertools.product(*lists)]


def recipe_with(recipe: Recipe, values: Mapping[str, Any]) -> Recipe:
    """The recipe with these values instead of its own. Raises InvalidSetup."""
    return parse_recipe({**recipe_to_dict(recipe), **values})


def largest(recipe: Recipe, search: Search) -> list[Recipe]:
    """What is tried at its largest: each choice with the most of every number. Nothing else that is tried takes more
    room."""
    most = {name: _most(values) for name, values in space_of(search, recipe).items()}
    return [recipe_with(recipe, values) for values in grid_of(most)]


def _most(values: Values) -> tuple[Any, ...]:
    if isinstance(values, Range):
        return (int(values.high) if values.whole else values.high,)
    numbers = [value for value in values if isinstance(value, (int, float))]
    return (max(numbers),) if numbers else values


def _methods(search: Search, recipe: Recipe) -> Sequence[str]:
    """The methods of the recipes that will be tried."""
    given = search.over.get("method")
    return [one for one in given if one in METHODS] if isinstance(given, (list, tuple)) else [recipe.method]


def _values(name: str, given: Any, recipe: Recipe, methods: Sequence[str]) -> Values:
    path = ("search", "over", name)
    if name not in SEARCHABLE:
        raise InvalidSetup(path=path, rule=f"cannot be searched over. Known: {', '.join(SEARCHABLE)}.")
    only_some = {read for method in METHODS.values() for read in method.reads}
    if name in only_some and not any(name in METHODS[method].reads for method in methods):
        titles = ", ".join(METHODS[method].title for method in methods)
        raise InvalidSetup(path=path, rule=f"is not read by {titles}, so it would change nothing.")
    if isinstance(given, Mapping):
        return _range(name, given, recipe)
    if not isinstance(given, (list, tuple)) or not 2 <= len(given) <= MOST_VALUES:
        raise InvalidSetup(path=path, value=given, rule=RULE)
    for value in given:
        _check(name, value, recipe)
    if len({repr(value) for value in given}) < len(given):
        raise InvalidSetup(path=path, value=given, rule=RULE)
    return tuple(given)


def _range(name: str, given: Mapping[Any, Any], recipe: Recipe) -> Range:
    path = ("search", "over", name)
    parameter = next(one for one in parameters(Recipe) if one.name == name)
    if parameter.kind not in ("integer", "number") or {*given} != {"from", "to"}:
        raise InvalidSetup(path=path, value=dict(given), rule=RULE)
    low, high = given["from"], given["to"]
    for value in (low, high):
        _check(name, value, recipe)
    if low is None or high is None or not low < high:
        raise InvalidSetup(path=path, value=dict(given), rule="it must begin below its end.")
    return Range(low=low, high=high, whole=parameter.kind == "integer", log=low > 0 and high / low >= LOG_FROM)


def _check(name: str, value: Any, recipe: Recipe) -> None:
    """Raises InvalidSetup for what a recipe does not allow, as it stands in the search."""
    try:
        recipe_with(recipe, {name: value})
    except InvalidSetup as error:
        raise error.at(("search", "over", name)) from None
