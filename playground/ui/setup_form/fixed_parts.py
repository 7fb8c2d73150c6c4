"""Parts of the form that may not be changed, such as those of a class's assignment: shown as fixed, and checked."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playground import setups
from playground.errors import InvalidSetup, PlaygroundError
from playground.parameters import STRICT, parameters, text
from playground.strategies import STRATEGIES
from playground.types import Setup, Task
from playground.ui.handlers import drafts
from playground.ui.handlers.drafts import while_hidden
from playground.ui.handlers.event_options import AT_ONCE
from playground.ui.handlers.tab import Updates
from playground.ui.setup_form.used_fields import used_fields
from playground.ui.widgets import widget

HERE = Path(__file__).parent
WHOLE = ("model", "strategy", "options", "sampling")  # parts of a setup; the others are parts of its task
FIXED = "is fixed here. {why} Press Work freely, above the form, for a setup of your own."


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What a browser keeps of it."""

    __pydantic_config__ = STRICT
    setup: dict[str, Any]
    parts: tuple[str, ...]
    why: str = text(max_length=2000, help="As the page shows it.")
    since: float


def fix(setup: Setup, parts: tuple[str, ...], why: str, since: float) -> dict[str, Any]:
    """What the page remembers: of this setup these parts are fixed, for a reason that it shows. `since` tells what
    fixed it from what does so later, such as another assignment."""
    return {"setup": setups.to_dict(setup), "parts": list(parts), "why": why, "since": since}


def read_kept(kept: Any) -> dict[str, Any] | None:
    """What a browser kept of it, which may be anything; None for what is nothing of the kind."""
    try:
        found: Kept = setups.build(Kept, kept, ("fixed",))
        known = tuple(part for part in found.parts if part in (*WHOLE, *(p.name for p in parameters(Task))))
        return fix(setups.parse(found.setup), known, found.why, found.since)
    except PlaygroundError:
        return None


def check_fixed(fixed: Mapping[str, Any] | None, setup: Setup) -> None:
    """Raises InvalidSetup for a setup, with its input as typed, in which a fixed part is another."""
    if not fixed:
        return
    begun = setups.parse(fixed["setup"])
    used = used_fields(begun.strategy, begun.options, begun.task.answer)
    for part in fixed["parts"]:
        if part in (*WHOLE, *used) and _value(begun, part) != _value(setup, part):
            path = (part,) if part in WHOLE else ("task", part)
            raise InvalidSetup(path=path, rule=FIXED.format(why=fixed["why"]))


def _value(setup: Setup, part: str) -> Any:
    if part == "model":
        return setups.weights_to_dict(setup)
    if part == "sampling":
        return {
            name: value
            for name, value in setups.changed_values(setup.sampling).items()
            if name not in setups.SAME_CHANCES
        }
    return getattr(setup if part in WHOLE else setup.task, part)


def build() -> Any:
    """Lay out what says that parts are fixed; nothing while none is."""
    return widget(HERE / "fixed_parts.js", value={}, elem_id="fixed-parts")


def wire(page: Any, shown: Any, fixed: Any, kept: Any) -> None:
    """Show what is fixed, also after a reload, and let go of it. `fixed` is the page's memory of it, and `kept` the
    browser's."""

    def work_freely() -> None:
        return None

    def follow(now: Mapping[str, Any] | None) -> Updates:
        return while_hidden({shown: show(now), kept: now})

    def reopen_fixed(held: Any) -> Updates:
        return {fixed: read_kept(held)}

    fixed.change(follow, fixed, [shown, kept], **AT_ONCE)
    shown.work_freely(work_freely, None, fixed, **AT_ONCE)
    drafts.restore(page, kept, drafts.build_mark(), reopen_fixed, [fixed])


def show(fixed: Mapping[str, Any] | None) -> dict[str, Any]:
    """What of the form is out of reach, by the class of each field, and why."""
    if not fixed:
        return {}
    options = [p.name for p in parameters(STRATEGIES[fixed["setup"]["strategy"]])]
    names = {"model": ["model", "adapter"], "options": options}
    return {"note": fixed["why"], "fixed": [name for part in fixed["parts"] for name in names.get(part, [part])]}
