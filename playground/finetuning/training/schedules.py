"""How large each step is: the learning rate climbs in the warm-up, and falls or stays after it."""

import math

from playground.finetuning.recipe import Recipe, Schedule


def rate_share(recipe: Recipe, step: int) -> float:
    """The share of its peak that the learning rate has in a step, counted from 0: no step of a training is wasted."""
    warmup = round(recipe.warmup * recipe.steps)
    if step < warmup:
        return (step + 1) / warmup
    return _after_peak(recipe.schedule, min(1.0, (step - warmup) / (recipe.steps - warmup)))


def _after_peak(schedule: Schedule, passed: float) -> float:
    """The share of the peak when so much of the time after it has passed."""
    if schedule == "cosine":
        return (1 + math.cos(math.pi * passed)) / 2
    return 1 - passed if schedule == "linear" else 1.0
