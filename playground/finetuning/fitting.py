"""A recipe with as many steps as fit into a time."""

from collections.abc import Callable
from dataclasses import replace

from playground.finetuning.recipe import Recipe
from playground.parameters import parameters

ROUND = 10  # steps: more exact than the estimate would be made up
MOST = next(int(one.high or 0) for one in parameters(Recipe) if one.name == "steps")


def fit_steps(recipe: Recipe, seconds: float, takes: Callable[[Recipe], float]) -> Recipe:
    """`takes` says how many seconds a recipe is likely to take: so much before the first step, and so much for each."""
    one, two = (takes(replace(recipe, steps=times * recipe.steps)) for times in (1, 2))
    each = (two - one) / recipe.steps
    steps = (seconds - (2 * one - two)) / each
    return replace(recipe, steps=min(MOST, max(ROUND, int(steps) // ROUND * ROUND)))
