"""What a form held before something else filled it is put back: all of it, and only where it was one's own."""

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import gradio as gr
import pytest

from playground import presets, setups
from playground.backends.catalog import AdapterEntry, Catalog, ModelEntry
from playground.backends.details import AdapterDetails
from playground.backends.scripted import ScriptedBackend
from playground.evaluation import experiments
from playground.settings import Settings
from playground.sharing import links
from playground.ui.app import build_app
from playground.ui.compare import examples, link, panes
from playground.ui.compare.prompt_list_panel import PROMPTS
from playground.ui.experiments import kept_plan
from playground.ui.gate.values import is_update
from playground.ui.handlers.one_at_a_time import NothingYet

TABLE = "city\nParis\nRome"
KEPT: dict[str, dict[str, Any]] = {
    "setup": {"strategy": "role", "task": {"input": "Where is {{city}}?", "role": "A guide"}, "variables": TABLE},
    "comparison": {
        "setup": {"strategy": "role", "task": {"input": "Mine?", "role": "A judge"}},
        "rows": panes.value([{"model": "default"}, {"model": "default", "technique": "rereading"}], 1),
        "prompts": "one\ntwo",
    },
    "experiment": {
        "plan": {
            "title": "My plan",
            "data": {
                "name": "own",
                "items": [{"id": "1", "input": "1 + 1?", "references": ["2"]}],
                "size": 1,
                "shots": 0,
                "answer": "text",
            },
            "techniques": [{"strategy": "zero_shot"}, {"strategy": "rereading"}],
        },
        "ticked": [1],
    },
    "chat": {
        "setup": {"strategy": "conversation", "task": {"role": "A guide"}, "options": {"window": "summary"}},
        "chat": {
            "turns": [
                {"text": "Where is Rome?"},
                {
                    "parent": 0,
                    "role": "assistant",
                    "text": "In Italy.",
                    "feedback": "up",
                    "summary": "They greet.",
                    "measured": {"completion_tokens": 3, "seconds": 0.5, "ended": "stop"},
                },
                {"parent": 0, "role": "assistant", "text": "There.", "edited": True},
            ],
            "at": 1,
        },
        "message": "And Paris?",
    },
}
LINKED = {
    "setup": {"task": {"input": "Theirs"}},
    "chat": {"chat": {"turns": [{"text": "Theirs"}], "at": 0}},
    "comparison": {"rows": panes.value([{"model": "default"}])},
    "experiment": {"techniques": [{}]},
}
CALLED = {
    "setup": "Role: Where is {{city}}?",
    "comparison": "2 panes: Mine?",
    "experiment": "My plan",
    "chat": "3 turns: Where is Rome?",
}
FIELDS = {
    "chat": {"Your message": "And Paris?", "System message": "A guide"},
    "setup": {"Input": "Where is {{city}}?", "Role": "A guide", "Table of values": TABLE, "Row that is sent": 0},
    "comparison": {"Prompt": "Mine?", "Role": "A judge", "Prompts": "one\ntwo"},
    "experiment": {"Data set": "own"},
}


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    backend = ScriptedBackend()
    entry = ModelEntry(
        name="default", title="D", kind="local", load=lambda _: backend, capabilities=backend.capabilities
    )
    details = AdapterDetails(name="pirate", title="Pirate")
    return Catalog([entry, AdapterEntry(model="default", name="pirate", title="Pirate", load=lambda *_: details)])


@pytest.fixture(scope="module")
def page(catalog: Catalog) -> Any:
    return build_app(Settings(), catalog)


def handlers(page: Any, name: str) -> list[Any]:
    return [fn for fn in page.fns.values() if fn.fn is not None and fn.fn.__name__ == name]


def value_of(update: Any) -> Any:
    return update.get("value") if is_update(update) else update


def offered(page: Any, updates: dict[Any, Any]) -> tuple[str, dict[Any, Any]]:
    """What the button says that these updates bring in sight, and the values that a click on it gives."""
    for back in handlers(page, "put_back"):
        before, _ = back.inputs
        if before in updates:
            (button,) = (page.blocks[of] for of, _ in back.targets)
            assert updates[button]["visible"]
            put = back.fn(updates[before], None, None)
            assert (put[before], put[button]["visible"]) == (None, False)
            return updates[button]["value"], {box: value_of(update) for box, update in put.items()}
    return "", {}


def labelled(values: dict[Any, Any], kind: str) -> dict[str, Any]:
    found = {getattr(box, "label", None): value for box, value in values.items()}
    return {label: found[label] for label in FIELDS[kind]}


def open_link(page: Any, kind: str, kept: Any) -> dict[Any, Any]:
    (fn,) = (fn for fn in handlers(page, "open_link") if any(event == f"open_{kind}" for _, event in fn.targets))
    event = SimpleNamespace(_data={"link": links.write(kind, LINKED[kind])})
    return fn.fn(kept, NothingYet(), event, None)  # type: ignore[no-any-return]


