"""The interface of whatever turns texts into vectors, and vectors that are made bit by bit."""

from collections.abc import Generator, Sequence
from typing import Any, Protocol

import numpy as np

from playground.errors import ModelUnavailable
from playground.types import Progress

Vectors = np.ndarray[Any, np.dtype[np.float32]]
Embedding = Generator[Progress, None, Vectors]
BATCH = 128  # texts between two looks at whether somebody pressed Stop


class Embedder(Protocol):
    """Turns texts into vectors of length 1, of which like texts have like ones."""

    @property
    def name(self) -> str:
        """Which model it is: other vectors are of no use to it."""
        ...

    def open(self) -> Generator[Progress, None, None]:
        """Be ready to embed. Raises ModelUnavailable."""
        ...

    def embed(self, texts: Sequence[str]) -> Embedding:
        """One row for each text, once it is open. Closing stops it. Raises PlaygroundError where one is not made."""
        ...


class NoEmbedder:
    """Stands in where no model for vectors is offered: what needs one is refused in words."""

    name = "none"

    def open(self) -> Generator[Progress, None, None]:
        yield from ()
        raise ModelUnavailable(
            "There is no model for vectors here; set the weight of meaning to 0, which searches by words alone"
        )

    def embed(self, texts: Sequence[str]) -> Embedding:
        raise NotImplementedError  # nobody has opened it


def embed_all(embedder: Embedder, texts: Sequence[str]) -> Embedding:
    """The vectors of all texts, with progress; closing stops between two batches."""
    yield from embedder.open()
    order = sorted(range(len(texts)), key=lambda at: len(texts[at]))  # like lengths together: less is padding
    rows: list[Vectors] = []
    for start in range(0, len(order), BATCH):
        what = "Turning passages into vectors"
        yield Progress(what=what, done=start, total=len(order), unit="passages")
        rows.append((yield from embedder.embed([texts[at] for at in order[start : start + BATCH]])))
    vectors = np.concatenate(rows) if rows else np.zeros((0, 1), dtype=np.float32)
    sorted_back = np.empty_like(vectors)
    sorted_back[order] = vectors
    return sorted_back
