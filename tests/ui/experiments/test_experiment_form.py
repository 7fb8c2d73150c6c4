"""What the form of an experiment holds, and gives back: techniques, models, scorers, text, files."""

from dataclasses import replace
from typing import Any

import gradio as gr
import pytest

from playground import setups
from playground.backends.catalog import Catalog
from playground.backends.offered_entries import offered_entries
from playground.errors import InvalidSetup, LimitReached
from playground.evaluation import experiments
from playground.evaluation.plan import DataChoice, Experiment, Item, Technique
from playground.settings import Settings
from playground.types import Weights
from playground.ui.experiments import form as experiment_form
from playground.ui.experiments import form_values, plan_panel, plan_text
from playground.ui.handlers.uploads import text_of_file

PLAIN = setups.parse({"task": {"input": "Hi"}})

FULL = Technique(
    name="Mine", strategy="self_consistency", options={"paths": 5}, task={"role": "You are: careful"},
    template="{input}\nNow.", sampling={"temperature": 0.5, "stop": ["\n"]},
)  # fmt: skip


def test_experiments_on_models_that_are_not_here_are_not_offered() -> None:
    private, public = (Catalog(offered_entries(Settings(public=public))).models() for public in (False, True))
    assert set(plan_panel.find_experiments(private)) == set(experiments.shipped_experiments())
    left_out = set(experiments.shipped_experiments()) - set(plan_panel.find_experiments(public))
    assert left_out == {"ladder_larger", "tuned_or_larger", "function_descriptions"}


@pytest.mark.parametrize(
    "experiment", experiments.shipped_experiments().values(), ids=experiments.shipped_experiments()
)
def test_the_form_gives_back_what_comes_with_the_playground(experiment: Experiment) -> None:
    with gr.Blocks():
        form, _ = experiment_form.build(())
    form.hold(experiment, ())
    assert experiments.parse(form.read({widget: widget.value for widget in form.widgets})) == experiment


@pytest.mark.parametrize(
    "model", [Weights(), Weights(model="a", adapter="b"), Weights(model="a", adapter="b", scale=0.5)]
)
def test_models_come_back_as_they_were(model: Weights) -> None:
    assert form_values.read_models([form_values.key(model)]) == [model]


@pytest.mark.parametrize("odd", [5, "default", {"a": 1}, [5], [""], ["a\nb\nc"], ["a\nb\n9"], ["a\nb\n1\n2"]])
def test_odd_models_are_refused(odd: Any) -> None:
    with pytest.raises(InvalidSetup):
        form_values.read_models(odd)


@pytest.mark.parametrize("name", [["exact"], 5, "nope"])
def test_odd_scorers_are_refused(name: Any) -> None:
    with pytest.raises(InvalidSetup, match="choose one of the list"):
        form_values.read_scorer(name, "")


@pytest.mark.parametrize("count", [3, 500])
def test_of_many_items_the_text_shows_some_and_loses_none(count: int) -> None:
    items = tuple(Item(id=f"{n}", input=f"What is {n}?", references=(f"{n}",)) for n in range(count))
    data = DataChoice(name="own", size=count, shots=0, answer="number", items=items)
    whole = Experiment(title="Mine", about="Why", data=data, techniques=(Technique(),))
    text = plan_text.write_shown(whole).replace("What is 0?", "What is nothing?")
    read = plan_text.with_rest(experiments.read_yaml(text), text, items)
    changed = (replace(items[0], input="What is nothing?"), *items[1:])
    assert read == replace(whole, data=replace(data, items=changed))
    assert len(text) < 20_000
    other = experiments.write_yaml(whole)
    assert plan_text.with_rest(experiments.read_yaml(other), other, items) == whole


@pytest.mark.parametrize(
    ("content", "error", "words"),
    [
        (None, InvalidSetup, "no file"),
        (b"x" * 2000, LimitReached, "2 KB; 1 KB is the most"),
        (b"\xff", InvalidSetup, "not UTF-8"),
    ],
)
def test_files_have_a_cap_of_their_own(content: Any, error: Any, words: str) -> None:
    with pytest.raises(error, match=words):
        text_of_file(content, 1024)


@pytest.mark.parametrize(
    ("text", "words"),
    [("warmth: 1", "'warmth' is not known"), ("a: [", "not readable"), (5, "must be text"), (["x"], "must be text")],
)
def test_odd_lines_of_settings_are_refused(text: Any, words: str) -> None:
    with pytest.raises(InvalidSetup, match=words):
        form_values.sampling(text, "Sampling")


def test_lines_of_settings_come_back_as_they_were() -> None:
    held = {"temperature": 0.5, "stop": ["\n"], "logit_bias": {"5": -1.0}}
    assert form_values.sampling(form_values.lines(held), "Sampling") == held
