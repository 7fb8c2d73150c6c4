"""Widgets' raw values become a parameter's kind of value and back; the form reads what the technique uses."""

from typing import Any

import gradio as gr
import pytest

from playground.backends.base import Capabilities
from playground.backends.catalog import AdapterEntry, Catalog, ModelEntry
from playground.backends.details import AdapterDetails
from playground.backends.scripted import ScriptedBackend
from playground.errors import InvalidSetup, UnknownModel
from playground.parameters import parameters
from playground.setups import parse, to_dict
from playground.strategies import STRATEGIES, FewShot
from playground.types import Sampling, Setup, Task
from playground.ui.setup_form import (
    fields,
    model_choice,
    sampling_fields,
    sampling_panel,
    task_fields,
    technique_fields,
)
from playground.ui.setup_form.check import check_setup
from playground.ui.setup_form.form import Form

SCRIPTED = ScriptedBackend()
ALL = Capabilities(sampling=frozenset(p.name for p in parameters(Sampling)))
TASK = Capabilities(sampling=frozenset({"max_tokens"}), task="classification")


def entry(name: str, capabilities: Capabilities, kind: str = "scripted") -> ModelEntry:
    return ModelEntry(name=name, title=name.title(), kind=kind, load=lambda _: SCRIPTED, capabilities=capabilities)


def adapter(model: str, name: str) -> AdapterEntry:
    return AdapterEntry(
        model=model, name=name, title=name.title(), load=lambda *_: AdapterDetails(name=name, title=name)
    )


CATALOG = Catalog(
    [
        entry("default", ALL), entry("labels", TASK),
        entry("thinker", Capabilities(sampling=frozenset({"max_tokens"}))),
        entry("own/tiny", SCRIPTED.capabilities, "endpoint"),
        adapter("default", "pirate"), adapter("default", "terse"), adapter("own/tiny", "served"),
    ]
)  # fmt: skip
BY_NAME = {p.name: p for cls in (Sampling, Task, FewShot) for p in parameters(cls)}


@pytest.mark.parametrize(
    ("name", "raw", "value"),
    [
        ("max_tokens", 5.0, 5),
        ("max_tokens", 5.5, 5.5),
        ("max_tokens", None, None),
        ("temperature", 1, 1),
        ("seed", "", None),
        ("seed", "  ", None),
        ("seed", " 12 ", 12),
        ("seed", "1e3", "1e3"),
        ("seed", "-1", -1),
        ("seed", "9" * 5000, "9" * 5000),
        ("stop", "", []),
        ("stop", "\\n\\n", ["\n\n"]),
        ("stop", "User:\n###", ["User:", "###"]),
        ("stop", "a\n\nb\n\n", ["a", "", "b"]),
        ("stop", "C:\\\\new", ["C:\\new"]),
        ("stop", "\\d", ["\\d"]),
        ("labels", " spaced \n", [" spaced "]),
        ("logit_bias", "50: -2.5\n\n", {50: -2.5}),
        ("examples", None, []),
        ("examples", [{"input": "a", "output": ""}, {"input": "", "output": ""}], [{"input": "a", "output": ""}]),
        ("examples", [{"input": ""}, {"input": "a"}], [{"input": ""}, {"input": "a"}]),
        ("steps", [{"name": "", "template": "", "strategy": "zero_shot"}], []),
        ("steps", [{"name": "", "strategy": "react"}], [{"name": "", "strategy": "react"}]),
        ("steps", [{"name": "a"}, {"name": None, "template": ""}], [{"name": "a"}]),
        ("agents", [{"temperature": " 0.5", "max_tokens": "9"}], [{"temperature": 0.5, "max_tokens": 9}]),
        ("agents", [{"name": "7", "temperature": ""}], [{"name": "7", "temperature": None}]),
        ("agents", [{"temperature": "hot"}], [{"temperature": "hot"}]),
        ("examples", "nonsense", "nonsense"),
        ("role", None, ""),
    ],
)
def test_read(name: str, raw: Any, value: Any) -> None:
    assert fields.read(BY_NAME[name], raw) == value


@pytest.mark.parametrize("lines", ["50", "x: 1", "5: much", "5: 1\n5: 2"])
def test_a_bias_that_cannot_be_read_is_named(lines: str) -> None:
    with pytest.raises(InvalidSetup, match=r"sampling\.logit_bias.*line"):
        fields.read(BY_NAME["logit_bias"], lines)


@pytest.mark.parametrize("strings", [["\n"], ["a\\nb"], ["\\"], ["\t", "###"], [" lead", "trail "]])
def test_strings_survive_their_box(strings: list[str]) -> None:
    parameter = BY_NAME["stop"]
    assert fields.read(parameter, fields.to_widget(parameter, tuple(strings))) == strings


@pytest.fixture
def filled() -> Form:
    with gr.Blocks(analytics_enabled=False):
        return Form(
            choice=model_choice.build_adapter(model_choice.build(CATALOG)),
            technique=technique_fields.build_options(technique_fields.build_choice()),
            task=task_fields.build(),
            sampling=sampling_fields.build(),
        )


