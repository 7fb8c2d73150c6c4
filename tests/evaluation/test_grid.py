"""The Setup of every cell: what it is asked, with which examples, under which seed."""

from dataclasses import replace
from itertools import islice
from typing import Any

import pytest

from playground.errors import InvalidSetup
from playground.evaluation import datasets, experiments
from playground.evaluation.datasets.base import Dataset, Shot
from playground.evaluation.grid import Grid, GridCell, cells, samples_at_once
from playground.evaluation.plan import Item, ScorerChoice
from playground.prompts import prompts_of
from playground.strategies import STRATEGIES

DATASET = Dataset(
    name="tiny",
    card=datasets.card("word_problems"),
    answer="number",
    template="Q: {input}",
    items=(Item(id="a", input="1 + 1"), Item(id="b", input="2 + {x}"), Item(id="c", input="3 + 1")),
    shots=(Shot(input="5 + 5", output="10", reasoning="Count on. The answer is 10."), Shot(input="2", output="2")),
    scorer=ScorerChoice(name="numeric"),
)
FEW_SHOT_COT = {"strategy": "chain_of_thought", "options": {"form": "few_shot"}}


def grid(**parts: Any) -> Grid:
    return Grid(experiments.parse({"techniques": [{}], **parts}), DATASET)


def examples(cell: GridCell) -> list[tuple[str, str]]:
    return [(example.input, example.output) for example in cell.setup.task.examples]


def test_item_by_item_in_every_column_and_repetitions_last() -> None:
    found = grid(techniques=[{}, {"name": "Again"}], repetitions=2)
    order = [(cell.column.label, cell.item.id, cell.repetition) for cell in found]
    assert order[:4] == [("Zero-shot", "a", 0), ("Again", "a", 0), ("Zero-shot", "b", 0), ("Again", "b", 0)]
    assert order[6] == ("Zero-shot", "a", 1)
    assert len(order) == len(set(order)) == len(found) == 12
    assert [found[i] for i in range(len(found))] == list(found)


def test_a_cell_asks_the_item_in_the_words_around_it() -> None:
    found = grid(
        techniques=[{}, {"name": "Own words", "template": "Now {input}!"}], data={"template": "Not used {input}"}
    )
    assert [cell.setup.task.input for cell in found[:3]] == ["Q: 1 + 1", "Now 1 + 1!", "Q: 2 + {x}"]
    assert {cell.setup.task.answer for cell in found} == {"number"}


def test_an_item_can_be_the_material() -> None:
    asked = {"template": "Add up.", "task": {"material": "Sum: {input}"}}
    zero, few = grid(techniques=[asked, {**asked, "strategy": "few_shot"}])[:2]
    assert (zero.setup.task.input, zero.setup.task.material) == ("Add up.", "Sum: 1 + 1")
    assert examples(few)[0] == ('Add up.\n\n"""\nSum: 5 + 5\n"""', "The answer is 10.")
    messages = [message.content for message in prompts_of(few.setup)[0].step.messages]
    assert messages[-1] == 'Add up.\n\n"""\nSum: 1 + 1\n"""'


def test_material_that_names_no_item_is_the_same_for_all() -> None:
    (first, second) = grid(techniques=[{"task": {"material": "{x} is 7"}}, {"strategy": "few_shot"}])[:3:2]
    assert [cell.setup.task.material for cell in (first, second)] == ["{x} is 7"] * 2
    assert [cell.setup.task.input for cell in (first, second)] == ["Q: 1 + 1", "Q: 2 + {x}"]


@pytest.mark.parametrize(
    ("technique", "path", "message"),
    [
        ({"task": {"material": "{input}"}}, "techniques.0.template", "write what to do with it"),
        ({"task": {"material": "{input} {x}"}, "template": "Add."}, "techniques.0.task.material", "no other name"),
        ({"task": {"material": "{input}"}, "template": "Add {x}."}, "techniques.0.template", "no other name"),
        ({"task": {"material": 5}, "template": "Add."}, "techniques.0.template", "must have {input}"),
        ({"task": {"material": 5}}, "techniques.0.task.material", "text of at most"),
    ],
)
def test_an_item_as_material_needs_words_around_it(technique: dict[str, Any], path: str, message: str) -> None:
    with pytest.raises(InvalidSetup, match=f"`{path}`.*{message}"):
        grid(techniques=[technique])


