"""The official client against `/v1`, as programs use it, on a real server behind the gate."""

import json
import socket
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import replace
from typing import Any

import openai
import pytest
from gated import Server, serve
from openai import OpenAI
from patience import PATIENCE, until

from playground.backends.base import Request
from playground.backends.catalog import Catalog
from playground.backends.scripted import ScriptedBackend

KEY = "sk-class-of-2026-0123456789"
HI: Any = [{"role": "user", "content": "Say hi."}]
TOOLS: Any = [{"type": "function", "function": {"name": "f"}}]


def client_of(url: str, key: str = "none") -> OpenAI:
    """One that never asks again by itself."""
    return OpenAI(base_url=f"{url.rstrip('/')}/v1", api_key=key, max_retries=0, timeout=PATIENCE)


@pytest.fixture
def connect() -> Iterator[Callable[..., OpenAI]]:
    """Clients of a server."""
    with ExitStack() as stack:
        yield lambda server, key="none": stack.enter_context(client_of(server.url, key))


@pytest.fixture(scope="module")
def client(standing: dict[bool, Any]) -> Iterator[OpenAI]:
    """Of the private server with nothing special."""
    with client_of(standing[False].url) as client:
        yield client


@pytest.fixture(scope="module")
def odd(catalog_of: Callable[..., Catalog], tmp_path_factory: Any) -> Iterator[Server]:
    """A private server whose models answer in ways of their own; programs ask them by the names of these ways."""

    def repeat(request: Request, _: Any) -> str:
        return "|".join(f"{m.role}: {m.content}" for m in request.messages) + f"|{request.prefill}"

    def form(request: Request, _: Any) -> str:
        return request.form.schema or request.form.written[0] if request.form else "Well."

    plain = replace(ScriptedBackend().capabilities, sampling=frozenset({"temperature", "max_tokens"}))
    catalog = catalog_of(delay=0.02)
    ways: dict[str, dict[str, Any]] = {
        "repeats": {"reply": repeat},
        "long": {"reply": lambda *_: "word " * 5000},
        "slow": {"reply": lambda *_: "word " * 5000, "delay": 0.02},
        "forms": {"reply": form},
        "plain": {"capabilities": plain},
    }
    for name, options in ways.items():
        catalog.add(replace(catalog_of(**options).entry("default"), name=name))
    server = serve(tmp_path_factory.mktemp("odd"), catalog)
    yield server
    server.end()


@pytest.fixture(scope="module")
def odd_client(odd: Server) -> Iterator[OpenAI]:
    with client_of(odd.url) as client:
        yield client


def test_models_and_techniques_are_listed(client: OpenAI) -> None:
    names = [model.id for model in client.models.list()]
    assert names[:2] == ["default", "default/zero_shot"]
    assert "default/self_consistency" in names
    assert "default/few_shot" not in names  # it needs examples
    assert client.models.retrieve("default/self_consistency").id == "default/self_consistency"


def test_a_chat_is_answered(client: OpenAI) -> None:
    answer = client.chat.completions.create(model="default", messages=HI, seed=1)
    (choice,) = answer.choices
    assert "You asked: Say hi." in str(choice.message.content)
    assert (choice.message.role, choice.finish_reason, answer.model) == ("assistant", "stop", "default")
    assert answer.usage is not None
    assert answer.usage.total_tokens == answer.usage.prompt_tokens + answer.usage.completion_tokens > 10


def test_a_stream_says_the_same(odd_client: OpenAI) -> None:
    whole = odd_client.chat.completions.create(model="default", messages=HI, seed=1).choices[0]
    stream = odd_client.chat.completions.create(
        model="default", messages=HI, seed=1, stream=True, stream_options={"include_usage": True}
    )
    *chunks, counted = list(stream)
    told = "".join(choice.delta.content or "" for chunk in chunks for choice in chunk.choices)
    assert told == whole.message.content
    assert len(chunks) > 4  # as it grows
    assert chunks[-1].choices[0].finish_reason == "stop"
    assert counted.usage
    assert (counted.choices, counted.usage.completion_tokens > 5) == ([], True)


