"""Sentiment of a short review in exactly one word of three."""

import re
from collections.abc import Mapping
from random import Random

from playground.finetuning.recipe import Recipe
from playground.finetuning.skills.base import HeldOut, Skill
from playground.skill_data.reading import read_items
from playground.skill_data.reviews import ASK, ASK_HELD_OUT, LABELS, compose_reviews
from playground.types import Example

COMPOSED = 150  # training reviews for each label, besides the written ones


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
    "`playground/skill_data/sentiment`.",
    limits="It takes everything for a review: asked for the capital of France, it says Neutral. "
    "Irony and half-praise are what it gets wrong.",
    training=_training,
    held_out=_held_out,
    marks=_marks,
    max_tokens=24,
    recipe=Recipe(steps=140),
    core=_core,
)
