"""Rows that a model writes: its answers to prompts, and more rows like a few examples, without repeats or copies."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest

from playground.backends.base import Request
from playground.backends.catalog import Catalog
from playground.errors import InvalidSetup, LimitReached
from playground.finetuning.preparation.rows import PreferenceRow, Row, TrainingRow, messages_of
from playground.finetuning.preparation.writing.from_prompts import MOST_PROMPTS, Written, answer_prompts, read_prompts
from playground.finetuning.preparation.writing.from_seeds import TRIES, write_more
from playground.finetuning.preparation.writing.writer import CatalogWriter, WrittenText
from playground.types import MAX_TEXT, Message, Weights

SEEDS: tuple[Row, ...] = tuple(
    TrainingRow(messages=messages_of(f"Is a {thing} alive?"), answer=answer, id=str(number))
    for number, (thing, answer) in enumerate([("stone", "no"), ("cat", "yes"), ("spoon", "no")])
)


class Scripted:
    """Says one text after the other, and keeps what it was asked."""

    together = 2

    def __init__(self, *texts: str | WrittenText) -> None:
        self.texts, self.asked = list(texts), list[tuple[Message, ...]]()

    def write(
        self, asked: Sequence[tuple[Message, ...]], max_tokens: int, temperature: float, seed: int, begins: str = ""
    ) -> Iterator[WrittenText | None]:
        for messages in asked:
            self.asked.append(messages)
            self.begins = begins
            yield None  # it writes
            said = self.texts.pop(0) if self.texts else "nothing that could be read"
            yield said if isinstance(said, WrittenText) else WrittenText(text=said)


def test_a_teachers_answers_become_rows_that_ask_without_its_instruction() -> None:
    writer = Scripted("Paris", "", WrittenText(text="It is a lo", cut=True), "Rome")
    prompts = read_prompts(
        "Capital of France?\n\n Capital of Spain? \nA long story\nCapital of Italy?\nCapital of Italy?"
    )
    found = written(answer_prompts(writer, prompts, "Answer in one word."))
    assert [(one.row.messages, one.row.answer) if one.row else one.left_out for one in found] == [
        (messages_of("Capital of France?"), "Paris"),
        "no answer",
        "longer than 300 tokens",
        (messages_of("Capital of Italy?"), "Rome"),
    ]
    assert all(messages[0] == Message("system", "Answer in one word.") for messages in writer.asked)


@pytest.mark.parametrize(
    ("text", "error", "match"),
    [
        (" \n\n", InvalidSetup, "no prompts to answer"),
        ("\n".join(map(str, range(MOST_PROMPTS + 1))), LimitReached, "501 prompts; 500 is the most"),
        ("x" * (MAX_TEXT + 1), LimitReached, "characters; "),
    ],
)
def test_prompts_are_counted(text: str, error: type[Exception], match: str) -> None:
    with pytest.raises(error, match=match):
        read_prompts(text)


def test_what_is_new_is_kept_and_repeats_copies_and_other_things_are_left_out() -> None:
    writer = Scripted(
        "Input: Is a tree alive?\nAnswer: yes",
        "Sure! Here is one.\n\n**Input:** Is a rock alive?\n**Answer:** No.\n\nInput: more\nAnswer: no",
        "Input: Is a rock\nOutput: alive?\nAnswer: no",
        "Input: Is an alien alive?\nAnswer: Well, this story has little but something of the alien. No.",
        "Input: is a  CAT alive\nAnswer: yes",
        "I cannot do that.",
        "Input: Is a tree alive?\nAnswer: no",
        "Input: Is a car alive?\nAnswer: no\nOutput: what the examples have not",
        "Input: never read\nAnswer: no",
    )
    found = written(write_more(writer, SEEDS, 3, "Questions of what lives.", seed=1))
    assert [row_of(one) for one in found] == [
        ("Is a tree alive?", "yes"),
        ("Is a rock alive?", "no"),
        "not in the form asked for",
        "much longer than the examples",
        "a copy of an example",
        "not in the form asked for",
        "asked before",
        ("Is a car alive?", "no"),
    ]
    assert writer.begins == "Input:"
    for (message,) in writer.asked:
        assert message.content.startswith("Questions of what lives.\n\nInput: Is a ")
        assert message.content.count("\n\nInput:") == 3  # all of the examples


def written(work: Iterator[Written | None]) -> list[Written]:
    """All that was written, without what only says that it goes on."""
    return [one for one in work if one is not None]


def row_of(one: Written) -> tuple[str, str] | str:
    return (one.row.messages[-1].content, one.row.answer) if one.row else one.left_out


def test_a_model_that_only_repeats_itself_is_asked_no_more_at_last() -> None:
    writer = Scripted()
    found = written(write_more(writer, SEEDS, 3, "", seed=1))
    assert [one.row for one in found] == [None] * 3 * TRIES == [None] * len(writer.asked)


@pytest.mark.parametrize(
    "seeds", [SEEDS[:1], (*SEEDS, PreferenceRow(messages=messages_of("a"), chosen="b", rejected="c"))]
)
def test_too_few_examples_or_pairs_are_refused(seeds: tuple[Row, ...]) -> None:
    with pytest.raises(InvalidSetup, match="at least 2 examples"):
        next(write_more(Scripted(), seeds, 3, "", seed=1))


def test_a_model_of_the_catalog_writes(catalog_of: Callable[..., Catalog]) -> None:
    def capital(request: Request, rng: Any) -> str:
        return f"Heard: {request.messages[-1].content}"

    catalog = catalog_of(capital)
    for _ in catalog.open("default"):
        pass
    writer = CatalogWriter(catalog, Weights(model="default"))
    (begun,) = filter(None, writer.write([(Message("user", "four"),)], 9, 1.0, 0, begins="Input:"))
    assert begun.text == "Input:Heard: four"
    found = written(answer_prompts(writer, ["one", "two", "three"]))
    assert [row_of(one) for one in found] == [(word, f"Heard: {word}") for word in ("one", "two", "three")]
