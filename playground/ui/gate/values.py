"""What may come in as a value and go out as one: nothing that Gradio would take for an order."""

from collections.abc import Mapping, Sequence
from typing import Any

import gradio as gr
from gradio.blocks import Block

from playground.ui.handlers.messages import toast

UNCHANGED = gr.skip()
MARK = "__type__"  # what Gradio tells an update of a component's properties by, in a plain dict
CHANGED = {
    MARK,
    "value",
    "choices",
    "filterable",
    "interactive",
    "visible",
    "active",
    "info",
    "maximum",
    "open",
    "step",
}  # what our handlers change of a component
FORGED = f"No value here can hold {MARK!r}."


def is_update(value: Any) -> bool:
    """Whether Gradio takes it for an update of a component's properties, such as one that changes nothing."""
    return isinstance(value, Mapping) and MARK in value


def leave_out_unchanged(outputs: Sequence[Block], given: Any) -> tuple[list[Block], Any]:
    """Of a handler that gives values by component: the outputs that change, and what they become. Gradio makes each of
    the others anew, only to say that it stays as it is."""
    if not isinstance(given, Mapping) or not given or not all(isinstance(key, Block) for key in given):
        return list(outputs), given
    changed = {key: value for key, value in given.items() if not _changes_nothing(value)}
    return [one for one in outputs if one in changed], changed


def _changes_nothing(value: Any) -> bool:
    # A table compared with it would give no truth value.
    return is_update(value) and bool(value == UNCHANGED)


def check_inputs(values: Any) -> None:
    """Raises gr.Error when anything in them, however deep, looks like an update."""
    rest = [values]
    while rest:
        value = rest.pop()
        if isinstance(value, Mapping):
            if MARK in value:
                raise toast(FORGED)
            rest += value.values()
        elif isinstance(value, list | tuple):
            rest += value


def check_outputs(values: Any) -> None:
    """Raises ValueError when one is an update of what no handler of ours changes: scripts and frames among them."""
    outputs: list[Any] = [values]
    if isinstance(values, Mapping) and any(isinstance(key, Block) for key in values):
        outputs += values.values()
    elif isinstance(values, Sequence) and not isinstance(values, str | bytes):
        outputs += values
    for output in outputs:
        if (
            isinstance(output, Mapping)
            and MARK in output
            and not (output[MARK] == "update" and output.keys() <= CHANGED)
        ):
            raise ValueError("an output would change what no handler changes")