@pytest.mark.parametrize(
    ("technique", "shown"),
    [
        ({"strategy": "zero_shot"}, []),
        ({"strategy": "few_shot"}, [("Q: 5 + 5", "The answer is 10."), ("Q: 2", "2")]),
        ({"strategy": "chain_of_thought"}, []),
        (FEW_SHOT_COT, [("Q: 5 + 5", "Count on. The answer is 10."), ("Q: 2", "The answer is 2.")]),
        (
            {"strategy": "self_consistency", "options": {"form": "few_shot"}, "template": "{input}?"},
            [("5 + 5?", "Count on. The answer is 10."), ("2?", "The answer is 2.")],
        ),
        ({"strategy": "few_shot", "task": {"examples": [{"input": "i", "output": "o"}]}}, [("i", "o")]),
    ],
)
def test_examples_are_shown_as_the_technique_needs_them(technique: Any, shown: list[tuple[str, str]]) -> None:
    assert examples(grid(techniques=[technique])[0]) == shown


def test_sampling_of_the_draw_goes_over_the_techniques_over_the_experiments() -> None:
    found = grid(
        sampling={"temperature": 0.1, "top_k": 1, "max_tokens": 9},
        techniques=[{"sampling": {"temperature": 0.2, "top_k": 2}}],
        variants=[{"sampling": {"temperature": 0.3}}],
    )
    sampling = found[0].setup.sampling
    assert (sampling.temperature, sampling.top_k, sampling.max_tokens) == (0.3, 2, 9)


def test_models_adapters_and_scales() -> None:
    found = grid(models=[{}, {"adapter": "pirate", "scale": 0.5}, {"model": "m", "scale": 0.5}])
    assert [(c.setup.model, c.setup.adapter, c.setup.scale) for c in found[:3]] == [
        ("default", "", 1.0),
        ("default", "pirate", 0.5),
        ("m", "", 1.0),
    ]


def seeds(found: Grid) -> dict[tuple[str, str, int], int | None]:
    return {(cell.column.label, cell.item.id, cell.repetition): cell.setup.sampling.seed for cell in found}


def test_seeds_are_paired_between_columns_and_differ_between_cells() -> None:
    found = seeds(grid(techniques=[{}, {"name": "Again"}], repetitions=3))
    assert all(found["Zero-shot", item, n] == found["Again", item, n] for _, item, n in found)
    assert len(set(found.values())) == 9
    assert seeds(grid(seed=1)).items().isdisjoint(seeds(grid(seed=0)).items())


def test_more_items_columns_and_repetitions_change_nothing_for_the_others() -> None:
    before = seeds(grid())
    more = Grid(
        experiments.parse({"techniques": [{"name": "New"}, {}], "repetitions": 2}),
        replace(DATASET, items=(Item(id="new", input="0"), *DATASET.items)),
    )
    assert before.items() <= seeds(more).items()


def test_every_technique_can_be_a_column() -> None:
    needed = {
        "role": {"task": {"role": "You are."}},
        "chaining": {"task": {"steps": [{"name": "a", "template": "{input}"}]}},
        "contextual": {"options": {"audience": "Children"}},
        "instruction": {"options": {"length": "One word"}},
        "delimiters": {"template": "Answer.", "task": {"material": "{input}"}},
        "negative": {"options": {"most_words": 5}},
        "retrieval": {"task": {"collection": "ferry_island"}},
        "panel": {
            "task": {
                "agents": [{"name": "Writer", "system": "You write."}, {"name": "Critic", "system": "You find fault."}]
            }
        },
        "function_calling": {"options": {"functions": '[{"name": "look_up"}]'}},
    }
    techniques = [{"strategy": name, **needed.get(name, {})} for name in STRATEGIES]
    experiment = experiments.parse({"techniques": techniques, "data": {"size": 1}})
    asked = list(islice(cells(experiment, datasets.load(experiment.data)), 100))
    assert [cell.setup.strategy for cell in asked] == list(STRATEGIES)


def test_a_column_that_the_data_does_not_suit_is_named() -> None:
    experiment = experiments.parse({"techniques": [{}, FEW_SHOT_COT]})
    with pytest.raises(InvalidSetup, match=r"`techniques\.1\.task.examples` is empty") as caught:
        Grid(experiment, replace(DATASET, shots=()))
    assert caught.value.path == ("techniques", 1, "task", "examples")


@pytest.mark.parametrize(
    ("technique", "most"),
    [
        ({}, 1),
        ({"strategy": "chain_of_thought"}, 1),
        ({"strategy": "self_consistency", "options": {"paths": 7}}, 7),
        ({"strategy": "self_consistency", "options": {"paths": 5, "form": "few_shot"}}, 5),
    ],
)
def test_how_many_samples_are_drawn_at_once(technique: Any, most: int) -> None:
    assert samples_at_once(grid(techniques=[technique])[0].setup) == most
