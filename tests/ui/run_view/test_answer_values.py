"""Runs become what the page shows: pure functions, so plain comparisons."""

import json
import math
from dataclasses import replace
from typing import Any

import pytest

from playground.backends.catalog import Catalog
from playground.errors import NotSupported, PromptTooLong
from playground.setups import parse
from playground.types import Alternative, Check, Completion, Finding, Message, Origin, Progress, Run, Step, Token, Vote
from playground.ui.language.components import translate_value
from playground.ui.language.texts import texts_of
from playground.ui.language.translating import speaking
from playground.ui.playground import editing
from playground.ui.run_view import (
    answer_values,
    measures,
    prompt_values,
    run_figure,
    step_groups,
    steps_values,
    tokens_values,
)
from playground.ui.run_view.places import Branch, Edit

SETUP = parse({"task": {"input": "Hi"}})
ASKED = (Message("user", "Hi"),)


def said(text: str, p: float = 0.5, **more: Any) -> Completion:
    tokens = tuple(Token(i, f"{word} ", math.log(p), entropy=1.0) for i, word in enumerate(text.split()))
    known = {"finish_reason": "stop", "completion_tokens": len(tokens), "prompt_tokens": 7, "tokens": tokens}
    return Completion(**{"text": text, **known, **more})


def step(label: str, *completions: Completion, together: str = "") -> Step:
    return Step(label=label, messages=ASKED, completions=completions, together=together)


VOTED = Run(
    setup=SETUP,
    status="done",
    answer="18",
    how="2 of 3 paths agree.",
    votes=(Vote(answer="18", count=2, weight=2.0, paths=(0, 2)), Vote(answer="<b>", count=1, weight=1.0, paths=(1,))),
    steps=(
        step("Sample paths", said("a b"), said("c"), said("d e f", p=0.25)),
        step("Answer of path 1", said("18"), together="Answers"),
        step("Answer of path 2", said("17"), together="Answers"),
        step("Answer of path 3", said("18"), together="Answers"),
    ),
    completion_tokens=9,
    prompt_tokens=28,
    seconds=2.0,
    seed=5,
)


def test_an_answer_is_said_in_its_own_words_in_any_language() -> None:
    run = replace(VOTED, answer="Stopped. Nobody asked.", checks=(Check(rule="Stopped.", kept=True, found="Stopped."),))
    with speaking("de"):
        value = translate_value(answer_values.answer_value(run), texts_of("de"))
    assert value["spoken"] == "Fertig. Stopped. Nobody asked."
    assert (value["checks"][0]["rule"], value["checks"][0]["found"]) == ("Stopped.", "Stopped.")
    assert value["status"] == "Fertig"


def test_steps_that_ran_side_by_side_are_one() -> None:
    shown = steps_values.steps_value(VOTED)["steps"]
    assert [(s["label"], len(s["cards"])) for s in shown] == [("Sample paths", 3), ("Answers", 3)]
    assert [card["at"] for card in shown[1]["cards"]] == [[1, 0], [2, 0], [3, 0]]
    assert [card["title"] for card in shown[0]["cards"]] == ["Path 1", "Path 2", "Path 3"]
    assert shown[0]["prompt"]["messages"] == [{"role": "user", "pieces": [{"text": "Hi", "gap": False}]}]


@pytest.mark.parametrize("names", [("", ""), ("One", "Other"), ("One", "")])
def test_other_steps_stay_apart_whatever_they_are_called(names: tuple[str, str]) -> None:
    steps = [step(f"Step {i}", said("x"), together=name) for i, name in enumerate(names, 1)]
    assert [(g.first, g.end, g.label) for g in step_groups.groups(steps)] == [(0, 1, "Step 1"), (1, 2, "Step 2")]


def test_measures_have_units() -> None:
    measured = dict(measures.metrics(VOTED))
    assert measured["Output"] == "9 tokens"
    assert measured["Speed"] == "4 tokens/s"
    assert measured["Total"] == "2.0 s"
    assert measured["Seed"] == "5"
    assert measured["Calls"] == "6"
    assert measures.metrics(Run(setup=SETUP)) == []


