"""A run that a browser kept comes back whole; of one that somebody made up, nothing is shown that could not be."""

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground import setups
from playground.backends.catalog import Catalog
from playground.errors import InvalidSetup, LimitReached, PlaygroundError
from playground.running import runner
from playground.sharing import kept_runs
from playground.sharing.kept_runs import KeptRun
from playground.task import Function, FunctionCall
from playground.types import Alternative, Completion, Finding, Message, Run, Step, Thought, Token, Vote
from playground.ui.run_view import answer_values, run_figure, steps_values, tokens_values
from playground.ui.run_view.report_values import run_report

VOTE = {
    "strategy": "self_consistency", "options": {"paths": 2},
    "task": {"input": "What is 1 + 2?", "answer": "number"}, "sampling": {"seed": 7},
}  # fmt: skip
ODD = [None, True, -1, 10**6, 1e300, 10**400, 0.5, "", "x", "\ud800", [], [1], {}, {"__type__": "update"}]


@pytest.fixture(scope="module")
def run(catalog_of: Any) -> Run:
    catalog: Catalog = catalog_of(lambda _, rng: f"The answer is {rng.choice([3, 3, 4])}.")
    *_, last = runner.run(setups.parse(VOTE), catalog)
    tree = (Thought(text="one", kept=True), Thought(text="two", parent=0, value="sure"))
    tokens = (Token(id=1, text=" 3", logprob=-0.5, entropy=0.1, top=(Alternative(id=2, text=" 4", logprob=-1.5),)),)
    first, *others = last.steps[0].completions
    call = FunctionCall(name="add", arguments='{"a": 1}', id="1")
    functions = (Function(name="add", description="Adds.", parameters='{"type": "object"}'),)
    asked = (replace(last.steps[0].messages[0], functions=functions, calls=(call,)), *last.steps[0].messages[1:])
    step = replace(last.steps[0], messages=asked, completions=(replace(first, tokens=tokens, cost=0.01), *others))
    return replace(last, tree=tree, steps=(step, *last.steps[1:]), cost=0.01)


def shown(run: Run) -> Any:
    """All that the page makes of a run."""
    at = tokens_values.longest(run)
    completion = run.steps[at[0]].completions[at[1]] if at else None
    assert run_report(run, "x")
    values = [answer_values.answer_value(run, past=True), steps_values.steps_value(run), answer_values.vote_table(run)]
    return json.dumps([*values, tokens_values.tokens_value("x", completion)])


def test_a_run_comes_back_whole(run: Run) -> None:
    kept = KeptRun(run=run, form_values={**VOTE, "variables": "a\n1"}, of="a = 1")
    assert kept_runs.read(kept_runs.write(kept)) == kept
    assert kept_runs.read(kept_runs.write(KeptRun(run=run))).form == setups.changed_settings(run.setup)
    (alone,) = json.loads(kept_runs.write_file([kept]))["runs"]
    assert kept_runs.read(json.dumps(alone)) == kept


def test_a_run_of_the_first_version_opens(run: Run) -> None:
    """As it was written then: what is added to a run since has a default."""
    data = {"status": "done", "answer": "3", "setup": {"options": {}, "task": {"input": "x"}, "sampling": {}},
            "steps": [{"label": "Answer", "messages": [{"role": "user", "content": "x"}],
                       "completions": [{"text": "3", "finish_reason": "stop"}]}]}  # fmt: skip
    opened = kept_runs.read(json.dumps({"version": 1, "run": data})).run
    assert (opened.answer, opened.steps[0].completions[0].text) == ("3", "3")


def test_too_many_tokens_are_left_out_and_that_is_known(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept_runs, "MOST_BYTES", len(kept_runs.write(KeptRun(run=run))) - 1)
    kept = kept_runs.read(kept_runs.write(KeptRun(run=run)))
    assert (kept.whole, kept.run) == (False, setups.without_tokens(run))
    monkeypatch.setattr(kept_runs, "MOST_BYTES", 100)
    with pytest.raises(LimitReached, match="too large to be kept"):
        kept_runs.write(KeptRun(run=run))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (None, "no text"), (5, "no text"), ("", "JSON"), ("{", "JSON"), ("[" * 10**5, "JSON"), ("[]", "no `run`"),
        ('{"run": 1}', "no `run`"), ('{"run": {}}', "no version"), ('{"run": {}, "version": 2}', "newer playground"),
        ('{"run": {}, "version": true}', "no version"), ('{"run": {"status": "done"}, "version": 1}', "setup"),
        ('{"run": {"a": NaN}, "version": 1}', "JSON"), ('{"run": {"evil": 1}, "version": 1}', "evil"),
        ("x" * (kept_runs.MOST_BYTES + 1), "bytes"),
        ('{"version": 1, "run": {"a": [' + "0," * 400_000 + "0]}}", "values"),
    ],
)  # fmt: skip
def test_what_is_no_run_is_refused(text: Any, words: str) -> None:
    with pytest.raises(PlaygroundError, match=words):
        kept_runs.read(text)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"status": "running"}, "not ended"),
        ({"tree": (Thought(text="x", parent=0),)}, "before the one"),
        ({"tree": (Thought(text="x", parent=-1),)}, "before the one"),
        ({"cost": -1.0}, "less than nothing"),
        ({"completion_tokens": -1}, "less than nothing"),
        ({"prompt_tokens": 10**18}, "beyond all"),
    ],
)
def test_what_no_run_can_hold_is_refused(run: Run, change: dict[str, Any], words: str) -> None:
    with pytest.raises(InvalidSetup, match=words):
        kept_runs.read(kept_runs.write(KeptRun(run=replace(run, **change))))


