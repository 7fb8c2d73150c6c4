"""Reads the points of a list out of a reply: one for each numbered line, bullet or line, and no more than wanted."""

import re

from playground.strategies.parts.replies import spoken_text
from playground.types import Completion

NUMBERED = re.compile(r"[ \t]*(?:(?:step|point|question)[ \t]+)?\(?\d{1,2}[.):](?!\d)[ \t]*(\S.*)", re.IGNORECASE)
BULLET = re.compile(r"[ \t]*[-*+\u2022\u2013][ \t]+(\S.*)")
BOLD = re.compile(r"\*\*|__")


def read_points(completion: Completion, most: int) -> tuple[str, ...]:
    """Each once, in order. Of a reply that was cut off within a point, this one is left out unless it is the only."""
    text = spoken_text(completion)
    items = _items(text)
    if completion.finish_reason == "length" and len(items) > 1 and text.endswith(items[-1]):
        items.pop()
    return tuple(dict.fromkeys(filter(None, map(_plain, items))))[:most]


def _items(text: str) -> list[str]:
    """The numbered lines, else the bullets, else all lines but those that announce what follows."""
    lines = text.splitlines()
    for kind in (NUMBERED, BULLET):
        if found := [match[1] for match in map(kind.match, lines) if match]:
            return found
    return [line for line in lines if not line.rstrip().endswith(":")] or lines


def _plain(item: str) -> str:
    return BOLD.sub("", item).strip().rstrip(":").strip()
