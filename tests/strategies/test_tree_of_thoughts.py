"""Tree of thoughts: what is kept, what is not followed, and the tree that remains in the run."""

import random
from dataclasses import replace
from typing import Any

import pytest

from playground import setups
from playground.backends.base import Request
from playground.running import runner
from playground.types import Completion, Run, Step, Thought

VERDICTS = {"Good": " sure.", "Fair": " Maybe.", "Odd": " Hmm.", "Bad": " impossible.", "Not": " Not sure"}


def reply(request: Request, _: random.Random) -> str:
    asked = request.messages[-1].content
    if request.prefill:
        last = asked.split("\n\n")[1].splitlines()[-1]
        return next(verdict for word, verdict in VERDICTS.items() if word in last)
    if "Go on from these steps" in asked:
        return "It is 24. The answer is 24."
    return (
        "1. Bad one\n2. Odd one\n3. Fair one\n4. Good one"
        if "Steps so far" not in asked
        else "1. Good end\n2. Fair end"
    )


def ran(catalog: Any, given: tuple[Step, ...] = (), **options: int) -> Run:
    data = {"strategy": "tree_of_thoughts", "options": options, "task": {"input": "24?", "answer": "number"}}
    *_, run = runner.run(setups.parse(data), catalog, earlier_steps=given)
    return run


def test_the_best_are_kept_at_each_depth_and_the_answer_goes_on_from_the_best_of_all(catalog_of: Any) -> None:
    run = ran(catalog_of(reply), proposals=4, kept=2)
    assert run.tree == (
        Thought(text="Bad one", value="impossible"),
        Thought(text="Odd one", value="no verdict"),
        Thought(text="Fair one", value="maybe", kept=True),
        Thought(text="Good one", value="sure", kept=True),
        Thought(text="Good end", parent=3, value="sure", kept=True),
        Thought(text="Fair end", parent=3, value="maybe"),
        Thought(text="Good end", parent=2, value="sure", kept=True),
        Thought(text="Fair end", parent=2, value="maybe"),
    )
    assert "1. Good one\n2. Good end" in run.steps[-1].messages[-1].content
    assert run.answer == "24"
    assert run.how.endswith("8 steps proposed and judged; the answer goes on from the best.")
    assert [step.together for step in run.steps] == [
        "Propose, step 1", *["Judge, step 1"] * 4, *["Propose, step 2"] * 2, *["Judge, step 2"] * 4, "",
    ]  # fmt: skip


def test_the_tree_grows_while_it_runs_and_survives_a_file(catalog_of: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runner, "INTERVAL", 0)
    setup = setups.parse({"strategy": "tree_of_thoughts", "task": {"input": "24?", "answer": "number"}})
    sizes = [len(run.tree) for run in runner.run(setup, catalog_of(reply))]
    assert sizes == sorted(sizes)
    assert len({*sizes}) > 2
    run = ran(catalog_of(reply))
    assert setups.run_from_dict(setups.run_to_dict(run)) == run


def test_a_run_of_before_there_were_trees_still_opens(catalog_of: Any) -> None:
    data = setups.run_to_dict(ran(catalog_of(reply)))
    del data["tree"]
    assert setups.run_from_dict(data).tree == ()


def test_steps_judged_impossible_are_never_followed(catalog_of: Any) -> None:
    def hopeless(request: Request, rng: random.Random) -> str:
        return " impossible" if request.prefill else reply(request, rng)

    run = ran(catalog_of(hopeless), depth=3)
    assert [step.label for step in run.steps] == ["Propose 1.1", "Judge 1.1", "Judge 1.2", "Judge 1.3", "Answer"]
    assert not any(thought.kept for thought in run.tree)
    assert run.how.endswith("At depth 1 every step was judged impossible, so the search went no further.")


@pytest.mark.parametrize("said", ["", "<think>Well,"])
def test_without_proposals_it_answers_at_once_and_says_so(catalog_of: Any, said: str) -> None:
    def silent(request: Request, rng: random.Random) -> str:
        return said if "Suggest" in request.messages[-1].content else reply(request, rng)

    run = ran(
        catalog_of(lambda request, rng: silent(request, rng) if "Go on" not in request.messages[-1].content else "24")
    )
    assert [step.label for step in run.steps] == ["Propose 1.1", "Answer"]
    assert "At depth 1 nothing was proposed." in run.how
    assert run.answer == "24"


def test_an_edited_verdict_leads_elsewhere(catalog_of: Any) -> None:
    first = ran(catalog_of(reply), proposals=4, kept=1)
    verdict = replace(first.steps[1], completions=(Completion(text="sure", finish_reason="stop", edited=True),))
    second = ran(catalog_of(reply), given=(first.steps[0], verdict, *first.steps[2:5]), proposals=4, kept=1)
    assert [thought.text for thought in second.tree if thought.kept] == ["Bad one", "Good end"]
    assert "1. Bad one" in second.steps[-1].messages[-1].content
