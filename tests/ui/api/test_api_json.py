"""What each endpoint of the API answers is JSON, whatever a model, a server or a library put into it."""

import json
import math
import sys
import types
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, replace
from datetime import date
from enum import Enum
from pathlib import Path
from typing import Any

import numpy
import orjson
import pytest
from clients import gradio_client
from faulty import KEY, Handler, listing, serving
from gradio_client import Client
from gradio_client.exceptions import AppError

from playground import hosting
from playground.backends import commands
from playground.backends.base import Capabilities, Request
from playground.backends.catalog import Catalog, ModelEntry, ModelInfo
from playground.backends.details import AdapterDetails, ModelDetails
from playground.backends.scripted import ScriptedBackend
from playground.backends.suggestions import Suggestion
from playground.json_values import as_json
from playground.parameters import parameters
from playground.sampling import Sampling
from playground.settings import Settings
from playground.types import Alternative, Delta, Finding, Origin, Progress, Token, Usage
from playground.ui.api import models as model_api
from playground.ui.app import build_app, launch_options
from playground.ui.gate.page import Page

HALF = "half \ud83d a pair"
NAN, ENDLESS, LONG = float("nan"), float("inf"), 10**30
SETUP = {"task": {"input": "Hi"}, "sampling": {"max_tokens": 5, "logit_bias": {"2": -100}, "top_logprobs": 2}}
PLAN = {
    "data": {"size": 2},
    "techniques": [{"sampling": {"logit_bias": {"2": -100}}}, {"strategy": "chain_of_thought"}],
}
EVERYTHING = frozenset(p.name for p in parameters(Sampling))
DETAILS = ModelDetails(
    source=HALF, architecture="Odd", parameters=LONG, stored="", precision="", device="", memory_bytes=numpy.int64(5),  # type: ignore[arg-type]
    context_length=None, chat=True, seconds=NAN, adapters=(AdapterDetails(name="a", title="A", effect=ENDLESS),),
)  # fmt: skip


@dataclass(frozen=True)
class Unaffordable:
    def cost(self, prompt_tokens: int, completion_tokens: int) -> float:
        return math.inf


@dataclass(frozen=True, kw_only=True)
class Odd(ScriptedBackend):
    """Says everything that a model, a server or a library might and JSON has no word for."""

    capabilities: Capabilities = replace(ScriptedBackend().capabilities, sampling=EVERYTHING)
    details: ModelDetails = DETAILS
    price: Unaffordable = Unaffordable()

    def stream(self, request: Request) -> Generator[Delta, None, None]:
        top = (Alternative(LONG, HALF, -math.inf), Alternative(3, "b", float(numpy.float32(-1))))
        tokens = (Token(LONG, HALF, -math.inf, NAN, top), Token(2, "b", numpy.float32(-1.5), numpy.float64("nan"), top))  # type: ignore[arg-type]
        yield Delta(
            index=0, text="The answer is 7.", tokens=tokens, prompt_tokens=LONG, finish_reason="stop", seconds=NAN,
            reasoning=HALF, origin=Origin(weights=HALF, scale=NAN), findings=(Finding(label=HALF, probability=NAN),),
            usage=Usage(prompt_tokens=LONG, completion_tokens=LONG, cost=ENDLESS),
        )  # fmt: skip


def odd_load(catalog: Catalog, *_: Any) -> Generator[Progress, None, ModelInfo]:
    yield Progress(what=HALF, done=NAN, total=ENDLESS)
    for _ in catalog.open("default"):
        pass
    return catalog.info("default")


