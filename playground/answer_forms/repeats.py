"""Counts how often a grammar repeats what its rules and terminals repeat already: no limit on one of them sees that."""

import json
import re
from collections.abc import Iterator

from playground.answer_forms.schemas import NotAForm

MOST_REPEATS = 10_000
DEFINITION = re.compile(r"^[ \t]*[?!]?(\w+)(?:\[[^\]\n]*\])?(?:\.-?\d+)?[ \t]*:", re.MULTILINE)
# What stands in a definition: texts and regular expressions as a whole, names, repeats, brackets.
PIECE = re.compile(
    r'(?P<text>"(?:\\.|[^"\\\n])*"i?)|/(?P<regex>(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n])+)/\w*|(?P<json>%\w+\s*(?=\{))'
    r"|(?P<comment>//[^\n]*)|\{\s*(?P<least>\d*)\s*(?:,\s*(?P<most>\d*)\s*)?\}|~\s*(?P<from>\d+)(?:\s*\.\.\s*(?P<up>\d+))?"
    r"|(?P<name>\w+)|(?P<open>\()|(?P<close>\))"
)
# The same within a regular expression: characters count once, like names.
IN_REGEX = re.compile(
    r"(?P<text>\\.|\[(?:\\.|[^\]\\])*\])|\{(?P<least>\d*)(?:,(?P<most>\d*))?\}|(?P<open>\()|(?P<close>\))|(?P<name>.)",
    re.DOTALL,
)


def check_repeats(grammar: str) -> None:
    """Raises NotAForm for a grammar in Lark's notation in which repeats of repeats come to too many."""
    counting = _Counting(grammar)
    for name in counting.bodies:
        if (count := counting.of_name(name)) > MOST_REPEATS:
            raise NotAForm(
                f"repeats something {count:,} times in {name}; {MOST_REPEATS:,} is the most. A repeat of what repeats "
                "multiplies, in other rules and terminals too; write + or * where the number does not matter"
            )


class _Counting:
    """By name, how often at most something within it may stand side by side: the numbers of repeats, multiplied."""

    def __init__(self, grammar: str) -> None:
        places = [*DEFINITION.finditer(grammar)]
        ends = [*(place.start() for place in places[1:]), len(grammar)]
        self.bodies = {place[1]: grammar[place.end() : end] for place, end in zip(places, ends, strict=True)}
        self._counts: dict[str, int] = {}  # a circle counts once: as often as it is gone through, nobody can tell

    def of_name(self, name: str) -> int:
        if name not in self._counts:
            self._counts[name] = 1
            self._counts[name] = self._largest(_pieces(self.bodies[name]), is_regex=False)
        return self._counts[name]

    def _largest(self, pieces: Iterator["re.Match[str]"], *, is_regex: bool) -> int:
        groups, last = [1], 1  # the largest so far in each bracket that is open, and what a repeat would be of
        for piece in pieces:
            if piece["open"]:
                groups.append(1)
                last = 1
                continue
            if piece["close"]:
                last = groups.pop() if groups[1:] else 1
            elif (most := _most(piece)) is not None:
                last *= most
            elif is_regex or piece["text"]:
                last = 1
            elif regex := piece["regex"]:
                last = self._largest(IN_REGEX.finditer(regex), is_regex=True)
            elif (name := piece["name"]) in self.bodies:
                last = self.of_name(name)
            else:
                last = 1
            groups[-1] = max(groups[-1], last)
        return max(groups)


def _pieces(body: str) -> Iterator["re.Match[str]"]:
    """The pieces of a definition, without JSON that stands in it, which is counted elsewhere."""
    at = 0
    while piece := PIECE.search(body, at):
        at = piece.end()
        if piece["json"]:
            try:
                _, at = json.JSONDecoder().raw_decode(body, at)
            except (ValueError, RecursionError):  # whoever builds it says so
                continue
        elif not piece["comment"]:
            yield piece


def _most(piece: "re.Match[str]") -> int | None:
    """How often a piece that is a repeat has what stands before it, at most or, without an end, at least; None for
    another piece."""
    found = piece.groupdict()
    numbers = [found["most"], found.get("up"), found["least"], found.get("from")]
    most = next((number for number in numbers if number), "")
    return max(int(most[:9]), 1) if most else None