def test_several_answers_to_one_prompt(client: OpenAI) -> None:
    asked: dict[str, Any] = {"model": "default", "messages": HI, "n": 3, "seed": 1, "temperature": 1}
    whole = [choice.message.content for choice in client.chat.completions.create(**asked).choices]
    parts = ["", "", ""]
    for chunk in client.chat.completions.create(**asked, stream=True):
        for choice in chunk.choices:
            parts[choice.index] += choice.delta.content or ""
    assert whole == parts
    assert len(set(whole)) > 1


def test_each_token_has_its_probability(client: OpenAI) -> None:
    asked: dict[str, Any] = {"model": "default", "messages": HI, "seed": 1, "logprobs": True, "top_logprobs": 2}
    (choice,) = client.chat.completions.create(**asked).choices
    listed = choice.logprobs.content if choice.logprobs else None
    assert listed
    assert "".join(token.token for token in listed) == choice.message.content
    assert all(token.logprob < 0 and len(token.top_logprobs) == 2 for token in listed)
    assert bytes(listed[0].bytes or ()).decode() == listed[0].token
    streamed: list[str] = []
    for chunk in client.chat.completions.create(**asked, stream=True):
        streamed += [t.token for c in chunk.choices if c.logprobs for t in c.logprobs.content or ()]
    assert streamed == [token.token for token in listed]


def test_stop_strings_and_limits_end_the_answer(client: OpenAI) -> None:
    def ask(**settings: Any) -> tuple[str | None, str]:
        (choice,) = client.chat.completions.create(model="default", messages=HI, seed=1, **settings).choices
        return choice.message.content, choice.finish_reason

    assert ask(stop=" I was")[0] == " You asked: Say hi."
    assert ask(stop=["trained", " asked"])[0] == " You"
    assert ask(max_tokens=3)[1] == ask(max_completion_tokens=3)[1] == "length"


def test_turns_reach_the_model_as_they_were_sent(odd_client: OpenAI) -> None:
    turns: Any = [
        {"role": "developer", "content": "Be brief."},
        {"role": "user", "content": [{"type": "text", "text": "One, "}, {"type": "text", "text": "two?"}]},
        {"role": "assistant", "content": "Three.", "refusal": None, "reasoning_content": "I count."},
        {"role": "user", "content": "And?"},
    ]
    said = odd_client.chat.completions.create(model="repeats", messages=turns).choices[0].message.content
    assert said == "system: Be brief.|user: One, two?|assistant: Three.|user: And?|"
    continued = odd_client.chat.completions.create(
        model="repeats",
        messages=turns[:3],
        extra_body={"continue_final_message": True, "add_generation_prompt": False},
    )
    assert str(continued.choices[0].message.content).endswith("user: One, two?|Three.")


def test_a_technique_answers_as_a_model(client: OpenAI) -> None:
    asked: dict[str, Any] = {
        "model": "default/self_consistency",
        "messages": [{"role": "system", "content": "You count."}, {"role": "user", "content": "How many?"}],
        "seed": 1,
        "extra_body": {"options": {"paths": 3}, "task": {"answer": "number"}},
    }
    (choice,) = client.chat.completions.create(**asked).choices
    assert choice.message.content == "18"
    steps = choice.message.reasoning_content  # type: ignore[attr-defined]  # not of OpenAI's own models
    assert all(f"Sample paths, {number} of 3:\n" in steps for number in (1, 2, 3))
    assert "of 3 paths agree." in steps
    parts = [c.delta for chunk in client.chat.completions.create(**asked, stream=True) for c in chunk.choices]
    assert "".join(part.content or "" for part in parts) == "18"
    assert "".join(getattr(part, "reasoning_content", None) or "" for part in parts) == steps


