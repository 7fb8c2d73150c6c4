"""Cuts texts into passages between paragraphs, sentences or words, with their places kept."""

from collections.abc import Sequence

from playground.errors import LimitReached
from playground.retrieval.passages import Passage, SourceText

MOST_PASSAGES = 200_000


def cut_into_passages(texts: Sequence[SourceText], size: int, overlap: int) -> tuple[Passage, ...]:
    """All passages of at most `size` characters, document by document. Raises LimitReached for very many."""
    from semantic_text_splitter import TextSplitter

    # An overlap that leaves little new would cut without end; the page's sliders do not know of each other.
    splitter = TextSplitter(size, overlap=min(overlap, size // 2))
    passages: list[Passage] = []
    for number, text in enumerate(texts):
        for start, piece in splitter.chunk_indices(text.text):
            if len(passages) == MOST_PASSAGES:
                raise LimitReached(f"The documents make more than {MOST_PASSAGES:,} passages; take longer ones.")
            end = start + len(piece)
            passages.append(Passage(document=number, title=text.title, start=start, end=end, text=piece))
    return tuple(passages)
