"""Runs become what the page shows: pure functions, so plain comparisons."""

import json
import math
from dataclasses import replace
from typing import Any

import pytest

from playground.setups import parse
from playground.types import Completion, Message, Progress, Run, Step, Token, Vote
from playground.ui import live_run, outline, prompt_preview, render

SETUP = parse({"task": {"input": "Hi"}})
ASKED = (Message("user", "Hi"),)


def said(text: str, p: float = 0.5, **more: Any) -> Completion:
    tokens = tuple(Token(i, f"{word} ", math.log(p), entropy=1.0) for i, word in enumerate(text.split()))
    known = {"finish_reason": "stop", "completion_tokens": len(tokens), "prompt_tokens": 7, "tokens": tokens}
    return Completion(**{"text": text, **known, **more})


def step(label: str, *completions: Completion) -> Step:
    return Step(label=label, messages=ASKED, completions=completions)


VOTED = Run(
    setup=SETUP,
    status="done",
    answer="18",
    how="2 of 3 paths agree.",
    votes=(Vote(answer="18", count=2, weight=2.0, paths=(0, 2)), Vote(answer="<b>", count=1, weight=1.0, paths=(1,))),
    steps=(
        step("Sample paths", said("a b"), said("c"), said("d e f", p=0.25)),
        step("Answer of path 1", said("18")),
        step("Answer of path 2", said("17")),
        step("Answer of path 3", said("18")),
    ),
    completion_tokens=9,
    prompt_tokens=28,
    seconds=2.0,
    seed=5,
)


def test_steps_that_ran_side_by_side_are_one() -> None:
    shown = render.steps_value(VOTED)["steps"]
    assert [(s["label"], len(s["cards"])) for s in shown] == [("Sample paths", 3), ("Answer of path 1\u20133", 3)]
    assert [card["at"] for card in shown[1]["cards"]] == [[1, 0], [2, 0], [3, 0]]
    assert [card["title"] for card in shown[0]["cards"]] == ["Path 1", "Path 2", "Path 3"]
    assert shown[0]["prompt"]["messages"] == [{"role": "user", "content": "Hi"}]


@pytest.mark.parametrize("labels", [("Draft", "Polish"), ("Step 1", "Step 3"), ("Step 2", "Step 1"), ("A1 x", "B2 x")])
def test_other_steps_stay_apart(labels: tuple[str, str]) -> None:
    assert len(outline.groups([step(label, said("x")) for label in labels])) == 2


def test_measures_have_units() -> None:
    measured = dict(render.metrics(VOTED))
    assert measured["Output"] == "9 tokens"
    assert measured["Speed"] == "4 tokens/s"
    assert measured["Total"] == "2.0 s"
    assert measured["Seed"] == "5"
    assert measured["Calls"] == "6"
    assert render.metrics(Run(setup=SETUP)) == []


def test_mean_probability_is_geometric() -> None:
    assert render.mean_probability(said("a b", p=0.25).tokens) == pytest.approx(0.25)
    mixed = said("a", p=0.2).tokens + said("b", p=0.8).tokens
    assert render.mean_probability(mixed) == pytest.approx(0.4)
    assert render.mean_probability([]) is None


def test_a_model_that_loads_shows_how_far_it_is() -> None:
    progress = Progress(what="Fetching the model", done=31, total=93, unit="MB")
    value = render.answer_value(Run(setup=SETUP, status="waiting", progress=progress))
    assert value["clock"] == "31 of 93 MB"
    assert value["share"] == pytest.approx(1 / 3)
    assert "fetching the model" in value["status"]
    assert not any(character.isdigit() for character in value["spoken"])  # said once, not at every megabyte


@pytest.mark.parametrize(
    ("completion", "state", "facts"),
    [
        (said("a", finish_reason=None), "streaming", "1 token"),
        (said("a", finish_reason="length"), "length", "cut at max tokens"),
        (said("a", finish_reason="cancelled"), "cancelled", "stopped"),
        (Completion(text="mine", finish_reason="stop", edited=True), "edited", "edited by hand"),
    ],
)
def test_how_an_output_ended_is_said(completion: Completion, state: str, facts: str) -> None:
    (shown,) = render.steps_value(replace(VOTED, steps=(step("Answer", completion),)))["steps"]
    assert shown["cards"][0]["state"] == state
    assert facts in shown["facts"]


