"""What a visitor connects is there for that visitor only, and is gone afterwards. Over HTTP, as programs do it."""

import json
import time
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import gradio as gr
import pytest
from clients import gradio_client
from faulty import KEY, Faulty, fine, listing, serving
from gradio_client.exceptions import AppError
from patience import PATIENCE

from playground import setups
from playground.errors import InvalidSetup, LimitReached, UnknownModel
from playground.json_values import as_json
from playground.running import runner
from playground.settings import Settings
from playground.ui.api.endpoints import connection_to_dict, publish
from playground.ui.handlers import sessions as sessions_module
from playground.ui.handlers.sessions import Sessions
from playground.ui.look import launch_options

QUESTION = {"task": {"input": "Hi there"}}


def visitor(name: str) -> Any:
    return SimpleNamespace(session_hash=name)


def connected(sessions: Sessions, who: Any, *what: str) -> Any:
    work = sessions.connect(who, *what)
    while True:
        try:
            next(work)
        except StopIteration as end:
            return end.value


@pytest.fixture
def server() -> Iterator[Faulty]:
    with serving() as server:
        yield server


@pytest.fixture
def sessions(catalog_of: Any) -> Sessions:
    return Sessions(catalog_of(), Settings())


def test_two_visitors_see_their_own_models_only(server: Faulty, sessions: Sessions) -> None:
    connected(sessions, visitor("a"), "mine", server.url, KEY)
    assert [m.name for m in sessions.of(visitor("a")).models()] == ["mine/tiny", "default"]
    assert [m.name for m in sessions.of(visitor("b")).models()] == ["default"]
    assert [m.name for m in sessions.of(None).models()] == ["default"]
    assert sessions.connections(visitor("b")) == ()
    with pytest.raises(UnknownModel):
        list(runner.run(setups.parse({**QUESTION, "model": "mine/tiny"}), sessions.of(visitor("b"))))
    run = list(runner.run(setups.parse({**QUESTION, "model": "mine/tiny"}), sessions.of(visitor("a"))))[-1]
    assert (run.status, run.answer) == ("done", "one two three four")
    assert KEY not in json.dumps(setups.run_to_dict(run))


def test_one_that_connects_again_replaces_what_was_there(server: Faulty, sessions: Sessions) -> None:
    connected(sessions, visitor("a"), "mine", server.url, KEY)
    server.models = listing({"id": "other"})
    connected(sessions, visitor("a"), "mine", server.url, KEY)
    assert [m.name for m in sessions.of(visitor("a")).models()] == ["mine/other", "default"]


def test_nothing_is_kept_of_one_that_left(server: Faulty, sessions: Sessions) -> None:
    connected(sessions, visitor("a"), "mine", server.url, KEY)
    assert sessions.connections(visitor("a"))[0].endpoint.key.reveal() == KEY
    sessions.forget(visitor("a"))
    assert [m.name for m in sessions.of(visitor("a")).models()] == ["default"]
    connected(sessions, visitor("a"), "mine", server.url, KEY)
    sessions.disconnect(visitor("a"), "mine")
    assert [m.name for m in sessions.of(visitor("a")).models()] == ["default"]
    with pytest.raises(UnknownModel, match="No endpoint named 'mine'"):
        sessions.disconnect(visitor("a"), "mine")


def test_what_runs_on_an_endpoint_runs_on_when_it_is_replaced(server: Faulty, sessions: Sessions) -> None:
    connected(sessions, visitor("a"), "mine", server.url, KEY)
    runs = runner.run(setups.parse({**QUESTION, "model": "mine/tiny"}), sessions.of(visitor("a")))
    next(runs)
    connected(sessions, visitor("a"), "mine", server.url, KEY)
    sessions.disconnect(visitor("a"), "mine")
    assert list(runs)[-1].status == "done"


def test_what_is_idle_too_long_is_forgotten(server: Faulty, catalog_of: Any) -> None:
    now = [0.0]
    sessions = Sessions(catalog_of(), Settings(), clock=lambda: now[0])
    connected(sessions, visitor("a"), "mine", server.url, KEY)
    now[0] = sessions_module.IDLE - 1
    assert len(sessions.of(visitor("a")).models()) == 2
    now[0] += sessions_module.IDLE - 1  # since it was last used
    assert len(sessions.of(visitor("a")).models()) == 2
    now[0] += sessions_module.IDLE + 1
    assert len(sessions.of(visitor("a")).models()) == 1


def test_sessions_and_endpoints_are_bounded(server: Faulty, catalog_of: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sessions_module, "MOST_SESSIONS", 2)
    monkeypatch.setattr(sessions_module, "MOST_ENDPOINTS", 1)
    now = iter(range(1000))
    sessions = Sessions(catalog_of(), Settings(), clock=lambda: next(now))
    for name in ("a", "b", "c"):
        connected(sessions, visitor(name), "mine", server.url, KEY)
    assert [len(sessions.of(visitor(name)).models()) for name in ("a", "b", "c")] == [1, 2, 2]
    with pytest.raises(LimitReached, match="At most 1 endpoints"):
        connected(sessions, visitor("c"), "second", server.url, KEY)
    late = sessions.connect(visitor("d"), "late", server.url, KEY)
    next(late)
    connected(sessions, visitor("d"), "early", server.url, KEY)
    with pytest.raises(LimitReached, match="At most 1 endpoints"):  # connected side by side, there is room for one
        list(late)
    assert [one.endpoint.name for one in sessions.connections(visitor("d"))] == ["early"]


