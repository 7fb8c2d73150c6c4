"""Techniques that ask several things: what they do with answers that are empty, thought, cut, edited, or stopped."""

import random
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from playground import setups
from playground.backends.base import Request
from playground.backends.scripted import ScriptedBackend
from playground.errors import InvalidSetup
from playground.running import runner
from playground.running.transcript import mark_stopped
from playground.types import Completion, Delta, Run, Step

THOUGHT = "<think>Well,"


def ran(
    catalog: Any, strategy: str, options: dict[str, Any] | None = None, given: tuple[Step, ...] = (), **task: Any
) -> Run:
    setup = setups.parse({"strategy": strategy, "options": options or {}, "task": {"input": "Why?", **task}})
    *_, run = runner.run(setup, catalog, earlier_steps=given)
    return run


def says(**replies: str) -> Any:
    """A reply to the prompts that hold these words, with _ for spaces; "" to others."""

    def reply(request: Request, _: random.Random) -> str:
        asked = request.messages[-1].content
        return next((text for words, text in replies.items() if words.replace("_", " ") in asked), "")

    return reply


def edited(step: Step, text: str, sample: int = 0) -> Step:
    completions = list(step.completions)
    completions[sample] = Completion(text=text, finish_reason="stop", edited=True)
    return replace(step, completions=tuple(completions))


def labels(run: Run) -> list[str]:
    return [step.label for step in run.steps]


def sent(run: Run, label: str) -> str:
    return next(step.messages[-1].content for step in run.steps if step.label == label)


# ---------------------------------------------------------------------------------------------------- perspectives
def test_points_of_view_are_asked_at_once_and_shown_as_one_step(catalog_of: Any) -> None:
    run = ran(catalog_of(says(someone_in_favour="Yes.", someone_against="No.", expert="Perhaps.")), "perspectives")
    assert [step.together for step in run.steps] == ["Points of view"] * 3 + [""]
    assert run.steps[-1].depends_on == tuple(labels(run)[:3])


def test_a_point_of_view_without_words_is_left_out_and_said(catalog_of: Any) -> None:
    views = says(points_of_view="Both.", someone_in_favour="Yes.", someone_against=THOUGHT, expert="Perhaps.")
    run = ran(catalog_of(views), "perspectives")
    assert "2 points of view" in sent(run, "Synthesis")
    assert "against" not in sent(run, "Synthesis")
    assert run.how == "Out of 2 of 3 points of view. Of the others: The reply is thought and nothing else."
    assert run.answer == "Both."


def test_without_any_view_nothing_is_brought_together(catalog_of: Any) -> None:
    run = ran(catalog_of(says()), "perspectives")
    assert len(run.steps) == 3
    assert (run.answer, run.how) == ("", "None of 3 points of view was answered. No answer in the reply.")


@pytest.mark.parametrize(
    ("viewpoints", "rule"),
    [(["a", "  "], "nothing but spaces"), (["a cook", "A cook "], "twice"), (["x"] * 9, "at most 8")],
)
def test_points_of_view_are_checked(viewpoints: list[str], rule: str, catalog_of: Any) -> None:
    with pytest.raises(InvalidSetup, match=rule):
        ran(catalog_of(), "perspectives", {"viewpoints": viewpoints})


# --------------------------------------------------------------------------------------------------- least-to-most
def test_each_part_is_told_what_was_solved_before(catalog_of: Any) -> None:
    run = ran(
        catalog_of(says(Now_answer="So 7. The answer is 7.", Q2="Three.", Q1="Four.", simpler="1. Q1?\n2. Q2?")),
        "least_to_most",
        answer="number",
    )
    assert labels(run) == ["Decompose", "Part 1", "Part 2", "Answer"]
    assert sent(run, "Part 2").endswith(
        "Q: Q1?\nA: Four.\n\nAnswer only this part of it, in one sentence.\n\nQ: Q2?\nA:"
    )
    assert "Q: Q2?\nA: Three." in sent(run, "Answer")
    assert run.steps[-1].depends_on == ("Decompose", "Part 1", "Part 2")
    assert (run.answer, run.how) == ("7", 'Number after "the answer is" in the reply.')


def test_without_parts_the_question_is_asked_at_once_and_said(catalog_of: Any) -> None:
    run = ran(catalog_of(says(Now_answer="Seven.", simpler=THOUGHT)), "least_to_most")
    assert labels(run) == ["Decompose", "Answer"]
    assert run.how == "Asked at once: no simpler questions came. The reply is thought and nothing else."


def test_an_edited_list_of_parts_is_gone_on_from(catalog_of: Any) -> None:
    catalog = catalog_of(says(Now_answer="Done.", simpler="1. Q1?\n2. Q2?", part="Part."))
    first = ran(catalog, "least_to_most")
    second = ran(catalog, "least_to_most", given=(edited(first.steps[0], "1. Mine?\n2. Yours?\n3. Ours?"),))
    assert labels(second) == ["Decompose", "Part 1", "Part 2", "Part 3", "Answer"]
    assert "Q: Ours?" in sent(second, "Part 3")


