"""Calls to a server elsewhere: how many at once, what each costs, how fast Stop is. Against a server of our own on
loopback that answers 64 tokens over 200 ms.

Goals: 500 calls, 50 in parallel, at 0.9 of the ideal rate or better; no more memory after 5,000 calls than after 500;
at most 5 ms more to the first token than the bare `openai` client; Stop frees the connection within 100 ms. The same
crowd with that client, every call given a thread and a kept connection as ours are, shows why it is not used.
"""

import gc
import statistics
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.request import urlopen

import httpx2
import psutil
from openai import OpenAI

from benchmarks.api_users import serving
from benchmarks.endpoint_server import SECONDS, TOKENS
from playground.backends.base import Capabilities, Request
from playground.backends.endpoints.backend import EndpointBackend
from playground.backends.endpoints.endpoint import Endpoint, EndpointLimits
from playground.backends.endpoints.limits import CallGate
from playground.types import Delta, Message, Sampling

PARALLEL, CALLS, MANY, ROUNDS = 50, 500, 5000, 40
REQUEST = Request(messages=(Message("user", "Say something."),), sampling=Sampling(max_tokens=TOKENS))

BARE: Any = {"model": "words", "messages": [{"role": "user", "content": "Say something."}], "stream": True}


def backend_at(url: str) -> EndpointBackend:
    endpoint = Endpoint(name="bench", base_url=f"{url}/v1", limits=EndpointLimits(parallel=PARALLEL))
    capabilities = Capabilities(sampling=frozenset({"max_tokens"}), logprobs=False, samples=False)
    return EndpointBackend(endpoint=endpoint, model="words", capabilities=capabilities, gate=CallGate(endpoint.limits))


def call(backend: EndpointBackend) -> None:
    text = "".join(news.text for news in backend.stream(REQUEST) if isinstance(news, Delta))
    assert text == " word" * TOKENS


def call_bare(client: OpenAI) -> None:
    with client.chat.completions.create(**BARE) as stream:
        text = "".join(chunk.choices[0].delta.content or "" for chunk in stream if chunk.choices)
    assert text == " word" * TOKENS


def crowd(ask: Callable[[], None], calls: int) -> float:
    """Seconds for that many calls, 50 people asking."""
    with ThreadPoolExecutor(PARALLEL) as people:
        started = time.perf_counter()
        list(people.map(lambda _: ask(), range(calls)))
        return time.perf_counter() - started


def first_token(backend: EndpointBackend) -> float:
    started = time.perf_counter()
    stream = backend.stream(REQUEST)
    while not (isinstance(news := next(stream), Delta) and news.text):
        pass
    seconds = time.perf_counter() - started
    list(stream)
    return seconds


def first_token_bare(client: OpenAI) -> float:
    started = time.perf_counter()
    with client.chat.completions.create(**BARE) as stream:
        next(iter(stream))
        seconds = time.perf_counter() - started
        list(stream)
    return seconds


def stopping(url: str, backend: EndpointBackend) -> float:
    """Seconds from Stop until the server sees its connection closed."""
    stream = backend.stream(REQUEST)
    while not isinstance(next(stream), Delta):
        pass
    stopped = time.monotonic()
    stream.close()
    while (gone := float(urlopen(f"{url}/gone").read())) < stopped:
        if time.monotonic() > stopped + 5:
            raise RuntimeError("The server never saw the connection closed.")
    return gone - stopped


def memory() -> float:
    """Megabytes of this process."""
    gc.collect()
    return psutil.Process().memory_info().rss / 2**20


def main() -> dict[str, float]:
    with serving(sys.executable, "-m", "benchmarks.endpoint_server", ready="/gone") as url:
        backend = backend_at(url)
        kept = httpx2.Client(trust_env=False, limits=httpx2.Limits(max_keepalive_connections=PARALLEL))
        client = OpenAI(base_url=f"{url}/v1", api_key="none", http_client=kept)
        call(backend), call_bare(client)
        firsts = [(first_token(backend), first_token_bare(client)) for _ in range(ROUNDS)]
        ours, bare = (statistics.median(side) for side in zip(*firsts, strict=True))
        stops = sorted(stopping(url, backend) for _ in range(ROUNDS))
        seconds = crowd(lambda: call(backend), CALLS)
        before = memory()
        crowd(lambda: call(backend), MANY - CALLS)
        after = memory()
        seconds_bare = crowd(lambda: call_bare(client), CALLS)
    ideal = CALLS / PARALLEL * SECONDS
    return {
        f"{CALLS} calls, {PARALLEL} in parallel, s": seconds,
        "ratio of the ideal rate": ideal / seconds,
        "ratio of the ideal rate, bare client": ideal / seconds_bare,
        f"memory after {CALLS} calls, MB": before,
        f"memory after {MANY} calls, MB": after,
        "ratio of memory": after / before,
        "first token, ms": ours * 1e3,
        "first token of the bare client, ms": bare * 1e3,
        "added to the first token, ms": (ours - bare) * 1e3,
        "Stop, slowest, ms": stops[-1] * 1e3,
    }


if __name__ == "__main__":
    for name, value in main().items():
        print(f"{name:>40}  {value:.2f}")