def test_giving_up_ends_the_conversation(server: Faulty, sessions: Sessions) -> None:
    server.models = lambda handler: handler.stall()
    work = sessions.connect(visitor("a"), "mine", server.url, KEY)
    while not server.seen:
        next(work)
    work.close()
    assert server.seen[0].gone.wait(PATIENCE)


@pytest.mark.parametrize(
    ("settings", "url", "key", "sent"),
    [
        (Settings(openai_key=True), "https://api.openai.com/v1", "", "sk-operator"),
        (Settings(openai_key=True), "https://api.openai.com/v1/", "", "sk-operator"),
        (Settings(openai_key=True), "https://api.openai.com/v1", "sk-own", "sk-own"),
        (Settings(openai_key=True), "https://api.openai.com.evil.org/v1", "", ""),
        (Settings(openai_key=True), "http://api.openai.com/v1", "", ""),
        (Settings(openai_key=False), "https://api.openai.com/v1", "", ""),
        (
            Settings(openai_key=True, public=True, endpoints=("openai=https://api.openai.com/v1",)),
            "https://api.openai.com/v1", "", "",
        ),
    ],
)  # fmt: skip
def test_the_operators_key_is_for_openai_alone(
    catalog_of: Any, monkeypatch: pytest.MonkeyPatch, settings: Settings, url: str, key: str, sent: str
) -> None:
    from playground.backends.endpoints import connection

    monkeypatch.setenv("OPENAI_API_KEY", "sk-operator")
    met = []
    monkeypatch.setattr(connection, "connect", lambda where, model: met.append(where) or iter(()))
    work = Sessions(catalog_of(), settings).connect(visitor("a"), "openai", url, key)
    with pytest.raises(AttributeError):  # there is nothing at the end of it to take models from
        next(work)
    assert met[0].key.reveal() == sent


# ----------------------------------------------------------------------------------- over HTTP
@pytest.fixture
def url(sessions: Sessions) -> Iterator[str]:
    """An app with `/connect`, and `/names`: what its caller can choose from."""
    settings = Settings(port=0)
    with gr.Blocks(analytics_enabled=False) as page:
        publish(sessions, settings)

        def names(request: gr.Request) -> list:  # type: ignore[type-arg]
            return [model.name for model in sessions.of(request).models()]

        gr.api(names, api_name="names")
        page.unload(sessions.forget)
    options = {**launch_options(settings), "server_port": None, "quiet": True}
    _, url, _ = page.queue(api_open=False).launch(**options, prevent_thread_lock=True)
    yield url
    page.close()


def test_connect_over_the_api(server: Faulty, url: str) -> None:
    mine, other = gradio_client(url), gradio_client(url)
    job = mine.submit("mine", server.url, KEY, api_name="/connect")
    found = job.result(PATIENCE)
    assert found["models"] == ["mine/tiny"]
    assert found["tried"] == "mine/tiny"
    assert found["capabilities"]["samples"] is True
    assert {check["feature"] for check in found["checks"]} >= {"streaming", "samples", "logprobs", "seed", "system"}
    assert "progress" in job.outputs()[0]
    assert KEY not in json.dumps(job.outputs())
    assert mine.predict(api_name="/names") == ["mine/tiny", "default"]
    assert other.predict(api_name="/names") == ["default"]
    assert "request" not in str(mine.view_api(return_format="dict")["named_endpoints"]["/connect"]["parameters"])  # type: ignore[index]


def test_who_closes_the_page_is_forgotten(
    server: Faulty, url: str, sessions: Sessions, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GRADIO_IS_E2E_TEST", "1")  # it then looks four times a second whether a page is still open
    client = gradio_client(url)
    client.predict("mine", server.url, KEY, api_name="/connect")
    who = visitor(client.session_hash)
    assert sessions.connections(who)
    client.close()
    end = time.monotonic() + PATIENCE
    while sessions.connections(who):
        assert time.monotonic() < end
        time.sleep(0.05)


def test_a_wrong_key_gets_a_clear_message_without_it(server: Faulty, url: str) -> None:
    server.models = lambda handler: handler.error(401, f"Incorrect API key provided: {KEY}")
    with pytest.raises(AppError, match="mine answered 401") as caught:
        gradio_client(url).predict("mine", server.url, KEY, api_name="/connect")
    assert KEY not in str(caught.value)


def test_without_a_session_nothing_is_connected(server: Faulty, sessions: Sessions) -> None:
    with pytest.raises(InvalidSetup, match="no session to connect in"):
        connected(sessions, None, "mine", server.url, KEY)


def test_a_connection_as_data_has_no_key(server: Faulty, sessions: Sessions) -> None:
    server.fault = fine
    found = connected(sessions, visitor("a"), "mine", server.url, KEY)
    assert KEY not in json.dumps(as_json(connection_to_dict(found)))
    assert KEY not in repr(found)
