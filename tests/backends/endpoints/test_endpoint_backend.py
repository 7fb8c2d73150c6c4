"""What is sent for a request, what becomes of the answer, and how it is stopped."""

import gc
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from faulty import Fault, Faulty, Handler, fine
from patience import PATIENCE, until
from test_endpoint_faults import HELLO

from playground.answer_forms.form import read_form
from playground.backends.base import Request
from playground.backends.endpoints.backend import EndpointBackend
from playground.backends.endpoints.dialect import Dialect
from playground.backends.endpoints.endpoint import EndpointLimits
from playground.backends.endpoints.providers import Price
from playground.errors import EndpointFailed, NotSupported
from playground.running.transcript import OpenStep
from playground.types import Completion, Delta, Message, Progress, Sampling, Step

BackendOf = Callable[..., EndpointBackend]


def completions(backend: EndpointBackend, request: Request = HELLO) -> tuple[Completion, ...]:
    step = OpenStep(0, Step(label="", messages=request.messages), request.n)
    for news in backend.stream(request):
        if isinstance(news, Delta):
            step.add(news.index, news)
    return step.completions()


def says(*deltas: dict[str, Any], usage: dict[str, int] | None = None, reason: str = "stop") -> Fault:
    """An answer of these deltas, each with an `index` if it is not 0."""

    def fault(handler: Handler) -> None:
        handler.begin()
        for delta in deltas:
            rest = {name: delta[name] for name in ("index", "logprobs") if name in delta}
            said = {name: value for name, value in delta.items() if name not in rest}
            handler.event({"choices": [{"index": 0, "delta": said, **rest}]})
        handler.end(usage, reason)

    return fault


# --------------------------------------------------------------------------------------- what is sent
@pytest.mark.parametrize(
    ("request_", "options", "sent"),
    [
        (HELLO, {}, {"model": "tiny", "max_tokens": 16, "temperature": 0.7, "top_p": 1.0, "top_k": 0, "stream": True}),
        (HELLO, {"dialect": Dialect(limit_field="max_completion_tokens")}, {"max_completion_tokens": 16}),
        (
            replace(HELLO, sampling=Sampling(stop=("a",))), {"dialect": Dialect(stops=False)}, {"stop": None},
        ),
        (HELLO, {"dialect": Dialect(usage=False)}, {"stream_options": None}),
        (HELLO, {}, {"stream_options": {"include_usage": True}, "min_p": None, "seed": None, "logprobs": None}),
        (HELLO, {"logprobs": True}, {"logprobs": True, "top_logprobs": 0}),
        (replace(HELLO, n=3), {"samples": True}, {"n": 3}),
        (replace(HELLO, sampling=Sampling(seed=5)), {}, {"seed": 5}),
        (replace(HELLO, sampling=Sampling(stop=tuple("abcdef"))), {}, {"stop": ["a", "b", "c", "d"]}),
        (
            replace(HELLO, prefill="So", generated_text=" far"), {"dialect": Dialect(prefill="continue_final_message")},
            {"continue_final_message": True, "add_generation_prompt": False,
             "messages": [{"role": "user", "content": "Hello"}, {"role": "assistant", "content": "So far"}]},
        ),
        (
            replace(HELLO, prefill="So"), {"dialect": Dialect(prefill="prefix")},
            {"continue_final_message": None,
             "messages": [
                 {"role": "user", "content": "Hello"}, {"role": "assistant", "content": "So", "prefix": True}]},
        ),
        (
            replace(HELLO, form=read_form("example", '{"sum": 1}')), {},
            {"response_format": read_form("example", '{"sum": 1}').response_format},
        ),
        (
            replace(HELLO, form=read_form("labels", "yes\nno")), {},
            {"structured_outputs": {"choice": ["yes", "no"]}, "response_format": None},
        ),
        (replace(HELLO, form=read_form("regex", "a+")), {}, {"structured_outputs": {"regex": "a+"}}),
        (HELLO, {}, {"response_format": None, "structured_outputs": None}),
        (replace(HELLO, adapter="sql"), {"adapters": {"sql": "sql-lora"}}, {"model": "sql-lora"}),
    ],
)  # fmt: skip
def test_what_is_sent(
    server: Faulty, backend_of: BackendOf, request_: Request, options: dict[str, Any], sent: dict[str, Any]
) -> None:
    completions(backend_of(**options), request_)
    (seen,) = server.seen
    assert {name: seen.body.get(name) for name in sent} == sent
    assert set(seen.headers) <= {
        "Host", "Authorization", "User-Agent", "Accept", "Accept-Encoding", "Content-Type", "Content-Length"
    }  # fmt: skip


