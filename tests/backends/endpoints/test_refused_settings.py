"""A model is connected without what its server refuses, however it says so, and the page says what was refused."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from faulty import Fault, Faulty, Handler
from test_endpoint_backend import completions
from test_endpoint_faults import HELLO
from test_endpoint_probe import EVERYTHING, ended, endpoint_of, found, model

from playground import setups
from playground.backends.catalog import Catalog
from playground.backends.endpoints.connection import connect, endpoint_entries
from playground.backends.endpoints.probing import trial
from playground.errors import EndpointFailed
from playground.running import runner
from playground.types import Sampling
from playground.ui.models.endpoint_values import connections_value

Body = dict[str, Any]
HONEST = model(EVERYTHING)


def refusing(wrong: Callable[[Body], bool], how: Fault) -> Fault:
    """An honest server that does this to requests that are wrong by its lights."""
    return lambda handler: how(handler) if wrong(handler.seen.body) else HONEST(handler)


def status(code: int, words: str) -> Fault:
    return lambda handler: handler.error(code, words)


def checks_of(server: Faulty) -> dict[str, tuple[str, str]]:
    return {check.feature: (check.works, check.how) for check in found(server).checks}


@pytest.fixture(autouse=True)
def _retries_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    async def sleep(seconds: float) -> None:
        """Not at all."""

    monkeypatch.setattr(trial, "Retry", lambda: _RETRY(sleep=sleep))


_RETRY = trial.Retry


# ------------------------------------------------------------------------------------- stop strings
@pytest.mark.parametrize("how", [status(400, "Unsupported parameter: 'stop'"), status(500, "stop")])
def test_where_stop_is_refused_it_is_not_sent_and_the_answer_is_cut_here(server: Faulty, how: Fault) -> None:
    server.fault = refusing(lambda body: "stop" in body, how)
    connection = ended(connect(endpoint_of(server)))
    check = next(
        c for c in connections_value([connection])["connections"][0]["checks"] if c["feature"] == "Stop strings"
    )
    assert (check["works"], check["instead"]) == ("no", "cut here instead")
    assert "stop" in check["how"]
    backend: Any = endpoint_entries(connection)[0].load(print)
    (cut,) = completions(backend, replace(HELLO, sampling=Sampling(stop=(" ",))))
    assert (cut.text, cut.finish_reason) == ("", "stop")
    setup = setups.parse({"model": "faulty/tiny", "strategy": "chain_of_thought", "task": {"input": "2 + 2?"}})
    assert list(runner.run(setup, Catalog(endpoint_entries(connection))))[-1].status == "done"


def test_where_stop_is_taken_but_the_answer_goes_on_it_is_cut_here(server: Faulty) -> None:
    server.fault = HONEST
    works, how = checks_of(server)["stop"]
    assert (works, how) == ("no", "taken without an error, but the answer went on")
    assert found(server).dialect.stops is False


@pytest.mark.parametrize("with_it", [False, True])
def test_where_stop_is_honoured_it_is_sent(server: Faulty, with_it: bool) -> None:
    """Also where the answer ends with the stop string, as that of `transformers serve` does: it is cut here."""

    def stops(handler: Handler) -> None:
        body, say = handler.seen.body, handler.say
        marks = body.get("stop", ())
        left = [True]

        def cut(text: str, index: int = 0, **more: Any) -> None:
            goes_on = left[0] and not any(mark in text for mark in marks)
            if goes_on or (left[0] and with_it):
                say(text, index, **more)
            left[0] = goes_on

        handler.say = cut  # type: ignore[method-assign]
        HONEST(handler)

    server.fault = stops
    assert checks_of(server)["stop"] == ("yes", "the answer ended there")
    assert found(server).dialect.stops is True


# --------------------------------------------------------------------------------------------- room
@pytest.mark.parametrize("least", [20, 64, 1000])
@pytest.mark.parametrize("name", ["max_tokens", "max_completion_tokens"])
def test_a_server_that_refuses_small_limits_is_asked_with_more_room(server: Faulty, least: int, name: str) -> None:
    server.fault = refusing(lambda body: body.get(name, 0) < least, status(400, f"the limit is {least} at least"))
    tried = found(server)
    checks = {check.feature: check for check in tried.checks}
    assert tried.dialect.limit_field == name
    assert checks["max_tokens"].works == "no"
    assert f"the limit is {least} at least" in checks["max_tokens"].how
    assert checks["temperature"].works == "yes"


def test_a_server_that_takes_no_limit_at_all_says_why(server: Faulty) -> None:
    server.fault = status(400, "no such model")
    with pytest.raises(EndpointFailed, match="no such model"):
        found(server)


def test_two_things_refused_at_once_are_found_out(server: Faulty) -> None:
    server.fault = refusing(lambda body: "max_tokens" in body or "stream_options" in body, status(422, "unknown field"))
    dialect = found(server).dialect
    assert (dialect.limit_field, dialect.usage) == ("max_completion_tokens", False)


# -------------------------------------------------------------------------------------- temperature
def stops_talking(handler: Handler) -> None:
    handler.drop()


def error_with_200(handler: Handler) -> None:
    handler.reply(200, json.dumps({"error": {"message": "temperature must be above 0"}}))


HOWS = [status(500, "division by zero"), status(502, "bad gateway"), stops_talking, error_with_200]


@pytest.mark.parametrize("how", HOWS)
def test_a_model_that_fails_at_temperature_0_is_connected_without_it(server: Faulty, how: Fault) -> None:
    server.fault = refusing(lambda body: body.get("temperature") == 0, how)
    checks = checks_of(server)
    assert checks["temperature"][0] == "no"
    assert "faulty" in checks["temperature"][1]
    assert (checks["samples"][0], checks["prefill"][0]) == ("yes", "yes")
    assert "temperature" not in found(server).capabilities.sampling


def test_a_server_that_is_gone_meanwhile_is_not_connected(server: Faulty) -> None:
    """It would look like one that refuses every setting."""
    server.fault = lambda handler: HONEST(handler) if len(server.seen) == 1 else handler.error(503, "gone")
    with pytest.raises(EndpointFailed, match="gone"):
        found(server)


def test_a_key_that_ends_meanwhile_is_no_refused_setting(server: Faulty) -> None:
    server.fault = lambda handler: HONEST(handler) if len(server.seen) == 1 else handler.error(401, "expired")
    with pytest.raises(EndpointFailed, match="expired"):
        found(server)
