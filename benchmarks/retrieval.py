"""What documents cost: indexing a megabyte by words and with vectors, and a search in a hundred thousand passages.

python -m benchmarks.retrieval      prints the table and writes benchmarks/results/retrieval.json
"""

import json
import random
import statistics
import time
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any

import numpy as np

from playground.backends.encoders import library_of
from playground.retrieval.collections import shipped_collections
from playground.retrieval.index import Index
from playground.retrieval.nearest import ExactNearest
from playground.retrieval.passages import SourceText
from playground.settings import Settings

RESULTS = Path(__file__).parent / "results" / "retrieval.json"
MEGABYTE, MANY, DIMENSIONS = 1_000_000, 100_000, 384
SEARCHES, SIZE = 50, 400
LIMITS = {"words_seconds": 2.0, "vectors_seconds": 60.0, "search_ms": 50.0}


def text_of(characters: int, seed: int = 0) -> str:
    """Paragraphs of sentences from the shipped collections, in random order: as long as wanted, and no two alike."""
    draw = random.Random(seed)
    sentences = [
        sentence.strip()
        for collection in shipped_collections().values()
        for document in collection.texts
        for sentence in document.text.replace("\n", " ").split(". ")
    ]
    parts: list[str] = []
    length = 0
    while length < characters:
        paragraph = ". ".join(draw.sample(sentences, 4)) + f". That was noted as {draw.randrange(10**6)}."
        parts.append(paragraph)
        length += len(paragraph) + 2
    return "\n\n".join(parts)[:characters]


def seconds(work: Callable[[], Any]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def drain(work: Generator[Any, None, Any]) -> Any:
    while True:
        try:
            next(work)
        except StopIteration as end:
            return end.value


class KnownVectors:
    """Stands in for the encoder, which would take an hour for so many: only the search is measured on them."""

    name = "random"

    def open(self) -> Generator[Any, None, None]:
        yield from ()

    def embed(self, texts: Any) -> Any:
        yield from ()
        rows = np.random.default_rng(len(texts)).standard_normal((len(texts), DIMENSIONS), dtype=np.float32)
        return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def main() -> dict[str, float]:
    encoder = library_of(Settings.from_environment()).embedder
    drain(encoder.open())
    drain(encoder.embed(["warm"]))
    texts = [SourceText(title="A megabyte", text=text_of(MEGABYTE))]
    made: list[Index] = []
    words = seconds(lambda: made.append(Index(texts, SIZE, 0, encoder, ExactNearest)))
    vectors = seconds(lambda: drain(made[0].prepare()))
    many = [SourceText(title="Very much", text=text_of(MANY * SIZE // 2, seed=1))]
    large = Index(many, SIZE // 2, 0, KnownVectors(), ExactNearest)
    drain(large.prepare())
    questions = [known.question for known in shipped_collections()["ferry_island"].questions]
    times = [
        seconds(lambda number=number: drain(large.search(questions[number % len(questions)], 0.5, 5)))
        for number in range(SEARCHES)
    ]
    return {
        "megabyte_passages": float(len(made[0].passages)),
        "words_seconds": words,
        "vectors_seconds": words + vectors,
        "searched_passages": float(len(large.passages)),
        "search_ms": 1000 * statistics.median(times),
        "search_ms_worst_of_50": 1000 * max(times),
    }


if __name__ == "__main__":
    figures = main()
    for what, value in figures.items():
        limit = f"  (at most {LIMITS[what]:g})" if what in LIMITS else ""
        print(f"{what:>24}  {value:10.2f}{limit}")
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(figures, indent=2) + "\n")