@pytest.mark.parametrize(
    ("completion", "seconds", "speed"),
    [
        (said("a b c d e", time_to_first_token=9.0, seconds=11.0), 11.0, "2 tokens/s"),  # a server loaded the model
        (said("a", time_to_first_token=9.0, seconds=9.1), 9.1, None),  # one word has no speed
        (said("a b", time_to_first_token=9.0, seconds=9.0), 9.0, None),  # came as a whole
        (said("ab", tokens=(), completion_tokens=900, time_to_first_token=9.0, seconds=9.5), 9.5, None),  # thought
        (said("a b c d e", tokens=(), time_to_first_token=1.0, seconds=3.0), 3.0, "2 tokens/s"),
        (said("a b c", time_to_first_token=1.0, seconds=11.0), 11.0, "0.2 tokens/s"),
    ],
)
def test_speed_is_of_decoding_or_not_shown(completion: Completion, seconds: float, speed: str | None) -> None:
    run = Run(setup=SETUP, status="done", steps=(step("One", completion),), seconds=seconds)
    run = replace(run, completion_tokens=completion.completion_tokens)
    assert dict(measures.metrics(run)).get("Speed") == speed


def test_answers_given_side_by_side_share_their_seconds() -> None:
    both = [said("a b c", time_to_first_token=1.0, seconds=3.0), said("a b c", time_to_first_token=1.0, seconds=3.0)]
    run = Run(setup=SETUP, status="done", steps=(step("Two", *both),), seconds=3.0, completion_tokens=6)
    assert dict(measures.metrics(run))["Speed"] == "2 tokens/s"


@pytest.mark.parametrize(("loading", "shown"), [(9.04, "9.0 s"), (0.01, None)])
def test_loading_is_named_apart(loading: float, shown: str | None) -> None:
    assert dict(measures.metrics(replace(VOTED, loading=loading))).get("Loaded in") == shown


def test_what_was_kept_is_not_measured_again() -> None:
    kept = said("a b c", time_to_first_token=9.0)
    cut = said("d", finish_reason=None, time_to_first_token=8.0)
    given = (step("One", kept), step("Two", cut))
    grown = said("d e f", time_to_first_token=8.0)
    run = replace(VOTED, steps=(given[0], step("Two", grown)), completion_tokens=6, seconds=2.0)
    measured = dict(measures.metrics(run, given))
    assert (measured["Output"], measured["Kept"], measured["Speed"]) == ("2 tokens", "4 tokens", "1 tokens/s")
    assert measured["First token"] == "-"  # it came in the run before
    assert measured["Prompt"] == "7 tokens"
    run = replace(run, steps=(*run.steps, step("Three", said("g", time_to_first_token=0.5))), completion_tokens=7)
    assert dict(measures.metrics(run, given))["First token"] == "0.50 s"
    assert measures.metrics(replace(run, steps=given), given) == []  # nothing of its own yet


def test_mean_probability_is_geometric() -> None:
    assert measures.mean_probability(said("a b", p=0.25).tokens) == pytest.approx(0.25)
    mixed = said("a", p=0.2).tokens + said("b", p=0.8).tokens
    assert measures.mean_probability(mixed) == pytest.approx(0.4)
    assert measures.mean_probability([]) is None


def test_a_model_that_loads_shows_how_far_it_is() -> None:
    progress = Progress(what="Fetching the model", done=31, total=93, unit="MB")
    value = answer_values.answer_value(Run(setup=SETUP, status="waiting", progress=progress))
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
    (shown,) = steps_values.steps_value(replace(VOTED, steps=(step("Answer", completion),)))["steps"]
    assert shown["cards"][0]["state"] == state
    assert facts in shown["facts"]


