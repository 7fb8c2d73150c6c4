"""The steps that a run goes on from: with an output rewritten, with another token taken, or from where it broke off."""

from dataclasses import replace

from playground.errors import InvalidSetup, NotSupported
from playground.types import Completion, Run, Step
from playground.ui.run_view.continuing import unfit
from playground.ui.run_view.places import Branch, Edit
from playground.ui.run_view.step_groups import groups

CUT = ("cancelled", "refused")  # ends of an output that may go on


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
    taken = replace(here, id=other.id, text=other.text, logprob=other.logprob, forced=True)
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
