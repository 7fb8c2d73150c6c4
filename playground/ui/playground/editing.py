"""The steps that a run goes on from: with an output rewritten, with another token taken, or from where it broke off."""

from dataclasses import replace

from playground.types import Completion, Run, Step
from playground.ui.run_view.continuing import with_token
from playground.ui.run_view.places import Branch, Edit
from playground.ui.run_view.step_groups import groups

CUT = ("cancelled", "refused")  # ends of an output that may go on


def edit_output(run: Run, edit: Edit) -> tuple[Step, ...]:
    """The steps to go on from when one output is rewritten: all before it, and what ran beside it."""
    return _with(run, edit.step, edit.sample, Completion(text=edit.text, finish_reason="stop", edited=True))


def take_branch(run: Run, branch: Branch) -> tuple[Step, ...]:
    """The steps to go on from when one output takes another token: its words up to there, left unfinished."""
    known = run.steps[branch.step].completions[branch.sample]
    return _with(run, branch.step, branch.sample, with_token(known, branch.at, branch.token))


def resume(run: Run) -> tuple[Step, ...]:
    """The steps to go on from when a run broke off: all of them, what was cut left unfinished."""
    return tuple(_open_again(step) for step in run.steps)


def _with(run: Run, step: int, sample: int, completion: Completion) -> tuple[Step, ...]:
    steps = list(resume(run))
    completions = list(steps[step].completions)
    completions[sample] = completion
    steps[step] = replace(steps[step], completions=tuple(completions))
    end = next(group.end for group in groups(run.steps) if group.first <= step < group.end)
    return tuple(steps[:end])


def _open_again(step: Step) -> Step:
    """What was cut off goes on where it ends."""
    opened = (replace(c, finish_reason=None) if c.finish_reason in CUT else c for c in step.completions)
    return replace(step, completions=tuple(opened))
