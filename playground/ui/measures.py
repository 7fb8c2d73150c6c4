"""What was measured in a run, in words with units."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import replace

from playground.types import Completion, Run, Step, Token


def metrics(run: Run, given: Sequence[Step] = ()) -> list[tuple[str, str]]:
    """Nothing before the first token. What it took over from `given` counts as kept: it took this run no time."""
    made = _made(run, given)
    tokens = _tokens(made)
    if not tokens:
        return []
    firsts = [c.time_to_first_token for s in made for c in s.completions if c.time_to_first_token is not None]
    calls = sum(len(step.completions) for step in made)
    prompts = sum(max((c.prompt_tokens for c in step.completions), default=0) for step in made)
    kept = run.completion_tokens - len(tokens)
    return [
        ("Output", counted(len(tokens), "token")),
        *([("Kept", counted(kept, "token"))] if kept else []),
        ("Prompt", counted(prompts, "token")),
        *([("Calls", f"{calls}")] if calls > 1 else []),
        ("First token", f"{firsts[0]:.2f} s" if firsts else "-"),
        ("Total", f"{run.seconds:.1f} s"),
        ("Speed", f"{len(tokens) / run.seconds:,.0f} tokens/s" if run.seconds else "-"),
        *([("Mean p", f"{p:.2f}")] if (p := mean_probability(_tokens(run.steps))) is not None else []),
        *([("Seed", f"{run.seed}")] if run.seed is not None else []),
    ]


def counted(count: int, thing: str) -> str:
    """ "1 token", "1,200 tokens"."""
    return f"{count:,} {thing}{'' if count == 1 else 's'}"


def mean_probability(tokens: Iterable[Token]) -> float | None:
    """Geometric mean: exp of the mean log-probability. None without tokens."""
    logprobs = [token.logprob for token in tokens]
    return math.exp(sum(logprobs) / len(logprobs)) if logprobs else None


def _made(run: Run, given: Sequence[Step]) -> tuple[Step, ...]:
    """The steps with no more than what this run generated itself."""
    steps = []
    for i, step in enumerate(run.steps):
        known = given[i].completions if i < len(given) else ()
        if len(known) == len(step.completions):  # others are asked again as a whole
            made = (_beyond(c, k) for c, k in zip(step.completions, known, strict=True) if k.finish_reason is None)
            step = replace(step, completions=tuple(made))
        steps.append(step)
    return tuple(steps)


def _beyond(now: Completion, known: Completion) -> Completion:
    first = now.time_to_first_token if known.time_to_first_token is None else None
    return replace(now, tokens=now.tokens[len(known.tokens) :], time_to_first_token=first)


def _tokens(steps: Iterable[Step]) -> list[Token]:
    return [token for step in steps for completion in step.completions for token in completion.tokens]
