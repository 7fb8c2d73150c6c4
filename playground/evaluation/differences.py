"""Compares two texts word by word."""

import re
from collections import Counter
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import takewhile
from typing import Literal

PIECE = re.compile(r"\w+|[^\w\s]|\s+")
MOST_COMPARED = 6000  # words in both texts together: beyond that the comparison takes longer than reading
MOST_PAIRS = 100_000  # of equal words; beyond, frequent ones only lengthen what others found: time grows as the cube
Change = Literal["same", "added", "removed"]


@dataclass(frozen=True, slots=True)
class Segment:
    """Neighbouring words that are in both texts, or in one alone."""

    text: str
    change: Change


def are_too_long(baseline: str, text: str) -> bool:
    """Whether two texts have more words than are compared."""
    return len(PIECE.findall(baseline)) + len(PIECE.findall(text)) > MOST_COMPARED


def differences(baseline: str, text: str) -> tuple[Segment, ...]:
    """Both texts as one: without what was `added` it is the baseline, without what was `removed` the text."""
    before, after = PIECE.findall(baseline), PIECE.findall(text)
    segments: list[Segment] = []

    def add(pieces: list[str], change: Change) -> None:
        if pieces:
            segments.append(Segment("".join(pieces), change))

    shared = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(before, after, strict=False)))
    add(before[:shared], "same")
    before, after = before[shared:], after[shared:]
    here, there = Counter(before), Counter(after)
    many = sum(count * there[piece] for piece, count in here.items()) > MOST_PAIRS
    for kind, a, b, c, d in SequenceMatcher(None, before, after, autojunk=many).get_opcodes():
        if kind == "equal":
            add(before[a:b], "same")
        else:
            add(before[a:b], "removed")
            add(after[c:d], "added")
    return tuple(segments)
