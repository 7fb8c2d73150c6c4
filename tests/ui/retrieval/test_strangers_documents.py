"""Documents of strangers on a shared server: what they may take, whose they are, and what stays of them."""

from types import SimpleNamespace
from typing import Any

import pytest

from playground.errors import InvalidSetup, LimitReached
from playground.evaluation import experiments
from playground.retrieval.library import OWN, Library, LibraryLimits
from playground.settings import Settings
from playground.ui.handlers import sessions as sessions_module
from playground.ui.handlers.experiment_limits import check_size
from playground.ui.handlers.sessions import Sessions
from playground.ui.handlers.visitors import NAME, Visitor


def request(session: str, visitor: str, address: str = "1.2.3.4") -> Any:
    scope = {NAME: Visitor(visitor, address, True)}
    return SimpleNamespace(session_hash=session, request=SimpleNamespace(scope=scope))


@pytest.fixture
def sessions(catalog_of: Any) -> Sessions:
    return Sessions(catalog_of(), Settings(public=True))


def test_whoever_opens_sessions_in_numbers_puts_out_their_own(
    sessions: Sessions, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sessions_module, "OF_VISITOR", 2)
    monkeypatch.setattr(sessions_module, "OF_ADDRESS", 4)
    sessions.own_library(request("mine", "me")).add("Cat", "Minka.")
    for number in range(10):
        sessions.own_library(request(f"flood{number}", "flooder")).add("Noise", "x")
    assert [text.title for text in sessions.of(request("mine", "me")).library.own] == ["Cat"]
    assert not sessions.of(request("flood7", "flooder")).library.own
    assert sessions.of(request("flood9", "flooder")).library.own
    far = request("far", "far", "5.6.7.8")
    sessions.own_library(far).add("Dog", "Rex.")
    for number in range(10):  # with a new cookie each time
        sessions.own_library(request(f"cookie{number}", f"flooder{number}")).add("Noise", "x")
    assert sessions.of(far).library.own
    held = [f"cookie{n}" for n in range(10) if sessions.of(request(f"cookie{n}", f"flooder{n}")).library.own]
    assert held == ["cookie6", "cookie7", "cookie8", "cookie9"]


def test_all_sessions_together_hold_so_much(catalog_of: Any) -> None:
    shared = Library(catalog_of().library.embedder, limits=LibraryLimits(documents=5, characters=100, together=150))
    one, other = shared.for_session(), shared.for_session()
    one.add("A", "x" * 100)
    other.add("B", "y" * 50)
    with pytest.raises(LimitReached, match="of all visitors together"):
        other.add("C", "z")
    assert len(other.own) == 1
    one.close()  # that session has ended
    other.add("C", "z" * 50)
    other.clear()
    shared.for_session().add("D", "x" * 100)


def test_another_visitors_documents_have_no_name(sessions: Sessions) -> None:
    sessions.own_library(request("mine", "me")).add("Diary", "The secret is 4711.")
    stranger = sessions.of(request("theirs", "them")).library
    for name in (OWN, "mine", "own-mine", "My documents", "../own", "Diary", "me"):
        with pytest.raises(InvalidSetup) as refused:
            stranger.collection(name)
        assert "Diary" not in str(refused.value).replace(repr(name), "")
    assert "4711" not in str(stranger.collections())


@pytest.mark.parametrize("public", [True, False])
def test_an_experiment_keeps_answers_and_so_none_about_documents_of_a_stranger(public: bool) -> None:
    plan = {"techniques": [{"strategy": "retrieval", "task": {"collection": OWN}}]}
    experiment = experiments.parse(plan)
    if public:
        with pytest.raises(
            InvalidSetup, match=r"`techniques\.0\.task\.collection` is 'own'; the answers of an experiment are"
        ):
            check_size(experiment, Settings(public=True))
    else:
        check_size(experiment, Settings())
