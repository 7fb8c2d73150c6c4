"""Boxes for numbers that are parameters: label, bounds and step are the parameter's own."""

from typing import Any

import gradio as gr

from playground.parameters import parameters


def number_boxes(cls: type, *names: str, empty: bool = False) -> dict[str, Any]:
    """A box for each of these parameters of a dataclass, by name, laid out here; `empty` or with its default."""
    return {
        p.name: gr.Number(
            None if empty else p.default, label=p.label, minimum=p.low, maximum=p.high, step=p.step or 1,
            precision=0 if p.kind == "integer" else None, elem_id=f"class-{p.name.replace('_', '-')}",
        )
        for p in parameters(cls)
        if p.name in names
    }  # fmt: skip
