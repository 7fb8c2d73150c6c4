"""Everything a server elsewhere can do wrong, done by a real one: what the person reads, and what is asked again."""

import asyncio
import json
import time
from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass, replace
from email.utils import formatdate
from typing import Any
from urllib.parse import quote

import pytest
from faulty import KEY, Fault, Faulty, Handler, fine

from playground.backends.base import Request
from playground.backends.endpoints.backend import EndpointBackend
from playground.backends.endpoints.endpoint import EndpointLimits
from playground.backends.endpoints.failures import parse_retry_after
from playground.errors import EndpointFailed
from playground.types import Delta, Message, Progress, Sampling

HELLO = Request(messages=(Message("user", "Hello"),), sampling=Sampling(max_tokens=16))
SOON = EndpointLimits(silence=1.0)  # for what stalls; anything else may take its time on a slow machine
BackendOf = Callable[..., EndpointBackend]


@dataclass
class Heard:
    """What came of one request."""

    text: str = ""
    error: str = ""
    finish: str | None = None
    estimated: bool | None = None


def heard(backend: EndpointBackend, request: Request = HELLO, told: list[str] | None = None) -> Heard:
    """What comes of the request; `told` is filled with what is said while it runs."""
    found = Heard()
    try:
        for news in backend.stream(request):
            if isinstance(news, Progress):
                if told is not None:
                    told.append(news.what)
                continue
            found.text += news.text
            found.finish = news.finish_reason or found.finish
            found.estimated = news.usage.estimated if news.usage else found.estimated
    except EndpointFailed as error:
        found.error = str(error)
    return found


def status(code: int, message: str = "", **headers: str) -> Fault:
    return lambda handler: handler.error(code, message, **headers)


def stall_first(handler: Handler) -> None:
    handler.begin()
    handler.stall()


def stall_middle(handler: Handler) -> None:
    handler.begin()
    handler.say("one")
    handler.stall()


def drop_first(handler: Handler) -> None:
    handler.begin()
    handler.event({"choices": [{"index": 0, "delta": {"role": "assistant"}}]})
    handler.drop()


def drop_middle(handler: Handler) -> None:
    handler.begin()
    handler.say("one")
    handler.drop()


def malformed(handler: Handler) -> None:
    handler.begin()
    handler.send('data: {"choices": [{"delta"\n\n')


def no_choices(handler: Handler) -> None:
    handler.begin()
    handler.event({"choices": []})
    handler.send("data: [DONE]\n\n")
    handler.wfile.write(b"0\r\n\r\n")


def huge(handler: Handler) -> None:
    handler.begin()
    for _ in range(100):
        handler.say("x" * 100_000)
    handler.end()


def error_inside(handler: Handler) -> None:
    handler.begin()
    handler.send('data: {"error": {"message": "out of memory"}}\n\n')


def error_after_text(handler: Handler) -> None:
    """In one piece, so that both are read together."""
    handler.begin()
    said = json.dumps({"choices": [{"index": 0, "delta": {"content": "one"}}]})
    handler.send(f'data: {said}\n\ndata: {{"error": {{"message": "out of memory", "code": 503}}}}\n\n')


def nonsense_after_text(handler: Handler) -> None:
    handler.begin()
    said = json.dumps({"choices": [{"index": 0, "delta": {"content": "one"}}]})
    handler.send(f'data: {said}\n\ndata: {{"choices": "none"}}\n\n')


def overloaded(handler: Handler) -> None:
    handler.begin()
    handler.send('data: {"error": {"message": "overloaded", "code": 503}}\n\n')


def error_in_pieces(handler: Handler) -> None:
    handler.send_response(400)
    handler.send_header("transfer-encoding", "chunked")
    handler.end_headers()
    for piece in ('{"error": {"mess', 'age": "top_q is unknown"}}'):
        handler.send(piece)
        time.sleep(0.05)  # else both may be read at once, and this shows nothing
    handler.wfile.write(b"0\r\n\r\n")


def last_line_without_end(handler: Handler) -> None:
    handler.begin()
    handler.say("one")
    handler.send('data: {"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}')
    handler.wfile.write(b"0\r\n\r\n")


def token_without_text(handler: Handler) -> None:
    """Half a character: a token that has come, with no text yet."""
    handler.begin()
    entry = {"token": "half", "logprob": -1.0}
    handler.event({"choices": [{"index": 0, "delta": {"content": ""}, "logprobs": {"content": [entry]}}]})
    handler.drop()


def no_http(handler: Handler) -> None:
    handler.wfile.write(b"SSH-2.0-OpenSSH\r\n")
    handler.drop()


def not_the_protocol(handler: Handler) -> None:
    handler.begin()
    handler.event({"choices": "none"})


def not_streamed(handler: Handler) -> None:
    usage = {"prompt_tokens": 7, "completion_tokens": 4}
    choices = [{"index": 0, "message": {"content": "one two"}, "finish_reason": "stop"}]
    handler.reply(200, json.dumps({"model": "tiny", "choices": choices, "usage": usage}))