def test_a_stopped_run_says_where_its_text_is() -> None:
    stopped = replace(VOTED, status="stopped", answer="", how="")
    assert "kept below" in answer_values.answer_value(stopped)["how"]
    assert answer_values.answer_value(stopped)["resumable"]
    assert not answer_values.answer_value(VOTED)["resumable"]
    assert answer_values.answer_value(replace(stopped, completion_tokens=0))["how"] == ""


def test_outputs_are_edited_only_when_nothing_runs() -> None:
    assert steps_values.steps_value(VOTED)["editable"]
    assert not steps_values.steps_value(replace(VOTED, status="running"))["editable"]


def test_the_vote_is_drawn_and_tabled() -> None:
    figure = run_figure.vote_figure(VOTED)
    assert list(figure.data[0].x) == [1, 2]
    assert list(figure.layout.yaxis.ticktext) == ["&lt;b>", "18"]  # plotly reads tags in labels
    assert figure.layout.xaxis.title.text == "Agreeing paths"
    assert answer_values.vote_table(VOTED)[0] == ["18", 2, 2.0, "1, 3"]


def test_a_long_answer_is_cut_before_it_is_escaped() -> None:
    votes = (replace(VOTED.votes[0], answer="a" * 38 + "<" + "b" * 10),)
    (shown,) = run_figure.vote_figure(replace(VOTED, votes=votes)).layout.yaxis.ticktext
    assert shown == "a" * 38 + "&lt;\u2026"


def test_answers_that_begin_alike_keep_their_bars() -> None:
    long = "the same forty characters and then some, " * 2
    votes = tuple(Vote(answer=long + end, count=1, weight=1.0, paths=(i,)) for i, end in enumerate("ab"))
    assert len(set(run_figure.vote_figure(replace(VOTED, votes=votes)).data[0].y)) == 2


def test_tokens_and_their_entropy() -> None:
    value = tokens_values.tokens_value("Answer", said("a b", p=0.5))
    assert [round(t["p"], 6) for t in value["tokens"]] == [0.5, 0.5]
    assert "perplexity 2.00" in value["facts"]
    assert len(run_figure.entropy_figure(said("a b")).data[0].y) == 2
    assert run_figure.entropy_figure(Completion(text="x")) is None


def test_everything_shown_is_json() -> None:
    for value in (
        answer_values.answer_value(VOTED),
        steps_values.steps_value(VOTED),
        tokens_values.tokens_value("", said("a")),
    ):
        assert json.loads(json.dumps(value)) == json.loads(json.dumps(value))


def test_the_longest_completion_is_looked_into_first() -> None:
    assert tokens_values.longest(VOTED) == (0, 2)
    assert tokens_values.longest(Run(setup=SETUP)) is None


def test_an_edit_keeps_what_came_before_and_beside_it() -> None:
    given = editing.edit_output(VOTED, Edit(step=2, sample=0, text="19"))
    assert [s.label for s in given] == [s.label for s in VOTED.steps]
    assert given[2].completions[0] == Completion(text="19", finish_reason="stop", edited=True)
    assert [s.label for s in editing.edit_output(VOTED, Edit(step=0, sample=1, text="x"))] == ["Sample paths"]


def test_the_preview_counts_what_it_can(catalog_of: Any) -> None:
    catalog = catalog_of()
    chain = {
        "strategy": "chaining",
        "task": {"input": "x", "steps": [{"name": "A", "template": "{input}"}, {"name": "B", "template": "{A}"}]},
    }
    before = prompt_values.worked_out(lambda: chain, catalog).value
    assert "once the model is ready" in before["summary"]
    for _ in catalog.open("default"):
        pass
    assert before["raw"] == ""
    after = prompt_values.worked_out(lambda: chain, catalog).value
    assert after["raw"] == "user: x\nassistant: "
    assert after["steps"][0]["facts"] == "2 tokens"
    assert after["steps"][1]["facts"] == "length depends on answers"
    assert after["steps"][1]["messages"][0]["pieces"] == [{"text": "\u27e8A\u27e9", "gap": True}]