def test_samples_that_a_server_cannot_draw_together_are_asked_for_side_by_side(
    server: Faulty, backend_of: BackendOf
) -> None:
    together = threading.Barrier(3, timeout=PATIENCE)
    server.fault = lambda handler: (together.wait(), fine(handler))[1]
    found = completions(backend_of(samples=False), replace(HELLO, n=3, sampling=Sampling(seed=5)))
    assert [c.text for c in found] == ["one two three four"] * 3
    assert sorted(seen.body["seed"] for seen in server.seen) == [5, 6, 7]  # as one seed for all gives one text
    assert not any("n" in seen.body for seen in server.seen)


def test_what_an_adapter_cannot_do_is_refused(backend_of: BackendOf) -> None:
    backend = backend_of()
    with pytest.raises(NotSupported, match="serves no adapter named 'sql'"):
        backend.stream(replace(HELLO, adapter="sql"))
    backend.attach("sql", "sql-lora")
    with pytest.raises(NotSupported, match="`scale` is"):
        backend.stream(replace(HELLO, adapter="sql", scale=0.5))
    backend.detach("sql")
    with pytest.raises(NotSupported):
        backend.stream(replace(HELLO, adapter="sql"))


# -------------------------------------------------------------------------------- what becomes of it
USAGE = {"prompt_tokens": 10, "completion_tokens": 8}


@pytest.mark.parametrize(
    ("fault", "request_", "options", "expected"),
    [
        (says({"content": "Hi"}, reason="length"), HELLO, {}, [{"text": "Hi", "finish_reason": "length"}]),
        (
            says({"reasoning_content": "Hm."}, {"content": "Hi"}), HELLO, {}, [{"reasoning": "Hm.", "text": "Hi"}],
        ),
        (says({"reasoning": "Hm."}, {"content": "Hi"}), HELLO, {}, [{"reasoning": "Hm.", "text": "Hi"}]),
        (
            says({"content": "a ST"}, {"content": "OP b"}), replace(HELLO, sampling=Sampling(stop=("STOP",))), {},
            [{"text": "a ", "finish_reason": "stop"}],
        ),
        (
            says({"content": "a ST"}), replace(HELLO, sampling=Sampling(stop=("STOP",))), {}, [{"text": "a ST"}],
        ),
        (
            says({"content": "So "}, {"content": "far so good"}), replace(HELLO, prefill="So far"),
            {"dialect": Dialect(prefill="prefix")}, [{"text": " so good"}],
        ),
        (
            says({"content": "So "}, {"content": "good"}), replace(HELLO, prefill="So far"),
            {"dialect": Dialect(prefill="prefix")}, [{"text": "So good"}],
        ),
        (
            says({"content": "a" * 12}, {"content": "b" * 4, "index": 1}, usage=USAGE), replace(HELLO, n=2),
            {"price": Price(input=1e6, output=1e5, date="2026-11-20")},
            [
                {"text": "a" * 12, "prompt_tokens": 10, "completion_tokens": 6, "cost": 5.6, "estimated": False},
                {"text": "b" * 4, "prompt_tokens": 10, "completion_tokens": 2, "cost": 5.2, "estimated": False},
            ],
        ),
        (says({"content": None, "role": "assistant"}, {"content": "Hi"}), HELLO, {}, [{"text": "Hi"}]),
        (says({"content": "a\ud83d"}, {"content": "\ude00b"}), HELLO, {}, [{"text": "a\U0001f600b"}]),
        (says({"content": "a\ud83d"}, {"content": "b\ude00"}), HELLO, {}, [{"text": "a\ufffdb\ufffd"}]),
        (says({"content": "a" * 12}), HELLO, {}, [{"completion_tokens": 3, "estimated": True, "cost": None}]),
    ],
)  # fmt: skip
def test_what_becomes_of_an_answer(
    server: Faulty, backend_of: BackendOf, fault: Fault, request_: Request, options: dict[str, Any], expected: Any
) -> None:
    server.fault = fault
    found = completions(backend_of(**options), request_)
    for completion, fields in zip(found, expected, strict=True):
        assert {name: getattr(completion, name) for name in fields} == fields


