"""Which output of the last run, or which token of it, a click on the page is about."""

from dataclasses import dataclass
from typing import TypeVar

import gradio as gr

from playground.errors import InvalidSetup
from playground.parameters import STRICT, text
from playground.types import MAX_TEXT, Run
from playground.ui.handlers.payloads import read, whole

Place = TypeVar("Place", bound="Pick")


@dataclass(frozen=True, slots=True, kw_only=True)
class Pick:
    """One output of a run."""

    __pydantic_config__ = STRICT

    step: int = whole(10_000)
    sample: int = whole(10_000)


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit(Pick):
    """Another text for it."""

    text: str = text(max_length=MAX_TEXT, help="What the output is to be.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Branch(Pick):
    """Another token, by its id, at one place of it."""

    at: int = whole(1_000_000)
    token: int = whole(2**32)


def last_run(run: Run | None) -> Run:
    """The session's last run. Raises InvalidSetup when there is none."""
    if run is None:
        raise InvalidSetup("Nothing has been run yet; press Run first.")
    return run


def read_of(cls: type[Place], event: gr.EventData, before: Run | None) -> tuple[Run, Place]:
    """The last run and a place that it has. Raises InvalidSetup for a place that it has not."""
    place, run = read(cls, event), last_run(before)
    if place.step >= len(run.steps) or place.sample >= len(run.steps[place.step].completions):
        raise InvalidSetup(f"The last run has no output {place.sample + 1} of step {place.step + 1}; choose another.")
    return run, place
