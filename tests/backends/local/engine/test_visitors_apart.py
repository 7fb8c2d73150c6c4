"""Nobody can tell from how soon an answer comes what somebody else has asked."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
from engine_requests import answers, news, request
from patience import PATIENCE

from playground.backends.catalog import Catalog, ModelEntry
from playground.backends.local.backend import LocalBackend
from playground.evaluation import likelihood
from playground.running import runner
from playground.settings import Settings
from playground.setups import parse
from playground.ui.handlers.sessions import Sessions
from playground.ui.sampling import reading
from playground.ui.sampling.question import CheckedQuestion

Backends = Callable[..., LocalBackend]
HEADER = "the cat sat on the mat and the dog ran to the house " * 5


def tokens_read(backend: LocalBackend, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many tokens each pass over prompts reads, from now on."""
    passes: list[int] = []
    one, many = backend._decoder.prefill, backend._decoder.prefill_together

    def alone(cache: Any, ids: Any, use: Any) -> Any:
        passes.append(len(ids))
        return one(cache, ids, use)

    def together(caches: Any, runs: Any, use: Any) -> Any:
        passes.append(sum(map(len, runs)))
        return many(caches, runs, use)

    monkeypatch.setattr(backend._decoder, "prefill", alone)
    monkeypatch.setattr(backend._decoder, "prefill_together", together)
    return passes


@pytest.mark.parametrize("what", ["an equal prompt", "an equal beginning", "a conversation that goes on"])
def test_what_one_visitor_asked_is_read_again_for_another(
    backend_of: Backends, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    backend = backend_of()
    asked = replace(request(HEADER + "first", max_tokens=4), visitor="ann")
    (said,) = answers(backend, asked)
    again = {
        "an equal prompt": asked,
        "an equal beginning": replace(request(HEADER + "second", max_tokens=4), visitor="ann"),
        "a conversation that goes on": replace(asked, generated_text=said),
    }[what]
    passes = tokens_read(backend, monkeypatch)
    answers(backend, again)
    own = sum(passes)
    passes.clear()
    for visitor in ("bob", "", "cy"):
        answers(backend, replace(again, visitor=visitor))
        whole = backend.count_tokens(again.messages, again.generated_text)
        assert sum(passes) == whole, f"{visitor!r} was spared what ann had asked"
        passes.clear()
    assert own < whole / 2, "one's own is read once"


@pytest.mark.parametrize("apart", [True, False])
def test_prompts_of_one_moment_share_their_header_within_a_visitor_only(
    backend_of: Backends, monkeypatch: pytest.MonkeyPatch, apart: bool
) -> None:
    backend, go = backend_of(), threading.Event()
    passes = tokens_read(backend, monkeypatch)
    many = [
        replace(request(HEADER + name, max_tokens=3), visitor=name if apart else "ann")
        for name in ("one", "two", "six")
    ]
    backend.between_steps(lambda: go.wait(PATIENCE))  # until all of them have arrived
    streams = [backend.stream(one) for one in many]
    go.set()
    for stream in streams:
        assert list(news(stream))
    sizes = [backend.count_tokens(one.messages) for one in many]
    assert sum(passes) == sum(sizes) if apart else sum(passes) < sizes[0] * 1.5


def test_scores_and_next_tokens_are_of_ones_own_prompts_too(
    backend_of: Backends, monkeypatch: pytest.MonkeyPatch
) -> None:
    backend = backend_of()
    asked = replace(request(HEADER), visitor="ann")
    answers(backend, asked)
    passes = tokens_read(backend, monkeypatch)
    backend.next_token(replace(asked, visitor="ann"))
    assert sum(passes) == 0
    backend.next_token(replace(asked, visitor="bob"))
    assert sum(passes) == backend.count_tokens(asked.messages)
    passes.clear()
    backend.score(replace(asked, visitor="cy"), "the mat")
    assert sum(passes) >= backend.count_tokens(asked.messages) - 1


# ------------------------------------------------------------------------------- who asks comes with the catalog
class Watched:
    """A catalog with one local model, and whose requests reached it."""

    def __init__(self, backend: LocalBackend, monkeypatch: pytest.MonkeyPatch) -> None:
        entry = ModelEntry(
            name="default", title="Tiny", kind="local", load=lambda _: backend, capabilities=backend.capabilities
        )
        self.catalog, self.visitors = Catalog([entry]), set[str]()
        ticket = backend._ticket_factory._make

        def watched(asked: Any, *others: Any) -> Any:
            self.visitors.add(asked.visitor)
            return ticket(asked, *others)

        monkeypatch.setattr(backend._ticket_factory, "_make", watched)


SETUP = parse(
    {"task": {"input": "the cat"}, "sampling": {"max_tokens": 20, "temperature": 0, "logit_bias": {"2": -100}}}
)


def test_every_way_of_asking_says_who_asks(backend_of: Backends, monkeypatch: pytest.MonkeyPatch) -> None:
    watched = Watched(backend_of(), monkeypatch)
    catalog = watched.catalog.for_visitor("ann")
    *_, last = runner.run(SETUP, catalog)
    assert watched.visitors == {"ann"}
    watched.visitors.clear()
    step = likelihood.answer_step(last)
    assert step is not None
    likelihood._score(last, step, "the mat", catalog)
    for _ in reading.read(CheckedQuestion(setup=SETUP, prefill=""), catalog):
        pass
    assert watched.visitors == {"ann"}
    assert [info.loaded for info in watched.catalog.models()] == [True], "what is loaded is there for all"


@pytest.mark.parametrize("public", [True, False])
def test_strangers_are_kept_apart_and_those_of_a_private_server_share(
    backend_of: Backends, monkeypatch: pytest.MonkeyPatch, public: bool
) -> None:
    watched = Watched(backend_of(), monkeypatch)
    sessions = Sessions(watched.catalog, Settings(public=public))
    monkeypatch.setattr(Sessions, "visitor", lambda self, who: who.session_hash if self._settings.public else "")

    def catalog_of(who: str) -> Catalog:
        page: Any = SimpleNamespace(session_hash=who)
        return sessions.of(page)

    def ask(who: str) -> None:
        assert list(runner.run(SETUP, catalog_of(who)))

    monkeypatch.setattr(Sessions, "_session_of", lambda self, who: None)
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(ask, ["ann", "bob"]))
    assert watched.visitors == ({"ann", "bob"} if public else {""})
    assert (catalog_of("ann") is watched.catalog) is not public
