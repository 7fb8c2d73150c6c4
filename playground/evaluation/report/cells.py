"""Texts as Markdown that reads as they are, and tables of them."""

import re
from collections.abc import Iterable, Sequence

from playground.evaluation.findings.sentences import line


def plain(text: str) -> str:
    """Any text as itself, on one line: nothing in it is markup, HTML, a link, a list or a cell's end."""
    text = re.sub(r"[&<>|`*_\[\]{}#~$\\@^]|:(?=//)|(?<=www)\.", lambda found: f"&#{ord(found[0])};", line(text))
    return re.sub(r"^([-+=]|\d+[.)])", lambda found: f"{found[0][:-1]}&#{ord(found[0][-1])};", text)


def grid(headers: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; cells are Markdown already."""
    lines = [headers, ["---"] * len(headers), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)
