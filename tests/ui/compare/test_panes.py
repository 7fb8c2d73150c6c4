"""The panes of a comparison: what they may hold, and what their rows hold when some come and go."""

import math
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import gradio as gr
import pytest

from playground import setups
from playground.backends.catalog import AdapterEntry, Catalog, ModelEntry
from playground.backends.details import AdapterDetails
from playground.backends.scripted import ScriptedBackend
from playground.errors import InvalidSetup, LimitReached
from playground.types import Weights
from playground.ui.compare import panes, panes_panel
from playground.ui.compare.panes import Picked
from playground.ui.compare.panes_panel import PanesPanel

SETUP = setups.parse({})
A, B, C = Weights(model="m"), Weights(model="n"), Weights(model="m", adapter="tuned", scale=0.5)


@pytest.fixture
def catalog() -> Catalog:
    backend = ScriptedBackend()
    details = AdapterDetails(name="tuned", title="Tuned")
    entries = [
        ModelEntry(
            name=name, title=name.upper(), kind="local", load=lambda _: backend, capabilities=backend.capabilities
        )
        for name in "mn"
    ]
    tuned = AdapterEntry(model="m", name="tuned", title="Tuned", load=lambda *_: details)
    return Catalog([*entries, tuned])


@pytest.fixture
def panel(catalog: Catalog) -> Iterator[PanesPanel]:
    with gr.Blocks():
        yield panes_panel.build(catalog, [A, C], 3)


def weights(picked: Picked) -> list[Weights]:
    return [Weights(model=pane.model, adapter=pane.adapter, scale=pane.scale) for pane in picked.panes]


def held(panel: PanesPanel, *updates: dict[Any, Any]) -> dict[Any, Any]:
    """What the widgets hold after these updates."""
    values = {box: box.value for box in panel.widgets}
    for written in updates:
        for box, update in written.items():
            if not isinstance(update, dict):
                values[box] = update
            elif "value" in update:
                values[box] = update["value"]
    return values


@pytest.mark.parametrize(
    ("data", "baseline", "message"),
    [
        (None, "A", "`panes` must be a list"),
        ([], "A", "`panes` must be a list"),
        ([{"model": "m", "scale": math.nan}], "A", "panes.0.scale"),
        ([{"model": "m", "evil": 1}], "A", "panes.0.evil"),
        ([{}], "B", "`baseline` is 'B'"),
        ([{}], "", "`baseline` is empty; choose a pane"),
        ([{}, {}], "AB", "`baseline` is 'AB'"),
        ([{}], 0, "`baseline` is 0"),
        ([{}], ["A"], "baseline"),
        ([{}] * 3, "A", "3 panes"),
    ],
)
def test_forged_panes_are_refused(data: Any, baseline: Any, message: str, catalog: Catalog) -> None:
    with pytest.raises((InvalidSetup, LimitReached), match=message):
        panes.read(SETUP, data, baseline, 2, catalog)


def test_the_rows_hold_what_was_put_into_them(panel: PanesPanel, catalog: Catalog) -> None:
    assert weights(panel.read(SETUP, held(panel), catalog)) == [A, C]
    written = panel.write([A, B, C], 2, catalog.models())
    picked = panel.read(SETUP, held(panel, written), catalog)
    assert (weights(picked), picked.baseline) == ([A, B, C], 2)
    assert picked.titles == ("A \u00b7 M", "B \u00b7 N", "C \u00b7 M + Tuned \u00d7 0.5")


@pytest.mark.parametrize(
    ("at", "baseline", "left", "marked"), [(0, 0, [B, C], 0), (0, 2, [B, C], 1), (1, 1, [A, C], 0), (2, 0, [A, B], 0)]
)
def test_the_others_keep_what_they_hold_when_one_goes(
    at: int, baseline: int, left: list[Weights], marked: int, panel: PanesPanel, catalog: Catalog
) -> None:
    assert panes.without([A, B, C], at, baseline) == (left, marked)
    before = panel.write([A, B, C], baseline, catalog.models())
    after = panel.write(*panes.without([A, B, C], at, baseline), catalog.models(), offered=2)
    picked = panel.read(SETUP, held(panel, before, after), catalog)
    assert (weights(picked), picked.baseline) == (left, marked)


def test_models_are_sent_to_new_rows_only(panel: PanesPanel, catalog: Catalog) -> None:
    written = panel.write([A, B, C], 0, catalog.models(), offered=2)
    assert ["choices" in written[row.choice.model] for row in panel.rows] == [False, False, True]


def test_what_is_not_there_any_more_is_said_and_kept(panel: PanesPanel, catalog: Catalog) -> None:
    gone = Weights(model="mine/away", adapter="lost")
    written = panel.write([gone, Weights(model="m", adapter="other")], 0, catalog.models(), offered=2)
    first, second = panel.rows[0].choice, panel.rows[1].choice
    assert ("mine/away (gone)", "mine/away") in written[first.model]["choices"]
    assert ("lost (gone)", "lost") in written[first.adapter]["choices"]
    assert ("other (gone)", "other") in written[second.adapter]["choices"]
    assert weights(panel.read(SETUP, held(panel, written), catalog))[0] == gone


@pytest.mark.parametrize(("shared", "step"), [(True, 0.05), (False, 1)])
def test_an_adapter_that_is_on_or_off_has_no_scale_between(
    shared: bool, step: float, panel: PanesPanel, catalog: Catalog
) -> None:
    tuned = AdapterDetails(name="tuned", title="Tuned", loaded=True, shared=shared, rank=8)
    written = panel.write([C], 0, [replace(catalog.info("m"), adapters=(tuned,))])
    assert written[panel.rows[0].choice.scale.widget]["step"] == step
