"""Puzzles with a simple rule: odd numbers that sum to an even one, and last letters."""

from collections.abc import Iterator
from itertools import islice, product
from random import Random

from playground.evaluation.datasets.base import DatasetSource, Shot
from playground.evaluation.datasets.files import from_yaml
from playground.evaluation.datasets.item_order import stable_id
from playground.evaluation.plan import Item, ScorerChoice

LARGEST = 39
COUNT = {"asked": 7, "shown": 6}  # numbers in a group: what is shown can never be asked
ODD_SUM_QUESTION = "Do the odd numbers in this group add up to an even number? {numbers}."
LAST_LETTERS_QUESTION = 'Take the last letters of the words in "{name}" and join them.'


def _groups(part: str, random: Random) -> Iterator[tuple[str, str, str]]:
    """Question, answer and reasoning; Yes and No by turns, no group of numbers twice."""
    seen: set[frozenset[int]] = set()
    even = random.random() < 0.5
    while True:
        numbers = random.sample(range(1, LARGEST + 1), COUNT[part])
        odd = [n for n in numbers if n % 2]
        if len(odd) < 2 or (sum(odd) % 2 == 0) != even or frozenset(numbers) in seen:
            continue
        seen.add(frozenset(numbers))
        answer, kind = ("Yes", "even") if even else ("No", "odd")
        reasoning = (
            f"The odd numbers are {', '.join(map(str, odd[:-1]))} and {odd[-1]}. "
            f"{' + '.join(map(str, odd))} = {sum(odd)}, which is {kind}. The answer is {answer}."
        )
        yield ODD_SUM_QUESTION.format(numbers=", ".join(map(str, numbers))), answer, reasoning
        even = not even


def _names(part: str, random: Random) -> Iterator[tuple[str, str, str]]:
    """Question, answer and reasoning for each pair of a first and a last name."""
    names = from_yaml("last_letters/names.yaml")
    pairs = [*product(names[part]["first"], names[part]["last"])]
    for first, last in random.sample(pairs, len(pairs)):
        a, b = first[-1], last[-1]
        if (answer := a + b) in names["words"]:
            continue
        reasoning = (
            f'The last letter of "{first}" is "{a}". The last letter of "{last}" is "{b}". '
            f'Joined they are "{answer}". The answer is {answer}.'
        )
        yield LAST_LETTERS_QUESTION.format(name=f"{first} {last}"), answer, reasoning


def _odd_sum_items(random: Random, size: int) -> list[Item]:
    selection = islice(_groups("asked", random), size)
    return [Item(id=stable_id("group", text), input=text, references=(answer,)) for text, answer, _ in selection]


def _odd_sum_shots(random: Random, count: int) -> list[Shot]:
    selection = islice(_groups("shown", random), count)
    return [Shot(input=text, output=answer, reasoning=reasoning) for text, answer, reasoning in selection]


def _last_letters_items(random: Random, size: int) -> list[Item]:
    selection = islice(_names("asked", random), size)
    return [Item(id=stable_id("name", text), input=text, references=(answer,)) for text, answer, _ in selection]


def _last_letters_shots(random: Random, count: int) -> list[Shot]:
    selection = islice(_names("shown", random), count)
    return [Shot(input=text, output=answer, reasoning=reasoning) for text, answer, reasoning in selection]


ODD_SUM = DatasetSource(
    name="odd_sum",
    items=_odd_sum_items,
    shots=_odd_sum_shots,
    answer="yes_no",
    scorer=ScorerChoice(name="label"),
)
LAST_LETTERS = DatasetSource(
    name="last_letters",
    items=_last_letters_items,
    shots=_last_letters_shots,
    scorer=ScorerChoice(name="contains", options={"whole_words": True}),
)