# --------------------------------------------------------------------------------------------- generated knowledge
class WithoutProbabilities(ScriptedBackend):
    """As servers are that give no token probabilities."""

    def stream(self, request: Request) -> Any:
        for delta in super().stream(request):
            yield replace(delta, tokens=()) if isinstance(delta, Delta) else delta


def test_the_surest_answer_is_kept_whatever_the_others_say(catalog_of: Any) -> None:
    def reply(request: Request, rng: random.Random) -> str:
        return "Birds fly." if "knowledge" in request.messages[-1].content else " No."

    catalog = catalog_of(reply)
    first = ran(catalog, "generated_knowledge", {"facts": 3}, answer="yes_no")
    assert (first.answer, labels(first)) == ("No", ["Facts", *(f"Answer with fact {i}" for i in (1, 2, 3))])
    assert "3 of 3 facts lead to this answer." in first.how
    mine = (first.steps[0], first.steps[1], edited(first.steps[2], "Yes"), first.steps[3])
    second = ran(catalog, "generated_knowledge", {"facts": 3}, given=mine, answer="yes_no")
    assert second.answer == "Yes", "what a person wrote is as sure as can be"
    assert second.how == (
        "With fact 2 the model was surest: mean token probability 1.00. 1 of 3 facts lead to this answer."
    )


def test_a_model_without_probabilities_is_told_before_more_is_asked(catalog_of: Any) -> None:
    from playground.backends.catalog import Catalog, ModelEntry

    backend = WithoutProbabilities(reply=lambda *_: "Birds fly.")
    entry = ModelEntry(
        name="default", title="Plain", kind="scripted", load=lambda _: backend, capabilities=backend.capabilities
    )
    run = ran(Catalog([entry]), "generated_knowledge", answer="yes_no")
    assert run.status == "failed"
    assert run.error.startswith("This model gives no token probabilities")
    assert labels(run) == ["Facts"]


def test_facts_without_words_are_not_asked_with(catalog_of: Any) -> None:
    def reply(request: Request, rng: random.Random) -> str:
        if "knowledge" not in request.messages[-1].content:
            return " Yes."
        return rng.choice([THOUGHT, "Birds fly."])

    run = ran(catalog_of(reply), "generated_knowledge", {"facts": 12}, answer="yes_no")
    spoken = [i for i, fact in enumerate(run.steps[0].completions, 1) if fact.text == "Birds fly."]
    assert 0 < len(spoken) < 12
    assert labels(run)[1:] == [f"Answer with fact {i}" for i in spoken]
    assert f"{len(spoken)} of 12 facts" in run.how


# ---------------------------------------------------------------------------------------------- skeleton of thought
def test_points_are_written_at_once_and_put_together(catalog_of: Any) -> None:
    run = ran(
        catalog_of(says(about_point_1="Ten hours.", about_point_2="", numbered="1. Rest\n2. Sport")),
        "skeleton_of_thought",
    )
    assert [step.together for step in run.steps] == ["", "Points", "Points"]
    assert run.answer == "1. Rest\nTen hours.\n\n2. Sport"
    assert run.how == "2 points, written at once. 1 of them without words. No answer in the reply."


def test_an_edited_skeleton_is_written_out_anew(catalog_of: Any) -> None:
    catalog = catalog_of(says(about_point="Words.", numbered="1. Rest"))
    first = ran(catalog, "skeleton_of_thought")
    second = ran(catalog, "skeleton_of_thought", given=(edited(first.steps[0], "1. Mine\n2. Yours"),))
    assert second.answer == "1. Mine\nWords.\n\n2. Yours\nWords."


# -------------------------------------------------------------------------------------------------------- all of them
ASKED_AT_ONCE = [("perspectives", 3), ("skeleton_of_thought", 4), ("tree_of_thoughts", 3), ("generated_knowledge", 6)]


@pytest.mark.parametrize(("strategy", "steps"), ASKED_AT_ONCE)
def test_one_that_is_stopped_goes_on_where_each_part_was_cut(
    catalog_of: Any, strategy: str, steps: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runner, "INTERVAL", 0)
    reply = says(Why="1. One two three four\n2. Five six seven eight\n3. Nine ten eleven twelve")
    setup = setups.parse({"strategy": strategy, "task": {"input": "Why?", "answer": "text"}})

    def until_stopped() -> Iterator[Run]:
        for run in runner.run(setup, catalog_of(reply)):
            yield run
            if len(run.steps) >= steps and run.steps[-1].completions[0].text:
                return

    *_, last = until_stopped()
    stopped = mark_stopped(last)
    assert stopped.status == "stopped"
    opened = tuple(
        replace(
            s,
            completions=tuple(
                replace(c, finish_reason=None) if c.finish_reason == "cancelled" else c for c in s.completions
            ),
        )
        for s in stopped.steps
    )
    *_, whole = runner.run(setup, catalog_of(reply), earlier_steps=opened)
    assert whole.status == "done"
    assert labels(whole)[: len(stopped.steps)] == labels(stopped)
    for step, before in zip(whole.steps, stopped.steps, strict=False):
        for completion, begun in zip(step.completions, before.completions, strict=True):
            assert completion.text.startswith(begun.text)