def no_usage(handler: Handler) -> None:
    handler.begin()
    handler.say("one two three four")
    handler.end(usage=None)


# What the server does, what is written of the answer, words of the message, how often it was asked.
TABLE: dict[str, tuple[tuple[Fault, ...], str, str, int]] = {
    "401": ((status(401, "bad key"),), "", "faulty answered 401: \u201cbad key\u201d. Check the key", 1),
    "403": ((status(403),), "", "Check what the key is allowed to do.", 1),
    "404": ((status(404, "no such model"),), "", "Check the base URL (it often ends in /v1) and the model.", 1),
    "400": ((status(400, "top_q is unknown"),), "", "\u201ctop_q is unknown\u201d. Change the setting it names.", 1),
    "429 for ever": ((status(429, "slow down"),), "", "\u201cslow down\u201d. Wait, or make fewer calls", 5),
    "429 once": ((status(429), fine), "one two three four", "", 2),
    "500 once": ((status(500), fine), "one two three four", "", 2),
    "502, 503, 504": ((status(502), status(503), status(504), fine), "one two three four", "", 4),
    "500 for ever": ((status(500),), "", "It was tried 5 times.", 5),
    "501 is not asked again": ((status(501),), "", "answered 501", 1),
    "a stall before the first token": ((stall_first, fine), "one two three four", "", 2),
    "a stall in the middle": ((stall_middle, fine), "one", "said nothing for 1 seconds", 1),
    "dropped before the first token": ((drop_first, fine), "one two three four", "", 2),
    "dropped in the middle": ((drop_middle, fine), "one", "broke off the connection in the middle", 1),
    "closed without an answer": ((Handler.drop, fine), "one two three four", "", 2),
    "malformed JSON": ((malformed, fine), "", "something that is not JSON: \u201c{\"choices\"", 1),
    "wrong content type": ((lambda h: h.reply(200, b"\x89PNG", "image/png"),), "", "content of type 'image/png'", 1),
    "a web page": ((lambda h: h.reply(200, "<!doctype html><p>Hi", "text/html"),), "", "answered with a web page", 1),
    "a web page as an error": (
        (lambda h: h.reply(404, "<html>nginx</html>", "text/html"),), "", "faulty answered 404. Check the base URL", 1),
    "no choices": ((no_choices,), "", "nothing in it: no choices", 1),
    "not the protocol": ((not_the_protocol,), "", "not of the chat completions protocol", 1),
    "nested too deeply": ((lambda h: (h.begin(), h.send(f"data: {'[' * 100_000}\n\n")),), "", "is not JSON", 1),
    "an error that may pass": ((overloaded, fine), "one two three four", "", 2),
    "an error after text": ((error_after_text,), "one", "out of memory", 1),
    "nonsense after text": ((nonsense_after_text,), "one", "not of the chat completions protocol", 1),
    "an error in pieces": ((error_in_pieces,), "", "answered 400: \u201ctop_q is unknown\u201d", 1),
    "a last line without an end": ((last_line_without_end,), "one", "", 1),
    "dropped after a token without text": ((token_without_text,), "", "broke off the connection in the middle", 1),
    "no HTTP": ((no_http,), "", "does not answer in HTTP", 1),
    "an error inside the stream": ((error_inside,), "", "failed while it was answering: \u201cout of memory\u201d", 1),
    "not streamed": ((not_streamed,), "one two", "", 1),
    "a redirect": ((status(307, Location="http://localhost:1/v1"),), "", "redirects to another address (307)", 1),
}  # fmt: skip


@pytest.mark.parametrize(("faults", "text", "error", "asked"), TABLE.values(), ids=TABLE)
def test_faults(
    server: Faulty, backend_of: BackendOf, faults: tuple[Fault, ...], text: str, error: str, asked: int
) -> None:
    server.in_turn(*faults)
    stalls = {stall_first, stall_middle}.intersection(faults)
    found = heard(backend_of(SOON if stalls else None))
    assert error in found.error
    assert bool(error) == bool(found.error)
    assert found.text == text
    assert found.finish == (None if error else "stop")
    assert len(server.seen) == asked


def test_of_a_10_mb_answer_no_more_is_read_than_it_can_have(server: Faulty, backend_of: BackendOf) -> None:
    server.fault = huge
    found = heard(backend_of())
    assert "sent more than the 1.0 MB" in found.error
    assert 100_000 < len(found.text) <= 1_100_000