def odd_server(handler: Handler) -> None:
    handler.begin()
    handler.say(HALF, logprobs={"content": [{"token": HALF, "logprob": -1e400, "bytes": [LONG]}]})
    handler.event({"model": HALF, "choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]})
    handler.end({"prompt_tokens": LONG, "completion_tokens": LONG})


def connect(client: Client) -> None:
    with serving() as server:
        server.fault, server.models = odd_server, listing({"id": "tiny", "created": NAN}, {"id": HALF})
        client.predict("odd", server.url, KEY, api_name="/connect")
        client.predict({**SETUP, "sampling": {}, "model": "odd/tiny"}, api_name="/run")
        client.predict(api_name="/models")


def simply(*data: Any) -> Callable[[Client, str], None]:
    return lambda client, endpoint: client.predict(*data, api_name=endpoint)


# A new endpoint has a line here: how it is made to answer with as much as it can.
CALLS: dict[str, Callable[[Client, str], None]] = {
    "/run": simply(SETUP),
    "/compare": simply(SETUP, [{"model": "default"}, {"model": "default"}]),
    "/export": simply(SETUP, "python"),
    "/export_comparison": simply(SETUP, [{"model": "default"}, {"model": "default"}], "python"),
    "/strategies": simply(),
    "/models": simply(),
    "/suggested": simply(),
    "/load_model": simply("default", ""),
    "/load_adapter": simply("default", "a", ""),
    "/unload": simply("default"),
    "/connect": lambda client, _: connect(client),
    "/experiment": simply(PLAN),
    "/experiment_estimate": simply(PLAN),
    "/gpu": simply(),
}
Answers = list[tuple[str, Any]]


@pytest.fixture
def answers(client: Client, monkeypatch: pytest.MonkeyPatch) -> Answers:
    """What the endpoints answer, before Gradio writes it."""
    seen: Answers = []
    postprocess = Page.postprocess_data

    async def watched(page: Page, block_fn: Any, predictions: Any, *args: Any, **options: Any) -> list[Any]:
        if not isinstance(predictions, Enum):  # Gradio's mark that a stream has ended
            seen.append((f"/{block_fn.api_name}", predictions))
        return await postprocess(page, block_fn, predictions, *args, **options)

    monkeypatch.setattr(Page, "postprocess_data", watched)
    return seen


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    """Of a Space on ZeroGPU, which has all endpoints there are, over a model that answers oddly."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        yield from served(monkeypatch, tmp_path_factory.mktemp("served"))


def served(monkeypatch: pytest.MonkeyPatch, folder: Path) -> Iterator[Client]:
    lent = types.SimpleNamespace(GPU=lambda **_: lambda fn: fn)
    described = types.SimpleNamespace(describe_gpu=lambda: {"name": HALF, "bytes": numpy.uint64(2**63)})
    monkeypatch.setitem(sys.modules, "spaces", lent)  # type: ignore[arg-type]
    monkeypatch.setitem(sys.modules, "playground.backends.local.lent_gpu", described)  # type: ignore[arg-type]
    monkeypatch.setattr(hosting, "on_zero_gpu", lambda: True)
    for name in ("load_model", "load_adapter"):
        monkeypatch.setattr(commands, name, odd_load)
    dear = Suggestion(source=HALF, parameters=LONG, megabytes=1, licence="")
    monkeypatch.setattr(model_api, "suggestions", lambda: [dear])
    backend = Odd(capabilities=replace(Odd().capabilities, sampling=frozenset({HALF, *Odd().capabilities.sampling})))
    entry = ModelEntry(
        name="default", title="Odd", kind="scripted", load=lambda _: backend, capabilities=backend.capabilities,
        suggestion=replace(dear, source="x/y"),
    )  # fmt: skip
    settings = Settings(port=0, cache=folder, store=str(folder / "store"))
    app = build_app(settings, Catalog([entry]))
    options = {**launch_options(settings), "server_port": None, "quiet": True}
    client = gradio_client(app.launch(**options, prevent_thread_lock=True)[1])
    assert set(app.get_api_info()["named_endpoints"]) == set(CALLS)
    yield client
    client.close()
    app.close()


@pytest.mark.parametrize("endpoint", CALLS)
def test_each_endpoint_answers_in_json(client: Client, answers: Answers, endpoint: str) -> None:
    CALLS[endpoint](client, endpoint)
    assert endpoint in [name for name, _ in answers]
    for _, given in answers:
        check_json(given)
        assert json.loads(json.dumps(given, allow_nan=False)) == given == orjson.loads(orjson.dumps(given))


def check_json(value: Any, at: str = "") -> None:
    assert type(value) in (dict, list, str, int, float, bool, type(None)), (at, type(value))
    if isinstance(value, dict):
        for key, item in value.items():
            assert type(key) is str, (at, key)
            check_json(item, f"{at}.{key}")
    elif isinstance(value, list):
        for place, item in enumerate(value):
            check_json(item, f"{at}[{place}]")
    elif isinstance(value, str):
        assert value.encode().decode() == value, at
    elif isinstance(value, float):
        assert math.isfinite(value), at


@pytest.mark.parametrize(
    ("value", "json_value"),
    [
        ({2: (1.5, {3: NAN}), "a": [-ENDLESS], True: 1}, {"2": [1.5, {"3": None}], "a": [None], "1": 1}),
        (frozenset({"b", "a"}), ["a", "b"]),
        ({1, 3, 2}, [1, 2, 3]),
        (numpy.float64(0.5), 0.5),
        (numpy.float32("inf"), None),
        (numpy.int64(7), 7),
        (LONG, 1e30),
        (10**400, None),
        (-(2**63), -(2**63)),
        (HALF, "half \ufffd a pair"),
        ({HALF: HALF}, {"half \ufffd a pair": "half \ufffd a pair"}),
        (Progress(what="x"), {"what": "x", "done": 0.0, "total": 0.0, "unit": ""}),
        (Usage(prompt_tokens=1, completion_tokens=2, cost=NAN), {
            "prompt_tokens": 1, "completion_tokens": 2, "estimated": False, "cost": None,
        }),
    ],
)  # fmt: skip
def test_a_value_of_ours_as_json(value: Any, json_value: Any) -> None:
    check_json(as_json(value))
    assert as_json(value) == json_value


@pytest.mark.parametrize("value", [date(2024, 5, 3), b"x", Path("x"), object(), {b"x": 1}, {None: 1}, numpy.zeros(2)])
def test_what_json_has_no_words_for_is_a_bug_that_is_seen(value: Any) -> None:
    with pytest.raises(TypeError, match="JSON has no"):
        as_json([value])


def test_an_endpoint_that_answers_with_a_date_says_that_it_is_a_bug_and_the_client_goes_on(
    client: Client, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(model_api, "suggestions", lambda: [Suggestion(**{**SUGGESTED, "licence": date(2024, 5, 3)})])
    with pytest.raises(AppError, match="a bug in the playground"):
        client.predict(api_name="/suggested")
    assert "JSON has no words for date" in caplog.text
    assert client.predict(SETUP, api_name="/run")["status"] == "done"


SUGGESTED: dict[str, Any] = {"source": "x/y", "parameters": 1, "megabytes": 1, "licence": ""}


def test_a_server_whose_error_holds_half_a_character_is_quoted_and_the_client_goes_on(client: Client) -> None:
    with serving() as server:
        client.predict("broken", server.url, KEY, api_name="/connect")
        server.fault = lambda handler: handler.error(400, HALF)
        with pytest.raises(AppError, match="half a pair"):
            client.predict({"task": {"input": "Hi"}, "model": "broken/tiny"}, api_name="/run")
    assert client.predict(SETUP, api_name="/run")["status"] == "done"
