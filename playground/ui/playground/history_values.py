"""Runs of this browser's history: the text of what was asked and answered, and what differs in two of them."""

from playground.evaluation.differences import are_too_long, differences
from playground.prompts import readable_prompts
from playground.sharing.kept_runs import KeptRun
from playground.types import Setup
from playground.ui.language.translating import translated
from playground.ui.run_view.report_values import settings_lines

TOO_LONG = "Both are too long to be compared word by word; this is the second one."
LONGEST_ANSWER = 20_000  # characters of one that are shown beside another
Piece = tuple[str, str | None]  # a text, and whether it was added or removed


def difference(first: KeptRun, second: KeptRun) -> list[Piece]:
    """The text of the second with what it says otherwise than the first, and what both answered."""
    old, new = asked_text(first.run.setup), asked_text(second.run.setup)
    answers = [*_answered("The first", first), *_answered("The second", second)]
    if are_too_long(old, new):
        return [(f"{TOO_LONG}\n\n{new}", None), *answers]
    pieces = [(s.text, None if s.change == "same" else s.change) for s in differences(old, new)]
    return [*pieces, *answers]


def asked_text(setup: Setup) -> str:
    """What is sent and under which settings, as one reads it: every prompt, then what differs from the defaults.

    Raises LimitReached for more than can be read.
    """
    prompts = readable_prompts(setup)
    parts = []
    for prompt in prompts:
        head = f"[{prompt.step.label}]\n" if len(prompts) > 1 else ""
        turns = [f"{message.role}: {message.content}" for message in prompt.step.messages]
        begun = [f"assistant prefill: {prompt.step.prefix}"] if prompt.step.prefix else []
        parts.append(head + "\n".join([*turns, *begun]))
    return "\n\n".join([*parts, "\n".join(settings_lines(setup))])


def _answered(which: str, kept: KeptRun) -> list[Piece]:
    """Not compared: two answers need not be versions of each other."""
    run = kept.run
    said = run.answer or run.how or run.error or run.status
    cut = said if len(said) <= LONGEST_ANSWER else f"{said[:LONGEST_ANSWER]}\u2026"
    head = f"{which} answered for {kept.of}" if kept.of else f"{which} answered"
    return [(f"\n\n{translated(head)}:\n{cut}", None)]
