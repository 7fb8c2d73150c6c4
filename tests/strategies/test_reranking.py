"""Passages are put in the order of how likely the model finds the question after each."""

from dataclasses import dataclass, replace
from typing import Any

import pytest

from playground import setups
from playground.backends.base import Request
from playground.backends.catalog import Catalog, ModelEntry
from playground.backends.scripted import ScriptedBackend
from playground.errors import NotSupported
from playground.prompts import prompts_of
from playground.running import runner
from playground.strategies import technique_of
from playground.types import Run, Step, Token
from playground.ui.run_view.measures import metrics, tokens_of
from playground.ui.run_view.steps_values import steps_value

ASKED = "How many steps does the lighthouse have?"


@dataclass(frozen=True, kw_only=True)
class Reader(ScriptedBackend):
    """Finds a question the likelier the more of its words the prompt holds, and counts what it measures."""

    measured: list[str]

    def score(self, request: Request, text: Any) -> tuple[Token, ...]:
        self.measured.append(request.messages[-1].content)
        return tuple(
            Token(at, word, -0.5 if word in request.messages[-1].content else -4.0)
            for at, word in enumerate(text.split())
        )


def catalog_of_reader(catalog_of: Any, measured: list[str], **changes: Any) -> Catalog:
    scripted: Catalog = catalog_of()
    capabilities = replace(scripted.info("default").capabilities, **{"logits": True, **changes})
    backend = Reader(reply=lambda *_: "It has 142 steps [2].", capabilities=capabilities, measured=measured)
    entry = ModelEntry(
        name="default", title="Reader", kind="scripted", load=lambda _: backend, capabilities=capabilities
    )
    return Catalog([entry], library=scripted.library)


def ran(catalog: Catalog, steps: tuple[Step, ...] = (), **options: Any) -> Run:
    data = {"strategy": "retrieval", "options": options, "task": {"collection": "ferry_island", "input": ASKED}}
    *_, run = runner.run(setups.parse(data), catalog, earlier_steps=steps)
    assert run.status == "done"
    return run


def test_the_best_after_measuring_stand_in_the_prompt_with_their_numbers(catalog_of: Any) -> None:
    measured: list[str] = []
    run = ran(catalog_of_reader(catalog_of, measured), rerank=5, passages=2, weight=1.0)
    search, *passages, answer = run.steps
    assert len(measured) == len(passages) == 5
    assert [(step.label, step.together, step.measured) for step in passages[:2]] == [
        ("Passage 1", "Rerank", True), ("Passage 2", "Rerank", True),
    ]  # fmt: skip
    assert passages[0].completions[0].text == ASKED
    scores = {
        step.label.split()[1]: sum(t.logprob for t in step.completions[0].tokens) / len(step.completions[0].tokens)
        for step in passages
    }
    best = sorted(scores, key=lambda number: -scores[number])[:2]
    found = search.completions[0].text.splitlines()
    assert answer.messages[-1].content.splitlines()[:2] == [found[int(number) - 1] for number in best]
    assert run.how.startswith(
        f"Of 5 passages the model finds the question likeliest after [{best[0]}] {scores[best[0]]:.2f}"
    )
    assert run.calls in technique_of(run.setup).calls(run.setup.task)
    assert len(ran(catalog_of_reader(catalog_of, measured)).steps) == 2


def test_what_was_measured_counts_as_read_and_not_as_written(catalog_of: Any) -> None:
    run = ran(catalog_of_reader(catalog_of, []), rerank=4)
    written = run.steps[-1].completions[0]
    assert run.completion_tokens == written.completion_tokens
    assert tokens_of(run) == list(written.tokens)
    assert dict(metrics(run))["Output"].startswith(f"{written.completion_tokens} ")
    group = steps_value(run)["steps"][1]
    assert group["label"] == "Rerank"
    assert all(card["given"] and "mean log-probability -" in card["facts"] for card in group["cards"])
    assert setups.run_from_dict(setups.run_to_dict(run)) == run


def test_going_on_measures_only_what_has_changed(catalog_of: Any) -> None:
    measured: list[str] = []
    catalog = catalog_of_reader(catalog_of, measured)
    before = ran(catalog, rerank=3)
    measured.clear()
    assert ran(catalog, before.steps[:-1], rerank=3).steps[:-1] == before.steps[:-1]
    assert measured == []
    (completion,) = before.steps[0].completions
    first, rest = completion.text.split("\n", 1)
    edited = replace(completion, text=f"{first} And more.\n{rest}", edited=True)
    ran(catalog, (replace(before.steps[0], completions=(edited,)), *before.steps[1:-1]), rerank=3)
    assert len(measured) == 1
    forged = replace(before.steps[1], completions=(replace(before.steps[1].completions[0], text="x", tokens=()),))
    ran(catalog, (before.steps[0], forged), rerank=3)
    assert len(measured) == 1 + 3


def test_nothing_found_is_not_measured(catalog_of: Any) -> None:
    measured: list[str] = []
    run = ran(catalog_of_reader(catalog_of, measured), rerank=3, least=0.99)
    assert (run.answer, measured) == ("The documents do not say.", [])


def test_a_model_that_tells_no_probabilities_of_given_words_is_refused_by_name(catalog_of: Any) -> None:
    catalog = catalog_of_reader(catalog_of, [], logits=False)
    with pytest.raises(
        NotSupported, match=r"`options\.rerank` has given words measured, and default gives no"
    ) as refused:
        ran(catalog, rerank=3)
    assert refused.value.path == ("options", "rerank")


def test_the_preview_shows_what_is_measured(catalog_of: Any) -> None:
    data = {"strategy": "retrieval", "options": {"rerank": 3}, "task": {"collection": "inbox", "input": "Why?"}}
    measuring, answering = prompts_of(setups.parse(data))
    assert measuring.step.measured
    assert measuring.step.messages[0].content == (
        "Passage: \u27e8Search\u27e9\n\nPlease write a question based on this passage."
    )
    assert answering.step.messages[0].content.startswith("\u27e8Search\u27e9\n\nQuestion: ")
