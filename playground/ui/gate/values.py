"""What may come in as a value and go out as one: nothing that Gradio would take for an order."""

from collections.abc import Mapping, Sequence
from typing import Any

import gradio as gr
from gradio.blocks import Block

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


def check_inputs(values: Any) -> None:
    """Raises gr.Error when anything in them, however deep, looks like an update."""
    rest = [values]
    while rest:
        value = rest.pop()
        if isinstance(value, Mapping):
            if MARK in value:
                raise gr.Error(FORGED, title="Not possible", print_exception=False)
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
