"""The panes of a comparison: what their rows may hold, and which whole setups come of that."""

import math
from dataclasses import replace
from typing import Any

import pytest

from playground import presets, setups
from playground.backends.catalog import AdapterEntry, Catalog, ModelEntry
from playground.backends.details import AdapterDetails
from playground.backends.scripted import ScriptedBackend
from playground.errors import InvalidSetup, LimitReached
from playground.types import Weights
from playground.ui.compare import panes
from playground.ui.compare.panes_panel import PanesPanel
from playground.ui.handlers.put_back import PutBack

SHOWN = [{"input": "1", "output": "2"}]
COMMON = setups.parse({"task": {"input": "Hi", "examples": SHOWN}, "sampling": {"temperature": 0.3}})
MOST = 4


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
def panel() -> PanesPanel:
    back = PutBack(button="button", kept="kept", before="before", title=lambda _: "")
    return PanesPanel(rows="rows", take="take", back=back, most=MOST)


def read(rows: Any, catalog: Catalog, baseline: Any = 0) -> panes.PaneSelection:
    return panes.read(COMMON, {"panes": rows, "baseline": baseline}, MOST, catalog)


@pytest.mark.parametrize(
    ("models", "opened"),
    [
        ("mn", [Weights(model="m"), Weights(model="m", adapter="tuned")]),
        ("nx", [Weights(model="n"), Weights(model="x")]),
        ("n", [Weights(model="n"), Weights(model="n")]),
    ],
)
def test_it_opens_with_an_adapter_beside_its_base_or_with_two_models(
    catalog: Catalog, models: str, opened: list[Weights]
) -> None:
    plain = catalog.info("n")
    known = [catalog.info(name) if name in "mn" else replace(plain, name=name) for name in models]
    assert [*panes.first(known, MOST)] == opened
    assert [*panes.first(known, 1)] == opened[:1]


M: dict[str, Any] = {"model": "m"}


@pytest.mark.parametrize(
    ("rows", "baseline", "message"),
    [
        (None, 0, "`panes` must be a list"),
        ([], 0, "`panes` must be a list"),
        ("mm", 0, "`panes` must be a list"),
        (["m"], 0, "`panes.0` is 'm'"),
        ([{"model": "m", "scale": math.nan}], 0, "panes.0.scale"),
        ([{"model": "m", "evil": 1}], 0, "panes.0.evil"),
        ([{"model": 5}], 0, "panes.0.model"),
        ([M, {"technique": "guess", **M}], 0, "`panes.1.strategy` is 'guess'"),
        ([{"technique": ["zero_shot"], **M}], 0, "panes.0.technique"),
        ([{"sampling": "wild", **M}], 0, "`panes.0.sampling` is 'wild'; it must be one of defaults"),
        ([{"placebo": 1, **M}], 0, "panes.0.placebo"),
        ([{"taken": "all", **M}], 0, "`panes.0.taken` is 'all'"),
        ([{"taken": {"task": 5}, **M}], 0, "`panes.0.task` is 5"),
        ([{"taken": {"evil": 5}, **M}], 0, "`panes.0.evil` is not known"),
        ([M], 1, "`baseline` is 1; choose a pane from A to A"),
        ([M], -1, "`baseline` is -1"),
        ([M], True, "`baseline` is True"),
        ([M, M], "A", "`baseline` is 'A'"),
        ([M, {"placebo": True, **M}], 1, "`baseline` is the placebo, pane B"),
        ([M] * 5, 0, "5 panes; 4 is the most"),
    ],
)
def test_forged_panes_are_refused(rows: Any, baseline: Any, message: str, catalog: Catalog) -> None:
    with pytest.raises((InvalidSetup, LimitReached), match=message):
        read(rows, catalog, baseline)


@pytest.mark.parametrize("held", [None, 5, "x", [], {}, {"panes": {}}, {"panes": [5, {"technique": ["x"]}]}])
def test_what_is_no_panes_names_no_technique(held: Any, catalog: Catalog) -> None:
    assert panes.techniques(held) == frozenset()
    with pytest.raises(InvalidSetup):
        panes.read(COMMON, held, MOST, catalog)


def test_a_pane_has_its_own_technique_weights_and_sampling(catalog: Catalog) -> None:
    rows = [
        M,
        {"model": "n", "technique": "chain_of_thought"},
        {"model": "m", "adapter": "tuned", "scale": 0.5, "sampling": "creative"},
        {"model": "m", "technique": "few_shot", "sampling": "defaults"},
    ]
    picked = read(rows, catalog, 1)
    plain, reasoning, tuned, shown = picked.panes
    assert picked.baseline == 1
    assert [(pane.model, pane.adapter, pane.scale) for pane in picked.panes] == [
        ("m", "", 1.0), ("n", "", 1.0), ("m", "tuned", 0.5), ("m", "", 1.0)
    ]  # fmt: skip
    assert [pane.strategy for pane in picked.panes] == ["zero_shot", "chain_of_thought", "zero_shot", "few_shot"]
    assert [pane.task.input for pane in picked.panes] == ["Hi"] * 4
    assert [len(pane.task.examples) for pane in picked.panes] == [0, 0, 0, 1]  # what each technique uses
    assert plain.sampling == reasoning.sampling == COMMON.sampling
    assert tuned.sampling.temperature == presets.sampling_presets()["creative"].sampling.temperature
    assert shown.sampling == setups.parse({}).sampling
    assert picked.titles == (
        "A \u00b7 Zero-shot \u00b7 M",
        "B \u00b7 Chain of thought \u00b7 N",
        "C \u00b7 Zero-shot \u00b7 M + Tuned \u00d7 0.5 \u00b7 Creative",
        "D \u00b7 Few-shot \u00b7 M \u00b7 Defaults",
    )