def test_a_chain_with_numbered_names_is_shown_step_by_step(catalog_of: Any) -> None:
    steps = [{"name": f"Step {i}", "template": f"Part {i} of {{input}}"} for i in (1, 2, 3)]
    chain = {"strategy": "chaining", "task": {"input": "x", "steps": steps}}
    shown = prompt_values.worked_out(lambda: chain, catalog_of()).value["steps"]
    said = ["".join(piece["text"] for piece in s["messages"][0]["pieces"]) for s in shown]
    assert [(s["label"], s["times"], text) for s, text in zip(shown, said, strict=True)] == [
        (f"Step {i}", 1, f"Part {i} of x") for i in (1, 2, 3)
    ]


def test_what_is_asked_at_once_is_shown_once(catalog_of: Any) -> None:
    vote = {"strategy": "self_consistency", "options": {"paths": 4}, "task": {"input": "x", "answer": "number"}}
    shown = prompt_values.worked_out(lambda: vote, catalog_of()).value["steps"]
    assert [(s["label"], s["times"]) for s in shown] == [("Sample paths", 4), ("Answers of the paths", 4)]


def test_a_token_that_text_cannot_hold_is_not_offered() -> None:
    top = (Alternative(1, "a", -1.0), Alternative(2, "\ufffd", -2.0), Alternative(3, "</s>", -3.0, control=True))
    value = tokens_values.tokens_value("", Completion(text="a", tokens=(Token(1, "a", -1.0, 0.5, top),)))
    assert [a["fit"] for a in value["tokens"][0]["top"]] == [True, False, False]


def test_the_preview_says_what_is_missing(catalog_of: Any) -> None:
    value = prompt_values.worked_out(lambda: {"task": {"input": " "}}, catalog_of()).value
    assert "\u201cInput\u201d is empty" in value["error"]
    assert value["steps"] == []
    unknown = prompt_values.worked_out(lambda: {"model": "nope", "task": {"input": "x"}}, catalog_of()).value
    assert "no model named" in unknown["error"]


def test_what_a_server_counted_or_we_estimated_and_what_it_cost() -> None:
    (known,) = (replace(VOTED.steps[0].completions[0], tokens=(), completion_tokens=1200, cost=0.00012),)
    run = replace(VOTED, steps=(step("Answer", known),), completion_tokens=1200, estimated=True)
    measured = dict(measures.metrics(run))
    assert measured["Output"] == "about 1,200 tokens"
    assert measured["Prompt"] == "about 7 tokens"
    assert measured["Cost"] == "about $0.00012"
    halted = replace(run, steps=(step("Answer", known, replace(known, cost=None, finish_reason="cancelled")),))
    assert dict(measures.metrics(halted))["Cost"] == "at least $0.00012"  # of the other nobody knows it
    (shown,) = steps_values.steps_value(replace(run, steps=(step("Answer", replace(known, estimated=True)),)))["steps"]
    assert shown["facts"] == "about 7 prompt tokens \u00b7 about 1,200 tokens \u00b7 $0.00012"


@pytest.mark.parametrize(
    ("cost", "words"),
    [(0.0, "$0"), (0.000001234, "$0.0000012"), (0.012, "$0.012"), (1.2, "$1.20"), (1234.5, "$1,234.50")],
)
def test_dollars_have_digits_enough(cost: float, words: str) -> None:
    assert measures.dollars(cost) == words


@pytest.mark.parametrize(
    ("origin", "words"),
    [
        (None, ""),
        (Origin(weights="SmolLM2"), "Made by SmolLM2"),
        (Origin(weights="SmolLM2", adapter="pirate", scale=0.5), "Made by SmolLM2 with pirate \u00d7 0.5"),
        (
            Origin(weights="SmolLM2", adapter="pirate", without_effect=True),
            "Made by SmolLM2 with pirate \u00d7 1, which has no effect",
        ),
    ],
)
def test_what_made_a_text_is_said(origin: Origin | None, words: str) -> None:
    (shown,) = steps_values.steps_value(replace(VOTED, steps=(step("Answer", said("a", origin=origin)),)))["steps"]
    assert shown["cards"][0]["origin"] == words


