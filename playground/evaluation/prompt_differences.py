"""What two setups send differently: their prompts, request by request and message by message."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest

from playground.errors import PlaygroundError
from playground.evaluation.differences import Segment, are_too_long, differences
from playground.parameters import parameters
from playground.prompts import MOST_SHOWN, Prompt, readable_prompts
from playground.strategies import technique_of
from playground.types import Sampling, Setup

BEGUN = "assistant prefill"  # what the answer has to go on from


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageDifference:
    """One message in both: without what was `added` it is the baseline's, without what was `removed` the other's."""

    role: str
    segments: tuple[Segment, ...]

    @property
    def same(self) -> bool:
        return all(segment.change == "same" for segment in self.segments)


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestDifference:
    """One request, by its place. Labels are empty where one of the two has no such request; `settings` say what of the
    sampling is not the same, and how many answers are asked for."""

    baseline_label: str
    label: str
    messages: tuple[MessageDifference, ...]
    settings: tuple[str, ...] = ()

    @property
    def same(self) -> bool:
        return all(message.same for message in self.messages) and not self.settings


def prompt_differences(baseline: Setup, other: Setup, most: int = MOST_SHOWN) -> tuple[RequestDifference, ...]:
    """All requests of both, in order; empty where one of them could not be asked.

    Raises LimitReached where either has more than `most` characters.
    """
    try:
        for setup in (baseline, other):
            technique_of(setup).check(setup.task)
    except PlaygroundError:  # which its pane says itself
        return ()
    return tuple(
        _request(a, b) for a, b in zip_longest(readable_prompts(baseline, most), readable_prompts(other, most))
    )


def _request(before: Prompt | None, after: Prompt | None) -> RequestDifference:
    return RequestDifference(
        baseline_label=before.step.label if before else "",
        label=after.step.label if after else "",
        messages=tuple(_messages(_texts(before), _texts(after))),
        settings=tuple(_settings(before, after)) if before and after else (),
    )


def _texts(prompt: Prompt | None) -> list[tuple[str, str]]:
    """Role and text of each message, the beginning of the answer at last."""
    if prompt is None:
        return []
    begun = [(BEGUN, prompt.step.prefix)] if prompt.step.prefix else []
    return [*((message.role, message.content) for message in prompt.step.messages), *begun]


def _messages(before: Sequence[tuple[str, str]], after: Sequence[tuple[str, str]]) -> Iterator[MessageDifference]:
    """Messages of one role are compared from the last one on: the last one is what is asked."""
    left = list(before)
    pairs: list[tuple[str, str, str]] = []
    for role, text in reversed(after):
        at = next((at for at in range(len(left) - 1, -1, -1) if left[at][0] == role), None)
        if at is None:
            pairs.append((role, "", text))
            continue
        pairs += [(gone, old, "") for gone, old in reversed(left[at + 1 :])]
        pairs.append((role, left[at][1], text))
        left = left[:at]
    pairs += [(gone, old, "") for gone, old in reversed(left)]
    for role, old, new in reversed(pairs):
        yield MessageDifference(role=role, segments=_segments(old, new))


def _segments(old: str, new: str) -> tuple[Segment, ...]:
    if old == new:
        return (Segment(new, "same"),)
    if are_too_long(old, new):
        return Segment(old, "removed"), Segment(new, "added")
    return differences(old, new)


def _settings(before: Prompt, after: Prompt) -> Iterator[str]:
    for p in parameters(Sampling):
        old, new = getattr(before.sampling, p.name), getattr(after.sampling, p.name)
        if old != new:
            yield f"{p.label}: {_to_text(new)} instead of {_to_text(old)}"
    old_count, new_count = len(before.step.completions), len(after.step.completions)
    if old_count != new_count:
        yield f"Answers asked for: {new_count} instead of {old_count}"


def _to_text(value: object) -> str:
    return "none" if value in (None, (), {}) else f"{value:g}" if isinstance(value, float) else str(value)
