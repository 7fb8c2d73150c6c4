"""The tasks whose answers are scored by themselves: what of each can be learned, shown and asked."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from random import Random

from playground.evaluation import datasets
from playground.evaluation.datasets.item_order import by_turns
from playground.evaluation.plan import DataChoice, Item
from playground.finetuning.held_out.sealed_part import SealedPart
from playground.finetuning.skills import SKILLS
from playground.skill_data.composed_passages import compose_passages
from playground.skill_data.orders import compose_orders
from playground.skill_data.reading import read_items
from playground.types import Example

COMPOSED = 400  # examples of what is composed, that can be learned


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """`data` is the data set whose items are sealed, and `pool` draws what can be learned, as bare as it is asked.

    `instructions` are ways of saying what is wanted, around `{input}`; a search tries them all. `skill` is the built-in
    data that teaches the same.
    """

    name: str
    title: str
    about: str
    data: str
    pool: Callable[[Random], Sequence[Example]]
    instructions: tuple[str, ...]
    most_tokens: int
    skill: str = ""
    collection: str = ""

    def sealed(self, size: int, shots: int, seed: int = 0) -> SealedPart:
        """At most so many items of the sealed part, and examples that are not among them."""
        dataset = datasets.load(DataChoice(name=self.data, size=size, seed=seed, shots=shots))
        shown = [
            Item(id=f"shown {number}", input=shot.input, references=(shot.output,))
            for number, shot in enumerate(dataset.shots, 1)
        ]
        return SealedPart(
            title=self.title, items=dataset.items, shots=tuple(shown), scorer=dataset.scorer,
            template=dataset.template, answer=dataset.answer, labels=dataset.labels, most_tokens=self.most_tokens,
            collection=self.collection,
        )  # fmt: skip

    @property
    def about_data(self) -> str:
        """What can be learned, where no skill says it."""
        return f"{self.about} Composed from this project's patterns; the sealed items are others, written by hand."

    def learnable(
        self, validation: int, shown: Sequence[Item], seed: int = 0
    ) -> tuple[tuple[Example, ...], tuple[Item, ...]]:
        """Examples to learn, and as many others as wanted to choose a prompt by, of which none is shown.

        Of both, any beginning is balanced.
        """
        examples = self.pool(Random(f"{self.name} {seed}"))
        known = {item.input for item in shown}
        apart = [one for one in examples if one.input not in known][:validation]
        asked = {one.input for one in apart}
        items = [
            Item(id=f"validation {number}", input=one.input, references=(one.output,))
            for number, one in enumerate(apart, 1)
        ]
        return tuple(one for one in examples if one.input not in asked), tuple(items)


def validation_part(part: SealedPart, items: Sequence[Item]) -> SealedPart:
    """The same task, asked other items."""
    return replace(part, items=tuple(items))


def _reviews(random: Random) -> Sequence[Example]:
    rows = read_items("sentiment/reviews.jsonl", "train")
    ordered = by_turns(rows, [row["label"] for row in rows], random)
    return [Example(input=row["text"], output=row["label"]) for row in ordered]


def _orders(random: Random) -> Sequence[Example]:
    return [
        Example(input=text, output=json.dumps(record, ensure_ascii=False))
        for text, record in compose_orders(random, COMPOSED)
    ]


def _questions(random: Random) -> Sequence[Example]:
    """A question to each passage before another one to the same."""
    passages = compose_passages(random, COMPOSED // 4)
    rounds = [
        (f"Passage: {passage.text}\n\nQuestion: {asked}", answer)
        for turn in range(4)
        for passage in passages
        for asked, answer in passage.questions[turn : turn + 1]
    ]
    return [Example(input=text, output=answer) for text, answer in rounds]


def _summaries(random: Random) -> Sequence[Example]:
    return [Example(input=one.text, output=one.summary) for one in compose_passages(random, COMPOSED)]


SENTIMENT = Task(
    name="sentiment",
    title="Sentiment",
    about="Short reviews, four in ten of them hard: Positive, Negative or Neutral.",
    data="sentiment",
    pool=_reviews,
    skill=SKILLS["sentiment"].name,
    instructions=(
        "Is this review Positive, Negative or Neutral? Answer with one word.\n\n{input}",
        "{input}\n\nSentiment (Positive, Negative or Neutral):",
        "Classify the sentiment. Neutral means that no opinion is stated, or that good and bad balance. Answer only "
        "Positive, Negative or Neutral.\n\nReview: {input}",
        "Review: {input}\n\nWould the writer recommend it? Yes means Positive, no means Negative, cannot be told means "
        "Neutral. Answer only with Positive, Negative or Neutral.",
    ),
    most_tokens=8,
)  # fmt: skip
EXTRACTION = Task(
    name="extraction",
    title="Extraction",
    about="Orders in a sentence, written as JSON with four keys; the score is the share of fields that are right.",
    data="extraction",
    pool=_orders,
    skill=SKILLS["extraction"].name,
    instructions=(
        'Extract the order as JSON with the keys "name", "item", "quantity" and "day".\n\n{input}',
        '{input}\n\nWrite this as JSON with "name", "item", "quantity" (a number) and "day", or null for what is not '
        "said, and nothing else.",
        'Answer only with JSON that has the keys "name" (who orders), "item" (what), "quantity" (a number) and "day" '
        "(of the week). What is not said is null.\n\nOrder: {input}\nJSON:",
    ),
    most_tokens=60,
)
QUESTIONS = Task(
    name="question_answering",
    title="Question answering",
    about="A passage and a question that a few words of it answer; the score is the share of right words (F1).",
    data="question_answering",
    pool=_questions,
    instructions=(
        "{input}\n\nAnswer with a few words of the passage.",
        "Read the passage and copy the words that answer the question. Write nothing else.\n\n{input}\n\nAnswer:",
        "{input}\n\nShort answer:",
    ),
    most_tokens=32,
)
SUMMARY = Task(
    name="summary",
    title="Summary",
    about="A passage, to be told in one sentence; the score is what it shares with a written one (ROUGE-L).",
    data="summaries",
    pool=_summaries,
    instructions=(
        "{input}\n\nSummary in one sentence:",
        "What is the main point of this passage? Answer in one short sentence.\n\n{input}",
        "Write one sentence of at most twenty words that tells what this passage says.\n\n{input}",
    ),
    most_tokens=60,
)
TASKS: Mapping[str, Task] = {task.name: task for task in (SENTIMENT, SUMMARY, QUESTIONS, EXTRACTION)}


def task_of_data(title: str) -> Task | None:
    """The task that data of this title teaches: built-in data, or that of a skill. None for other data."""
    titles = {task.name: (task.title, SKILLS[task.skill].title if task.skill else "") for task in TASKS.values()}
    return next((task for task in TASKS.values() if title and title in titles[task.name]), None)