def test_what_made_all_samples_of_a_step_is_said_once() -> None:
    one, other = Origin(weights="one"), Origin(weights="other")
    same = steps_values.steps_value(replace(VOTED, steps=(step("A", said("a", origin=one), said("b", origin=one)),)))
    assert (same["steps"][0]["origin"], [c["origin"] for c in same["steps"][0]["cards"]]) == ("Made by one", ["", ""])
    two = steps_values.steps_value(replace(VOTED, steps=(step("A", said("a", origin=one), said("b", origin=other)),)))
    assert [c["origin"] for c in two["steps"][0]["cards"]] == ["Made by one", "Made by other"]
    assert two["steps"][0]["origin"] == ""


def test_labels_of_parts_mark_the_text() -> None:
    asked = (Message("user", "Ann met Bob in Rome."),)
    found = (
        Finding(label="PER", probability=0.9, start=0, end=3), Finding(label="PER", probability=0.8, start=8, end=11),
        Finding(label="LOC", probability=0.7, start=15, end=19),
        Finding(label="ORG", probability=0.1, start=14, end=19),
    )  # fmt: skip
    value = steps_values.findings(found, asked)
    assert value is not None
    assert [(p["text"], p["label"]) for p in value["pieces"]] == [
        ("Ann", "PER"), (" met ", ""), ("Bob", "PER"), (" in ", ""), ("Rome", "LOC"), (".", "")
    ]  # fmt: skip
    assert [(r["label"], r["part"]) for r in value["rows"]][-1] == ("ORG", " Rome")
    assert steps_values.findings((), asked) is None
    whole = steps_values.findings((Finding(label="positive", probability=0.9),), asked)
    assert whole == {"rows": [{"label": "positive", "part": "", "p": 0.9}], "pieces": []}


def test_a_run_that_broke_off_says_so_where_its_text_is() -> None:
    cut = said("a", finish_reason="cancelled", reasoning="Hm.")
    (shown,) = steps_values.steps_value(replace(VOTED, status="failed", steps=(step("Answer", cut),)))["steps"]
    assert "broken off" in shown["facts"]
    assert shown["cards"][0]["reasoning"] == "Hm."


def test_a_run_of_which_nothing_came_leaves_the_one_before_with_the_reason() -> None:
    kept = replace(VOTED, answer="18")
    failed = Run(setup=SETUP, status="failed", error="The model broke.")
    value = answer_values.answer_value(kept, failed=failed)
    assert (value["phase"], value["answer"]) == ("failed", "18")
    assert value["error"].startswith("The model broke. What is below")
    stopped = answer_values.answer_value(kept, failed=replace(failed, status="stopped", error=""))
    assert stopped["error"].startswith("Stopped before anything came. What is below")
    assert answer_values.amount(kept.steps) > answer_values.amount(failed.steps) == 0


def test_a_prompt_that_does_not_fit_is_known_before_it_is_sent(catalog_of: Any) -> None:
    catalog, data = catalog_of(), {"task": {"input": "word " * 9000}}
    prompt_values.refuse_overlong(parse(data), catalog)  # not known yet: no model is loaded
    for _ in catalog.open("default"):
        pass
    value = prompt_values.worked_out(lambda: data, catalog).value
    assert value["steps"]
    assert "takes 8,191 and an answer. Shorten it." in value["error"]
    with pytest.raises(PromptTooLong, match=r"9,0\d\d tokens"):
        prompt_values.refuse_overlong(parse(data), catalog)
    prompt_values.refuse_overlong(parse({"task": {"input": "word " * 8000}}), catalog)


