"""A model for vectors behind an endpoint that a visitor connected serves that visitor and nobody else."""

import gc
import json
import weakref
from collections.abc import Generator, Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from faulty import KEY, Faulty, Handler, fine, listing, serving

from playground import setups
from playground.errors import EndpointFailed, InvalidSetup, LimitReached
from playground.evaluation.store.identity import RunKeys
from playground.retrieval import library as libraries
from playground.settings import Settings
from playground.task import SearchSettings
from playground.ui.handlers.sessions import Sessions

ENCODER = "mine/text-embed"
MEANING = SearchSettings(encoder=ENCODER, weight=1)


def drain(work: Generator[Any, None, Any]) -> Any:
    while True:
        try:
            next(work)
        except StopIteration as end:
            return end.value


def visitor(name: str) -> Any:
    return SimpleNamespace(session_hash=name)


def answers(handler: Handler) -> None:
    """Vectors by how often each letter stands in a text; else an answer of a chat."""
    if not handler.path.endswith("/embeddings"):
        return fine(handler)
    rows = [
        {"embedding": [1 + text.lower().count(chr(97 + at)) for at in range(26)]} for text in handler.seen.body["input"]
    ]
    handler.reply(200, json.dumps({"data": rows}))
    return None


@pytest.fixture
def server() -> Iterator[Faulty]:
    with serving() as server:
        server.models, server.fault = listing({"id": "tiny"}, {"id": "text-embed"}), answers
        yield server


@pytest.fixture
def sessions(catalog_of: Any, server: Faulty) -> Sessions:
    sessions = Sessions(catalog_of(), Settings())
    drain(sessions.connect(visitor("a"), "mine", server.url, KEY))
    server.seen.clear()
    return sessions


def test_passages_and_question_go_to_the_endpoint_once_and_with_its_key(server: Faulty, sessions: Sessions) -> None:
    library = sessions.of(visitor("a")).library
    assert [*library.encoders] == [ENCODER, "mine/tiny"]  # what sounds like it comes first
    hits = drain(library.find("How many steps?", "inbox", MEANING))
    passages = library.index("inbox", 400, 0, ENCODER).passages
    assert hits
    assert [seen.path for seen in server.seen] == ["/v1/embeddings"] * 2
    assert sum(len(seen.body["input"]) for seen in server.seen) == len(passages) + 1
    assert all(KEY in seen.headers["Authorization"] for seen in server.seen)
    assert drain(library.find("How many steps?", "inbox", MEANING)) == hits
    assert len(server.seen) == 2


def test_others_do_not_have_it_and_their_vectors_are_their_own(server: Faulty, sessions: Sessions) -> None:
    drain(sessions.of(visitor("a")).library.find("Why?", "inbox", MEANING))
    for who in (visitor("b"), None):
        library = sessions.of(who).library
        with pytest.raises(
            InvalidSetup, match=r"`options\.encoder` is 'mine/text-embed'; no endpoint that is connected"
        ):
            drain(library.find("Why?", "inbox", MEANING))
        assert library.index("inbox", 400, 0).vectors is None
    sessions.disconnect(visitor("a"), "mine")
    with pytest.raises(InvalidSetup, match="no endpoint that is connected"):
        drain(sessions.of(visitor("a")).library.find("Why?", "inbox", MEANING))


def test_of_an_endpoint_that_is_disconnected_nothing_stays(server: Faulty, sessions: Sessions) -> None:
    library = sessions.of(visitor("a")).library
    drain(library.find("Why?", "inbox", MEANING))
    made = weakref.ref(library.index("inbox", 400, 0, ENCODER))
    own = library.index("inbox", 300, 0)
    sessions.disconnect(visitor("a"), "mine")
    gc.collect()
    assert made() is None  # and with it the endpoint and its key
    assert library.index("inbox", 300, 0) is own
    drain(sessions.connect(visitor("a"), "mine", server.url, KEY))
    server.seen.clear()
    drain(library.find("Why?", "inbox", MEANING))
    assert len(server.seen) == 2


def test_where_the_endpoint_fails_it_is_said_and_words_still_find(server: Faulty, sessions: Sessions) -> None:
    library = sessions.of(visitor("a")).library
    server.fault = lambda handler: handler.error(400, "this model makes no embeddings")
    with pytest.raises(EndpointFailed, match="mine answered 400: “this model makes no embeddings”"):
        drain(library.find("Why?", "inbox", MEANING))
    assert library.index("inbox", 400, 0, ENCODER).vectors is None
    assert drain(library.find("umbrella", "inbox", SearchSettings(encoder=ENCODER, weight=0)))
    server.fault = answers
    assert drain(library.find("Why?", "inbox", MEANING))


def test_so_many_passages_are_sent_and_no_more(sessions: Sessions, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(libraries, "MOST_SENT", 3)
    library = sessions.of(visitor("a")).library
    with pytest.raises(LimitReached, match=r"passages; 3 is the most that is sent to mine/text-embed"):
        library.index("ferry_island", 100, 0, ENCODER)
    assert library.index("ferry_island", 100, 0).passages


def test_kept_answers_are_of_this_endpoint_and_this_visitor(server: Faulty, sessions: Sessions) -> None:
    data = {"strategy": "retrieval", "task": {"collection": "inbox", "input": "Why?"}}
    here, plain = setups.parse({**data, "options": {"encoder": ENCODER}}), setups.parse(data)
    catalog = sessions.of(visitor("a"))
    keys = {RunKeys(catalog, who).column(setup).key(setup) for who in ("a", "b") for setup in (here, plain)}
    assert len(keys) == 3
    drain(sessions.connect(visitor("c"), "mine", server.url.replace("127.0.0.1", "localhost"), KEY))
    assert RunKeys(sessions.of(visitor("c")), "a").column(here).key(here) not in keys
