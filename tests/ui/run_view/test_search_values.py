"""Changes from draft to draft, and the tree of a search, as the page shows them."""

from playground.evaluation.differences import MOST_COMPARED
from playground.setups import parse
from playground.types import Completion, Message, Run, Step, Thought
from playground.ui.run_view.search_values import draft_changes, tree_value
from playground.ui.run_view.steps_values import steps_value

SETUP = parse({"strategy": "self_refine", "task": {"input": "Write."}})


def refined(*said: tuple[str, str], finished: bool = True) -> Run:
    ending = "stop" if finished else None
    steps = [
        Step(label=label, messages=(Message("user", "?"),), completions=(Completion(text=text, finish_reason=ending),))
        for label, text in said
    ]
    return Run(setup=SETUP, steps=tuple(steps))


def test_each_revision_is_compared_with_the_draft_before_it() -> None:
    run = refined(
        ("Draft", "a b"), ("Feedback 1", "x"), ("Revision 1", "a c"), ("Feedback 2", "y"), ("Revision 2", "a")
    )
    changes = draft_changes(run)
    assert {at: change["since"] for at, change in changes.items()} == {
        2: "What changed since Draft",
        4: "What changed since Revision 1",
    }
    words = [(segment["text"], segment["change"]) for segment in changes[2]["segments"]]
    assert words == [("a ", "same"), ("b", "removed"), ("c", "added")]
    shown = steps_value(run)["steps"]
    assert [bool(step["change"]) for step in shown] == [False, False, True, False, True]


def test_a_draft_that_still_grows_or_is_too_long_is_not_compared() -> None:
    assert draft_changes(refined(("Draft", "a"), ("Revision 1", "b"), finished=False))[1]["segments"] == []
    long = draft_changes(refined(("Draft", "a " * MOST_COMPARED), ("Revision 1", "b")))[1]
    assert long["segments"] == []
    assert "too long" in long["since"]


def test_the_tree_is_nested_and_says_its_verdicts() -> None:
    tree = (
        Thought(text="one", value="sure", kept=True),
        Thought(text="two", value="impossible"),
        Thought(text="three", parent=0),
    )
    below = {"text": "three", "verdict": "not judged", "kept": False, "next": []}
    assert tree_value(tree) == [
        {"text": "one", "verdict": "sure, gone on from", "kept": True, "next": [below]},
        {"text": "two", "verdict": "impossible", "kept": False, "next": []},
    ]
    assert steps_value(Run(setup=SETUP))["tree"] == []