def test_backoff_grows_and_says_why(server: Faulty, backend_of: BackendOf, slept: list[float]) -> None:
    server.fault = status(503, "busy")
    told: list[str] = []

    async def until_told(seconds: float) -> None:
        """What happens is told while nothing else comes, so a wait is as long as it takes to be told."""
        slept.append(seconds)
        while not any(what.startswith(f"Waiting {max(1, round(seconds))} s") for what in told):
            await asyncio.sleep(0.01)

    heard(backend_of(sleep=until_told), told=told)
    assert slept == [0.5, 1.0, 2.0, 4.0]  # with all of the jitter
    assert "Waiting 4 s to ask again: faulty answered 503: \u201cbusy\u201d. Try again later." in told


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("7", 7),
        ("0", 0),
        ("9" * 400, 1e9),
        ("Wed, 31 Dec 9999 23:59:59 GMT", 1e9),
        (formatdate(1020, usegmt=True), 20),
        (formatdate(9), 0),
        ("soon", None),
        ("1 Jan 9999999999999999999 00:00:00", None),
    ],
)
def test_retry_after_is_seconds_or_a_date(value: str, seconds: float | None) -> None:
    assert parse_retry_after(value, now=1000) == seconds


def test_the_server_says_when_to_ask_again(server: Faulty, backend_of: BackendOf, slept: list[float]) -> None:
    server.in_turn(status(429, Retry_After="7"), fine)
    assert heard(backend_of()).text == "one two three four"
    assert slept == [7.5]  # and the jitter


def test_a_server_that_asks_for_an_hour_is_not_waited_for(
    server: Faulty, backend_of: BackendOf, slept: list[float]
) -> None:
    server.fault = status(429, "quota", Retry_After="3600")
    assert "It asks to wait 3600 seconds." in heard(backend_of()).error
    assert slept == []


def test_usage_that_is_missing_is_estimated(server: Faulty, backend_of: BackendOf) -> None:
    assert heard(backend_of()).estimated is False
    server.fault = no_usage
    assert heard(backend_of()).estimated is True


def echoes() -> dict[str, str]:
    return {
        "as it is": KEY,
        "cut": KEY[:14],
        "URL-encoded": quote(f"Bearer {KEY}/+", safe=""),
        "base64": b64encode(f"user:{KEY}".encode()).decode(),
        "base64 at another place": b64encode(f"xy{KEY}".encode()).decode(),
        "starred out": f"{KEY[:3]}*****************{KEY[-4:]}",
        "dotted out": f"{KEY[:7]}...{KEY[-4:]}",
    }


def test_looking_for_the_key_takes_no_time(server: Faulty, backend_of: BackendOf) -> None:
    """An answer made of the key's first letters once held everybody up for minutes."""
    server.fault = lambda handler: (handler.begin(), handler.send(f"data: {KEY[:2] * 200_000}\n\n"))[1]
    assert "is not JSON" in heard(backend_of()).error


@pytest.mark.parametrize("echo", echoes().values(), ids=echoes())
@pytest.mark.parametrize(
    "fault",
    [
        lambda h, words: h.error(401, words),
        lambda h, words: h.reply(403, words, "text/plain"),
        lambda h, words: h.reply(200, words, "text/plain"),
        lambda h, words: (h.begin(), h.send(f"data: {words}\n\n")),
    ],
    ids=["error", "plain text", "wrong type", "malformed"],
)
def test_an_echoed_key_is_hidden(
    server: Faulty, backend_of: BackendOf, fault: Callable[[Handler, str], Any], echo: str
) -> None:
    server.fault = lambda handler: fault(handler, f"Incorrect API key provided: {echo}. You can find yours.")
    error = heard(backend_of()).error
    assert "(key hidden)" in error
    assert "You can find yours" in error
    assert echo not in error
    assert not any(KEY[i : i + 8] in error for i in range(len(KEY) - 8))
    assert KEY[-4:] not in error


def test_the_key_goes_with_the_request_and_is_not_in_the_error(server: Faulty, backend_of: BackendOf) -> None:
    server.fault = drop_middle
    stream = backend_of().stream(HELLO)
    with pytest.raises(EndpointFailed) as caught:
        list(stream)
    assert server.seen[0].headers["Authorization"] == f"Bearer {KEY}"
    error: BaseException | None = caught.value
    while error:  # also what it was raised from, and while handling what
        assert KEY not in repr(error)
        assert KEY not in str(vars(error))
        error = error.__context__
    assert KEY not in repr(backend_of())


def test_nobody_is_there(server: Faulty, backend_of: BackendOf) -> None:
    backend = backend_of()
    server.server_close()
    assert f"cannot be reached at {server.url}: Connection refused. Check" in heard(backend).error


def test_nobody_speaks_tls(server: Faulty, backend_of: BackendOf) -> None:
    backend = backend_of()
    secure = replace(backend.endpoint, base_url=server.url.replace("http:", "https:"))
    assert "cannot be spoken to over TLS" in heard(replace(backend, endpoint=secure)).error


def test_a_delta_keeps_its_first_words(server: Faulty, backend_of: BackendOf) -> None:
    deltas = [news for news in backend_of().stream(HELLO) if isinstance(news, Delta)]
    assert deltas[0].origin is not None
    assert deltas[0].origin.weights == "tiny-0.1 @ faulty"
    assert deltas[0].prompt_tokens
    assert [d.finish_reason for d in deltas[:-1]] == [None] * (len(deltas) - 1)
