"""The tokens of an output, with their probabilities and alternatives, as plain values for the page."""

import math
from typing import Any

from playground.formats import format_count
from playground.types import Completion, Run, Token
from playground.ui.run_view.continuing import unfit
from playground.ui.run_view.measures import mean_probability


def tokens_value(label: str, completion: Completion | None, step: int = 0, sample: int = 0) -> dict[str, Any]:
    """The tokens of one completion, found at `step` and `sample`, with probabilities and alternatives."""
    tokens = completion.tokens if completion else ()
    return {
        "label": label,
        "step": step,
        "sample": sample,
        "facts": token_facts(tokens),
        "pressure": pressure(tokens),
        "tokens": [
            {
                "text": t.text,
                "p": math.exp(t.logprob),
                "logprob": t.logprob,
                "entropy": t.entropy,
                "top": [
                    {"id": a.id, "text": a.text, "p": math.exp(a.logprob), "fit": not unfit(a), "barred": a.barred}
                    for a in t.top
                ],
                "id": t.id,
                "forced": t.forced,
                "ruled": t.ruled_out,
            }
            for t in tokens
        ],
    }


def token_facts(tokens: tuple[Token, ...]) -> str:
    """Mean log-probability and perplexity, in words."""
    p = mean_probability(tokens)
    if p is None:
        return ""
    count = format_count(len(tokens), "token")
    return f"{count} \u00b7 mean log-probability {math.log(p):.3f} \u00b7 perplexity {1 / p:.2f}"


def pressure(tokens: tuple[Token, ...]) -> str:
    """How much of the model's own probability the form of the answer ruled out, in one sentence; "" without a form."""
    known = [(t.ruled_out, t) for t in tokens if t.ruled_out is not None]
    if not known:
        return ""
    mean = sum(share for share, _ in known) / len(known)
    most, token = max(known, key=lambda pair: pair[0])
    return (
        f"The form ruled out {mean:.0%} of the model\u2019s own probability on average, and {most:.0%} at most, at "
        f"\u201c{token.text}\u201d. Underlined: half or more."
    )


def longest(run: Run) -> tuple[int, int] | None:
    """Step and sample with the most tokens: the one worth looking into first."""
    found = [
        (len(c.tokens), -i, -j) for i, step in enumerate(run.steps) for j, c in enumerate(step.completions) if c.tokens
    ]
    return (-max(found)[1], -max(found)[2]) if found else None
