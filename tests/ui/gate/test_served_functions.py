"""Functions over `/v1`, with the official client: offered, called, answered; whole and in a stream."""

from collections.abc import Iterator
from dataclasses import replace
from random import Random
from typing import Any

import pytest
from openai import OpenAI

from playground.backends.base import Request
from playground.backends.scripted import ScriptedBackend
from playground.settings import Settings
from playground.ui.app import build_app, launch_options

WEATHER: Any = {"type": "function", "function": {"name": "weather", "parameters": {"type": "object", "properties": {}}}}
QUESTION: Any = {"role": "user", "content": "Rain in Bern?"}
TWO = 'I look. <tool_call>{"name": "weather", "arguments": {"town": "Bern"}}</tool_call>' * 2


def reply(request: Request, _: Random) -> str:
    offered = [function.name for message in request.messages for function in message.functions]
    told = [message.content for message in request.messages if message.role == "tool"]
    return (
        f"They give {told} for {request.messages[1].calls[0].arguments}"
        if told
        else TWO
        if offered
        else "Of <tool_call>?"
    )


@pytest.fixture(scope="module")
def client(catalog_of: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[OpenAI]:
    folder = tmp_path_factory.mktemp("cache")
    settings = Settings(port=0, cache=folder, store=str(folder / "store"))
    app = build_app(settings, catalog_of(reply, capabilities=replace(ScriptedBackend().capabilities, functions=True)))
    url = str(app.launch(**{**launch_options(settings), "quiet": True}, prevent_thread_lock=True)[1])
    with OpenAI(base_url=f"{url.replace('localhost', '127.0.0.1').rstrip('/')}/v1", api_key="none") as client:
        yield client
    app.close()


def test_a_model_calls_and_is_told_what_came_of_it(client: OpenAI) -> None:
    asked: Any = {"model": "default", "tools": [WEATHER]}
    (choice,) = client.chat.completions.create(messages=[QUESTION], **asked).choices
    assert choice.finish_reason == "tool_calls"
    assert choice.message.content == "I look."
    first, second = choice.message.tool_calls or ()
    assert first.function.name == "weather"  # type: ignore[union-attr]
    assert first.id != second.id
    told: Any = [{"role": "tool", "tool_call_id": call.id, "content": "Rain."} for call in (first, second)]
    (choice,) = client.chat.completions.create(messages=[QUESTION, choice.message, *told], **asked).choices  # type: ignore[list-item]
    assert choice.finish_reason == "stop"
    assert choice.message.content == "They give ['Rain.', 'Rain.'] for {\"town\": \"Bern\"}"
    assert choice.message.tool_calls is None


def test_a_stream_ends_with_the_calls(client: OpenAI) -> None:
    asked: Any = {"model": "default", "tools": [WEATHER], "stream": True}
    chunks = [chunk.choices[0] for chunk in client.chat.completions.create(messages=[QUESTION], **asked)]
    assert "".join(chunk.delta.content or "" for chunk in chunks) == "I look."
    calls = [call for chunk in chunks for call in chunk.delta.tool_calls or ()]
    assert [(call.index, call.function.name) for call in calls] == [(0, "weather"), (1, "weather")]
    assert chunks[-1].finish_reason == "tool_calls"


@pytest.mark.parametrize("more", [{}, {"tools": [WEATHER], "tool_choice": "none"}])
def test_without_an_offer_there_is_no_call(client: OpenAI, more: Any) -> None:
    (choice,) = client.chat.completions.create(model="default", messages=[QUESTION], **more).choices
    assert (choice.message.content, choice.message.tool_calls) == ("Of <tool_call>?", None)
