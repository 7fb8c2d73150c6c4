"""What a search found, as plain values: passages with both scores, and documents with their cuts."""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

from playground.retrieval.index import Index
from playground.retrieval.metrics import SearchQuality
from playground.retrieval.passages import Collection, Hit, Passage
from playground.retrieval.word_index import WORD, words_of
from playground.types import Progress
from playground.ui.language.texts import AsWritten
from playground.ui.widgets.status import share_of, status

MOST_SHOWN = 60_000  # characters of documents, those with passages that were found first
NOTHING = "Choose a question of the collection's, or type one of your own."


def found_value(
    collection: Collection | None = None,
    index: Index | None = None,
    hits: Sequence[Hit] = (),
    progress: Progress | None = None,
    error: str = "",
    among: frozenset[int] | None = None,
    wait: str = "",
) -> dict[str, Any]:
    """The value of `found_passages.js`. `among` are the documents that are searched, where these are not all of them;
    `wait` says why nothing is searched yet."""
    if error:
        state = status("failed", "Not possible", error=error, spoken=error)
    elif progress:
        state = status("running", progress.what, share=share_of(progress))
    elif collection is None or index is None:
        state = status("empty", wait or NOTHING)
    else:
        total = sum(among is None or passage.document in among for passage in index.passages)
        state = status("done", f"{len(hits)} of {total:,} passages", spoken=f"{len(hits)} passages")
    shown = (collection, index) if collection and index and not error else None
    return {
        **state,
        "hits": [_hit(number, hit, shown[0]) for number, hit in enumerate(hits, 1)] if shown else [],
        "documents": _documents(*shown, hits, among) if shown else [],
        "left": _left_out(shown[0]) if shown else "",
    }


def _hit(number: int, hit: Hit, collection: Collection) -> dict[str, Any]:
    passage = hit.passage
    kind, place = collection.texts[passage.document].kind, f"characters {passage.start + 1:,} to {passage.end:,}"
    words = ", ".join(f"{word} {part:.2f}" for word, part in hit.words)
    by_words = f"Words: place {hit.word_rank}, BM25 {hit.word_score:.2f} ({words})" if hit.word_rank else "Words: none"
    by_meaning = (
        f"Meaning: place {hit.likeness_rank}, cosine {hit.likeness:.2f}"
        if hit.likeness is not None
        else "Meaning: not looked at"
    )
    return {
        "number": number,
        "title": AsWritten(passage.title),
        "place": f"{kind}, {place}" if kind else place,
        "pieces": marked_words(passage.text, {word for word, _ in hit.words}),
        "why": [by_words, by_meaning, f"Together: {hit.score:.4f}, from {_places(hit)}"],
    }


def _places(hit: Hit) -> str:
    """Which ranks a fused score comes from."""
    if hit.word_rank and hit.likeness_rank:
        return "the place by words and the place by meaning"
    return "the place by words" if hit.word_rank else "the place by meaning" if hit.likeness_rank else "no place"


def marked_words(text: str, wanted: set[str]) -> list[dict[str, Any]]:
    """A text in pieces, of which those are marked that are words that were looked for."""
    pieces, at = [], 0
    for match in WORD.finditer(text):
        if wanted & {*words_of(match[0])}:
            pieces += [{"text": text[at : match.start()], "hit": False}, {"text": match[0], "hit": True}]
            at = match.end()
    return [piece for piece in (*pieces, {"text": text[at:], "hit": False}) if piece["text"]]


def _documents(
    collection: Collection, index: Index, hits: Sequence[Hit], among: frozenset[int] | None
) -> list[dict[str, Any]]:
    """Documents in pieces: where each passage begins and ends, which of them were found, and what is in two."""
    numbers = {hit.passage: number for number, hit in enumerate(hits, 1)}
    held: dict[int, list[Passage]] = {}
    for passage in index.passages:
        held.setdefault(passage.document, []).append(passage)
    return [
        {
            "title": AsWritten(collection.texts[document].title),
            "kind": collection.texts[document].kind,
            "skipped": among is not None and document not in among,
            "found": any(passage in numbers for passage in held.get(document, [])),
            "pieces": list(_pieces(collection.texts[document].text, held.get(document, []), numbers)),
        }
        for document in _shown_documents(collection, [hit.passage.document for hit in hits])
    ]


def _shown_documents(collection: Collection, first: Sequence[int]) -> list[int]:
    """As many as there is room for, and those with something found before the others; in their order."""
    room, shown = MOST_SHOWN, []
    for document in dict.fromkeys([*first, *range(len(collection.texts))]):
        size = len(collection.texts[document].text)
        if size <= room:
            room -= size
            shown.append(document)
    return sorted(shown)


def _left_out(collection: Collection) -> str:
    total = sum(len(text.text) for text in collection.texts)
    return f"Of {total:,} characters {MOST_SHOWN:,} are shown here at most." if total > MOST_SHOWN else ""


def _pieces(text: str, passages: Sequence[Passage], numbers: dict[Passage, int]) -> Iterator[dict[str, Any]]:
    places = sorted({0, len(text), *(place for p in passages for place in (p.start, p.end))})
    first = 0
    for start, end in pairwise(places):
        while first < len(passages) and passages[first].end <= start:
            first += 1
        over = [
            at for at in range(first, min(first + 3, len(passages))) if passages[at].start <= start < passages[at].end
        ]
        found = next((numbers[passages[at]] for at in over if passages[at] in numbers), 0)
        kind = "between" if not over else "twice" if len(over) > 1 else ("even", "odd")[over[0] % 2]
        yield {
            "text": text[start:end],
            "kind": kind,
            "number": found,
            "begins": bool(over) and passages[over[-1]].start == start,
        }


def quality_tables(
    rows: Sequence[tuple[str, SearchQuality]], unanswered: int, *, filtered: bool = False
) -> list[dict[str, Any]]:
    """The value of `tables`: how well each way of searching finds what answers, in all documents or in those that are
    `filtered`."""
    if not rows:
        return []
    at, questions = rows[0][1].at, rows[0][1].questions
    return [
        {
            "caption": f"{questions} questions that {'these of the documents' if filtered else 'the documents'} answer",
            "corner": "Search by",
            "columns": [f"Recall at {at}", "Reciprocal rank", f"nDCG at {at}"],
            "rows": [
                {"head": name, "cells": [f"{q.recall:.2f}", f"{q.reciprocal_rank:.2f}", f"{q.ndcg:.2f}"]}
                for name, q in rows
            ],
            "note": f"No model was asked. {unanswered} more questions are answered nowhere, which no search tells.",
        }
    ]


def shortened(text: str, most: int = 80) -> str:
    """On one line, for a label."""
    line = re.sub(r"\s+", " ", text).strip()
    return line if len(line) <= most else f"{line[: most - 1]}\u2026"
