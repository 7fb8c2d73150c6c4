"""A technique of a kind that is not among ours is understood from what it says of itself, and from nothing else."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from playground import setups
from playground.backends.base import Request
from playground.evaluation import experiments, running
from playground.evaluation.datasets import card
from playground.evaluation.datasets.base import Dataset, Shot
from playground.evaluation.grid import Grid
from playground.evaluation.plan import Item, ScorerChoice
from playground.evaluation.results import VotePath as Voter
from playground.evaluation.running.estimate import estimate
from playground.evaluation.store import Store, records
from playground.parameters import flag
from playground.running import runner
from playground.strategies import STRATEGIES, Ask, Calls, Running, Strategy, TechniqueCard
from playground.strategies.base import Answer, user_message
from playground.strategies.parts.voting import count_votes
from playground.types import Completion, Run, Task
from playground.ui.experiments import status_values
from playground.ui.run_view import prompt_values


@dataclass(frozen=True, kw_only=True)
class Committee(Strategy):
    """Plans, asks on for as long as an answer says so, and then has three answers vote: in the third step or later."""

    name = "committee"
    title = "Committee"
    task_fields = ("examples", "input", "answer")
    card = TechniqueCard(summary="", helps="", fails="", cost="")

    worked_out: bool = flag(True, help="Whether the examples show how.")

    @property
    def shows_reasoning(self) -> bool:
        return self.worked_out

    def calls(self, task: Task) -> Calls:
        return Calls(5, None)

    def voters(self, run: Run) -> tuple[Completion, ...]:
        return next((step.completions for step in run.steps if step.label == "Vote"), ())

    def run(self, task: Task, ask: Ask) -> Running:
        (plan,) = yield from ask("Plan", (user_message(task.input),))
        (question,) = yield from ask("Question", (user_message(f"Ask about {plan.text}"),), depends_on=("Plan",))
        while question.text.startswith("again"):
            (question,) = yield from ask("Question", (user_message("Go on"),), depends_on=("Question",))
        ballots = yield from ask("Vote", (user_message(f"Vote on {question.text}"),), n=3, depends_on=("Question",))
        votes = count_votes([ballot.text if ballot.text != "abstain" else None for ballot in ballots])
        return Answer(text=votes[0].answer if votes else "", votes=votes)


@pytest.fixture(autouse=True)
def committee(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(STRATEGIES, "committee", Committee)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store(tmp_path / "store.sqlite")
    yield store
    store.close()


def replies(*ballots: str, again: int = 0) -> Any:
    """One ballot after the other, and `again` more questions before them."""
    left, questions = iter(ballots), iter(["again"] * again)

    def reply(request: Request, _: random.Random) -> str:
        asked = request.messages[-1].content
        if asked.startswith("Vote on"):
            return next(left)
        return next(questions, "enough") if asked.startswith(("Ask about", "Go on")) else "plan"

    return reply


def ran(catalog: Any) -> Run:
    *_, run = runner.run(setups.parse({"strategy": "committee", "task": {"input": "Who?"}}), catalog)
    return run


@pytest.mark.parametrize("again", [0, 2])
def test_its_voters_are_found_in_whichever_step_they_are(catalog_of: Any, again: int) -> None:
    run = ran(catalog_of(replies("Ada", "abstain", "Ada", again=again)))
    kept = records.load_record(records.dump_record(records.make_record(run)))
    assert kept
    weights = kept.confidences[2 + again]
    assert kept.paths == tuple(Voter(answer=a, weight=w) for a, w in zip(["Ada", None, "Ada"], weights, strict=True))
    assert kept.confidence == 2 / 3
    assert run.answer == "Ada"
    assert [step.depends_on for step in run.steps] == [(), ("Plan",), *[("Question",)] * (1 + again)]


def test_the_preview_says_that_there_may_be_more_calls(catalog_of: Any) -> None:
    setup = {"strategy": "committee", "task": {"input": "Who?"}}
    shown = prompt_values.worked_out(lambda: setup, catalog_of()).value
    assert shown["summary"].startswith("5 or more calls")
    assert [step["facts"] for step in shown["steps"][1:]] == ["length depends on answers"] * 2


def test_the_estimate_is_the_least_until_some_were_asked(store: Store, catalog_of: Any) -> None:
    def plan(size: int) -> Any:
        return experiments.parse({"techniques": [{"strategy": "committee"}], "data": {"size": size}})

    before = estimate(plan(4), catalog_of(), store)
    assert (before.calls, before.at_least) == (4 * 5, True)
    assert "20 or more calls" in status_values.estimate_text(before)
    for size in (1, 2):
        *_, table = running.run(plan(size), catalog_of(replies("1", "1", "2", again=3)), store)
        assert table.results[-1].calls == 8
        assert [path.answer for path in table.results[-1].paths] == ["1", "1", "2"]
    after = estimate(plan(4), catalog_of(), store)
    assert (after.calls, after.at_least) == (2 * 8, False)


@pytest.mark.parametrize(("worked_out", "shown"), [(True, "Count. The answer is 2."), (False, None)])
def test_it_is_given_worked_examples_where_it_says_so(worked_out: bool, shown: str | None) -> None:
    dataset = Dataset(
        name="tiny", card=card("word_problems"), answer="number", template="{input}",
        scorer=ScorerChoice(name="numeric"), items=(Item(id="a", input="1 + 1"),),
        shots=(Shot(input="1 + 1", output="2", reasoning="Count. The answer is 2."),),
    )  # fmt: skip
    technique = {"strategy": "committee", "options": {"worked_out": worked_out}}
    cell = Grid(experiments.parse({"techniques": [technique]}), dataset)[0]
    assert [example.output for example in cell.setup.task.examples] == ([shown] if shown else [])
