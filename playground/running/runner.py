"""Runs a technique on a model and yields the run as it grows."""

import math
import random
import time
from collections.abc import Generator, Sequence
from contextlib import ExitStack
from dataclasses import replace
from typing import TypeVar

from playground.backends.base import Backend, Capabilities
from playground.backends.catalog import Catalog
from playground.errors import LimitReached, PlaygroundError
from playground.retrieval.answering import search_tool
from playground.returning import Returning
from playground.running.asking import Asker
from playground.running.refusals import refuse_ignored, refuse_ignored_anywhere
from playground.running.transcript import Transcript
from playground.strategies import Event, Procedure, technique_of
from playground.types import Progress, Run, Sampling, Setup, Step, ThoughtTree

INTERVAL = 0.1  # seconds between snapshots: what a page can show and a reader can follow
T = TypeVar("T")


def run(
    setup: Setup, catalog: Catalog, *, earlier_steps: Sequence[Step] = (), max_seconds: float = math.inf,
    every: float | None = None,
) -> Generator[Run, None, None]:  # fmt: skip
    """Carry out the setup's technique."""
    yield from carry_out(
        technique_of(setup), setup, catalog, earlier_steps=earlier_steps, max_seconds=max_seconds, every=every
    )


def carry_out(
    procedure: Procedure,
    setup: Setup,
    catalog: Catalog,
    *,
    earlier_steps: Sequence[Step] = (),
    also: Sequence[Sampling] = (),
    max_seconds: float = math.inf,
    every: float | None = None,
) -> Generator[Run, None, None]:
    """Yield the Run as it grows, ten times a second or `every` so many, and at last complete. Closing stops the work.

    `earlier_steps` are steps that need not be asked again, in order: edit one, pass it and those before it,
    and the technique goes on from there. A given completion without a finish reason is continued where it
    ends. `also` are settings that the procedure asks with besides the setup's: what the model ignores of them is
    refused alike. `max_seconds` is how many seconds the whole run may take.
    Raises PlaygroundError as long as nothing has come back; what goes wrong later ends in a Run with
    status `failed` that keeps all that had arrived.
    """
    procedure.check(setup.task)
    transcript = Transcript(setup)
    yield transcript.snapshot()  # at once: a client that cancels before the first yield is not heard
    with ExitStack() as kept:
        backends: dict[str, Backend] = {}
        others = tuple(replace(setup, sampling=other) for other in also)
        asked = (setup, *technique_of(setup).asked_with(setup), *others)
        for model, adapter in dict.fromkeys((one.model, one.adapter) for one in asked):
            kept.enter_context(catalog.keep_loaded(model, adapter))
            backends[model] = yield from _snapshots(catalog.open(model, adapter), transcript)
        refuse_ignored_anywhere(setup, lambda model: backends[model].capabilities)
        for one in others:
            refuse_ignored(one, backends[one.model].capabilities)
        sampling = _sampling_to_send(setup, backends[setup.model].capabilities)
        transcript.start(sampling.seed)
        try:
            search = search_tool(catalog.library, setup.task.collection, technique_of(setup).searches(setup.task))
            asker = Asker(transcript, backends, sampling, tuple(earlier_steps), catalog.visitor, search)
            answer = yield from _snapshots(procedure.carry_out(setup.task, asker), transcript, max_seconds, every)
        except PlaygroundError as error:
            if not transcript.has_content:
                raise
            yield transcript.fail(error)
        else:
            yield transcript.finish(answer)


def _sampling_to_send(setup: Setup, capabilities: Capabilities) -> Sampling:
    """The sampling to send: everything it asks for is honoured, and the seed is one that can be named afterwards."""
    if setup.sampling.seed is None and "seed" in capabilities.sampling:
        return replace(setup.sampling, seed=random.randrange(2**32))
    return setup.sampling


def _snapshots(
    events: Generator[Event, None, T], transcript: Transcript, max_seconds: float = math.inf, every: float | None = None
) -> Generator[Run, None, T]:
    """Pass on snapshots while events come, and return what the events' generator returns."""
    started = last_time = time.monotonic()
    with Returning(events) as work:
        for event in work:
            if time.monotonic() - started > max_seconds:
                raise LimitReached(f"The run was ended after {max_seconds:g} seconds, the most this server allows.")
            transcript.progress = event if isinstance(event, Progress) else None
            if isinstance(event, ThoughtTree):
                transcript.tree = event.thoughts
            if time.monotonic() - last_time >= (INTERVAL if every is None else every):
                yield transcript.snapshot()
                last_time = time.monotonic()
        return work.value
