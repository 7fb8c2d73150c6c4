"""What came of a head -> tables and sentences on the page."""

from collections.abc import Sequence
from typing import Any

from playground.finetuning.heads.best_of_n import BestOfN, JudgedAnswer, strayed
from playground.finetuning.heads.card import figure_text
from playground.finetuning.heads.kept import KeptHead
from playground.finetuning.heads.kinds import Head
from playground.finetuning.heads.on_rows import JudgedRow, answerers_of
from playground.finetuning.heads.plan import TrainedHead
from playground.formats import format_count, format_duration
from playground.types import Finding
from playground.ui.finetune.training_values import made_text
from playground.ui.language.texts import AsWritten
from playground.ui.language.translating import translated

MOST_FOUND = 30  # findings that are shown
NOTHING = "(nothing)"
ON_ROWS = (
    "The same prompts for all, with 95 % intervals over rows from 8 rows on; p is that of no difference (sign flips, "
    "adjusted by Holm). Best of n seeks what it is measured by here, so this is the best that can be said of it: read "
    "the answers too. What was tuned must not have learned these rows."
)


def card_text(head: Head) -> str:
    return (
        f"**What is trained.** {head.trained}\n\n**What it takes.** {head.cost}\n\n**When it fails.** {head.fails}\n\n"
        f"**The rows.** {head.data}"
    )


def title_of(kept: KeptHead) -> str:
    """What a head is called in the list of those that can be tried."""
    score = kept.head.scores[0]
    return f"{kept.standing.job.title} ({score.name.lower()} {score.after[0]:.0%}, {made_text(kept.standing)})"


def scores_value(head: TrainedHead | None) -> list[dict[str, Any]]:
    """Each measure before training and after it."""
    if head is None:
        return []
    rows = [
        {"head": score.name, "cells": [figure_text(score.before), figure_text(score.after)]} for score in head.scores
    ]
    note = (
        f"On {head.scores[0].rows} rows held out, with 95 % intervals. Trained were {head.trained:,} of "
        f"{head.parameters:,} weights of {head.encoder} in {format_duration(head.seconds)}. Before it had learned "
        "anything it could only guess."
    )
    return [
        {"caption": "What it learned", "corner": "Measure", "columns": ["Before", "After"], "rows": rows, "note": note}
    ]


def findings_value(text: str, findings: Sequence[Finding]) -> list[dict[str, Any]]:
    """What was found in a text, with how likely it is."""
    rows = [
        {
            "head": AsWritten(one.label),
            "cells": [
                "the whole text" if one.start is None else AsWritten(text[one.start : one.end]),
                f"{one.probability:.1%}",
            ],
        }
        for one in findings[:MOST_FOUND]
    ]
    empty = [] if rows else [{"head": "Nothing", "cells": ["nothing was found in it", ""]}]
    return [
        {
            "caption": "What it finds",
            "corner": "Label",
            "columns": ["Where", "Probability"],
            "rows": rows or empty,
            "note": "",
        }
    ]


def on_rows_value(judged: Sequence[JudgedRow]) -> list[dict[str, Any]]:
    """Who answered with their mean rewards, and each row with what was answered."""
    answerers = answerers_of(judged)
    rows = [
        {
            "head": one.name,
            "cells": [
                with_interval(one.mean, one.interval),
                "" if one.p is None else f"{with_interval(one.more, one.more_interval)}, p = {one.p:.2g}",
                f"{sum(len(answer.text.split()) for answer in one.answers) / len(one.answers):.0f}",
                str(one.asked) if one.asked else "",
            ],
        }
        for one in answerers
    ]
    answered = [one for one in answerers if one.asked]
    texts = [
        {
            "head": AsWritten(one.row.prompt),
            "cells": [AsWritten(f"{_written(who.answers[at])} ({who.answers[at].reward:+.2f})") for who in answered],
        }
        for at, one in enumerate(judged)
    ]
    return [
        {"caption": f"On {format_count(len(judged), 'row')} held out", "corner": "Who answers",
         "columns": ["Mean reward", "More than the base", "Words", "Answers asked"], "rows": rows, "note": ON_ROWS},
        {"caption": "What was answered", "corner": "Prompt", "columns": [one.name for one in answered], "rows": texts,
         "note": "Behind each answer stands its reward."},
    ]  # fmt: skip


def _written(one: JudgedAnswer) -> str:
    return AsWritten(one.text or translated(NOTHING))


def with_interval(value: float, interval: tuple[float, float] | None) -> str:
    return f"{value:+.2f} ({interval[0]:+.2f} to {interval[1]:+.2f})" if interval else f"{value:+.2f}"


def best_of_n_value(found: BestOfN) -> list[dict[str, Any]]:
    """The answers beside each other with their rewards, and what more draws are worth."""
    count = len(found.drawn)

    def row(head: str, one: JudgedAnswer) -> dict[str, Any]:
        return {"head": head, "cells": [_written(one), f"{one.reward:+.2f}"]}

    rows = [row("Base, likeliest answer", found.likeliest), row(f"Base, best of {count}", found.drawn[0])]
    if count > 1:
        rows.append(row(f"Base, worst of {count}", found.drawn[-1]))
    if found.tuned is not None:
        rows.append(row("Tuned, likeliest answer", found.tuned))
    note = (
        "A difference of 1 in reward makes an answer 2.7 times as likely to be preferred, as far as the reward model "
        f"knows. Best of {count} costs {count} answers each time, and strays from the base by at most "
        f"{strayed(count):.1f} nats; training on the same pairs (DPO) costs once, and strays as far as it learns."
    )
    sizes = sorted({size for size in (1, 2, 4, 8, 16, count) if size <= count})
    curve = [
        {"head": f"best of {size}" if size > 1 else "any one", "cells": [f"{found.expected_best(size):+.2f}"]}
        for size in sizes
    ]
    return [
        {"caption": "Base, best of n, and tuned", "corner": "Who answers", "columns": ["Answer", "Reward"],
         "rows": rows, "note": note},
        {"caption": "What more draws are worth", "corner": "Of the answers drawn", "columns": ["Mean reward"],
         "rows": curve, "note": "Each doubling is worth less than the one before."},
    ]  # fmt: skip
