"""A setup's paths in the words of the Playground's form: a person looks for a label, not for `task.input`."""

import re
from collections.abc import Iterator

from playground.parameters import Parameter, parameters
from playground.strategies import STRATEGIES
from playground.types import ChainStep, Example, Sampling, Task

PATH = re.compile(r"^`(?P<part>task|sampling|options)\.(?P<name>\w+)(?P<rest>(\.\w+)*)`")
ROWS = {p.name: p.label for cls in (Example, ChainStep) for p in parameters(cls)}


def labelled(words: str) -> str:
    """A message that begins with a path, with the label of its field instead; any other as it is."""
    return PATH.sub(_label, words)


def labelled_prompt(words: str) -> str:
    """The same for a form that calls the input its Prompt."""
    path = "`task.input`"
    return f"\u201cPrompt\u201d{words.removeprefix(path)}" if words.startswith(path) else labelled(words)


def _label(found: re.Match[str]) -> str:
    known = next((p for p in _of(found["part"]) if p.name == found["name"]), None)
    if known is None:
        return found[0]
    rest = found["rest"].split(".")[1:]
    inside = [_inside(known, part) for part in rest]
    return f"\u201c{known.label}\u201d" + "".join(f", {words}" for words in inside)


def _inside(known: Parameter, part: str) -> str:
    if part.isdecimal():
        return f"token {part}" if known.kind == "map" else f"row {int(part) + 1}"
    return ROWS.get(part, part).lower()


def _of(part: str) -> Iterator[Parameter]:
    classes: dict[str, list[type]] = {"task": [Task], "sampling": [Sampling], "options": [*STRATEGIES.values()]}
    return (p for cls in classes[part] for p in parameters(cls))
