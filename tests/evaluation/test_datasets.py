"""Data sets as they are loaded: stable, balanced, and nothing that is shown is asked."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from playground.errors import InvalidSetup
from playground.evaluation import datasets, scorers
from playground.evaluation.plan import DataChoice, Item, ScorerChoice

NAMES = datasets.names()
AT_LEAST = {
    "word_problems": 10_000, "word_problems_two_step": 10_000, "sentiment": 210, "extraction": 100,
    "question_answering": 66, "summaries": 42, "island_questions": 30, "odd_sum": 10_000, "last_letters": 1400,
}  # fmt: skip
seeds = st.integers(0, 2**32 - 1)


@pytest.mark.parametrize("name", NAMES)
def test_there_are_as_many_items_as_the_card_says(name: str) -> None:
    loaded = datasets.load(DataChoice(name=name, size=10_000, shots=32))
    assert len(loaded.items) >= AT_LEAST[name]
    assert len({item.id for item in loaded.items}) == len({item.input for item in loaded.items}) == len(loaded.items)
    assert all(len(item.id) <= 60 and item.references and all(item.references) for item in loaded.items)
    assert len({shot.input for shot in loaded.shots}) == len(loaded.shots) >= min(6, 32)


@pytest.mark.parametrize("name", [*NAMES, "own"])
def test_every_card_says_everything(name: str) -> None:
    card = datasets.card(name)
    assert all(getattr(card, field) for field in card.__slots__)


@pytest.mark.parametrize("name", NAMES)
@given(seed=seeds, other=seeds, size=st.integers(1, 80), shots=st.integers(0, 32))
@settings(max_examples=10)
def test_what_is_shown_is_never_asked_whatever_the_seeds(
    name: str, seed: int, other: int, size: int, shots: int
) -> None:
    asked = datasets.load(DataChoice(name=name, seed=seed, size=size, shots=0)).items
    shown = datasets.load(DataChoice(name=name, seed=other, size=1, shots=shots)).shots
    assert len(shown) <= shots
    assert {item.input for item in asked}.isdisjoint(shot.input for shot in shown)


@pytest.mark.parametrize("name", NAMES)
@given(seed=seeds, size=st.integers(1, 60), shots=st.integers(0, 16))
@settings(max_examples=5)
def test_few_are_the_beginning_of_many(name: str, seed: int, size: int, shots: int) -> None:
    few = datasets.load(DataChoice(name=name, seed=seed, size=size, shots=shots))
    many = datasets.load(DataChoice(name=name, seed=seed, size=120, shots=32))
    assert few.items == many.items[:size]
    assert few.shots == many.shots[:shots]


@pytest.mark.parametrize("name", NAMES)
def test_another_seed_draws_other_items_and_shots(name: str) -> None:
    one, other = (datasets.load(DataChoice(name=name, seed=seed, size=20, shots=4)) for seed in (1, 2))
    assert one.items != other.items
    assert one.shots != other.shots


@pytest.mark.parametrize("name", NAMES)
def test_the_scorer_that_suits_a_set_gives_its_own_references_full_marks(name: str) -> None:
    loaded = datasets.load(DataChoice(name=name, size=50, shots=8))
    scorer = scorers.build(ScorerChoice(), loaded)
    assert all(scorer.score(item.references[0], item, loaded).score == 1 for item in loaded.items)
    for shot in loaded.shots:
        item = Item(id="shot", input=shot.input, references=(shot.output,))
        assert scorer.score(shot.output, item, loaded).score == 1
        assert not shot.reasoning or shot.reasoning.endswith(f"The answer is {shot.output}.")


@pytest.mark.parametrize("name", ["sentiment", "odd_sum"])
@pytest.mark.parametrize("size", [30, 60])
def test_any_beginning_is_balanced(name: str, size: int) -> None:
    loaded = datasets.load(DataChoice(name=name, size=size, shots=6))
    answers = [item.references[0] for item in loaded.items]
    assert {answers.count(label) for label in answers} == {size // len(set(answers))}
    shown = [shot.output for shot in loaded.shots]
    assert {shown.count(label) for label in shown} == {6 // len(set(answers))}


def test_four_shots_show_all_four_operations() -> None:
    for seed in range(20):
        shots = datasets.load(DataChoice(name="word_problems", seed=seed, size=1, shots=4)).shots
        assert {sign for shot in shots for sign in "+-*/" if f" {sign} " in shot.reasoning} == set("+-*/")


def test_a_template_goes_around_the_items() -> None:
    assert datasets.load(DataChoice(template="Q: {input}")).template == "Q: {input}"


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (DataChoice(name="nope"), "`data.name` is 'nope'; it must be one of word_problems, .*, own"),
        (DataChoice(template="Q:"), "`data.template` is 'Q:'; it must hold {input}"),
        (DataChoice(template="{input} {other}"), "no other name in braces"),
    ],
)
def test_what_cannot_be_loaded(data: DataChoice, message: str) -> None:
    with pytest.raises(InvalidSetup, match=message):
        datasets.load(data)


ITEMS = tuple(Item(id="", input=f"q{n}", references=(f"a{n}",)) for n in range(1, 11))


@given(seed=seeds, size=st.integers(1, 12), shots=st.integers(0, 9))
def test_own_items_keep_their_order_and_hold_the_first_apart(seed: int, size: int, shots: int) -> None:
    loaded = datasets.load(DataChoice(name="own", items=ITEMS, seed=seed, size=size, shots=shots))
    assert [shot.input for shot in loaded.shots] == [item.input for item in ITEMS[:shots]]
    assert len(loaded.items) == min(size, len(ITEMS) - shots)
    places = [int(item.id) for item in loaded.items]
    assert places == sorted(set(places))
    assert min(places) > shots
    fewer = datasets.load(DataChoice(name="own", items=ITEMS, seed=seed, size=1, shots=shots))
    assert fewer.items[0] in loaded.items


@pytest.mark.parametrize(
    ("answer", "labels", "scorer"),
    [("", (), "exact"), ("number", (), "numeric"), ("label", ("a", "b"), "label"), ("yes_no", (), "label")],
)
def test_own_data_gets_the_scorer_that_suits(answer: str, labels: tuple[str, ...], scorer: str) -> None:
    loaded = datasets.load(DataChoice(name="own", items=ITEMS, answer=answer, labels=labels))
    assert (loaded.answer, loaded.labels, loaded.scorer.name) == (answer or "text", labels, scorer)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (DataChoice(name="own"), "`data.items` is empty"),
        (DataChoice(name="own", items=ITEMS[:4]), "`data.shots` is 4; all 4 items are held apart"),
        (
            DataChoice(name="own", items=ITEMS, answer="numbers"),
            "`data.answer` is 'numbers'; it must be one of text, number",
        ),
        (DataChoice(name="own", items=ITEMS, answer="label"), "`data.labels` is empty"),
        (DataChoice(name="own", items=(*ITEMS, Item(id="3", input="q")), shots=0), "2 items have the id '3'"),
        (DataChoice(name="own", items=(*ITEMS, Item(id="x", input=" "))), "Item 'x' has no input"),
        (
            DataChoice(name="own", items=(Item(id="x", input="q"), *ITEMS)),
            "`data.shots` is 4; item 'x', which is held apart .* Set it to 0",
        ),
    ],
)
def test_own_data_that_cannot_be_used(data: DataChoice, message: str) -> None:
    with pytest.raises(InvalidSetup, match=message):
        datasets.load(data)
