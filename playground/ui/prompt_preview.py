"""What will be sent, worked out from the form as one types."""

from collections.abc import Callable, Sequence
from typing import Any

from playground import runner, setups
from playground.backends.base import Backend
from playground.backends.catalog import Catalog
from playground.errors import PlaygroundError
from playground.strategies import STRATEGIES
from playground.types import Setup, Step
from playground.ui.outline import groups
from playground.ui.render import counted, prompt


def checked(data: Any, catalog: Catalog) -> Setup:
    """The setup if it could be run. Raises the PlaygroundError that running it would raise."""
    setup = setups.parse(data)
    catalog.info(setup.model)
    STRATEGIES[setup.strategy](**setup.options).check(setup.task)
    return setup


def prompt_value(read: Callable[[], Any], catalog: Catalog) -> dict[str, Any]:
    """The prompts, or what is missing for them. `read` gives the form's data."""
    try:
        setup = checked(read(), catalog)
        steps = runner.preview(setup)
        counts = _counts(steps, catalog.loaded(setup.model))
    except PlaygroundError as error:
        return {"summary": "", "error": str(error), "steps": []}
    window = catalog.info(setup.model).capabilities.context_length
    shown = [
        {
            **prompt(group.steps[0]),
            "label": group.label if len(group.steps) == 1 else f"{_unnumbered(group.steps[0].label)} 1\u2013n",
            "times": len(group.steps) * max(1, len(group.steps[0].completions)),
            "facts": _facts(counts[group.first]),
        }
        for group in groups(steps)
    ]
    return {"summary": _summary(steps, counts, window, setup.sampling.max_tokens), "error": "", "steps": shown}


def _unnumbered(label: str) -> str:
    return label.rstrip("0123456789").rstrip()


def _counts(steps: Sequence[Step], backend: Backend | None) -> list[int | str]:
    """Tokens of each prompt, or why they are not known yet."""
    counts: list[int | str] = []
    for i, step in enumerate(steps):
        text = step.prefix + "".join(m.content for m in step.messages)
        if any(f"\u27e8{earlier.label}\u27e9" in text for earlier in steps[:i]):
            counts.append("length depends on answers")
        elif backend is None:
            counts.append("counted once the model is ready")
        else:
            counts.append(backend.count_tokens(step.messages, step.prefix))
    return counts


def _facts(count: int | str) -> str:
    return counted(count, "token") if isinstance(count, int) else count


def _summary(steps: Sequence[Step], counts: Sequence[int | str], window: int | None, room: int) -> str:
    first = counted(len(steps[0].messages), "message")
    if len(steps) > 1 or len(steps[0].completions) > 1:
        first = f"{sum(len(step.completions) for step in steps)} calls"
    known = [c for c in counts if isinstance(c, int)]
    if not known:
        return f"{first} \u00b7 {counts[0]}"
    more = "+" if len(known) < len(counts) else ""
    words = f"{first} \u00b7 {sum(known):,}{more} tokens"
    if window and max(known) + room > window:
        words += f" \u00b7 {max(known):,} + {room:,} to answer is more than the window of {window:,}"
    return words
