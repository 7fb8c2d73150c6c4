"""What was measured in a run, in words with units."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import replace

from playground.formats import format_count
from playground.strategies import Calls
from playground.types import Completion, Run, Step, Token
from playground.ui.run_view.step_groups import groups

NOTICEABLE = 0.5  # seconds of loading that are worth a word
MEASURABLE = 0.02  # seconds over which a speed can be told


def metrics(run: Run, given: Sequence[Step] = ()) -> list[tuple[str, str]]:
    """Nothing before the first token. What it took over from `given` counts as kept: it took this run no time."""
    made = _generated(run, given)
    own = [completion for step in made for completion in step.completions]
    writing = tuple(step for step in made if not step.measured)
    written = [completion for step in writing for completion in step.completions]
    count = sum(completion.completion_tokens for completion in own)
    if not count and not any(completion.findings for completion in own):
        return []
    first = first_token(written)
    prompts = sum(max((c.prompt_tokens for c in step.completions), default=0) for step in made)
    costs = [c.cost for c in own if c.cost is not None]
    kept = run.completion_tokens - count
    about = "about " if run.estimated else ""
    return [
        *([("Output", format_count(count, "token", estimated=run.estimated))] if count else []),
        *([("Kept", format_count(kept, "token", estimated=run.estimated))] if kept else []),
        ("Prompt", format_count(prompts, "token", estimated=run.estimated)),
        *([("Calls", f"{len(own)}")] if len(own) > 1 else []),
        *([("First token", f"{first:.2f} s" if first is not None else "-")] if count else []),
        ("Total", f"{run.seconds:.1f} s"),
        *([("Loaded in", f"{run.loading:.1f} s")] if run.loading >= NOTICEABLE else []),
        *(
            [("Speed", f"{about}{_format_speed(speed)} tokens/s")]
            if (speed := _speed(writing, written, run.seconds))
            else []
        ),
        *([("Cost", ("at least " if len(costs) < len(own) else about) + dollars(sum(costs)))] if costs else []),
        *([("Mean probability", f"{p:.2f}")] if (p := mean_probability(tokens_of(run))) is not None else []),
        *([("Seed", f"{run.seed}")] if run.seed is not None else []),
    ]


def _speed(made: Sequence[Step], own: Sequence[Completion], seconds: float) -> float | None:
    """Tokens a second after each answer's first one, which waits for the prompt to be read, and perhaps for a model
    that a server loads. None where so few came that it says nothing. Without a time of the first: over all seconds."""
    if first_token(own) is None:
        return sum(c.completion_tokens for c in own) / seconds if seconds else None
    tokens, spent = 0, 0.0
    for group in groups(made):
        timed = [c for step in made[group.first : group.end] for c in step.completions if _spoken(c)]
        tokens += sum(c.completion_tokens - 1 for c in timed)
        spent += max((c.seconds for c in timed), default=0) - min(
            (c.time_to_first_token or 0 for c in timed), default=0
        )
    return tokens / spent if tokens and spent >= MEASURABLE else None


def _format_speed(speed: float) -> str:
    return f"{speed:,.0f}" if speed >= 1 else f"{speed:.1g}"  # slower than one a second is not none


def _spoken(c: Completion) -> bool:
    """Whether its tokens came one by one: what a server thinks in silence, or sends as a whole, has no such time."""
    all_seen = bool(c.tokens) or len(c.text) + len(c.reasoning) >= c.completion_tokens
    return all_seen and c.time_to_first_token is not None and c.completion_tokens > 1


def counted_calls(calls: Calls) -> str:
    """ "2 calls", "up to 20 calls", "3 or more calls"."""
    if calls.most is None:
        return f"{calls.least:,} or more calls"
    most = format_count(calls.most, "call")
    return f"up to {most}" if calls.least < calls.most else most


def dollars(cost: float) -> str:
    """US dollars with two digits that say something: "$0.00012", "$1.20"."""
    if not cost:
        return "$0"
    return f"${cost:,.{max(2, 1 - math.floor(math.log10(cost)))}f}"


def first_token(completions: Iterable[Completion]) -> float | None:
    """Seconds until the first token of the first call that gave one."""
    return next((c.time_to_first_token for c in completions if c.time_to_first_token is not None), None)


def mean_probability(tokens: Iterable[Token]) -> float | None:
    """Geometric mean: exp of the mean log-probability. None without tokens."""
    logprobs = [token.logprob for token in tokens]
    return math.exp(sum(logprobs) / len(logprobs)) if logprobs else None


def sureness(part: str, completion: Completion) -> float | None:
    """The mean probability of the tokens that a part of an output was written with; None where they are not known."""
    start, at, inside = completion.text.find(part), 0, []
    end = start + len(part)
    if start < 0 or "".join(token.text for token in completion.tokens)[:end] != completion.text[:end]:
        return None
    for token in completion.tokens:
        if at < end and at + len(token.text) > start:
            inside.append(token)
        at += len(token.text)
    return mean_probability(inside)


def _generated(run: Run, given: Sequence[Step]) -> tuple[Step, ...]:
    """The steps with no more than what this run had models generate itself."""
    steps = []
    for i, step in enumerate(run.steps):
        if step.tool:
            continue
        known = given[i].completions if i < len(given) else ()
        if len(known) == len(step.completions):  # others are asked again as a whole
            made = (_beyond(c, k) for c, k in zip(step.completions, known, strict=True) if k.finish_reason is None)
            step = replace(step, completions=tuple(made))
        steps.append(step)
    return tuple(steps)


def _beyond(now: Completion, known: Completion) -> Completion:
    return replace(
        now,
        tokens=now.tokens[len(known.tokens) :],
        completion_tokens=now.completion_tokens - known.completion_tokens,
        cost=None if now.cost is None else now.cost - (known.cost or 0),
        time_to_first_token=now.time_to_first_token if known.time_to_first_token is None else None,
    )


def completions(run: Run) -> list[Completion]:
    """What came of all calls."""
    return [completion for step in run.steps for completion in step.completions]


def tokens_of(run: Run) -> list[Token]:
    """The tokens that were written in all calls, not those that were given and only measured."""
    return [t for step in run.steps if not step.measured for completion in step.completions for t in completion.tokens]
