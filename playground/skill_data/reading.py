"""Reads the files of the folders beside this module: items from JSON lines, word lists and patterns from YAML."""

import json
import re
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from random import Random
from typing import Any, Literal

import yaml

DATA = Path(__file__).parent
Part = Literal["train", "held_out"]


@cache
def read_items(name: str, part: Part) -> tuple[dict[str, Any], ...]:
    """The items of a data file such as `sentiment/reviews.jsonl` that belong to a part, in the file's order; read once,
    not to be changed."""
    rows = (json.loads(line) for line in (DATA / name).read_text("utf-8").splitlines())
    return tuple(row for row in rows if row["part"] == part)


@cache
def read_words(name: str) -> Mapping[str, Any]:
    """Word lists and patterns from a YAML file such as `sentiment/phrases.yaml`."""
    data: Mapping[str, Any] = yaml.safe_load((DATA / name).read_text("utf-8"))
    return data


def fill_pattern(pattern: str, lists: Mapping[str, Sequence[str]], random: Random) -> str:
    """The pattern with each `{name}` replaced by a random word of the list of that name, as a sentence.

    A list used twice gives two different words.
    """
    words_by_list: dict[str, list[str]] = {}

    def draw(match: re.Match[str]) -> str:
        before = words_by_list.setdefault(match[1], [])
        before.append(random.choice([word for word in lists[match[1]] if word not in before]))
        return before[-1]

    text = re.sub(r"\{(\w+)\}", draw, pattern)
    text = re.sub(r"\b([Aa]) (?=[aeiou])", r"\1n ", text)
    return text[:1].upper() + text[1:]
