"""The passages nearest to a question: exactly, in memory, or in a Qdrant server."""

from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np

from playground.errors import ModelUnavailable
from playground.retrieval.embedding import Vectors

ROWS_AT_ONCE = 1000  # that are sent to a server
DOCUMENT = "document"  # what a server is told of each vector: the place of its document, by which it can filter


class Nearest(Protocol):
    """Vectors of passages, by their numbers."""

    def to(self, vector: Vectors, count: int, among: frozenset[int] | None = None) -> list[tuple[int, float]]:
        """The nearest passages and their cosines, the nearest first; of the documents `among` all, if any are named."""
        ...

    def close(self) -> None:
        """What was kept for it elsewhere may go."""
        ...


class ExactNearest:
    """All of them compared, in memory: exact, and quick enough for hundreds of thousands. `documents` are the places of
    the documents that they are of, one for each."""

    def __init__(self, vectors: Vectors, documents: Sequence[int]) -> None:
        self._vectors, self._documents = vectors, np.asarray(documents)

    def to(self, vector: Vectors, count: int, among: frozenset[int] | None = None) -> list[tuple[int, float]]:
        if not len(self._vectors):
            return []
        rows = np.arange(len(self._vectors)) if among is None else np.flatnonzero(are_of(self._documents, among))
        cosines = self._vectors @ vector if among is None else self._vectors[rows] @ vector
        return [(int(rows[at]), float(cosines[at])) for at in best_of(cosines, count)]

    def close(self) -> None:
        """Its memory goes with it."""


class QdrantNearest:
    """The same in Qdrant, a server or a cluster by its client's calls."""

    def __init__(self, client: Any, name: str, vectors: Vectors, documents: Sequence[int]) -> None:
        self._client, self._name = client, name
        try:
            if client.collection_exists(name):
                if client.count(name).count == len(vectors):
                    return
                client.delete_collection(name)
            self._fill(vectors, documents)
        except Exception as error:  # of the network, of the server, of a version: its client has no one kind
            raise ModelUnavailable("The vector store of PLAYGROUND_VECTORS failed", error) from error

    def _fill(self, vectors: Vectors, documents: Sequence[int]) -> None:
        from qdrant_client import models

        client, name = self._client, self._name
        distance = models.VectorParams(size=vectors.shape[1], distance=models.Distance.COSINE)
        client.create_collection(name, vectors_config=distance)
        for start in range(0, len(vectors), ROWS_AT_ONCE):
            rows = vectors[start : start + ROWS_AT_ONCE].tolist()
            places = [{DOCUMENT: int(place)} for place in documents[start : start + ROWS_AT_ONCE]]
            points = models.Batch(ids=list(range(start, start + len(rows))), vectors=rows, payloads=places)
            client.upsert(name, points=points, wait=True)

    def to(self, vector: Vectors, count: int, among: frozenset[int] | None = None) -> list[tuple[int, float]]:
        from qdrant_client import models

        only = None
        if among is not None:
            of_these = models.FieldCondition(key=DOCUMENT, match=models.MatchAny(any=sorted(among)))
            only = models.Filter(must=[of_these])
        try:
            query = vector.tolist()
            found = self._client.query_points(self._name, query=query, query_filter=only, limit=count).points
        except Exception as error:
            raise ModelUnavailable("The vector store of PLAYGROUND_VECTORS failed", error) from error
        return [(int(point.id), float(point.score)) for point in found]

    def close(self) -> None:
        self._client.delete_collection(self._name)


def are_of(documents: "np.ndarray[Any, Any]", among: frozenset[int]) -> "np.ndarray[Any, np.dtype[np.bool_]]":
    """Of each passage, whether its document is one of these."""
    return np.isin(documents, list(among))


def best_of(scores: "np.ndarray[Any, np.dtype[np.float32]]", count: int) -> list[int]:
    """The places of the largest, the largest first; of equal ones the earlier."""
    count = min(count, len(scores))
    if not count:
        return []
    some = np.argpartition(-scores, count - 1)[:count] if count < len(scores) else np.arange(len(scores))
    return [int(at) for at in sorted(some, key=lambda at: (-scores[at], at))]
