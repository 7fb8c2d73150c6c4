"""The passages nearest to a question: exactly, in memory, or in a Qdrant server."""

import logging
from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np

from playground.errors import ModelUnavailable
from playground.retrieval.embedding import Vectors

log = logging.getLogger(__name__)
ROWS_AT_ONCE = 1000  # that are sent to a server
STORE = "The vector store of PLAYGROUND_VECTORS"
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
    """The same in Qdrant, a server or a cluster by its client's calls.

    What is there under the name is kept if it is as many vectors of the same size, and else made anew. Raises
    ModelUnavailable where the server does not do what is asked of it.
    """

    def __init__(self, client: Any, name: str, vectors: Vectors, documents: Sequence[int]) -> None:
        self._client, self._name = client, name
        try:
            if client.collection_exists(name):
                kept = client.get_collection(name).config.params.vectors
                if client.count(name).count == len(vectors) and kept.size == vectors.shape[1]:
                    return
                client.delete_collection(name)
            self._fill(vectors, documents)
        except Exception as error:  # of the network, of the server, of a version: its client has no one kind
            raise _unavailable(error) from error

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
            raise _unavailable(error) from error
        return [(int(point.id), float(point.score)) for point in found]

    def close(self) -> None:
        try:
            self._client.delete_collection(self._name)
        except Exception as error:  # the session that they were of has ended in any case
            log.warning("%s still has %s, which nobody needs any more: %s", STORE, self._name, _unavailable(error))


def _unavailable(error: Exception) -> ModelUnavailable:
    """What went wrong with the store, and what to do. `source` is the network's error within one of the client's."""
    import httpx  # which the client brings

    source, status = getattr(error, "source", error), getattr(error, "status_code", None)
    if status in (401, 403):
        return ModelUnavailable(f"{STORE} refused the key; PLAYGROUND_VECTORS_KEY has to be one that may write there.")
    if isinstance(source, httpx.TimeoutException):
        return ModelUnavailable(f"{STORE} did not answer in time. Try again, or see what it is busy with.")
    if isinstance(source, httpx.TransportError):
        return ModelUnavailable(
            f"{STORE} cannot be reached; see whether it is running, and whether the address is right", source
        )
    if status is not None:
        return ModelUnavailable(f"{STORE} answered {status}", _words_of(error))
    return ModelUnavailable(f"{STORE} failed", error)


def _words_of(error: Any) -> str:
    """What a server said of a call that it refused."""
    try:
        return str(error.structured()["status"]["error"])
    except (ValueError, KeyError, TypeError):  # another program answers there
        return str(error)


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
