"""Type of a skill: training data, held-out prompts and measures of one adapter."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

from playground.finetuning.recipe import Recipe
from playground.types import Example


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldOut:
    """A prompt that was not trained on, and what is known about its right answer."""

    prompt: str
    truth: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Skill:
    """Data, recipe and measures of one adapter. `example` is a setup that shows the difference plainly.

    `data` and `limits` are what its card says of where it comes from and of what it does not do.
    `core` is what of a prompt tells items apart, without the words that several have in common.
    `marks` says of an answer, given the truth, which measures it passes; the last measure is the one that counts.
    """

    name: str
    title: str
    about: str
    example: Mapping[str, Any]
    data: str
    limits: str
    training: Callable[[Random], Sequence[Example]]
    held_out: Callable[[], Sequence[HeldOut]]
    marks: Callable[[str, Any], Mapping[str, bool]]
    max_tokens: int
    recipe: Recipe
    core: Callable[[str], str] = str
