"""What was measured of a comparison -> tables and coloured tokens, as plain values."""

import math
from typing import Any

from playground.evaluation.likelihood import TokenShift, disagreements
from playground.types import Run, Token
from playground.ui.compare import repeated_values
from playground.ui.compare.answers_values import words
from playground.ui.compare.run import ComparisonRun
from playground.ui.run_view.measures import completions, first_token, mean_probability, tokens_of

LISTED = 15  # tokens in the list below the text
LENGTHS = ("Words", "Characters", "Tokens", "First token (s)", "Total (s)", "Tokens/s", "Mean probability")
SEVERAL = "Words and characters are those of the answer compared; all else covers every call of the technique."
SURPRISE = (
    "How surprised each row's weights are by each column's answer, per token: 1 is not at all, and lower is better "
    "known. Compare within a column, and between models only where they share a tokenizer."
)

DASH = "Not known (-) where there is no answer, or the row's model says nothing of texts or has no room for this one."


# ----------------------------------------------------------------------------------------------- tables
def tables_value(now: ComparisonRun | None) -> list[dict[str, Any]]:
    """Lengths and speed; then perplexities, where there are any."""
    if now is None or now.stage == "answering" or not now.runs:
        return []
    names = now.picked.titles
    agreement = repeated_values.agreement_table(now, repeated_values.evaluate(now))
    lengths = {
        "caption": of_first(now, "Lengths and speed"),
        "note": SEVERAL if any(len(completions(run)) > 1 for run in now.runs) else "",
        "corner": "Pane",
        "columns": list(LENGTHS),
        "rows": [{"head": name, "cells": _lengths(run)} for name, run in zip(names, now.runs, strict=True)],
    }
    known = any(cell is not None for row in now.perplexities for cell in row)
    return [*agreement, lengths, *([_perplexities(now)] if known else [])]


def of_first(now: ComparisonRun, title: str) -> str:
    """The title of what was measured of one repetition only."""
    return f"{title}, repetition 1 of {now.repetitions}" if now.repetitions > 1 else title


def _lengths(run: Run) -> list[str]:
    text = words(run)
    if not text:
        return ["-"] * len(LENGTHS)
    first, tokens, p = first_token(completions(run)), run.completion_tokens, mean_probability(tokens_of(run))
    return [
        f"{len(text.split()):,}",
        f"{len(text):,}",
        f"{tokens:,}" if tokens else "-",
        f"{first:.2f}" if first is not None else "-",
        f"{run.seconds:.1f}",
        f"{tokens / run.seconds:,.1f}" if tokens and run.seconds else "-",
        f"{p:.2f}" if p is not None else "-",
    ]


def _perplexities(now: ComparisonRun) -> dict[str, Any]:
    count, letters = len(now.runs), [title.split(" ")[0] for title in now.picked.titles]
    rows = [[*map(_number, row), *["\u2026"] * (count - len(row))] for row in now.perplexities]
    rows += [["\u2026"] * count] * (count - len(rows))
    return {
        "caption": of_first(now, "Perplexity"),
        "note": f"{SURPRISE} {DASH}" if any(cell is None for row in now.perplexities for cell in row) else SURPRISE,
        "corner": "Read by",
        "columns": [f"Answer {letter}" for letter in letters],
        "rows": [{"head": name, "cells": cells} for name, cells in zip(now.picked.titles, rows, strict=True)],
    }


def _number(value: float | None) -> str:
    if value is None:
        return "-"
    return f"{value:,.2f}" if value < 1000 else f"{value:,.0f}" if math.isfinite(value) else "\u221e"


# ---------------------------------------------------------------------------------------- tokens that shift
def shifts_value(now: ComparisonRun | None) -> dict[str, Any]:
    """The baseline's tokens with what another pane makes of them; the panes there are to choose from."""
    empty: dict[str, Any] = {"choices": [], "other": None, "error": "", "title": "", "tokens": [], "listed": []}
    if now is None or now.stage == "answering" or not now.beside:
        return empty
    titles = now.picked.titles
    title = of_first(now, titles[now.picked.baseline])
    choices = [{"key": str(at), "title": titles[at]} for at in now.beside]
    if now.shifts is None:
        return {**empty, "choices": choices, "title": title}
    found = now.shifts.found
    return {
        "choices": choices,
        "other": str(now.shifts.other),
        "error": now.shifts.error,
        "title": title,
        "tokens": [_token(shift) for shift in found],
        "listed": [shift.position for shift in disagreements(found)[:LISTED]],
    }


def _token(shift: TokenShift) -> dict[str, Any]:
    return {
        "text": shift.baseline.text,
        "before": math.exp(shift.baseline.logprob),
        "after": math.exp(shift.other.logprob),
        "change": shift.change,
        "disagree": shift.disagree,
        "likeliest": [_likeliest(shift.baseline), _likeliest(shift.other)],
    }


def _likeliest(token: Token) -> dict[str, Any]:
    return {"text": token.top[0].text, "p": math.exp(token.top[0].logprob)}
