"""Retrieval: what is sent, what of the answer the passages support, and when nothing is asked at all."""

from dataclasses import replace
from typing import Any

import pytest

from playground import setups
from playground.errors import InvalidSetup
from playground.evaluation.store.identity import RunKeys
from playground.prompts import prompts_of
from playground.running import runner
from playground.strategies.parts.passages import check_sentence, read_passages, sentences_of
from playground.types import Run, Step

ASKED = "How many stairs does the lighthouse have?"
FOUND = "[1] Town: The hall was built in 1861. It has 12 doors.\n[2] Port: Boats leave at nine."


def setup(options: dict[str, Any] | None = None, **task: Any) -> dict[str, Any]:
    whole = {"collection": "ferry_island", "input": ASKED, **task}
    return {"strategy": "retrieval", "options": options or {}, "task": whole}


def ran(catalog: Any, data: dict[str, Any], steps: tuple[Step, ...] = ()) -> Run:
    *_, run = runner.run(setups.parse(data), catalog, earlier_steps=steps)
    assert run.status == "done"
    return run


def test_the_prompt_holds_what_the_search_found(catalog_of: Any) -> None:
    run = ran(catalog_of(lambda *_: "The lighthouse has 142 steps [1]."), setup({"passages": 1, "abstain": True}))
    search, answer = run.steps
    assert (search.label, search.tool, search.messages[0].content) == ("Search", "search", ASKED)
    found = search.completions[0].text
    assert found.startswith("[1] Paths and sights: The lighthouse on Garn Head")
    assert answer.messages[0].content == (
        f"{found}\n\nQuestion: {ASKED}\n\nAnswer in one short sentence from these passages, and put the number of the "
        'passage behind it, like [1]. If no passage answers it, write only "The documents do not say."'
    )
    assert answer.depends_on == ("Search",)
    assert [(check.rule, check.kept) for check in run.checks] == [("The lighthouse has 142 steps [1].", True)]
    assert run.how == "Of 1 sentences 1 share most of their words with a passage."
    (planned,) = prompts_of(run.setup)
    assert planned.step.messages[0].content.startswith("\u27e8Search\u27e9\n\nQuestion: ")


def test_passages_that_a_person_rewrites_are_gone_on_from(catalog_of: Any) -> None:
    catalog = catalog_of(lambda *_: "Nine doors.")
    before = ran(catalog, setup())
    (completion,) = before.steps[0].completions
    rewritten = replace(before.steps[0], completions=(replace(completion, text=FOUND, edited=True),))
    run = ran(catalog, setup(), (rewritten,))
    assert run.steps[1].messages[0].content.startswith(FOUND)
    assert [check.found for check in run.checks] == ["1 of its 2 words are in [1]"]


def test_where_nothing_is_like_enough_no_model_is_asked(catalog_of: Any) -> None:
    run = ran(catalog_of(), setup({"least": 0.99}))
    assert (run.answer, run.calls) == ("The documents do not say.", 0)
    assert len(ran(catalog_of(), setup({"least": 0.05})).steps) == 2


def test_saying_that_nothing_answers_is_no_claim_to_be_checked(catalog_of: Any) -> None:
    run = ran(catalog_of(lambda *_: "The documents do not say."), setup({"abstain": True}))
    assert (run.checks, run.how) == ((), "It says that the documents do not answer it.")


def test_a_collection_is_needed_and_must_be_one(catalog_of: Any) -> None:
    refusals = {"": "retrieval needs it", "atlantis": "it must be one of ferry_island", "own": "no documents"}
    for name, message in refusals.items():
        with pytest.raises(InvalidSetup, match=message) as refused:
            ran(catalog_of(), setup(collection=name))
        assert refused.value.path == ("task", "collection")


@pytest.mark.parametrize(
    ("sentence", "kept", "found"),
    [
        ("The hall was built in 1861 [1].", True, "3 of its 3 words are in [1]"),
        ("The hall was built in 1862.", False, "2 of its 3 words are in [1]"),
        ("Boats leave at nine [1].", True, "3 of its 3 words are in [2]; it cites [1]"),
        ("The hall was built in 1861 [7].", False, "3 of its 3 words are in [1]; it cites [7], which is none"),
        ("Elephants never forget.", False, "0 of its 3 words are in [1]"),
    ],
)
def test_a_sentence_is_looked_up_in_the_passages(sentence: str, kept: bool, found: str) -> None:
    check = check_sentence(sentence, read_passages(FOUND))
    assert (check.kept, check.found) == (kept, found)


def test_sentences_keep_the_citations_behind_them() -> None:
    assert sentences_of("The hall stands. [1] Boats leave! [2][3]\n- At nine?\n[1]") == [
        "The hall stands. [1]", "Boats leave! [2] [3]", "- At nine? [1]",
    ]  # fmt: skip
    assert check_sentence("It was so.", {}).found == "there is no passage"


def test_answers_that_are_kept_are_of_these_documents(catalog_of: Any) -> None:
    catalog = catalog_of()
    catalog.library = catalog.library.for_session()
    asked = setups.parse(setup(collection="own"))

    def key() -> str:
        return RunKeys(catalog).column(asked).key(asked)

    catalog.library.add("Cat", "The cat is called Minka.")
    before, shipped = key(), RunKeys(catalog).column(setups.parse(setup())).key(asked)
    catalog.library.add("Dog", "The dog is called Rex.")
    assert len({before, key(), shipped}) == 3


def test_react_searches_where_there_are_documents(catalog_of: Any) -> None:
    said = iter(["I need to look.\nAction 1: Search[water filter]", "I know.\nAction 2: Finish[C4-117]"])
    data = {"strategy": "react", "task": {"collection": "coffee_machine", "input": "Which filter?"}}
    run = ran(catalog_of(lambda *_: next(said)), data)
    assert run.answer == "C4-117"
    assert run.steps[1].tool == "search"
    assert "part number C4-117" in run.steps[1].completions[0].text
    assert "Search[opening hours]" in run.steps[0].messages[0].content
    without = prompts_of(setups.parse({**data, "task": {"input": "Which?"}}))
    assert "Search[" not in without[0].step.messages[0].content
    said = iter(["Action 1: Search[water]", "Action 2: Finish[no]"])
    refused = ran(catalog_of(lambda *_: next(said)), {**data, "task": {"input": "Which?"}})
    assert refused.steps[1].completions[0].text == "There is no tool called 'search'; there are calculator, clock."