def test_a_stopped_run_says_where_its_text_is() -> None:
    stopped = replace(VOTED, status="stopped", answer="", how="")
    assert "kept below" in render.answer_value(stopped)["how"]
    assert render.answer_value(replace(stopped, completion_tokens=0))["how"] == ""


def test_outputs_are_edited_only_when_nothing_runs() -> None:
    assert render.steps_value(VOTED)["editable"]
    assert not render.steps_value(replace(VOTED, status="running"))["editable"]


def test_the_vote_is_drawn_and_tabled() -> None:
    figure = render.vote_figure(VOTED)
    assert list(figure.data[0].x) == [1, 2]
    assert list(figure.layout.yaxis.ticktext) == ["&lt;b>", "18"]  # plotly reads tags in labels
    assert figure.layout.xaxis.title.text == "Agreeing paths"
    assert render.vote_table(VOTED)[0] == ["18", 2, 2.0, "1, 3"]


def test_answers_that_begin_alike_keep_their_bars() -> None:
    long = "the same forty characters and then some, " * 2
    votes = tuple(Vote(answer=long + end, count=1, weight=1.0, paths=(i,)) for i, end in enumerate("ab"))
    assert len(set(render.vote_figure(replace(VOTED, votes=votes)).data[0].y)) == 2


def test_tokens_and_their_entropy() -> None:
    value = render.tokens_value("Answer", said("a b", p=0.5))
    assert [round(t["p"], 6) for t in value["tokens"]] == [0.5, 0.5]
    assert "perplexity 2.00" in value["facts"]
    assert len(render.entropy_figure(said("a b")).data[0].y) == 2
    assert render.entropy_figure(Completion(text="x")) is None


def test_everything_shown_is_json() -> None:
    for value in (render.answer_value(VOTED), render.steps_value(VOTED), render.tokens_value("", said("a"))):
        assert json.loads(json.dumps(value)) == json.loads(json.dumps(value))


def test_the_longest_completion_is_looked_into_first() -> None:
    assert live_run.longest(VOTED) == (0, 2)
    assert live_run.longest(Run(setup=SETUP)) is None


def test_an_edit_keeps_what_came_before_and_beside_it() -> None:
    given = live_run.edited(VOTED, 2, 0, "19")
    assert [s.label for s in given] == [s.label for s in VOTED.steps]
    assert given[2].completions[0] == Completion(text="19", finish_reason="stop", edited=True)
    assert [s.label for s in live_run.edited(VOTED, 0, 1, "x")] == ["Sample paths"]


def test_the_preview_counts_what_it_can(catalog_of: Any) -> None:
    catalog = catalog_of()
    chain = {
        "strategy": "chaining",
        "task": {"input": "x", "steps": [{"name": "A", "template": "{input}"}, {"name": "B", "template": "{A}"}]},
    }
    before = prompt_preview.prompt_value(lambda: chain, catalog)
    assert "once the model is ready" in before["summary"]
    for _ in catalog.open("default"):
        pass
    after = prompt_preview.prompt_value(lambda: chain, catalog)
    assert after["steps"][0]["facts"] == "2 tokens"
    assert after["steps"][1]["facts"] == "length depends on answers"
    assert after["steps"][1]["messages"][0]["content"] == "\u27e8A\u27e9"


def test_the_preview_says_what_is_missing(catalog_of: Any) -> None:
    value = prompt_preview.prompt_value(lambda: {"task": {"input": " "}}, catalog_of())
    assert "`task.input` is empty" in value["error"]
    assert value["steps"] == []
    unknown = prompt_preview.prompt_value(lambda: {"model": "nope", "task": {"input": "x"}}, catalog_of())
    assert "no model named" in unknown["error"]
