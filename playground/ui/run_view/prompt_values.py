"""What will be sent, worked out from the form as one types."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from playground import runner
from playground.backends.base import Backend
from playground.backends.catalog import Catalog
from playground.errors import InvalidSetup, PlaygroundError
from playground.types import Setup, Step
from playground.ui.run_view.measures import counted
from playground.ui.run_view.step_groups import groups
from playground.ui.run_view.steps_values import prompt
from playground.ui.setup_form.check import checked
from playground.ui.setup_form.labels import labelled

ENDPOINT = "endpoint"  # the kind of model whose tokens are not ours to count
EMPTY: dict[str, Any] = {"summary": "", "error": "", "wrong": [], "steps": [], "raw": ""}


@dataclass(frozen=True, slots=True)
class Preview:
    """What the pane shows, and the setup that it is of if that could be run."""

    value: dict[str, Any]
    setup: Setup | None = None


def worked_out(read: Callable[[], Any], catalog: Catalog) -> Preview:
    """The prompts, or what is missing for them. `read` gives the form's data.

    `raw` is the first prompt with all that the model's chat template adds to it, once the model is loaded.
    """
    try:
        setup = checked(read(), catalog)
        info, steps = catalog.info(setup.model), runner.preview(setup)
        backend = catalog.loaded(setup.model)
        if backend:
            runner.refuse_ignored(setup, backend.capabilities)
        counts = _counts(steps, backend)
        raw = backend.prompt_text(steps[0].messages, steps[0].prefix) if backend else ""
    except PlaygroundError as error:
        wrong = list(error.path[1:]) if isinstance(error, InvalidSetup) else []  # the part of the setup has no widget
        return Preview({**EMPTY, "error": labelled(str(error)), "wrong": wrong})
    estimated = info.kind == ENDPOINT
    shown = [
        {
            **prompt(group.steps[0]),
            "label": group.label,
            "times": len(group.steps) * max(1, len(group.steps[0].completions)),
            "facts": _facts(counts[group.first], estimated),
        }
        for group in groups(steps)
    ]
    honoured = backend.capabilities if backend else info.capabilities
    room = setup.sampling.max_tokens if "max_tokens" in honoured.sampling else 0
    summary = _summary(steps, counts, honoured.context_length, room, estimated)
    return Preview({**EMPTY, "summary": summary, "steps": shown, "raw": raw}, setup)


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


def _facts(count: int | str, estimated: bool) -> str:
    return counted(count, "token", estimated=estimated) if isinstance(count, int) else count


def _summary(steps: Sequence[Step], counts: Sequence[int | str], window: int | None, room: int, estimated: bool) -> str:
    first = counted(len(steps[0].messages), "message")
    if len(steps) > 1 or len(steps[0].completions) > 1:
        first = f"{sum(len(step.completions) for step in steps)} calls"
    known = [c for c in counts if isinstance(c, int)]
    if not known:
        return f"{first} \u00b7 {counts[0]}"
    more = "+" if len(known) < len(counts) else ""
    about = "about " if estimated else ""
    words = f"{first} \u00b7 {about}{sum(known):,}{more} tokens"
    if window and max(known) + room > window:
        words += f" \u00b7 {max(known):,} + {room:,} to answer is more than the window of {window:,}"
    return words