def test_titles_say_what_differs(catalog: Catalog) -> None:
    assert read([M, {"model": "n"}], catalog).titles == ("A \u00b7 M", "B \u00b7 N")
    assert read([M, M], catalog).titles == ("A \u00b7 M", "B \u00b7 M")
    assert read([M, {"technique": "role", **M}], catalog).titles == ("A \u00b7 Zero-shot", "B \u00b7 Role")


def test_panes_that_are_alike_in_all_else_are_told_apart_by_what_differs(catalog: Catalog, panel: PanesPanel) -> None:
    rows = panes.value([M, M])
    for sampling, role in (({"temperature": 1.1, "max_tokens": 20}, "A poet.\nOf " + "x" * 40), ({}, "")):
        setup = setups.parse({"model": "m", "task": {"role": role}, "sampling": sampling})
        (rows,) = panel.with_setup({"rows": rows}, setup).values()
    titles = panes.read(COMMON, rows, MOST, catalog).titles
    usual = setup.sampling
    assert titles[0][1:] == titles[1][1:] == " \u00b7 no role, temperature 0.3, max tokens 256"
    assert titles[2] == f"C \u00b7 role A poet. Of {'x' * 19}\u2026, temperature 1.1, max tokens 20"
    assert titles[3] == f"D \u00b7 no role, temperature {usual.temperature}, max tokens {usual.max_tokens}"
    short = panes.short_value(rows, MOST)  # as a link has them
    assert panes.read(COMMON, short, MOST, catalog).titles == titles


def test_a_placebo_is_the_baseline_whichever_that_is(catalog: Catalog) -> None:
    rows = [M, {"model": "n", "technique": "role"}, {"model": "m", "placebo": True}]
    for baseline, letter in ((0, "A"), (1, "B")):
        picked = read(rows, catalog, baseline)
        assert picked.panes[2] == picked.panes[baseline]
        assert picked.placebos == {2}
        assert picked.titles[2] == f"C \u00b7 Placebo of {letter}"


def test_the_playgrounds_setup_is_taken_as_it_is_but_for_the_prompt(catalog: Catalog, panel: PanesPanel) -> None:
    setup = setups.parse(
        {
            "model": "n",
            "strategy": "few_shot",
            "options": {"layout": "turns"},
            "task": {"input": "Its own", "role": "A poet.", "examples": [{"input": "1", "output": "2"}]},
            "sampling": {"temperature": 1.2, "seed": 3},
        }
    )
    rows = panes.value([M])
    (written,) = panel.with_setup({"rows": rows}, setup).values()
    picked = panes.read(COMMON, written, MOST, catalog)
    assert picked.panes[0] == panes.read(COMMON, rows, MOST, catalog).panes[0]
    assert picked.panes[1] == replace(setup, task=replace(setup.task, input="Hi"))
    with pytest.raises(LimitReached, match="There are 4 panes"):
        panel.with_setup({"rows": panes.value([M] * 4)}, setup)
    (written,) = panel.alone(setup).values()
    assert panes.read(COMMON, written, MOST, catalog).panes == picked.panes[1:]


def test_a_setup_with_a_form_is_taken_with_and_without_it(catalog: Catalog, panel: PanesPanel) -> None:
    setup = setups.parse({"model": "m", "task": {"input": "Hi", "form": "labels", "form_text": "yes\nno"}})
    (written,) = panel.with_setup({"rows": panes.value([M])}, setup).values()
    picked = panes.read(COMMON, written, MOST, catalog)
    assert [pane.task.form for pane in picked.panes] == ["none", "labels", "none"]
    assert picked.panes[2] == replace(setup, task=replace(setup.task, form="none", form_text=""))
    assert [title[4:] for title in picked.titles] == [
        "No form \u00b7 temperature 0.3", "Choice of labels", "No form \u00b7 temperature 0.7"
    ]  # fmt: skip
    with pytest.raises(LimitReached, match="There are 3 panes; 2 more are not possible"):
        panel.with_setup({"rows": panes.value([M] * 3)}, setup)


@pytest.mark.parametrize(
    "held", [None, 5, [], {"panes": 5}, {"panes": [M, 5]}, {"panes": [{**M, "taken": {"evil": 1}}]}]
)
def test_the_playgrounds_setup_is_not_added_to_what_is_no_panes(held: Any, panel: PanesPanel) -> None:
    with pytest.raises(InvalidSetup):
        panel.with_setup({"rows": held}, setups.parse({}))


def test_what_else_a_browser_sent_with_the_panes_does_not_go_back_to_it(panel: PanesPanel) -> None:
    (written,) = panel.with_setup({"rows": {"panes": [M], "baseline": 9, "evil": "x"}}, setups.parse({})).values()
    assert (written.keys(), written["baseline"], written["panes"][0]) == ({"panes", "baseline"}, 0, M)


def test_rows_hold_the_weights_that_were_put_into_them(panel: PanesPanel, catalog: Catalog) -> None:
    weights = [Weights(model="m"), Weights(model="m", adapter="tuned", scale=0.5)]
    picked = panel.read(COMMON, panel.write(weights), catalog)
    assert [(pane.adapter, pane.scale) for pane in picked.panes] == [("", 1.0), ("tuned", 0.5)]
