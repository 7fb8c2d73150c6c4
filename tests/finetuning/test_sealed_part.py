"""The sealed part of each task: never learned, never shown, and asked as an experiment asks."""

from unittest.mock import Mock

import pytest

from playground.errors import LimitReached
from playground.evaluation import datasets, experiments, scorers
from playground.evaluation.plan import Item
from playground.finetuning.held_out.answering import Answering
from playground.finetuning.held_out.sealed_part import without_learned
from playground.finetuning.held_out.tasks import TASKS, Task
from playground.finetuning.preparation.rows import TrainingRow, messages_of
from playground.types import Weights


@pytest.mark.parametrize("task", TASKS.values(), ids=list(TASKS))
def test_nothing_sealed_is_learned_shown_or_searched_on(task: Task) -> None:
    part = task.sealed(1000, 6)
    examples, validation = task.learnable(24, part.shots)
    rows = [TrainingRow(messages=messages_of(one.input), answer=one.output) for one in examples]
    assert len(part.items) >= 40
    assert without_learned(part.items, rows) == part.items
    asked, shown = {item.input for item in part.items}, {item.input for item in part.shots}
    searched = {item.input for item in validation}
    assert len(searched) == 24
    assert not asked & shown
    assert not searched & (asked | shown | {one.input for one in examples})


@pytest.mark.parametrize("task", TASKS.values(), ids=list(TASKS))
def test_each_task_is_an_experiment_that_scores_its_own_references_as_right(task: Task) -> None:
    part = task.sealed(20, 4)
    instructions = [part.technique(f"{number}", one) for number, one in enumerate(task.instructions)]
    few = part.technique("few", part.template, shots=True)
    experiment = part.experiment([part.technique("bare"), few, *instructions], [Weights()])
    experiments.check(experiment)
    dataset = datasets.load(experiment.data)
    assert len(dataset.items) == 20
    assert len(dataset.shots) == 4
    scorer = scorers.build(experiment.scorer, dataset)
    assert all(scorer.score(item.references[0], item, dataset).score == 1 for item in dataset.items)


def test_an_item_that_a_row_holds_in_other_words_around_it_is_left_out() -> None:
    items = [Item(id="1", input="The soup was cold."), Item(id="2", input="The soup was hot.")]
    row = TrainingRow(messages=messages_of("Which sentiment?\n\nthe  soup was cold."), answer="Negative")
    assert [item.id for item in without_learned(items, [row])] == ["2"]


def test_more_answers_than_the_server_allows_are_refused_before_any_is_asked() -> None:
    part = TASKS["sentiment"].sealed(10, 0)
    answering = Answering(catalog=Mock(), store=Mock(), max_cells=9)
    with pytest.raises(LimitReached, match=r"10 cells; 9 is the most \(PLAYGROUND_MAX_CELLS\)"):
        next(answering.ask(part, [part.technique("bare")], [Weights()]))
