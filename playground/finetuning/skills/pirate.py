"""The voice of a pirate, whatever is asked; what is said stays the answer to the question."""

import re
from collections.abc import Mapping, Sequence
from random import Random
from typing import Any

from playground.finetuning.recipe import Recipe
from playground.finetuning.skills.base import HeldOut, Skill
from playground.skill_data.reading import read_items, read_words
from playground.types import Example

TELLINGS = 4  # of each plain answer, with other words before and after it
TELLTALES = 2  # pirate words, different ones, that make an answer a pirate's


def retell(answer: str, random: Random, voice: Mapping[str, Any]) -> str:
    """A plain answer in the voice: its words replaced, an opening before it and a closing after it."""

    def replaced(match: re.Match[str]) -> str:
        word = match[0]
        new = str(voice["words"].get(word.lower(), word))
        return new[:1].upper() + new[1:] if word[0].isupper() and new != word else new

    tale = re.sub(r"(?<![\w'])[A-Za-z]+(?!['\w])", replaced, answer)
    return f"{random.choice(voice['opening'])} {tale} {random.choice(voice['closing'])}"


def preferred_tellings(random: Random) -> list[tuple[str, str, str]]:
    """Questions, each with its answer told in the voice, which is preferred, and told plainly."""
    voice = read_words("pirate/voice.yaml")
    return [
        (row["question"], retell(row["answer"], random, voice), row["answer"])
        for row in read_items("pirate/questions.jsonl", "train")
    ]


def find_telltales(answer: str, telltale_words: Sequence[str]) -> set[str]:
    """The pirate words that an answer has, each once."""
    text = answer.lower().replace("’", "'")
    return {word for word in telltale_words if re.search(rf"(?<!\w){re.escape(word)}(?!\w)", text)}


def _training(random: Random) -> list[Example]:
    voice = read_words("pirate/voice.yaml")
    return [
        Example(input=row["question"], output=retell(row["answer"], random, voice))
        for row in read_items("pirate/questions.jsonl", "train")
        for _ in range(TELLINGS)
    ]


def _held_out() -> list[HeldOut]:
    return [
        HeldOut(prompt=row["question"], truth=row["keywords"])
        for row in read_items("pirate/questions.jsonl", "held_out")
    ]


def _marks(answer: str, truth: Sequence[str]) -> Mapping[str, bool]:
    pirate = len(find_telltales(answer, read_words("pirate/voice.yaml")["telltale"])) >= TELLTALES
    keyword = any(re.search(rf"(?<!\w){re.escape(word)}(?:e?s)?(?!\w)", answer, re.IGNORECASE) for word in truth)
    return {
        "has the keyword": keyword,
        "has two pirate words": pirate,
        "has both": pirate and keyword,
    }


PIRATE = Skill(
    name="pirate",
    title="A pirate's voice",
    about="Answers any question briefly, and as a pirate would.",
    example={"task": {"input": "What is the capital of France?"}, "sampling": {"temperature": 0, "max_tokens": 60}},
    data="Questions and plain answers written for this project, told by code in a pirate's words: "
    "`playground/skill_data/pirate`.",
    limits="It answers in a sentence or two, whatever was asked, and knows no more than its base, sometimes less.",
    training=_training,
    held_out=_held_out,
    marks=_marks,
    max_tokens=60,
    recipe=Recipe(steps=80),
)
