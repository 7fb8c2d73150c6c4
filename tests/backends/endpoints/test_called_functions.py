"""Functions are sent as the protocol has them, and calls that come in pieces are written into the text."""

from typing import Any

import pytest

from playground.backends.base import Capabilities, Request
from playground.backends.endpoints.dialect import Dialect, request_body
from playground.backends.endpoints.reading.answer import EndpointAnswer
from playground.functions.calls import read_calls
from playground.types import Function, FunctionCall, Message

WEATHER = Function(name="weather", description="Looks.", parameters='{"type": "object"}')
CALL = FunctionCall(name="weather", arguments='{"town": "Bern"}', id="call00000")
ASKED = Message("user", "Rain?", functions=(WEATHER,))


def answer_to(*messages: Message) -> EndpointAnswer:
    return EndpointAnswer(Request(messages=messages), 1, 0, "m", "server", None, 1, "")


def piece(number: Any, name: str | None, arguments: str) -> dict[str, Any]:
    call = {"index": number, "function": {"name": name, "arguments": arguments}}
    return {"choices": [{"index": 0, "delta": {"tool_calls": [call]}}]}


def test_a_conversation_with_calls_is_sent_in_the_protocols_shape() -> None:
    told = (ASKED, Message("assistant", "I look.", calls=(CALL,)), Message("tool", "Rain.", call_id=CALL.id))
    body = request_body("m", Request(messages=told), 1, Capabilities(sampling=frozenset()), Dialect())
    described = {"name": "weather", "description": "Looks.", "parameters": {"type": "object"}}
    assert body["tools"] == [{"type": "function", "function": described}]
    user, assistant, tool = body["messages"]
    assert user == {"role": "user", "content": "Rain?"}
    function = {"name": "weather", "arguments": '{"town": "Bern"}'}
    assert assistant["tool_calls"] == [{"id": "call00000", "type": "function", "function": function}]
    assert tool == {"role": "tool", "content": "Rain.", "tool_call_id": "call00000"}


def test_calls_in_pieces_are_read_as_a_whole() -> None:
    answer = answer_to(ASKED)
    answer.add({"choices": [{"index": 0, "delta": {"content": "I look."}}]})
    for part in (
        piece(0, "weather", ""),
        piece(1, "clock", "{}"),
        piece(0, None, '{"town": '),
        piece(0, None, '"Bern"}'),
    ):
        answer.add(part)
    answer.add({"choices": [{"index": 0, "delta": {}, "finish_reason": "tool_calls"}]})
    answer.mark_complete()
    assert answer.failure is None
    (last,) = answer.final_deltas(1.0)
    said, calls = read_calls(last.text)
    assert said == "I look."
    assert [(call.name, call.arguments) for call in calls] == [("weather", '{"town": "Bern"}'), ("clock", "{}")]
    assert last.finish_reason == "stop"


def test_a_call_that_was_not_offered_is_no_answer() -> None:
    answer = answer_to(Message("user", "Rain?"))
    answer.add(piece(0, "weather", "{}"))
    answer.mark_complete()
    assert "no tools are offered" in str(answer.failure)


def test_more_calls_than_are_read_break_the_protocol() -> None:
    answer = answer_to(ASKED)
    for number in range(64):
        answer.add(piece(number, "weather", "{}"))
    with pytest.raises(TypeError, match="more calls"):
        answer.add(piece(64, "weather", "{}"))
