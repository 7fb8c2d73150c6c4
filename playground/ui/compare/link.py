"""A comparison's form as the values of a link, and a link's values as the form."""

from collections.abc import Collection, Mapping
from textwrap import shorten
from typing import Any

import gradio as gr

from playground import setups
from playground.backends.catalog import Catalog
from playground.errors import InvalidSetup
from playground.formats import format_count
from playground.ui.compare import panes
from playground.ui.compare.examples import Comparison
from playground.ui.compare.panel import ComparePanel
from playground.ui.compare.repeating import Repeating
from playground.ui.handlers import payloads
from playground.ui.handlers.tab import TabLink, Updates, Values
from playground.ui.setup_form import check as checking

KEYS = ("setup", "rows", "repeating", "prompts", "blind")


def linked(button: Any, panel: ComparePanel, prompts: Any, restored: Any = None) -> TabLink:
    """`prompts` is the list of prompts; `restored` is when the form's draft has come back."""
    form, rows, ticked = panel.form, panel.picker.rows, panel.blind.ticked

    def read(values: Values, catalog: Catalog) -> dict[str, Any]:
        held = {
            "setup": setups.changed_settings(form.setup(values)),
            "rows": panes.short_value(values[rows], panel.picker.most),
            "repeating": setups.changed_values(panel.repeating.read(values)),
            "prompts": payloads.words(values[prompts], "prompts"),
            "blind": values[ticked] is True,
        }
        return {key: value for key, value in held.items() if value}

    def write(held: Mapping[str, Any], catalog: Catalog) -> tuple[Updates, str]:
        if unknown := [key for key in held if key not in KEYS]:
            raise InvalidSetup(path=(unknown[0],), rule=f"is not known. Known keys: {', '.join(KEYS)}.")
        checked = panes.checked_value(held.get("rows"), panel.picker.most)
        updates = {
            **form.write(setups.parse(held.get("setup", {}))),
            **panel.repeating.write(setups.build(Repeating, held.get("repeating", {}), ("repeating",))),
            rows: checked,
            prompts: payloads.words(held.get("prompts"), "prompts"),
            ticked: gr.update(value=held.get("blind") is True),
        }
        return updates, checking.name_absent(panes.weights_of(checked), catalog)

    filled = [*form.outputs, *panel.repeating.widgets, rows, prompts, ticked]
    return TabLink(
        kind="comparison", button=button, inputs=[*panel.held, prompts, ticked], outputs=filled, read=read, write=write,
        back=panel.picker.back, restored=restored,
    )  # fmt: skip


def title_of(kept: Mapping[str, Any], most: int, offered: Collection[Comparison], prompts: str) -> str:
    """What a comparison that was kept is called; "" for one `offered`, as long as the list has these `prompts`.

    Raises InvalidSetup, or LimitReached, for what is none.
    """
    setup, held = setups.parse(kept.get("setup", {})), panes.checked_value(kept.get("rows"), most)
    rows, words = held["panes"], " ".join(setup.task.input.split())
    asked = payloads.words(kept.get("prompts"), "prompts")
    if asked == prompts and any(
        (setup.task.input, rows) == (one.setup.task.input, [setups.weights_to_dict(pane) for pane in one.panes])
        for one in offered
    ):
        return ""
    count = format_count(len(rows), "pane")
    return f"{count}: {shorten(words, 50, placeholder=' ...')}" if words else count
