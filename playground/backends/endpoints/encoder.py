"""Turns texts into vectors at an endpoint, by the call `/embeddings` of OpenAI's protocol."""

import asyncio
import json
import re
from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np

from playground.backends.endpoints.connection import Connection
from playground.backends.endpoints.endpoint import Endpoint
from playground.backends.endpoints.failures import quote_server
from playground.backends.endpoints.http_client import ReportProgress, http_client
from playground.backends.endpoints.limits import CallGate
from playground.backends.endpoints.retry import Retry
from playground.errors import EndpointFailed
from playground.retrieval.embedding import Embedding, Vectors
from playground.types import Progress

PATH = "/embeddings"
AT_ONCE = 32  # texts of one call: as many as the smallest servers take
MOST_NUMBERS = 8192  # of a vector
MAX_BYTES = 8_000_000  # of an answer
LIKELY = re.compile(r"embed|minilm|mpnet|bge|gte|e5\b|nomic|arctic|jina|retriev", re.I)
INSTEAD = "Choose a model for vectors there, or leave the encoder empty."


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointEncoder:
    """A model behind an endpoint. All calls to it pass the endpoint's `gate`, as its chats do."""

    endpoint: Endpoint
    model: str
    gate: CallGate = field(repr=False)
    retry: Retry = Retry(tries=3)

    @property
    def name(self) -> str:
        """Two endpoints may have models of one name."""
        return f"{self.model} at {self.endpoint.base_url}"

    def open(self) -> Generator[Progress, None, None]:
        yield from ()  # it runs elsewhere

    def embed(self, texts: Sequence[str]) -> Embedding:
        """Raises EndpointFailed."""
        rows = []
        for start in range(0, len(texts), AT_ONCE):
            rows.append((yield from http_client().follow(partial(self._ask, texts[start : start + AT_ONCE]))))
        if len({row.shape[1] for row in rows}) > 1:
            raise EndpointFailed(f"{self.endpoint.name} sent vectors of different lengths. {INSTEAD}")
        return np.concatenate(rows)

    async def _ask(self, texts: Sequence[str], tell: ReportProgress) -> Vectors:
        """The vectors of one call, with its repeats."""

        async def attempt() -> Vectors:
            await self.gate.wait_for_turn(tell)
            fields = {"model": self.model, "input": [*texts], "encoding_format": "float"}
            async with http_client().ask(self.endpoint, "POST", PATH, fields) as answer:
                body = bytearray()
                async for data in answer.content.iter_any():
                    body += data
                    if len(body) > MAX_BYTES:
                        raise EndpointFailed(
                            f"{self.endpoint.name} sent more than {MAX_BYTES // 10**6} MB for {len(texts)} vectors."
                        )
            return await asyncio.to_thread(read_vectors, self.endpoint, bytes(body), len(texts))

        async with self.gate.call_slot(tell):
            return await self.retry.run(attempt, lambda: False, tell)


def encoders_of(connections: Sequence[Connection]) -> Mapping[str, EndpointEncoder]:
    """What can be tried for vectors, by the names that models have here: those that sound like it before the others."""
    found = {
        connection.name_of(served): EndpointEncoder(
            endpoint=connection.endpoint, model=served.id, gate=connection.gate
        )
        for connection in connections
        for served in connection.models
        if not served.parent
    }  # fmt: skip
    return dict(sorted(found.items(), key=lambda item: not LIKELY.search(item[1].model)))


def read_vectors(endpoint: Endpoint, body: bytes, count: int) -> Vectors:
    """As many vectors of length 1, in the order of what was sent. Raises EndpointFailed for whatever else comes."""
    try:
        entries = json.loads(body)["data"]
        places = [entry.get("index", place) for place, entry in enumerate(entries)]
        listed = [entry["embedding"] for entry in entries]
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        quote = quote_server(endpoint, body[:4096].decode("utf-8", "replace"))
        raise EndpointFailed(f"{endpoint.name} sent no vectors{quote}. {INSTEAD}") from None
    if sorted(map(str, places)) != sorted(map(str, range(count))):
        raise EndpointFailed(f"{endpoint.name} sent {len(listed):,} vectors for {count:,} texts. {INSTEAD}")
    if fault := _fault(listed):
        raise EndpointFailed(f"{endpoint.name} sent {fault}. {INSTEAD}")
    vectors = np.asarray(listed, dtype=np.float32)[np.argsort([int(place) for place in places])]
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    if not np.isfinite(lengths).all() or not lengths.all():
        raise EndpointFailed(f"{endpoint.name} sent a vector that points nowhere. {INSTEAD}")
    unit: Vectors = vectors / lengths
    return unit


def _fault(listed: Sequence[Any]) -> str:
    """What is wrong with vectors that are to be compared; "" where nothing is."""
    if not all(isinstance(row, list) and row for row in listed):
        return "something that is no vector"
    if len(listed[0]) > MOST_NUMBERS:
        return f"vectors of {len(listed[0]):,} numbers; {MOST_NUMBERS:,} is the most"
    if len({len(row) for row in listed}) > 1:
        return "vectors of different lengths"
    if not all(type(value) in (int, float) and abs(value) < 1e30 for row in listed for value in row):
        return "vectors with something in them that is no number"
    return ""