@pytest.mark.parametrize("name", ["prompt_tokens", "completion_tokens", "seconds", "cost"])
def test_no_answer_cost_less_than_nothing(run: Run, name: str) -> None:
    (step, *others) = run.steps
    completion = replace(step.completions[0], **{name: -1})
    forged = replace(run, steps=(replace(step, completions=(completion, *step.completions[1:])), *others))
    with pytest.raises(InvalidSetup, match="less than nothing"):
        kept_runs.read(kept_runs.write(KeptRun(run=forged)))


def found(*parts: tuple[int | None, int | None]) -> dict[str, Any]:
    findings = tuple(Finding(label="x", probability=0.5, start=start, end=end) for start, end in parts)
    step = Step(
        label="Read",
        messages=(Message("user", "ab"),),
        completions=(Completion(text="", finish_reason="stop", findings=findings),),
    )
    return {"steps": (step,)}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (found(*[(0, 1)] * 2_001), "2,000 labels"),  # each is compared with each
        (found(*[(0, 10**6)] * 4), "more text"),  # each is a copy
        ({"steps": (Step(label="x", messages=()),) * 2_001}, "2,000 steps"),
        ({"votes": (Vote(answer="x", count=1, weight=1, paths=(0,)),) * 2_001}, "2,000 steps"),
        (found((5, 2)), "no place"),
        (found((-5, 2)), "no place"),
        (found((1, None)), "no place"),
        ({"tree": tuple(Thought(text="x", parent=at - 1 if at else None) for at in range(51))}, "50 levels"),
    ],
)
def test_what_would_take_minutes_or_gigabytes_to_show_is_refused(run: Run, change: dict[str, Any], words: str) -> None:
    with pytest.raises(PlaygroundError, match=words):
        kept_runs.read(kept_runs.write(KeptRun(run=replace(run, **change))))


def test_as_many_labels_and_levels_as_may_be_are_shown(run: Run) -> None:
    tree = tuple(Thought(text="x", parent=at - 1 if at else None) for at in range(50))
    most = replace(run, tree=tree, **found((None, None), *[(0, 2)] * 1_999))
    opened = kept_runs.read(kept_runs.write(KeptRun(run=most))).run
    assert opened == most
    assert orjson.dumps(steps_values.steps_value(opened))


def test_a_setup_in_a_run_is_checked_like_any_other(run: Run) -> None:
    forged = replace(run, setup=replace(run.setup, strategy="nope"))
    with pytest.raises(InvalidSetup, match="strategy"):
        kept_runs.read(kept_runs.write(KeptRun(run=forged)))


def places(value: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield at
    if isinstance(value, dict):
        for key, part in value.items():
            yield from places(part, (*at, key))
    elif isinstance(value, list) and value:
        yield from places(value[0], (*at, 0))  # the others are alike


def test_whatever_is_changed_in_a_run_it_is_refused_or_can_be_shown(run: Run) -> None:
    whole = json.loads(kept_runs.write(KeptRun(run=run)))
    for at in places(whole["run"]):
        for odd in ODD:
            data = json.loads(json.dumps(whole))
            part: Any = data
            for key in ("run", *at)[:-1]:
                part = part[key]
            part[("run", *at)[-1]] = odd
            try:
                opened = kept_runs.read(json.dumps(data)).run
            except PlaygroundError:
                continue
            assert shown(opened)
            if {"votes", "entropy"} & {*at}:  # a figure takes long to make
                assert not opened.votes or run_figure.vote_figure(opened)
                run_figure.entropy_figure(opened.steps[0].completions[0] if opened.steps else None)


@given(st.text() | st.recursive(st.none() | st.integers() | st.text(), st.lists).map(json.dumps))
def test_anything_is_read_or_refused(text: str) -> None:
    with pytest.raises(PlaygroundError):
        kept_runs.read(text)


def test_every_field_of_a_completion_is_in_the_file() -> None:
    text = kept_runs.write(KeptRun(run=Run(setup=setups.parse({}), status="done")))
    assert {"setup", "steps", "answer", "votes", "tree"} <= json.loads(text)["run"].keys()
    assert Completion(text="x").tokens == ()
