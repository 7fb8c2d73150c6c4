"""Vectors from a real server on loopback: what it is sent, what is made of its answers, and of its faults."""

import json
from collections.abc import Callable, Generator
from typing import Any

import numpy as np
import pytest
from faulty import KEY, Faulty, Handler
from patience import PATIENCE

from playground.backends.endpoints import encoder as encoders
from playground.backends.endpoints.encoder import EndpointEncoder
from playground.backends.endpoints.endpoint import Endpoint, EndpointLimits
from playground.backends.endpoints.limits import CallGate
from playground.backends.endpoints.retry import Retry
from playground.backends.endpoints.secret import Secret
from playground.errors import EndpointFailed
from playground.retrieval.embedding import embed_all

TEXTS = [f"Text number {number}." for number in range(70)]


def drain(work: Generator[Any, None, Any]) -> Any:
    while True:
        try:
            next(work)
        except StopIteration as end:
            return end.value


def vector_of(text: str) -> list[float]:
    return [3.0, float(len(text)), float(sum(text.encode()) % 97)]


def embeddings(handler: Handler) -> None:
    """As OpenAI answers, but from the last to the first: the place is what counts."""
    rows = [{"index": at, "embedding": vector_of(text)} for at, text in enumerate(handler.seen.body["input"])]
    handler.reply(200, json.dumps({"object": "list", "data": rows[::-1], "model": "e"}))


def saying(change: Callable[[list[Any]], Any]) -> Callable[[Handler], None]:
    """What the server sends in place of its vectors."""
    return lambda handler: handler.reply(200, json.dumps(change([vector_of(t) for t in handler.seen.body["input"]])))


def rows(vectors: list[Any]) -> dict[str, Any]:
    return {"data": [{"embedding": vector} for vector in vectors]}


@pytest.fixture
def encoder(server: Faulty, slept: list[float]) -> EndpointEncoder:
    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    endpoint = Endpoint(name="faulty", base_url=server.url, key=Secret(KEY), limits=EndpointLimits(silence=30))
    retry = Retry(tries=3, sleep=sleep, draw=lambda: 1.0)
    return EndpointEncoder(endpoint=endpoint, model="tiny-embed", gate=CallGate(endpoint.limits), retry=retry)


def test_texts_are_sent_a_few_at_a_time_and_their_vectors_come_back_in_order(
    server: Faulty, encoder: EndpointEncoder
) -> None:
    server.fault = embeddings
    vectors = drain(embed_all(encoder, TEXTS))
    expected = np.array([vector_of(text) for text in TEXTS])
    assert vectors == pytest.approx(expected / np.linalg.norm(expected, axis=1, keepdims=True), abs=1e-6)
    assert [len(seen.body["input"]) for seen in server.seen] == [32, 32, 6]
    assert {seen.path for seen in server.seen} == {"/v1/embeddings"}
    assert {seen.body["model"] for seen in server.seen} == {"tiny-embed"}
    assert {seen.headers["Authorization"] for seen in server.seen} == {f"Bearer {KEY}"}
    assert KEY not in repr(encoder) + encoder.name


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        (lambda h: h.error(401, "no such key"), "answered 401: “no such key”. Check the key"),
        (lambda h: h.error(404, "'tiny-embed' is no embedding model"), "404: “'tiny-embed' is no embedding"),
        (lambda h: h.error(500), r"answered 500.*It was tried 3 times\."),
        (lambda h: h.reply(302, "", location="http://elsewhere"), "redirects to another address"),
        (lambda h: h.reply(200, "<html>Welcome</html>", "text/html"), r"sent no vectors\. Choose a model for vectors"),
        (lambda h: h.reply(200, '{"data": 5}'), "sent no vectors"),
        (lambda h: h.reply(200, "[" * 100_000), "sent no vectors"),
        (saying(lambda vectors: rows(vectors[:-1])), "sent 1 vectors for 2 texts"),
        (saying(lambda v: {"data": [{"embedding": v[0], "index": 0}] * 2}), "sent 2 vectors for 2 texts"),
        (saying(lambda vectors: rows([vectors[0], vectors[1][:2]])), "vectors of different lengths"),
        (saying(lambda vectors: rows([vectors[0], "AAAA"])), "something that is no vector"),
        (saying(lambda vectors: rows([vectors[0], [1, 2, float("nan")]])), "that is no number"),
        (saying(lambda vectors: rows([vectors[0], [1, 2, True]])), "that is no number"),
        (saying(lambda vectors: rows([vectors[0], [0, 0, 0]])), "points nowhere"),
        (saying(lambda _: rows([[0.5] * 9000] * 2)), "vectors of 9,000 numbers; 8,192 is the most"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_an_answer_is_said(
    server: Faulty, encoder: EndpointEncoder, fault: Callable[[Handler], None], message: str
) -> None:
    server.fault = fault
    with pytest.raises(EndpointFailed, match=message) as failed:
        drain(encoder.embed(TEXTS[:2]))
    assert str(failed.value).startswith("faulty ")
    assert KEY not in str(failed.value)


def test_an_answer_without_end_is_not_read_to_its_end(
    server: Faulty, encoder: EndpointEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(encoders, "MAX_BYTES", 1_000_000)
    server.fault = lambda handler: handler.reply(200, " " * 2_000_000)
    with pytest.raises(EndpointFailed, match="more than 1 MB for 2 vectors"):
        drain(encoder.embed(TEXTS[:2]))


def test_what_fails_for_a_moment_is_asked_again(server: Faulty, encoder: EndpointEncoder, slept: list[float]) -> None:
    server.in_turn(lambda handler: handler.error(503), embeddings)
    assert drain(encoder.embed(TEXTS[:2])).shape == (2, 3)
    assert len(slept) == 1


def test_a_stop_ends_the_call(server: Faulty, encoder: EndpointEncoder) -> None:
    server.fault = Handler.stall
    work = encoder.embed(TEXTS[:2])
    while not server.seen:
        next(work)
    work.close()
    assert server.seen[0].gone.wait(PATIENCE)