def test_what_is_left_out_is_as_in_the_protocol_and_of_a_technique_as_in_a_setup(odd_client: OpenAI) -> None:
    def length(model: str, **settings: Any) -> int:
        answer = odd_client.chat.completions.create(model=model, messages=HI, **settings)
        return answer.usage.completion_tokens if answer.usage else 0

    assert (length("long"), length("long/zero_shot")) == (4096, 256)
    assert (length("long/zero_shot", max_tokens=9), length("long/zero_shot", max_completion_tokens=8)) == (9, 8)


@pytest.mark.parametrize("model", ["forms", "forms/zero_shot", "forms/chain_of_thought"])
def test_answers_are_held_to_the_form_that_is_asked_for(odd_client: OpenAI, model: str) -> None:
    schema = {"type": "object", "properties": {"sum": {"type": "integer"}}}
    described: Any = {"type": "json_schema", "json_schema": {"name": "sum", "schema": schema, "strict": True}}
    for asked, expected in ((described, schema), ({"type": "json_object"}, {"type": "object"})):
        answer = odd_client.chat.completions.create(model=model, messages=HI, response_format=asked)
        assert json.loads(str(answer.choices[0].message.content)) == expected
    labels: Any = {"structured_outputs": {"choice": ["yes", "no"]}}
    answer = odd_client.chat.completions.create(model=model, messages=HI, extra_body=labels)
    assert answer.choices[0].message.content == "yes"
    free = odd_client.chat.completions.create(model=model, messages=HI, response_format={"type": "text"})
    assert free.choices[0].message.content == "Well."


def test_a_model_that_keeps_no_form_says_so(odd_client: OpenAI) -> None:
    with pytest.raises(openai.BadRequestError, match="was not seen to keep any form"):
        odd_client.chat.completions.create(model="plain", messages=HI, response_format={"type": "json_object"})


