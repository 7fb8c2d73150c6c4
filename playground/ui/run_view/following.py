"""A run as a stream of page updates."""

import threading
from collections.abc import Generator, Iterator
from dataclasses import replace

from playground import transcript
from playground.background import Background
from playground.errors import InvalidSetup, NotSupported
from playground.types import Completion, Run, Setup, Step
from playground.ui.handlers.messages import in_words
from playground.ui.handlers.payloads import Branch, Edit
from playground.ui.run_view.continuing import unfit
from playground.ui.run_view.step_groups import groups

CUT = ("cancelled", "refused")  # ends of an output that may go on
MOMENT = 0.1  # seconds between looks at whether to stop


def follow(setup: Setup, runs: Generator[Run, None, None], halt: threading.Event) -> Iterator[Run]:
    """The snapshots of a run of this setup, stopped at once when `halt` is set. The last keeps what came, in any case.

    Snapshots that come faster than they are taken are dropped, all but the newest.
    """
    work = Background(runs, Run(setup=setup), name="run", halt=halt)
    work.start()
    shown: Run | None = None
    ended = False
    try:
        while not (ended or halt.is_set()):
            work.news.wait(MOMENT)
            work.news.clear()
            ended, last = work.ended.is_set(), work.latest  # in this order: what has ended has said its last
            if last is not shown:
                yield (shown := last)
        if work.error:
            yield replace(transcript.stopped(work.latest), status="failed", error=in_words(work.error))
        elif halt.is_set():
            yield stopped(work.latest)
    finally:
        halt.set()  # also when the page was closed


def stopped(run: Run) -> Run:
    """The run as it was when it was stopped; one that had already ended stays as it is."""
    return transcript.stopped(run) if run.status in ("waiting", "running") else run


def edited(run: Run, edit: Edit) -> tuple[Step, ...]:
    """The steps to go on from when one output is rewritten: all before it, and what ran beside it."""
    return _with(run, edit.step, edit.sample, Completion(text=edit.text, finish_reason="stop", edited=True))


def branched(run: Run, branch: Branch) -> tuple[Step, ...]:
    """The steps to go on from when one output takes another token: its words up to there, left unfinished."""
    known = run.steps[branch.step].completions[branch.sample]
    if branch.at >= len(known.tokens):
        raise InvalidSetup(f"That output has {len(known.tokens)} tokens, none at {branch.at + 1}; choose another.")
    here = known.tokens[branch.at]
    other = next((a for a in here.top if a.id == branch.token), None)
    if other is None:
        raise InvalidSetup(f"Token {branch.token} was not recorded as an alternative there; choose one that was.")
    if why := unfit(other):
        raise NotSupported(why)
    taken = replace(here, id=other.id, text=other.text, logprob=other.logprob)
    tokens = (*known.tokens[: branch.at], taken)
    words = "".join(t.text for t in tokens)
    cut = replace(known, text=words, tokens=tokens, completion_tokens=len(tokens), finish_reason=None)
    return _with(run, branch.step, branch.sample, cut)


def resumed(run: Run) -> tuple[Step, ...]:
    """The steps to go on from when a run broke off: all of them, what was cut left unfinished."""
    return tuple(_open_again(step) for step in run.steps)


def _with(run: Run, step: int, sample: int, completion: Completion) -> tuple[Step, ...]:
    steps = list(resumed(run))
    completions = list(steps[step].completions)
    completions[sample] = completion
    steps[step] = replace(steps[step], completions=tuple(completions))
    end = next(group.end for group in groups(run.steps) if group.first <= step < group.end)
    return tuple(steps[:end])


def _open_again(step: Step) -> Step:
    """What was cut off goes on where it ends."""
    opened = (replace(c, finish_reason=None) if c.finish_reason in CUT else c for c in step.completions)
    return replace(step, completions=tuple(opened))


def longest(run: Run) -> tuple[int, int] | None:
    """Step and sample with the most tokens: the one worth looking into first."""
    found = [
        (len(c.tokens), -i, -j) for i, step in enumerate(run.steps) for j, c in enumerate(step.completions) if c.tokens
    ]
    return (-max(found)[1], -max(found)[2]) if found else None
