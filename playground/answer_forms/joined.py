"""Counts what must hold of one text at once: where much does, llguidance's work doubles with each, within no limit."""

import json
import re
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any
from urllib.parse import unquote

from playground.answer_forms.schemas import DATA, NAMED, REFERENCES, NotAForm

MOST_JOINED = 8
CHECKS = ("pattern", "format")
KEPT_APART = ("$defs", "definitions")  # count where they are referred to
EMBEDDED = re.compile(r"%json\s*")


def check_joined(schema: Any) -> None:
    """Raises NotAForm for a JSON schema in which too much must hold of one value."""
    count = _Counting(schema).count(schema)
    if count > MOST_JOINED:
        raise NotAForm(
            f"checks one value {count:,} times; {MOST_JOINED} is the most. Each pattern and format counts once, each "
            "digit of multipleOf twice; allOf, $ref and what stands beside them add up"
        )


def check_joined_terms(grammar: str) -> None:
    """Raises NotAForm for a grammar that joins too many terms, in itself or in a JSON schema within it."""
    if (count := grammar.count("&")) > MOST_JOINED:  # those in texts too: only llguidance knows where a text ends
        raise NotAForm(f"has {count:,} times &; {MOST_JOINED} is the most. Write \\u0026 for one that is a text")
    for schema in embedded_schemas(grammar):
        check_joined(schema)


def embedded_schemas(grammar: str) -> Iterator[Any]:
    """The JSON schemas within a grammar. Raises NotAForm where there should be one."""
    for place in EMBEDDED.finditer(grammar):
        try:
            schema, _ = json.JSONDecoder().raw_decode(grammar, place.end())
        except (ValueError, RecursionError):
            raise NotAForm("has a %json that no JSON schema comes after") from None
        yield schema


class _Counting:
    """The most that may hold of one value of a schema: what is under `allOf` adds up, of `anyOf` the largest counts."""

    def __init__(self, root: Any) -> None:
        self._root = root
        self._counts: dict[str, int] = {}  # of what was referred to; a circle counts once

    def count(self, part: Any) -> int:
        if not isinstance(part, dict):
            return 0
        return sum(self._keyword(keyword, value) for keyword, value in part.items())

    def _keyword(self, keyword: str, value: Any) -> int:
        if keyword in CHECKS:
            return 1
        if keyword == "multipleOf":  # llguidance follows the remainder, and that of all together is of their product
            return 2 * len(Decimal(str(value)).normalize().as_tuple().digits) if isinstance(value, int | float) else 0
        if keyword in REFERENCES:
            return self._resolve(value)
        if keyword in DATA or keyword in KEPT_APART:
            return 0
        if keyword in NAMED:
            return self._largest(value.values() if isinstance(value, dict) else ())
        if keyword == "allOf":
            return sum(map(self.count, value)) if isinstance(value, list) else 0
        if isinstance(value, list):  # of oneOf each is joined with each other, to see that they do not overlap
            return self._largest(value) * (2 if keyword == "oneOf" else 1)
        return self.count(value)

    def _largest(self, parts: Iterable[Any]) -> int:
        return max(map(self.count, parts), default=0)

    def _resolve(self, reference: Any) -> int:
        if not isinstance(reference, str):
            return 0
        if reference not in self._counts:
            self._counts[reference] = 0
            self._counts[reference] = self.count(self._at(reference))
        return self._counts[reference]

    def _at(self, reference: str) -> Any:
        """What a reference points to; nothing where that is not there, which whoever builds the schema says."""
        part = self._root
        for step in unquote(reference.removeprefix("#")).split("/")[1:]:
            key = step.replace("~1", "/").replace("~0", "~")
            if isinstance(part, list) and key.isdecimal() and int(key) < len(part):
                part = part[int(key)]
            else:
                part = part.get(key) if isinstance(part, dict) else None
        return part