@pytest.mark.parametrize(
    ("settings", "status", "param", "words"),
    [
        ({"model": "gpt-5"}, 404, "model", "There is no model named 'gpt-5'; choose one of default."),
        ({"model": "default+pirate"}, 404, "model", "has no adapter named 'pirate'"),
        ({"model": "default/magic"}, 404, "model", "There is no technique named 'magic'; choose one of zero_shot"),
        ({"temperature": 3}, 400, "temperature", "`temperature` is 3; it must be a number from 0 to 2."),
        ({"n": 65}, 400, "n", "a whole number from 1 to 64"),
        ({"n": "three"}, 400, "n", "a whole number from 1 to 64"),
        ({"max_completion_tokens": 9000}, 400, "max_completion_tokens", "from 1 to 4,096"),
        ({"stop": [""]}, 400, "stop.0", "must not be empty"),
        ({"top_logprobs": 2}, 400, "top_logprobs", "without `logprobs`"),
        ({"stream_options": {"include_usage": True}}, 400, "stream_options", "without `stream`"),
        ({"response_format": {"type": "yaml"}}, 400, "response_format", "one of text, json_object, json_schema"),
        ({"response_format": {"type": "json_schema"}}, 400, "response_format.json_schema", "with the schema"),
        (
            {"response_format": {"type": "json_schema", "json_schema": {"name": "a", "schema": {"$ref": "http://x/y"}}}},
            400, "response_format.json_schema.schema", "Nothing is fetched",
        ),
        (
            {"response_format": {"type": "json_schema", "json_schema": {"name": 5, "schema": {}}}},
            400, "response_format.json_schema.name", "text of at most 100",
        ),
        ({"response_format": {"type": "text", "schema": {}}}, 400, "response_format.schema", "leave it out"),
        (
            {"extra_body": {"structured_outputs": {"regex": "a"}}, "response_format": {"type": "json_object"}},
            400, "structured_outputs", "beside `response_format`",
        ),
        ({"extra_body": {"structured_outputs": {"json": {}}}}, 400, "structured_outputs", "one of choice, regex, gram"),
        ({"extra_body": {"structured_outputs": ["a"]}}, 400, "structured_outputs", "one of choice, regex, grammar"),
        ({"extra_body": {"structured_outputs": {"choice": ["a\nb"]}}}, 400, "structured_outputs.choice", "one line e"),
        ({"extra_body": {"structured_outputs": {"regex": 5}}}, 400, "structured_outputs.regex", "must be text"),
        ({"tools": TOOLS, "model": "default/react"}, 400, "tools", "a technique"),
        ({"tools": [{}]}, 400, "tools", "has a mistake in function 1: it has no name"),
        ({"tools": "f"}, 400, "tools", "must be a list of at least one function"),
        ({"tool_choice": "required"}, 400, "tool_choice", "must be one of auto, none"),
        ({"extra_body": {"functions": [{"name": "f"}]}}, 400, "functions", "of an older protocol"),
        ({"extra_body": {"top_a": 1}}, 400, "top_a", "is not known. Known keys: model, n, stream"),
        ({"extra_body": {"options": {"paths": 3}}}, 400, "options", "is of a technique"),
        ({"messages": []}, 400, "messages", "at least one message"),
        ({"messages": HI * 1001}, 400, "messages", "has 1,001 messages; 1,000 is the most"),
        (
            {"messages": [{"role": "tool", "content": "x", "tool_call_id": "1"}]},
            400, "messages.0.tool_call_id", "no message before it",
        ),
        ({"messages": [{"role": "user", "content": "x" * 200_001}]}, 400, "messages.0.content", "at most 200,000"),
        ({"messages": [{"role": "user", "content": "word " * 30_000}]}, 400, None, "the context window holds 8,192"),
        ({"messages": [{"role": "user", "content": "\x00"}]}, 400, "messages.0.content", "a control character"),
        (
            {"messages": [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": "x"}}]}]},
            400, "messages.0.content.0", "read nothing else",
        ),
        ({"model": "default/self_consistency", "messages": HI * 2}, 400, "messages", "cannot take"),
        ({"model": "default/self_consistency", "n": 2}, 400, "n", "asks as often as it needs"),
        ({"model": "default/few_shot"}, 400, "task.examples", "xample"),
        ({"model": "default/react", "extra_body": {"task": {"input": "x"}}}, 400, "task.input", "the last message"),
        ({"model": "default/react", "extra_body": {"task": [1]}}, 400, "task", "must be a mapping"),
    ],
)  # fmt: skip
def test_what_cannot_be_done_is_said_in_the_protocols_shape(
    client: OpenAI, settings: dict[str, Any], status: int, param: str | None, words: str
) -> None:
    with pytest.raises(openai.APIStatusError) as failed:
        client.chat.completions.create(**{"model": "default", "messages": HI, **settings})
    assert (failed.value.status_code, words in failed.value.message) == (status, True), failed.value.message
    assert failed.value.type == "invalid_request_error"
    if param:
        assert failed.value.param == param


def _schema(schema: Any) -> dict[str, Any]:
    return {"response_format": {"type": "json_schema", "json_schema": {"name": "a", "schema": schema}}}


def _nested(depth: int) -> Any:
    schema: Any = {}
    for _ in range(depth):
        schema = {"items": schema}
    return schema


ATTACKS: list[tuple[dict[str, Any], str]] = [
    (_schema("x"), "is no JSON schema"),
    (_schema([1]), "is no JSON schema"),
    (_schema({"type": "objekt"}), "cannot be built"),
    (_schema({"enum": [*range(2_500)]}), "more than 2,000 values"),
    (_schema({"description": "x" * 5_000_000}), "20,000 is the most"),
    (_schema(_nested(400)), "in each other"),
    (_schema(_nested(25)), "nested more than 24 levels deep"),
    (_schema({"$ref": "http://127.0.0.1:1/schema.json"}), "Nothing is fetched"),
    (_schema({"$ref": "file:///etc/passwd"}), "Nothing is fetched"),
    (_schema({"$id": "http://127.0.0.1:1/", "$ref": "x.json"}), "Nothing is fetched"),
    (_schema({"$ref": "#"}), "allows no text at all"),
    (_schema({"$ref": "#/$defs/a", "$defs": {"a": {"$ref": "#/$defs/a"}}}), "allows no text at all"),
    (_schema({"type": "string", "pattern": "(a+)+$("}), "cannot be built"),
    (_schema({"type": "string", "maxLength": 10**9}), "10,000 is the most"),
    ({"structured_outputs": {"regex": "((a{100}){100}){100}"}}, "too large"),
    ({"structured_outputs": {"regex": "(?=a)b"}}, "cannot be built"),
    ({"structured_outputs": {"regex": "a" * 20_001}}, "20,000 is the most"),
    ({"structured_outputs": {"choice": ["a"] * 5 + [str(n) for n in range(300)]}}, "200 is the most"),
    ({"structured_outputs": {"grammar": "start: start"}}, "allows no text at all"),
    ({"structured_outputs": {"grammar": "start: %import common.NUMBER"}}, "cannot be built"),
    ({"structured_outputs": {"grammar": "start: " + "(" * 5_000}}, "too deeply nested"),
]


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("model", ["default", "default/zero_shot"])
def test_forms_that_attack_have_one_message_each_and_the_server_stays_up(
    client: OpenAI, stream: bool, model: str, capfd: pytest.CaptureFixture[str]
) -> None:
    for fields, words in ATTACKS:
        with pytest.raises(openai.BadRequestError) as refused:
            client.chat.completions.create(model=model, messages=HI, stream=stream, extra_body=fields)
        assert words in refused.value.message, (fields, refused.value.message)
        assert len(refused.value.message) < 600
    assert client.chat.completions.create(model=model, messages=HI).choices
    assert "Traceback" not in capfd.readouterr().err


def test_a_key_is_needed_where_there_is_one(start: Any, connect: Any, capfd: pytest.CaptureFixture[str]) -> None:
    server = start(public=True, serve_key=KEY)
    assert connect(server, KEY).chat.completions.create(model="default", messages=HI).choices
    for wrong in ("none", KEY[:-1], KEY + "x", KEY.upper()):
        with pytest.raises(openai.AuthenticationError) as refused:
            connect(server, wrong).models.list()
        assert refused.value.code == "invalid_api_key"
        assert wrong not in refused.value.message or wrong == "none"
    assert server.program().post("/v1/chat/completions", json={}).status_code == 401
    out, err = capfd.readouterr()
    assert KEY not in out + err + repr(server.app._settings)


@pytest.mark.parametrize("settings", [{"public": True}, {"serve": False}, {"serve": False, "serve_key": KEY}])
def test_nobody_is_answered_where_it_is_off(start: Any, connect: Any, settings: dict[str, Any]) -> None:
    with pytest.raises(openai.NotFoundError):
        connect(start(**settings), KEY).models.list()


def test_the_gate_refuses_in_the_protocols_shape(private: Server) -> None:
    program = private.program()
    for answer, status in (
        (program.get("/v1/chat/completions"), 405),
        (program.post("/v1/embeddings", json={}), 404),
        (program.post("/v1/chat/completions", content=b"{}", headers={"content-type": "text/plain"}), 415),
        (program.post("/v1/chat/completions", json=[1]), 400),
        (program.post("/v1/chat/completions", json={"messages": "x" * 70_000_000}), 413),
        (program.get("/v1/models", headers={"origin": "https://elsewhere.example"}), 403),
        (program.get("/v1/models", headers={"host": "elsewhere.example"}), 421),
    ):
        assert answer.status_code == status, answer.text
        assert answer.json()["error"]["message"]


@pytest.mark.parametrize("stream", [True, False])
def test_a_program_that_leaves_ends_its_run(odd: Server, stream: bool) -> None:
    with socket.create_connection(("127.0.0.1", odd.port), PATIENCE) as line:
        body = json.dumps({"model": "slow", "messages": HI, "stream": stream}).encode()
        head = f"Host: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: {len(body)}"
        line.sendall(f"POST /v1/chat/completions HTTP/1.1\r\n{head}\r\n\r\n".encode() + body)
        until(lambda: odd.catalog.info("slow").users == 1)
        if stream:
            assert b"text/event-stream" in line.recv(4096)
    until(lambda: not odd.catalog.info("slow").users)
    until(lambda: not odd.app._queue.direct.under_way)


def test_runs_wait_for_places_that_the_page_shares(
    start: Any, connect: Any, catalog_of: Callable[..., Catalog]
) -> None:
    catalog = catalog_of(lambda *_: "word " * 5000, delay=0.02)
    server = start(catalog=catalog, public=True, serve_key=KEY, visitor_runs=2, visitor_queue=1)
    client, queue = connect(server, KEY), server.app._queue
    asked: dict[str, Any] = {"model": "default", "messages": HI, "stream": True}
    with ThreadPoolExecutor(3) as programs:
        first, second = (client.chat.completions.create(**asked) for _ in range(2))
        third = programs.submit(client.chat.completions.create, **asked)
        until(lambda: len(queue.direct.waiting) == 1)
        with pytest.raises(openai.RateLimitError, match="you have 1, the most for one visitor"):
            client.chat.completions.create(**asked)
        assert catalog.info("default").users == 2
        first.close()
        third.result(PATIENCE).close()
        second.close()
    until(lambda: not catalog.info("default").users and not queue.direct.under_way)


def test_the_page_and_programs_wait_for_each_other(
    start: Any, connect: Any, catalog_of: Callable[..., Catalog]
) -> None:
    """A program without a cookie is the same visitor either way, and has one place here."""
    catalog = catalog_of(lambda *_: "word " * 5000, delay=0.02)
    server = start(catalog=catalog, public=True, serve_key=KEY, visitor_runs=1)
    client, queue, page = connect(server, KEY), server.app._queue, server.program()
    asked: dict[str, Any] = {"model": "default", "messages": HI, "stream": True}

    def begin_on_page(tokens: int) -> None:
        setup = {"task": {"input": "Hi"}, "sampling": {"max_tokens": tokens}}
        assert page.post("/gradio_api/call/run", json={"data": [setup]}).status_code == 200

    begin_on_page(tokens=100)
    until(lambda: bool(queue.under_way()))
    with ThreadPoolExecutor(1) as programs:
        waits = programs.submit(client.chat.completions.create, **asked)
        until(lambda: bool(queue.direct.waiting))
        stream = waits.result(PATIENCE)  # begins once the other has ended
    assert not queue.under_way()
    begin_on_page(tokens=4000)
    until(lambda: len(queue.waiting()) == 1)
    assert (len(queue.under_way()), len(queue.direct.under_way)) == (0, 1)
    stream.close()
    until(lambda: len(queue.under_way()) == 1)


def test_a_run_that_takes_too_long_is_broken_off_in_words(
    start: Any, connect: Any, catalog_of: Callable[..., Catalog]
) -> None:
    catalog = catalog_of(lambda *_: "word " * 5000, delay=0.02)
    client = connect(start(catalog=catalog, max_seconds=1))
    with pytest.raises(openai.APIStatusError, match="ended after 1 seconds") as failed:
        client.chat.completions.create(model="default", messages=HI)
    assert failed.value.status_code == 503
    with pytest.raises(openai.APIError, match="ended after 1 seconds"):
        list(client.chat.completions.create(model="default", messages=HI, stream=True))
