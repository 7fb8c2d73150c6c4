"""Texts as Markdown that reads as they are, and tables of them."""

import re
from collections.abc import Iterable, Sequence

from playground.evaluation.findings.sentences import one_line


def escape_markdown(text: str) -> str:
    """Any text as itself, on one line: nothing in it is markup, HTML, a link, a list or a cell's end."""
    text = re.sub(r"[&<>|`*_\[\]{}#~$\\@^]|:(?=//)|(?<=www)\.", lambda match: f"&#{ord(match[0])};", one_line(text))
    # What begins a list or a rule: a number does not, unless nothing or a space comes after its point.
    return re.sub(
        r"^(-(?!\d)|\+(?!\d)|=|\d+[.)](?=\s|$))", lambda match: f"{match[0][:-1]}&#{ord(match[0][-1])};", text
    )


def grid(headers: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; cells are Markdown already."""
    lines = [headers, ["---"] * len(headers), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)