def test_log_probabilities_become_tokens_with_alternatives(server: Faulty, backend_of: BackendOf) -> None:
    def entry(token: str, logprob: float, *others: dict[str, Any]) -> dict[str, Any]:
        return {"token": token, "logprob": logprob, "bytes": list(token.encode()), "top_logprobs": list(others)}

    here = entry(" Hi", -0.1, entry(" Hi", -0.1), entry("<|im_end|>", -3.0))
    server.fault = says({"content": " Hi", "logprobs": {"content": [here]}})
    ((token,),) = [c.tokens for c in completions(backend_of(logprobs=True))]
    assert (token.text, token.logprob, [a.text for a in token.top]) == (" Hi", -0.1, [" Hi", "<|im_end|>"])
    assert token.top[0].id == token.id != token.top[1].id  # by which the page knows which one was taken
    assert [a.control for a in token.top] == [False, True]


def test_an_answer_that_is_continued_counts_what_it_had(server: Faulty, backend_of: BackendOf) -> None:
    server.fault = says({"content": " more"}, usage={"prompt_tokens": 10, "completion_tokens": 2})
    step = OpenStep(0, Step(label="", messages=HELLO.messages), 1)
    step.start_from((Completion(text="Some", completion_tokens=5, cost=1.0, estimated=True),))
    (known,) = step.completions()
    assert (known.completion_tokens, known.cost, known.estimated) == (5, 1.0, True)
    for news in backend_of(price=Price(input=0, output=1e6, date="2026-11-20")).stream(HELLO):
        if isinstance(news, Delta):
            step.add(0, news)
    (found,) = step.completions()
    assert (found.text, found.completion_tokens, found.cost) == ("Some more", 7, 3.0)


def test_the_first_token_is_timed(server: Faulty, backend_of: BackendOf) -> None:
    (found,) = completions(backend_of())
    assert found.time_to_first_token is not None
    assert 0 < found.time_to_first_token <= found.seconds


def test_the_first_token_is_timed_even_if_nobody_listened(server: Faulty, backend_of: BackendOf) -> None:
    """What is told together is told as one, but not the first of it."""
    go_on = threading.Event()

    def two_words(handler: Handler) -> None:
        handler.begin()
        handler.say("one")
        assert go_on.wait(PATIENCE)
        handler.say(" two")
        handler.end()

    server.fault = two_words
    stream = backend_of().stream(HELLO)
    until(lambda: stream.events.qsize())
    go_on.set()
    until(lambda: stream.work is not None and stream.work.done())
    first, *_, last = [news for news in stream if isinstance(news, Delta)]
    assert (first.text, last.text) == ("one", " two")
    assert first.seconds < last.seconds


# ------------------------------------------------------------------------------------ stopping, limits
def before_headers(handler: Handler) -> None:
    handler.stall()


def before_text(handler: Handler) -> None:
    handler.begin()
    handler.stall()


def in_the_middle(handler: Handler) -> None:
    handler.begin()
    handler.say("one")
    handler.stall()


