"""Sentiment of a short review in exactly one word of three."""

import re
from collections.abc import Mapping
from random import Random

from playground.finetuning.reading import fill_pattern, read_items, read_words
from playground.finetuning.recipe import Recipe
from playground.finetuning.skills.base import HeldOut, Skill
from playground.types import Example

LABELS = ("Positive", "Negative", "Neutral")
COMPOSED = 150  # training reviews for each label, besides the written ones

ASK = (
    "What is the sentiment of this review?\n\n{text}",
    "Is this review positive, negative or neutral?\n\n{text}",
    "Classify the sentiment of the review as Positive, Negative or Neutral.\n\nReview: {text}",
    "{text}\n\nSentiment:",
    "{text}",
    'How does the writer feel? "{text}"',
)
# Not among the wordings above, and plain about what is wanted, so that the base has its chance.
ASK_HELD_OUT = "Read the review and answer with one word, Positive, Negative or Neutral.\n\nReview: {text}"


def compose_reviews(random: Random, count: int) -> list[tuple[str, str]]:
    """`count` reviews of each label from the phrase lists, each with its label; no text twice."""
    lists = read_words("sentiment/phrases.yaml")
    shared = {
        "thing": lists["thing"],
        "person": lists["person"],
        "time": lists["time"],
        "good": lists["Positive"]["quality"],
        "bad": lists["Negative"]["quality"],
    }
    label_by_text: dict[str, str] = {}
    for label in LABELS:
        own = {**shared, "quality": lists[label]["quality"], "event": lists[label]["event"]}
        total = len(label_by_text) + count
        while len(label_by_text) < total:
            label_by_text.setdefault(fill_pattern(random.choice(lists[label]["patterns"]), own, random), label)
    return list(label_by_text.items())


def _training(random: Random) -> list[Example]:
    reviews = [(row["text"], row["label"]) for row in read_items("sentiment/reviews.jsonl", "train")]
    return [
        Example(input=random.choice(ASK).format(text=text), output=label)
        for text, label in (*reviews, *reviews, *compose_reviews(random, COMPOSED))
    ]


def _core(prompt: str) -> str:
    """The review in a prompt: it is trained on in several wordings."""
    for wording in ASK:
        before, after = wording.split("{text}")
        if len(before) + len(after) and prompt.startswith(before) and prompt.endswith(after):
            return prompt.removeprefix(before).removesuffix(after)
    return prompt


def _held_out() -> list[HeldOut]:
    rows = read_items("sentiment/reviews.jsonl", "held_out")
    return [HeldOut(prompt=ASK_HELD_OUT.format(text=row["text"]), truth=row["label"]) for row in rows]


def _marks(answer: str, truth: str) -> Mapping[str, bool]:
    labels = re.findall("|".join(LABELS), answer, re.IGNORECASE)
    return {
        "names the right label first": bool(labels) and labels[0].capitalize() == truth,
        "is the right label and nothing else": answer == truth,
    }


SENTIMENT = Skill(
    name="sentiment",
    title="Sentiment in one word",
    about="Answers a review with Positive, Negative or Neutral, and with nothing else.",
    example={
        "task": {"input": "What is the sentiment of this review? The soup was cold, and then they charged us twice."},
        "sampling": {"temperature": 0, "max_tokens": 40},
    },
    data="Reviews written for this project, and others composed from its word lists: "
    "`playground/finetuning/data/sentiment`.",
    limits="It takes everything for a review: asked for the capital of France, it says Neutral. "
    "Irony and half-praise are what it gets wrong.",
    training=_training,
    held_out=_held_out,
    marks=_marks,
    max_tokens=24,
    recipe=Recipe(steps=140),
    core=_core,
)
