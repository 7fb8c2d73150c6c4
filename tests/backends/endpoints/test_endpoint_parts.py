"""Keys, addresses, providers and limits, each on its own."""

import asyncio
import copy
import dataclasses
import json
import logging
import pickle
import random
from typing import Any

import pytest
from faulty import KEY
from other_loop import run_apart
from pydantic import ValidationError

from playground.backends.endpoints import providers
from playground.backends.endpoints.endpoint import (
    Endpoint,
    EndpointLimits,
    operator_endpoints,
    parse_address,
    parse_endpoint,
)
from playground.backends.endpoints.limits import CallGate, CallWindow
from playground.backends.endpoints.retry import Retry
from playground.backends.endpoints.secret import Secret
from playground.errors import InvalidSetup
from playground.settings import Settings
from playground.types import Progress


# ------------------------------------------------------------------------------------------- keys
def test_a_key_does_not_show_itself(caplog: pytest.LogCaptureFixture) -> None:
    where = Endpoint(name="a", base_url="http://x", key=Secret(f" {KEY}\n"))
    logging.getLogger("test").error("%s %r %s", where, where.key, where.key)
    shown = [str(where), repr(where), f"{where.key}", repr(dataclasses.asdict(where)), repr(copy.deepcopy(where))]
    assert not any(KEY in text for text in [*shown, caplog.text])
    assert where.key.reveal() == KEY
    with pytest.raises(TypeError, match="not stored"):
        pickle.dumps(where.key)
    with pytest.raises(TypeError):
        json.dumps(dataclasses.asdict(where))


@pytest.mark.parametrize("value", ["two words", "a\nb", "kéy", "x" * 501])
def test_what_cannot_be_a_key_is_refused_and_not_repeated(value: str) -> None:
    with pytest.raises(InvalidSetup) as caught:
        Secret(value)
    assert value not in str(caught.value)


@pytest.mark.parametrize("key", ["", "x", "no"])
def test_what_is_hardly_a_key_hides_nothing(key: str) -> None:
    assert Secret(key).redact("no next box") == "no next box"


def test_words_that_share_little_with_a_key_stay() -> None:
    text = "The model sk-test does not exist. You have 0123456 left."
    assert Secret(KEY).redact(text) == text


# -------------------------------------------------------------------------------------- addresses
@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("https://API.example.com/v1/", "https://api.example.com/v1"),
        (" http://127.0.0.1:8000/v1 ", "http://127.0.0.1:8000/v1"),
        ("https://api.example.com:443", "https://api.example.com"),
        ("http://[::1]:8000/v1", "http://[::1]:8000/v1"),
    ],
)
def test_addresses_have_one_form(text: str, found: str) -> None:
    assert parse_address(text) == found


@pytest.mark.parametrize(
    "text",
    [
        "", "example.com", "ftp://example.com", "file:///etc/passwd", "http://", "http://a b/v1", "http://x:99999/",
        "http://user:secret@example.com/v1", "http://secret@example.com", "https://example.com/v1?key=secret",
        "https://example.com/v1#secret", "http://good.com\\@evil.com/", "http://x\ny/", "javascript:secret",
        "http://a..b/v1", f"http://{'a' * 70}.org/v1",
    ],
)  # fmt: skip
def test_what_is_no_address_is_refused_and_not_repeated(text: str) -> None:
    with pytest.raises(InvalidSetup, match="it looks like https://") as caught:
        parse_address(text)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("name", ["", "Two", "a/b", "-a", "a" * 41, "ä"])
def test_names_are_plain(name: str) -> None:
    with pytest.raises(InvalidSetup, match="choose another"):
        parse_endpoint(name, "http://127.0.0.1/v1", "", Settings())


@pytest.mark.parametrize(("what", "given"), [("name", None), ("base_url", 5), ("key", ["secret"])])
def test_what_a_program_sends_must_be_text(what: str, given: Any) -> None:
    right: dict[str, Any] = {"name": "a", "base_url": "http://127.0.0.1/v1", "key": ""}
    with pytest.raises(InvalidSetup, match=f"`{what}` must be text"):
        parse_endpoint(**{**right, what: given}, settings=Settings())


@pytest.mark.parametrize(
    "limits", [{"parallel": 0}, {"parallel": 65}, {"parallel": 2.5}, {"per_minute": -1}, {"per_minute": float("nan")}]
)
def test_limits_are_whole_numbers_in_range(limits: dict[str, Any]) -> None:
    (name,) = limits
    with pytest.raises(InvalidSetup, match=f"`{name}` is .*; it must be a whole number from"):
        parse_endpoint("a", "http://127.0.0.1/v1", "", Settings(), **limits)
    assert parse_endpoint("a", "http://127.0.0.1/v1", "", Settings(), parallel=2, per_minute=9).limits.per_minute == 9