@pytest.mark.parametrize("fault", [before_headers, before_text, in_the_middle])
@pytest.mark.parametrize("how", ["close", "drop", "another thread"])
def test_stop_closes_the_connection(server: Faulty, backend_of: BackendOf, fault: Fault, how: str) -> None:
    server.fault = fault
    stream: Any = backend_of().stream(HELLO)
    until(lambda: server.seen)
    while fault is in_the_middle and not isinstance(next(stream), Delta):
        pass
    if how == "close":
        stream.close()
        assert list(stream) == []
    elif how == "drop":
        del stream
        gc.collect()
    else:
        reading = threading.Thread(target=lambda: list(stream))
        reading.start()
        stream.close()
        reading.join(PATIENCE)
        assert not reading.is_alive()
    assert server.seen[0].gone.wait(PATIENCE)


def test_stop_while_waiting_to_ask_again(server: Faulty, backend_of: BackendOf) -> None:
    server.fault = lambda handler: handler.error(429, Retry_After="50")
    backend = backend_of()
    stream = replace(backend, retry=replace(backend.retry, sleep=forever)).stream(HELLO)
    while not (isinstance(news := next(stream), Progress) and news.what.startswith("Waiting 5")):
        pass
    stream.close()
    assert list(stream) == []
    assert completions_of_place(backend)  # its place among the parallel calls is free again


async def forever(seconds: float) -> None:
    import asyncio

    await asyncio.Event().wait()


def completions_of_place(backend: EndpointBackend) -> bool:
    until(lambda: not backend.gate._slots.locked())
    return True


def test_calls_in_parallel_are_limited(server: Faulty, backend_of: BackendOf) -> None:
    lock, running, most = threading.Lock(), 0, 0

    def counted(handler: Handler) -> None:
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        fine(handler)
        with lock:
            running -= 1

    server.fault = counted
    found = completions(backend_of(samples=False, limits=EndpointLimits(parallel=2)), replace(HELLO, n=8))
    assert [c.text for c in found] == ["one two three four"] * 8
    assert most <= 2


def test_repeats_count_among_the_calls_a_minute(server: Faulty, backend_of: BackendOf) -> None:
    server.fault = lambda handler: handler.error(500)
    stream = backend_of(limits=EndpointLimits(per_minute=2)).stream(HELLO)
    while not (isinstance(news := next(stream), Progress) and "as many calls a minute as are allowed" in news.what):
        pass
    stream.close()
    assert len(server.seen) == 2


def test_connections_are_used_again(server: Faulty, backend_of: BackendOf) -> None:
    """Also where the end of the body comes by itself, after the stream has said that it is over."""
    backend, ports = backend_of(), set()

    def late_end(handler: Handler) -> None:
        ports.add(handler.client_address[1])
        handler.begin()
        handler.say("one")
        handler.event({"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]})
        handler.send("data: [DONE]\n\n")
        time.sleep(0.002)
        handler.wfile.write(b"0\r\n\r\n")

    server.fault = late_end
    for _ in range(10):
        completions(backend)
    assert len(ports) < 10


def test_what_only_a_local_model_can_do_is_refused(backend_of: BackendOf) -> None:
    backend, messages = backend_of(), (Message("user", "Hi"),)
    with pytest.raises(NotSupported, match="choose a local model"):
        backend.next_token(Request(messages=messages))
    with pytest.raises(NotSupported, match="choose a local model"):
        backend.score(HELLO, "Hi")
    assert backend.prompt_text(messages, "So") == "user: Hi\nassistant: So"
    assert 4 < backend.count_tokens(messages) < 10


def test_an_unexpected_answer_ends_every_call(server: Faulty, backend_of: BackendOf) -> None:
    """One of three fails for good while the others wait: they are ended, and the message comes at once."""
    turns = iter(range(3))

    def one_fails(handler: Handler) -> None:
        if next(turns) == 1:
            handler.error(401, "no")
        else:
            before_text(handler)

    server.fault = one_fails
    with pytest.raises(EndpointFailed, match="no"):
        completions(backend_of(samples=False), replace(HELLO, n=3))
    until(lambda: sum(seen.gone.is_set() for seen in server.seen) == 2)