@pytest.mark.parametrize("kind", KEPT)
def test_what_a_link_replaced_is_put_back(page: Any, kind: str) -> None:
    said, values = offered(page, open_link(page, kind, KEPT[kind]))
    assert said == f"Put back \u201c{CALLED[kind]}\u201d"
    assert labelled(values, kind) == FIELDS[kind]


def test_what_a_browser_sent_is_no_order_to_gradio(page: Any) -> None:
    updates = open_link(page, "comparison", {**KEPT["comparison"], "__type__": "update", "js_on_load": "alert"})
    assert not [box for box, update in updates.items() if is_update(update) and "js_on_load" in update]
    (back,) = (fn.inputs[0] for fn in handlers(page, "put_back") if fn.inputs[0] in updates)
    assert not is_update(updates[back])


@pytest.mark.parametrize("kind", KEPT)
@pytest.mark.parametrize("odd", [None, 5, {}, [1], {"task": 5}, {"rows": 5}, {"plan": 5}, {"evil": 1}])
def test_of_what_no_form_held_nothing_is_offered(page: Any, kind: str, odd: Any) -> None:
    assert offered(page, open_link(page, kind, odd)) == ("", {})


def begin(page: Any, name: str, event: Any) -> tuple[str, dict[Any, Any]]:
    """What is offered by the first news of something that replaces a comparison, and what a click on it gives."""
    (fn,) = handlers(page, name)
    typed = {"Input": "Where is {{city}}?", "Table of values": TABLE}
    held = {box: typed.get(str(getattr(box, "label", "")), getattr(box, "value", None)) for box in fn.inputs}
    (kept,) = (box for box in fn.inputs if isinstance(box, gr.BrowserState))
    given = [{**held, kept: KEPT["comparison"]}, *([event] if event else []), None]
    run = fn.fn(*given)
    news = next(run)
    run.close()
    return offered(page, news)


@pytest.mark.parametrize(("name", "event"), [("start_example", SimpleNamespace(_data={"key": "pirate"})),
                                             ("run_inputs", None)])  # fmt: skip
def test_what_replaces_the_panes_offers_the_comparison_before(page: Any, name: str, event: Any) -> None:
    said, values = begin(page, name, event)
    assert said == f"Put back \u201c{CALLED['comparison']}\u201d"
    assert labelled(values, "comparison") == FIELDS["comparison"]
    assert KEPT["comparison"]["rows"] in values.values()


def test_another_experiment_offers_the_plan_before_with_its_ticks(page: Any) -> None:
    (load,) = (
        fn
        for fn in handlers(page, "load")
        if [getattr(box, "storage_key", "") for box in fn.inputs] == ["playground-plan"]
    )
    key = next(iter(experiments.shipped_experiments()))
    said, values = offered(page, load.fn(KEPT["experiment"], SimpleNamespace(_data={"key": key}), None))
    assert said == "Put back \u201cMy plan\u201d"
    (columns,) = (value for box, value in values.items() if getattr(box, "label", None) == "Columns")
    assert len(columns) == 1


# ------------------------------------------------------------------------- what a click brings anyway
def test_a_preset_is_not_offered_but_with_a_table_of_values_it_is(page: Any) -> None:
    preset = setups.changed_settings(next(iter(presets.setup_presets().values())).setup)
    assert offered(page, open_link(page, "setup", preset)) == ("", {})
    said, values = offered(page, open_link(page, "setup", {**preset, "variables": TABLE}))
    assert said
    assert TABLE in values.values()


def test_an_example_is_not_offered_before_something_of_it_is_another(catalog: Catalog) -> None:
    of = examples.find_examples(catalog).values()
    example = next(iter(of))
    rows = [setups.weights_to_dict(pane) for pane in example.panes]
    kept = {"setup": setups.changed_settings(example.setup), "rows": panes.value(rows), "prompts": PROMPTS}
    assert link.title_of(kept, 12, of, PROMPTS) == ""
    asked = replace(example.setup, task=replace(example.setup.task, input="Mine?"))
    assert link.title_of({**kept, "setup": setups.changed_settings(asked)}, 12, of, PROMPTS) == "2 panes: Mine?"
    assert link.title_of({**kept, "rows": panes.value(rows[:1])}, 12, of, PROMPTS).startswith("1 pane: ")
    assert link.title_of({**kept, "prompts": "mine"}, 12, of, PROMPTS)


def test_a_ready_experiment_is_not_offered_before_a_column_is_unticked() -> None:
    ready = next(iter(experiments.shipped_experiments().values()))
    kept = {"plan": setups.changed_values(ready), "ticked": list(range(len(ready.techniques)))}
    assert kept_plan.title_of(kept, [ready]) == ""
    assert kept_plan.title_of({**kept, "ticked": [0]}, [ready])
    assert kept_plan.title_of({**kept, "plan": setups.changed_values(replace(ready, repetitions=7))}, [ready])
