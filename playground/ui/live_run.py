"""A run as a stream of page updates."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from playground import runner, transcript
from playground.backends.catalog import Catalog
from playground.types import Completion, Run, Setup, Step
from playground.ui.messages import in_words
from playground.ui.outline import groups


def follow(setup: Setup, catalog: Catalog, given: Sequence[Step] = ()) -> Iterator[Run]:
    """`runner.run`, but what goes wrong becomes a last Run that says so and keeps what was there."""
    last = Run(setup=setup)
    try:
        for last in runner.run(setup, catalog, given=given):
            yield last
    except Exception as error:
        yield replace(transcript.stopped(last), status="failed", error=in_words(error))


def stop(run: Run) -> Run:
    """The run as it was when it was stopped; one that had already ended stays as it is."""
    return transcript.stopped(run) if run.status in ("waiting", "running") else run


def edited(run: Run, step: int, sample: int, text: str) -> tuple[Step, ...]:
    """The steps to go on from when one output is rewritten: all before it, and what ran beside it."""
    steps = list(run.steps)
    completions = list(steps[step].completions)
    completions[sample] = Completion(text=text, finish_reason="stop", edited=True)
    steps[step] = replace(steps[step], completions=tuple(completions))
    end = next(group.end for group in groups(run.steps) if group.first <= step < group.end)
    return tuple(steps[:end])


def longest(run: Run) -> tuple[int, int] | None:
    """Step and sample with the most tokens: the one worth looking into first."""
    found = [
        (len(c.tokens), -i, -j) for i, step in enumerate(run.steps) for j, c in enumerate(step.completions) if c.tokens
    ]
    return (-max(found)[1], -max(found)[2]) if found else None