LISTED = Settings(public=True, endpoints=("class=https://llm.example.org/v1", "b = http://10.0.0.5:8000/v1/"))


def test_in_public_only_what_the_operator_listed() -> None:
    assert operator_endpoints(LISTED) == {"class": "https://llm.example.org/v1", "b": "http://10.0.0.5:8000/v1"}
    assert parse_endpoint("x", "https://LLM.example.org/v1/", KEY, LISTED).base_url == "https://llm.example.org/v1"
    for url in ("http://127.0.0.1:8000/v1", "https://llm.example.org", "https://llm.example.org/v1/../admin"):
        with pytest.raises(InvalidSetup, match="choose one of class, b"):
            parse_endpoint("x", url, KEY, LISTED)
    with pytest.raises(InvalidSetup, match="it offers none"):
        parse_endpoint("x", "https://api.openai.com/v1", KEY, Settings(public=True))


@pytest.mark.parametrize("item", ["https://x.org/v1", "name=", "Bad Name=https://x.org", "a=ftp://x"])
def test_a_list_that_cannot_be_read_is_refused(item: str) -> None:
    with pytest.raises(InvalidSetup):
        operator_endpoints(Settings(endpoints=(item,)))


# -------------------------------------------------------------------------------------- providers
def test_the_providers_are_read_and_their_addresses_have_the_one_form() -> None:
    found = providers.providers()
    assert list(found)[:3] == ["openai", "huggingface", "openrouter"]
    assert len(found) == 10
    for known in found.values():
        assert parse_address(known.base_url) == known.base_url
        assert providers.provider_of(known.base_url) is known
        assert known.key_page if known.needs_key else known.base_url.startswith("http://127.0.0.1:")
    assert providers.provider_of("http://elsewhere") is None


GOOD = "a: {title: A, base_url: 'https://a.org/v1', needs_key: true"


@pytest.mark.parametrize(
    "text",
    [
        GOOD + ", color: red}", "a: {title: A}", GOOD.replace("https", "ftp") + "}", GOOD + ", limit_field: many}",
        GOOD + ", prices: {m: {input: -1, output: 1, date: 2026-11-20}}}",
        GOOD + ", prices: {m: {input: 1, output: 1}}}", "[]",
    ],
)  # fmt: skip
def test_providers_are_read_strictly(text: str) -> None:
    with pytest.raises(ValidationError):
        providers.parse_providers(text)


def test_a_price_makes_a_cost() -> None:
    price = providers.parse_providers(GOOD + ", prices: {m: {input: 2, output: 10, date: 2026-11-20}}}")["a"].prices[
        "m"
    ]
    assert price.cost(1_000_000, 500_000) == 7.0
    assert price.date.isoformat() == "2026-11-20"


# ----------------------------------------------------------------------------------------- limits
def test_calls_a_minute() -> None:
    window = CallWindow(2)
    for now in (0.0, 10.0):
        assert window.seconds_until_free(now) == 0
        window.record_call(now)
    assert window.seconds_until_free(20.0) == 40.0
    assert window.seconds_until_free(60.0) == 0  # the first is a minute old
    window.record_call(60.0)
    assert window.seconds_until_free(65.0) == 5.0
    assert CallWindow(0).seconds_until_free(0.0) == 0


def test_a_gate_says_why_it_waits_and_lets_through_one_after_the_other() -> None:
    told: list[Progress] = []
    order: list[int] = []

    async def call(gate: CallGate, number: int) -> None:
        async with gate.call_slot(told.append):
            order.append(number)
            await asyncio.sleep(0)

    async def all_of_them() -> None:
        gate = CallGate(EndpointLimits(parallel=1))
        await asyncio.gather(*(call(gate, number) for number in range(3)))

    run_apart(all_of_them())
    assert order == [0, 1, 2]
    assert {news.what for news in told} == {"Waiting for one of the calls before it to end"}


def test_backoff_has_full_jitter_and_a_cap() -> None:
    dice = random.Random(1)
    retry = Retry(draw=dice.random)
    waits: list[Any] = [[retry.delay(repeat, None) for _ in range(200)] for repeat in range(8)]
    for repeat, seconds in enumerate(waits):
        most = min(8.0, 0.5 * 2**repeat)
        assert 0 <= min(seconds) < 0.1 * most
        assert 0.9 * most < max(seconds) <= most
    assert min(retry.delay(0, 7) for _ in range(100)) >= 7  # never before the server said
