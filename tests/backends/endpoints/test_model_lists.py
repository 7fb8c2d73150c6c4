"""What is typed as the address, and what is listed there: read in every usual shape, or told in words that help."""

import json
from typing import Any

import pytest
from faulty import KEY, Faulty, serving
from hypothesis import given, settings
from hypothesis import strategies as st

from playground.backends.endpoints.endpoint import Endpoint, operator_endpoints, parse_address
from playground.backends.endpoints.http_client import http_client
from playground.backends.endpoints.models import ServedModel, list_models
from playground.backends.endpoints.secret import Secret
from playground.errors import EndpointFailed, InvalidSetup
from playground.settings import Settings


# ---------------------------------------------------------------------------------------- addresses
@pytest.mark.parametrize(
    ("typed", "leave_out"),
    [
        ("https://api.example.com/v1/chat/completions", "/chat/completions"),
        ("https://api.example.com/v1/chat/completions/", "/chat/completions"),
        ("HTTPS://api.example.com/v1/Chat/Completions", "/Chat/Completions"),
        ("https://api.example.com/openai/deployments/a/chat/completions?api-version=1", "/chat/completions"),
        ("http://127.0.0.1:8000/v1/completions", "/completions"),
        ("http://127.0.0.1:8000/v1/models", "/models"),
        ("http://127.0.0.1:8000/v1/models/tiny", "/models and all that follows it"),
        ("https://api.example.com/v1/messages", "/messages"),
        ("http://127.0.0.1:8000/v1/embeddings", "/embeddings"),
        ("https://api.openai.com/v1/responses", "/responses"),
        ("http://127.0.0.1:11434/api/chat", "/api/chat"),
        ("http://127.0.0.1:11434/api/generate", "/api/generate"),
    ],
)
def test_the_address_of_a_single_call_says_what_to_leave_out(typed: str, leave_out: str) -> None:
    with pytest.raises(InvalidSetup) as caught:
        parse_address(typed)
    assert f"leave out {leave_out}" in str(caught.value)
    assert "it looks like https://api.example.com/v1" in str(caught.value)
    assert "api-version" not in str(caught.value)
    with pytest.raises(InvalidSetup, match="leave out"):
        operator_endpoints(Settings(endpoints=(f"a={typed}",)))


@pytest.mark.parametrize(
    "typed", ["https://x.example.com/models", "https://x.example.com/chat", "https://x.example.com/completions/v1"]
)
def test_an_address_that_only_looks_like_one_of_a_call_is_taken(typed: str) -> None:
    assert parse_address(typed) == typed


# ------------------------------------------------------------------------------------ lists of models
def models_of(server: Faulty, body: Any, kind: str = "application/json") -> tuple[tuple[ServedModel, ...], int]:
    server.models = lambda handler: handler.reply(200, body if isinstance(body, str) else json.dumps(body), kind)
    endpoint = Endpoint(name="faulty", base_url=server.url, key=Secret(KEY))
    models, total, _ = http_client().submit(list_models(endpoint)).result()
    return models, total


TWO = [{"id": "a"}, {"id": "b"}]


@pytest.mark.parametrize(
    "body",
    [
        {"object": "list", "data": TWO}, TWO, {"models": TWO}, {"data": ["a", "b"]}, ["a", "b"],
        {"models": [{"name": "a"}, {"model": "b"}]}, {"data": {"a": {}, "b": None}},
        {"data": [*TWO, *TWO, {"id": "a"}]},
        {"data": [{"id": None}, {"id": 5}, {"id": ""}, {}, None, 7, [], {"id": "no name"}, {"id": "x\u202ey"}, *TWO]},
        {"data": [{"id": "a", "parent": 5, "max_model_len": "x"}, {"id": "b", "parent": "b", "max_model_len": -1}]},
        "\ufeff" + json.dumps(TWO),
    ],
)  # fmt: skip
def test_lists_of_many_shapes(server: Faulty, body: Any) -> None:
    assert models_of(server, body) == ((ServedModel(id="a"), ServedModel(id="b")), 2)


@pytest.mark.parametrize("body", [{"data": None}, {"data": []}, [], {"models": None}, {"data": {}}])
def test_an_empty_list_does_not_blame_the_address(server: Faulty, body: Any) -> None:
    with pytest.raises(EndpointFailed, match="offers no models; load one there"):
        models_of(server, body)


@pytest.mark.parametrize("data", [[{"id": None}], [{"id": 5}], [None], ["a b"], [{"id": "x" * 201}]])
def test_models_without_a_usable_name_are_told(server: Faulty, data: Any) -> None:
    with pytest.raises(EndpointFailed, match="lists 1 model, none with a name that can be used"):
        models_of(server, {"data": data})


@pytest.mark.parametrize(
    "body",
    [
        {"error": {"message": "not here"}},
        {"data": None, "error": "no"},
        {"data": 5},
        {"data": "a"},
        "null",
        "",
        "5",
        "{}",
    ],
)
def test_what_is_no_list_says_so(server: Faulty, body: Any) -> None:
    with pytest.raises(EndpointFailed, match="no list of models where the base URL points"):
        models_of(server, body)


def test_the_servers_words_are_told_instead_of_a_list(server: Faulty) -> None:
    with pytest.raises(EndpointFailed, match="not here"):
        models_of(server, {"error": {"message": "not here"}})


@settings(max_examples=40, deadline=None)
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner) | st.dictionaries(st.sampled_from(["data", "models", "id", "name", "parent"]), inner)
        ),
        max_leaves=12,
    )
)
def test_any_json_is_a_list_of_usable_names_or_a_message(any_server: Faulty, body: Any) -> None:
    try:
        models, total = models_of(any_server, json.dumps(body))
    except EndpointFailed:
        return
    assert total == len({model.id for model in models}) > 0
    assert all(model.id.isprintable() for model in models)


@pytest.fixture(scope="module")
def any_server() -> Any:
    with serving() as server:
        yield server
