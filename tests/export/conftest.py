"""A small server that speaks the OpenAI protocol, answers by a rule, and keeps what it was sent; and tiny models."""

import json
import random
import threading
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from folders import edit_config, save_adapter, save_model, write_gguf
from peft import LoraConfig
from tiny_models import END, HEAD, TURN, tiny_tokenizer

from playground.backends.catalog import Catalog
from playground.backends.local.entries import adapter_entry, model_entry
from playground.backends.sources import parse_source
from playground.settings import Settings

Body = dict[str, Any]
LORA = LoraConfig(r=4, lora_alpha=8, target_modules=["q_proj", "v_proj"], task_type="CAUSAL_LM")
REPLIES = (  # what models say, well and badly: what a technique makes of it decides what it asks next
    "The answer is 13.",
    "<think>Let me see.</think>\nFirst 8, then 5. The answer is **13**.",
    "<think>It never ends",
    "1. Count the apples\n2. Add those he buys\n3. Say {it} \\boxed{12}",
    "- a point\n- another one \U0001f34e",
    'I need to calculate.\nAction 1: Calculator[3 * (4 + 5)]\nObservation 1: 99 is "made up"',
    "Action 2: Finish[13]",
    "Thought 3: the time.\nAction: Clock[]",
    "I do not know what to do.",
    "sure",
    "maybe. Or impossible?",
    "B) Venus",
    "Nothing left to improve.",
    "",
    "Yes, it is not false.",
)
FORMED = ('{"sum": 13}', '{"sum": 14}', '{"sum": 1', "The sum is 13.")  # of a server that does not always keep a schema


CALLS = tuple(f"call {name} {arguments}" for name in ("look_up", "other") for arguments in ('{"word": "x"}', "{}"))


def turn(text: str) -> Body:
    """A turn of the assistant's, which may be the call of a function."""
    if not text.startswith("call "):
        return {"role": "assistant", "content": text}
    _, name, arguments = text.split(" ", 2)
    call = {"index": 0, "id": "a", "type": "function", "function": {"name": name, "arguments": arguments}}
    return {"role": "assistant", "content": None, "tool_calls": [call]}


class Recorder(ThreadingHTTPServer):
    """`told` are the bodies that came, in their order. With the same `salt` the same body gets the same answer."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.salt = 0
        self.told: list[Body] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/v1"

    def reply(self, body: Body, sample: int) -> Body:
        said = json.dumps([body["messages"], body.get("seed"), sample, self.salt])
        draw = random.Random(said)
        texts = FORMED if "response_format" in body else (*REPLIES, *CALLS) if "tools" in body else REPLIES
        if "structured_outputs" in body:  # which it keeps to
            texts = body["structured_outputs"].get("choice", ("sure", "maybe"))
        text = draw.choice(texts)
        for stop in body.get("stop", ()):
            text = text.partition(stop)[0]
        reason = draw.choice(["stop", "stop", "length"])
        logprobs = {"content": [{"token": text, "logprob": -draw.random(), "bytes": None, "top_logprobs": []}]}
        return {"index": sample, "text": text, "finish_reason": reason, "logprobs": logprobs}


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"  # one connection for many calls
    wbufsize = -1  # head and body in one packet: the second would wait for the first's receipt
    server: Recorder

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        self.server.told.append(body)
        replies = [self.server.reply(body, i) for i in range(body.get("n", 1))]
        written = sum(1 + len(reply["text"].split()) for reply in replies)
        usage = {"prompt_tokens": 9, "completion_tokens": written, "total_tokens": 9 + written}
        whole = {"id": "1", "created": 0, "model": body["model"], "usage": usage}
        if not body.get("stream"):
            choices = [{**r, "message": turn(r.pop("text"))} for r in replies]
            self._send("application/json", json.dumps({**whole, "object": "chat.completion", "choices": choices}))
            return
        choices = [{**r, "delta": turn(r.pop("text"))} for r in replies]
        chunk = json.dumps({**whole, "object": "chat.completion.chunk", "choices": choices})
        self._send("text/event-stream", f"data: {chunk}\n\ndata: [DONE]\n\n")

    def _send(self, kind: str, text: str) -> None:
        self.send_response(200)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(text.encode())))
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def recorder() -> Iterator[Recorder]:
    with Recorder() as server:
        thread = threading.Thread(target=server.serve_forever, args=[0.01], daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture(scope="session")
def tiny_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where a tiny model lies, with an adapter and a GGUF file beside it."""
    folder = tmp_path_factory.mktemp("models")
    tokenizer = tiny_tokenizer()
    save_model(folder / "base", "llama", tokenizer)
    edit_config(
        folder / "base", max_position_embeddings=4096
    )  # examples of a technique are long in a few bytes a token
    save_adapter(folder / "tuned", folder / "base", LORA)
    (folder / "gguf").mkdir()
    calling = tiny_tokenizer()
    calling.chat_template = HEAD + TURN + END
    save_model(folder / "calling", "llama", calling)
    edit_config(folder / "calling", max_position_embeddings=4096)
    write_gguf(folder / "gguf" / "tiny.gguf", tokenizer)
    return folder


@pytest.fixture(scope="session")
def tiny_catalog(tiny_folder: Path) -> Iterator[Catalog]:
    settings = replace(Settings(), precision="float32")
    sources = {name: parse_source(str(tiny_folder / name)) for name in ("base", "tuned", "calling", "gguf/tiny.gguf")}
    catalog = Catalog(
        [
            model_entry(sources["base"], "default", settings),
            adapter_entry("default", sources["tuned"], "tuned", settings),
            model_entry(sources["calling"], "calling", settings),
            model_entry(sources["gguf/tiny.gguf"], "gguf", settings),
        ]
    )
    yield catalog
    for name in ("default", "calling", "gguf"):
        if backend := catalog.loaded_backend(name):
            backend.close()  # type: ignore[attr-defined]
