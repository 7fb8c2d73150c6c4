"""Vectors in a Qdrant server, over HTTP: they are found as in memory, and what goes wrong is said in words."""

from collections.abc import Generator, Iterator
from typing import Any, TypeVar

import numpy as np
import pytest
from qdrant_server import QdrantServer

from playground.backends.encoders import QdrantStore
from playground.errors import ModelUnavailable
from playground.retrieval.embedding import Vectors
from playground.retrieval.library import OWN, Library
from playground.task import SearchSettings
from playground.types import Progress

pytestmark = pytest.mark.filterwarnings("ignore:Api key is used with an insecure connection")
T = TypeVar("T")
QUESTION, KEY = "How much is it in euros?", "a-key-of-the-operators"
ROWS = np.eye(4, dtype=np.float32)


def done(work: Generator[Progress, None, T]) -> T:
    while True:
        try:
            next(work)
        except StopIteration as end:
            value: T = end.value
            return value


@pytest.fixture
def server() -> Iterator[QdrantServer]:
    with QdrantServer() as made:
        yield made


def rows(count: int, size: int) -> Vectors:
    return np.random.default_rng(count).standard_normal((count, size), dtype=np.float32)


def test_over_http_is_found_what_is_found_in_memory(server: QdrantServer, catalog_of: Any) -> None:
    embedder = catalog_of().library.embedder
    here, there = Library(embedder), Library(embedder, QdrantStore(server.url).keep).for_session()
    for chosen in ({}, {"kinds": ("outdoors", "rules")}):
        settings = SearchSettings(weight=1, passages=3, size=150, **chosen)
        first, second = (done(library.find(QUESTION, "ferry_island", settings)) for library in (here, there))
        assert [hit.passage for hit in first] == [hit.passage for hit in second]
        assert [hit.likeness for hit in first] == pytest.approx([hit.likeness for hit in second], abs=1e-4)
    there.add("Cat", "The cat is called Minka.")
    done(there.find("Minka", OWN, SearchSettings()))
    before = len(server.store.get_collections().collections)
    there.close()
    assert len(server.store.get_collections().collections) == before - 1  # one's own goes, what is for all stays


def test_what_is_there_already_is_not_sent_again(server: QdrantServer) -> None:
    vectors = rows(2500, 4)
    for _ in range(2):
        nearest = QdrantStore(server.url).keep("playground-a", vectors, [0] * 2500)
    assert server.asked.count("PUT /collections/playground-a/points") == 3
    assert nearest.to(vectors[7], 1)[0][0] == 7


def test_vectors_of_another_size_under_the_same_name_are_made_anew(server: QdrantServer) -> None:
    store = QdrantStore(server.url)
    store.keep("playground-a", rows(4, 8), [0] * 4)
    nearest = store.keep("playground-a", ROWS, [0] * 4)
    assert nearest.to(ROWS[2], 1) == [(2, pytest.approx(1))]


def test_a_server_that_is_away_is_named_with_what_to_do(server: QdrantServer) -> None:
    url = server.url
    nearest = QdrantStore(url).keep("playground-a", ROWS, [0] * 4)
    server.stop()
    for work in (lambda: QdrantStore(url).keep("playground-a", ROWS, [0] * 4), lambda: nearest.to(ROWS[0], 1)):
        with pytest.raises(ModelUnavailable, match=r"cannot be reached; .* whether the address is right"):
            work()
    nearest.close()  # a session that ends while it is away ends all the same


@pytest.mark.parametrize("key", ["", "another-key"])
def test_a_key_that_is_wrong_or_not_given_is_named(key: str) -> None:
    with QdrantServer(KEY) as server:
        with pytest.raises(ModelUnavailable, match="PLAYGROUND_VECTORS_KEY") as refused:
            QdrantStore(server.url, key).keep("playground-a", ROWS, [0] * 4)
        assert "another-key" not in str(refused.value)
        nearest = QdrantStore(server.url, KEY).keep("playground-a", ROWS, [0] * 4)
        assert nearest.to(ROWS[3], 1)[0][0] == 3


def test_slow_answers_are_not_waited_for_for_ever(server: QdrantServer) -> None:
    nearest = QdrantStore(server.url).keep("playground-a", ROWS, [0] * 4)
    server.held = True
    with pytest.raises(ModelUnavailable, match="did not answer in time"):
        QdrantStore(server.url, seconds=1).keep("playground-a", ROWS, [0] * 4)
    server.may_answer.set()
    assert nearest.to(ROWS[0], 1)[0][0] == 0


def test_other_failures_are_told_in_the_servers_words(server: QdrantServer) -> None:
    nearest = QdrantStore(server.url).keep("playground-a", ROWS, [0] * 4)
    server.broken = 507
    with pytest.raises(ModelUnavailable, match="answered 507: the disk is full") as failed:
        nearest.to(ROWS[0], 1)
    assert failed.value.brief.endswith("the server's log says why.")  # for strangers
    server.broken = 0
    server.store.delete_collection("playground-a")
    with pytest.raises(ModelUnavailable, match=r"answered 404: .*playground-a not found"):
        nearest.to(ROWS[0], 1)