def held(made: Form, setup: Setup) -> dict[Any, Any]:
    """The raw values of the form after the setup was written into it."""
    values = {widget: widget.value for widget in made.widgets}
    for component, update in made.write(setup, CATALOG).items():
        value = update.get("value", values.get(component)) if isinstance(update, dict) else update
        values[component] = value
    return values


def test_offering_the_models_again_writes_nothing_over_what_is_chosen_meanwhile(filled: Form) -> None:
    values = {widget: widget.value for widget in filled.widgets} | {filled.choice.model: "labels"}
    assert "value" not in filled.choice.refresh(values, CATALOG)[filled.choice.model]


@pytest.mark.parametrize(("adapter", "warned"), [("pirate", False), ("", False), ("gone", True)])
def test_an_adapter_that_was_unloaded_is_not_left_out_in_silence(
    filled: Form, adapter: str, warned: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    warnings: list[str] = []
    monkeypatch.setattr(gr, "Warning", lambda words, **_: warnings.append(words))
    values = {widget: widget.value for widget in filled.widgets}
    filled.choice.refresh({**values, filled.choice.model: "default", filled.choice.adapter: adapter}, CATALOG)
    assert warnings == ["The chosen adapter is not there any more; the model is asked without one."] * warned


STEPS = [
    {"name": "One", "template": "{input}"},
    {"name": "Two", "template": "{One}", "strategy": "plan_and_solve"},
]
SETUPS: list[dict[str, Any]] = [
    {"task": {"input": "Hi"}},
    {"adapter": "pirate", "scale": 0.5, "strategy": "role", "task": {"input": "Hi", "role": "A cook."}},
    {"model": "labels", "task": {"input": "Hi"}, "sampling": {"max_tokens": 9}},
    {
        "strategy": "few_shot",
        "options": {"layout": "block", "input_label": "Review"},
        "task": {
            "input": "x",
            "role": "You are brief.",
            "examples": [{"input": "a\nb", "output": "c"}],
            "answer": "label",
            "labels": ["yes", "no"],
        },
    },
    {"strategy": "self_consistency", "options": {"paths": 3, "vote": "probability"}, "task": {"input": "x"}},
    {
        "strategy": "chaining",
        "task": {"input": "x", "steps": STEPS},
        "sampling": {"stop": ["\n", "a\\b"], "seed": 2**32 - 1, "logit_bias": {7: -1.5}, "top_k": 3, "top_p": 0.25},
    },
]


FEW_SHOT = next(setup for setup in SETUPS if setup.get("strategy") == "few_shot")


@pytest.mark.parametrize("data", SETUPS, ids=lambda d: d.get("model") or d.get("strategy", "zero_shot"))
def test_a_setup_survives_the_form(filled: Form, data: dict[str, Any]) -> None:
    setup = parse(data)
    assert to_dict(parse(filled.read(held(filled, setup), CATALOG))) == to_dict(setup)


def test_the_form_sends_only_what_the_technique_uses(filled: Form) -> None:
    values = held(filled, parse(FEW_SHOT)) | {filled.technique.strategy: "zero_shot"}
    read = filled.read(values, CATALOG)
    assert set(read["task"]) == {"input", "role", "material", "answer", "labels", "form", "form_text"}
    assert read["options"] == {}
    answer = filled.task.field("answer").widget
    assert "labels" not in filled.read(values | {answer: "number"}, CATALOG)["task"]


@pytest.mark.parametrize("name", [None, 5, [], {}, "nope"])
def test_a_forged_technique_is_refused(filled: Form, name: Any) -> None:
    values = held(filled, parse(SETUPS[0])) | {filled.technique.strategy: name}
    for refused in (lambda: filled.show(values, CATALOG), lambda: parse(filled.read(values, CATALOG))):
        with pytest.raises(InvalidSetup, match="`strategy` is"):
            refused()


def test_the_form_shows_only_what_the_technique_uses(filled: Form) -> None:
    for name, strategy in STRATEGIES.items():
        shown = filled.show(held(filled, parse({})) | {filled.technique.strategy: name}, CATALOG)
        visible = {task for task, frame in filled.task.frames.items() if shown[frame]["visible"]}
        assert visible == set(strategy().used_fields) - {"labels"}
        options = [(o, f) for o, own in filled.technique.options.items() for f in own if shown[f.widget]["visible"]]
        used = [p.name for p in parameters(strategy) if p.name not in strategy().unused]
        assert [(o, f.parameter.name) for o, f in options] == [(name, option) for option in used]
    labels = held(filled, parse({"task": {"answer": "label", "labels": ["a"]}}))
    assert filled.show(labels, CATALOG)[filled.task.frames["labels"]]["visible"]


@pytest.mark.parametrize(
    ("strategy", "option", "value", "hidden"),
    [
        ("chain_of_thought", "form", "zero_shot", {"examples"}),
        ("self_consistency", "form", "zero_shot", {"examples"}),
        ("chain_of_thought", "form", "few_shot", set()),
        ("few_shot", "layout", "turns", {"input_label", "output_label"}),
        ("few_shot", "layout", "block", set()),
        ("few_shot", "layout", "no such layout", set()),
    ],
)
def test_what_an_option_leaves_unused_is_neither_shown_nor_sent(
    filled: Form, strategy: str, option: str, value: str, hidden: set[str]
) -> None:
    options = filled.technique.options[strategy]
    by_name = {f.parameter.name: f.widget for f in (*filled.task.fields, *options)}
    values = held(filled, parse(FEW_SHOT)) | {filled.technique.strategy: strategy, by_name[option]: value}
    shown = filled.show(values, CATALOG)
    frames = {**filled.task.frames, **{f.parameter.name: f.widget for f in options}}
    in_question = {"examples", *(f.parameter.name for f in options)} & frames.keys()
    assert {name for name in in_question if not shown[frames[name]]["visible"]} == hidden
    read = filled.read(values, CATALOG)
    assert not hidden & {*read["task"], *read["options"]}


def test_what_a_model_was_not_seen_to_honour_is_not_sent_and_its_chip_says_so(filled: Form) -> None:
    """A preset that sets a temperature runs on a model that has none of its own."""
    setup = parse({"model": "thinker", "task": {"input": "x"}, "sampling": {"temperature": 0.0, "max_tokens": 9}})
    values = held(filled, setup)
    assert filled.honours(values, CATALOG) == {"max_tokens"}
    assert filled.read(values, CATALOG)["sampling"] == {"max_tokens": 9}
    chips = sampling_panel.list_differences(filled.sampling, values, {"max_tokens"})
    assert [chip["text"] for chip in chips] == ["temperature 0.0 (not sent)", "max tokens 9"]


def test_a_setup_that_is_opened_leaves_nothing_of_the_one_before(filled: Form) -> None:
    parsed = parse({"strategy": "self_consistency", "options": {"paths": 3}, "task": {"input": "x"}})
    values = held(filled, parsed)
    for component, update in filled.write(parse({"task": {"input": "y"}}), CATALOG).items():
        values[component] = update["value"] if isinstance(update, dict) and "value" in update else values.get(component)
    read = filled.read({**values, filled.technique.strategy: "self_consistency"}, CATALOG)
    assert read["options"]["paths"] == 10


def test_every_parameter_has_a_widget_with_its_range(filled: Form) -> None:
    for field in filled.sampling.fields:
        if isinstance(field.widget, gr.Slider):
            assert (field.widget.minimum, field.widget.maximum) == (field.parameter.low, field.parameter.high)
    assert {f.parameter.name for f in filled.sampling.fields} == {p.name for p in parameters(Sampling)}


def test_adapter_and_scale_show_where_they_apply(filled: Form) -> None:
    choice, held_now = filled.choice, held(filled, parse({"adapter": "pirate", "scale": 0.5}))
    shown = choice.show(held_now, CATALOG)
    assert [name for _, name in shown[choice.adapter]["choices"]] == ["", "pirate", "terse"]
    assert (shown[choice.adapter]["value"], shown[choice.scale.widget]["visible"]) == ("pirate", True)
    assert not choice.show(held_now | {choice.adapter: ""}, CATALOG)[choice.scale.widget]["visible"]
    other = choice.show(held_now | {choice.model: "labels"}, CATALOG)
    assert (other[choice.adapter]["value"], other[choice.adapter]["visible"]) == ("", False)
    served = choice.show(held_now | {choice.model: "own/tiny", choice.adapter: "served"}, CATALOG)
    assert (served[choice.adapter]["value"], served[choice.scale.widget]["visible"]) == ("served", False)


def test_an_adapter_that_is_not_there_is_refused_by_name(filled: Form) -> None:
    for write in (
        lambda: filled.write(parse({"adapter": "gone"}), CATALOG),
        lambda: check_setup({"adapter": "gone"}, CATALOG),
    ):
        with pytest.raises(UnknownModel, match="Default has no adapter named 'gone'; choose one of pirate, terse"):
            write()


def test_a_model_made_for_one_task_gets_the_text_and_what_it_honours(filled: Form) -> None:
    values = held(filled, parse({**FEW_SHOT, "sampling": {"temperature": 0.1, "max_tokens": 7}}))
    values |= {filled.choice.model: "labels"}
    read = filled.read(values, CATALOG)
    assert read == {"model": "labels", "task": {"input": "x"}, "sampling": {"max_tokens": 7}}
    shown = filled.show(values, CATALOG)
    assert [name for name, frame in filled.task.frames.items() if shown[frame]["visible"]] == ["input"]
    assert not any(shown[f.widget]["visible"] for own in filled.technique.options.values() for f in own)


def test_a_models_title_is_no_markup_in_a_toast(filled: Form, monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    monkeypatch.setattr(gr, "Warning", lambda words, **_: said.append(words))
    odd = Catalog([ModelEntry(
        name="odd", title="<img src=x>", kind="scripted", load=lambda _: SCRIPTED, capabilities=ALL
    )])  # fmt: skip
    filled.choice.refresh({filled.choice.model: "gone", filled.choice.adapter: ""}, odd)
    (words,) = said
    assert "&lt;img src=x&gt;" in words
    assert "<" not in words
