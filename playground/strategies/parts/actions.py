"""Reads the action that a model names in its reply: `Action 1: Calculator[3 * 4]`, and what models make of that form.

An action begins a line. "Action", its number, the colon, capitals, bold print and quotes may be as they like; so may
the brackets, round or square, after the word Action, and without that word only `Name[`. The argument ends where its
bracket is closed, or with the line where it never is. Of several the first counts: what follows was not seen yet. What
stands after an observation or a question of the model's own making is not looked at.
"""

import re
from dataclasses import dataclass
from itertools import islice

PRINT = r"[ \t>*#`_-]*+"  # before and after a name, in bold or as a list's item
HEADER = re.compile(
    rf"^{PRINT}(?:action(?:[ \t]*+\d++{PRINT}:?+|{PRINT}:){PRINT}(?=[a-z])|(?=[a-z]\w*+\[))",
    re.IGNORECASE | re.MULTILINE,
)
CALL = re.compile(r"(?P<name>[a-z][\w -]{0,39}?)[ \t*`_]*+(?P<opening>[\[(])", re.IGNORECASE)
THOUGHT = re.compile(rf"\A{PRINT}thought(?:[ \t]*+\d++)?+{PRINT}:", re.IGNORECASE)
NEXT = re.compile(rf"^{PRINT}(?:thought|action|observation|question)\b", re.IGNORECASE | re.MULTILINE)
MADE_UP = re.compile(rf"^{PRINT}(?:observation|question)\b", re.IGNORECASE | re.MULTILINE)
CLOSING = {"[": "]", "(": ")"}
LONGEST, MOST = 20_000, 50  # characters of an argument, and places where an action is looked for


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """What is to be done, by its name as it was written, and with what."""

    name: str
    argument: str

    @property
    def tool(self) -> str:
        """The name as it is looked up."""
        return self.name.casefold()


def read_action(reply: str, *, is_whole: bool = True) -> tuple[str, Action | None]:
    """What was thought before the action, and the action, if there is one.

    Of a reply that is not whole an argument without its closing bracket is none: more of it would have come.
    """
    reply = reply[: made_up.start()] if (made_up := MADE_UP.search(reply)) else reply
    for header in islice(HEADER.finditer(reply), MOST):
        if action := read_call(reply[header.end() :], is_whole=is_whole):
            return _thought(reply[: header.start()]), action
    return _thought(reply), None


def read_call(text: str, *, is_whole: bool = True) -> Action | None:
    """The action that a text begins with: its name and what stands in brackets."""
    text = text.lstrip(" \t*`_\n")
    match = CALL.match(text)
    if match is None:
        return None
    rest, opening = text[match.end() :], match["opening"]
    if following := NEXT.search(rest):
        rest, is_whole = rest[: following.start()], True
    end = _closing_place(rest, opening, CLOSING[opening])
    if end is None:
        if not is_whole:
            return None
        rest = first_line(rest)
    return Action(name=match["name"].strip(), argument=rest[:end].strip(" \t\n\"'`"))


def first_line(text: str) -> str:
    """The first line that is not empty."""
    return text.strip().partition("\n")[0].strip()


def _closing_place(text: str, opening: str, closing: str) -> int | None:
    depth = 1
    for at, character in enumerate(text[:LONGEST]):
        depth += (character == opening) - (character == closing)
        if not depth:
            return at
    return None


def _thought(text: str) -> str:
    """Without the name of what it is, where a model says it again."""
    return THOUGHT.sub("", text.strip(), count=1).strip()
