"""What the search tool answers: numbered passages, or why there are none."""

from collections.abc import Callable, Generator, Sequence

from playground.retrieval.library import Library
from playground.retrieval.passages import Hit
from playground.task import NOTHING_FOUND, SearchSettings
from playground.types import Progress


def search_tool(
    library: Library, collection: str, settings: SearchSettings | None
) -> Callable[[str], Generator[Progress, None, str]] | None:
    """The tool over a collection, where there are settings for it. It raises as `Library.find`."""
    if settings is None:
        return None

    def search(question: str) -> Generator[Progress, None, str]:
        return as_text((yield from library.find(question, collection, settings)))

    return search


def as_text(hits: Sequence[Hit]) -> str:
    """One paragraph each, with its number and where it is from: on one line, so that no text can end it."""
    lines = (
        f"[{number}] {' '.join(hit.passage.title.split())}: {' '.join(hit.passage.text.split())}"
        for number, hit in enumerate(hits, 1)
    )
    return "\n".join(lines) or NOTHING_FOUND
