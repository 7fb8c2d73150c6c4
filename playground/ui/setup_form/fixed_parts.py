"""Parts of the form that may not be changed, such as those of a class's assignment: shown as fixed, and checked."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from playground import setups
from playground.errors import InvalidSetup
from playground.parameters import parameters
from playground.strategies import STRATEGIES
from playground.types import Setup
from playground.ui.handlers.event_options import AT_ONCE
from playground.ui.setup_form.used_fields import used_fields
from playground.ui.widgets import widget

HERE = Path(__file__).parent
WHOLE = ("model", "strategy", "options", "sampling")  # parts of a setup; the others are parts of its task
FIXED = "is fixed here. {why} Press Work freely, above the form, for a setup of your own."


def fix(setup: Setup, parts: tuple[str, ...], why: str) -> dict[str, Any]:
    """What the page remembers: of this setup these parts are fixed, for a reason that it shows."""
    return {"setup": setups.to_dict(setup), "parts": list(parts), "why": why}


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


def wire(shown: Any, fixed: Any) -> None:
    """Show what is fixed, and let go of it. `fixed` is the page's memory of it."""

    def work_freely() -> None:
        return None

    fixed.change(show, fixed, shown, **AT_ONCE)
    shown.work_freely(work_freely, None, fixed, **AT_ONCE)


def show(fixed: Mapping[str, Any] | None) -> dict[str, Any]:
    """What of the form is out of reach, by the class of each field, and why."""
    if not fixed:
        return {}
    options = [p.name for p in parameters(STRATEGIES[fixed["setup"]["strategy"]])]
    names = {"model": ["model", "adapter"], "options": options}
    return {"note": fixed["why"], "fixed": [name for part in fixed["parts"] for name in names.get(part, [part])]}