@pytest.mark.parametrize(
    ("data", "place"),
    [
        ({"task": {"input": "Why?"}}, (0, 0)),
        ({"strategy": "role", "task": {"role": "You ask: Why?", "input": "Why?"}}, (0, 1)),
        ({"strategy": "few_shot", "task": {"input": "Why?", "examples": [{"input": "Why?", "output": "So."}]}}, (0, 2)),
        ({"strategy": "chaining", "task": {"input": "Why?", "steps": [{"name": "A", "template": "Say hi."},
          {"name": "B", "template": "Answer {input} now."}]}}, (1, 0)),
        ({"strategy": "chaining", "task": {"input": "Why?", "steps": [{"name": "A", "template": "Say hi."}]}}, None),
    ],
)  # fmt: skip
def test_the_preview_knows_where_the_question_stands(
    catalog_of: Any, data: dict[str, Any], place: tuple[int, int] | None
) -> None:
    steps = prompt_values.worked_out(lambda: data, catalog_of()).value["steps"]
    marked = [
        (i, j, piece["text"])
        for i, step in enumerate(steps)
        for j, message in enumerate(step["messages"])
        for piece in message["pieces"]
        if piece.get("asked")
    ]
    assert marked == ([(*place, "Why?")] if place else [])


def test_what_cannot_go_well_is_said_beside_the_prompt(catalog_of: Any) -> None:
    vote = {
        "strategy": "self_consistency",
        "task": {"input": "How many legs has a cat?", "answer": "number"},
        "sampling": {"temperature": 0},
    }
    said = prompt_values.worked_out(lambda: vote, catalog_of()).value["advice"]
    assert any("paths will be the same" in sentence for sentence in said)
    vote["sampling"] = {"temperature": 0.7}
    assert prompt_values.worked_out(lambda: vote, catalog_of()).value["advice"] == []


def test_what_the_form_ruled_out_is_summed_up_in_one_sentence() -> None:
    shares = (0.9, 0.0, 0.3)
    tokens = tuple(Token(i, f"w{i}", -1.0, ruled_out=share) for i, share in enumerate(shares))
    value = tokens_values.tokens_value("", Completion(text="w", tokens=tokens))
    assert value["pressure"] == (
        "The form ruled out 40% of the model\u2019s own probability on average, and 90% at most, at "
        "\u201cw0\u201d. Underlined: half or more."
    )
    assert [token["ruled"] for token in value["tokens"]] == list(shares)
    assert tokens_values.tokens_value("", said("a b"))["pressure"] == ""


def test_a_token_that_the_form_ruled_out_is_not_gone_on_with() -> None:
    top = (Alternative(1, "a", -1.0), Alternative(2, "b", -2.0, barred=True))
    run = Run(setup=SETUP, steps=(step("Answer", Completion(text="a", tokens=(Token(1, "a", -1.0, top=top),))),))
    shown = tokens_values.tokens_value("", run.steps[0].completions[0])["tokens"][0]["top"]
    assert [(other["fit"], other["barred"]) for other in shown] == [(True, False), (False, True)]
    with pytest.raises(NotSupported, match="rules this token out"):
        editing.take_branch(run, Branch(step=0, sample=0, at=0, token=2))


@pytest.mark.parametrize(
    ("strategy", "kind", "words"),
    [
        ("zero_shot", "local", "the answer: choice of labels, kept token by token while it is decoded"),
        (
            "chain_of_thought",
            "local",
            "the answer of \u201cExtract answer\u201d: choice of labels, kept token by token",
        ),
        ("zero_shot", "endpoint", "the answer: choice of labels, sent as structured_outputs for the server to keep"),
    ],
)
def test_the_preview_says_what_the_answer_will_be_held_to(
    catalog_of: Any, strategy: str, kind: str, words: str
) -> None:
    data = {"strategy": strategy, "task": {"input": "Is it?", "form": "labels", "form_text": "yes\nno"}}
    info = replace(catalog_of().entry("default"), kind=kind)
    summary = prompt_values.worked_out(lambda: data, Catalog([info])).value["summary"]
    assert words in summary
    free = {**data, "task": {"input": "Is it?"}}
    assert "the answer" not in prompt_values.worked_out(lambda: free, Catalog([info])).value["summary"]
    wrong = {**data, "task": {**data["task"], "form_text": ""}}
    assert "The form itself" in prompt_values.worked_out(lambda: wrong, Catalog([info])).value["error"]
