"""The passages nearest to a question: exactly, in memory, or in a Qdrant server."""

from typing import Any, Protocol

import numpy as np

from playground.errors import ModelUnavailable
from playground.retrieval.embedding import Vectors

ROWS_AT_ONCE = 1000  # that are sent to a server


class Nearest(Protocol):
    """Vectors of passages, by their numbers."""

    def to(self, vector: Vectors, count: int) -> list[tuple[int, float]]:
        """The nearest passages and their cosines, the nearest first."""
        ...

    def close(self) -> None:
        """What was kept for it elsewhere may go."""
        ...


class ExactNearest:
    """All of them compared, in memory: exact, and quick enough for hundreds of thousands."""

    def __init__(self, vectors: Vectors) -> None:
        self._vectors = vectors

    def to(self, vector: Vectors, count: int) -> list[tuple[int, float]]:
        if not len(self._vectors):
            return []
        cosines = self._vectors @ vector
        return [(int(at), float(cosines[at])) for at in best_of(cosines, count)]

    def close(self) -> None:
        """Its memory goes with it."""


class QdrantNearest:
    """The same in Qdrant, a server or a cluster by its client's calls."""

    def __init__(self, client: Any, name: str, vectors: Vectors) -> None:
        from qdrant_client import models

        self._client, self._name = client, name
        try:
            if client.collection_exists(name):
                if client.count(name).count == len(vectors):
                    return
                client.delete_collection(name)
            size = vectors.shape[1]
            distance = models.VectorParams(size=size, distance=models.Distance.COSINE)
            client.create_collection(name, vectors_config=distance)
            for start in range(0, len(vectors), ROWS_AT_ONCE):
                rows = vectors[start : start + ROWS_AT_ONCE]
                points = models.Batch(ids=list(range(start, start + len(rows))), vectors=rows.tolist())
                client.upsert(name, points=points, wait=True)
        except Exception as error:  # of the network, of the server, of a version: its client has no one kind
            raise ModelUnavailable("The vector store of PLAYGROUND_VECTORS failed", error) from error

    def to(self, vector: Vectors, count: int) -> list[tuple[int, float]]:
        try:
            found = self._client.query_points(self._name, query=vector.tolist(), limit=count).points
        except Exception as error:
            raise ModelUnavailable("The vector store of PLAYGROUND_VECTORS failed", error) from error
        return [(int(point.id), float(point.score)) for point in found]

    def close(self) -> None:
        self._client.delete_collection(self._name)


def best_of(scores: "np.ndarray[Any, np.dtype[np.float32]]", count: int) -> list[int]:
    """The places of the largest, the largest first; of equal ones the earlier."""
    count = min(count, len(scores))
    some = np.argpartition(-scores, count - 1)[:count] if count < len(scores) else np.arange(len(scores))
    return [int(at) for at in sorted(some, key=lambda at: (-scores[at], at))]
