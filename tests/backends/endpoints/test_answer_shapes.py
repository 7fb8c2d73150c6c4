"""Answers in the many shapes that servers give them, right and wrong, over real sockets: what is read, what is told."""

import gzip
import json
import math
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from faulty import KEY, Fault, Faulty, Handler, fine
from test_endpoint_backend import completions
from test_endpoint_faults import HELLO, heard

from playground.backends.endpoints.backend import EndpointBackend
from playground.errors import EndpointFailed
from playground.running.transcript import OpenStep
from playground.types import Delta, Progress, Sampling, Step

BackendOf = Callable[..., EndpointBackend]
HI = {"choices": [{"index": 0, "delta": {"content": "one"}}]}
END = {"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}


def sends(*parts: Any, kind: str = "text/event-stream") -> Fault:
    """A stream of these chunks, or lines as they are."""

    def fault(handler: Handler) -> None:
        handler.begin(kind)
        for part in parts:
            handler.send(part if isinstance(part, str) else f"data: {json.dumps(part)}\n\n")
        handler.wfile.write(b"0\r\n\r\n")

    return fault


def chunk(delta: Any = None, **choice: Any) -> dict[str, Any]:
    return {"choices": [{"index": 0, "delta": delta, **choice}]}


def plain(message: Any, reason: Any = "stop", **more: Any) -> dict[str, Any]:
    return {"choices": [{"index": 0, "message": message, "finish_reason": reason}], **more}


def replies(body: Any, kind: str = "application/json", status: int = 200, **headers: str) -> Fault:
    data = body if isinstance(body, str | bytes) else json.dumps(body)
    return lambda handler: handler.reply(status, data, kind, **headers)


def step_with(step: OpenStep, stream: Iterator[Delta | Progress]) -> None:
    for news in stream:
        if isinstance(news, Delta):
            step.add(news.index, news)


def part(text: str, kind: str = "text") -> dict[str, str]:
    return {"type": kind, "text": text}


# ------------------------------------------------------------------------------------ what is an answer
THINKING = {"type": "thinking", "thinking": [part("a greeting")]}
ANSWERS: dict[str, tuple[Fault, dict[str, Any]]] = {
    "a byte order mark": (sends("\ufeff", HI, chunk({"content": " two"}), END), {"text": "one two"}),
    "parts": (
        sends(chunk({"content": [THINKING]}), chunk({"content": [part("Hello")]}), END),
        {"text": "Hello", "reasoning": "a greeting"},
    ),
    "parts of one chunk": (
        sends(chunk({"content": [THINKING, part("Hel"), {"type": "reference", "reference_ids": [1]}, "lo"]}), END),
        {"text": "Hello", "reasoning": "a greeting"},
    ),
    "parts not streamed": (
        replies(plain({"content": [{"type": "reasoning", "text": "Hm."}, part("Hi", "output_text")]})),
        {"text": "Hi", "reasoning": "Hm."},
    ),
    "one part": (sends(chunk({"content": part("Hi")}), END), {"text": "Hi"}),
    "thinking": (sends(chunk({"thinking": "Hm."}), HI, END), {"text": "one", "reasoning": "Hm."}),
    "reasoning details": (
        sends(chunk({"reasoning_details": [part("Hm.", "reasoning.text")]}), HI, END),
        {"text": "one", "reasoning": "Hm."},
    ),
    "reasoning told twice": (
        sends(chunk({"reasoning": "Hm.", "reasoning_content": "Hm."}), HI, END),
        {"reasoning": "Hm."},
    ),
    "thinking blocks": (
        sends(chunk({"thinking_blocks": [{"type": "thinking", "thinking": "Hm."}]}), HI, END),
        {"text": "one", "reasoning": "Hm."},
    ),
    "a place written as text": (
        sends({"choices": [{"index": "0", "delta": {"content": "one"}}]}, END),
        {"text": "one"},
    ),
    "null to keep the line": (sends("data: null\n\n", HI, END), {"text": "one"}),
    "the end in quotation marks": (sends(HI, END, 'data: "[DONE]"\n\n'), {"text": "one"}),
    "the end in small letters": (sends(HI, "data: [done]\n\n"), {"text": "one", "finish_reason": "stop"}),
    "a flag called thinking": (sends(chunk({"thinking": True, "content": "one"}), END), {"text": "one"}),
    "halves of reasoning": (
        sends(chunk({"reasoning": "\ud83d"}), chunk({"reasoning": "\ude00"}), HI, END),
        {"reasoning": "\U0001f600"},
    ),
    "a half at the end": (sends(chunk({"content": "a\ud83d"}), END), {"text": "a\ufffd"}),
    "the text of a completion": (sends(chunk(text="Hi"), END), {"text": "Hi"}),
    "all of it again at the end": (
        sends(HI, chunk({}, message={"content": "one"}, finish_reason="stop")),
        {"text": "one"},
    ),
    "role only, null deltas and choices": (
        sends(
            chunk({"role": "assistant"}), chunk(None), {"choices": None}, {"choices": [None]}, {"choices": []}, HI, END
        ),
        {"text": "one"},
    ),
    "control characters as they are": (
        sends('data: {"choices": [{"delta": {"content": "a\tb\x01"}}]}\n\n', END),
        {"text": "a\tb\x01"},
    ),
    "no reason but the end": (
        sends(HI, chunk({"content": " two"}), "data: [DONE]\n\n"),
        {"text": "one two", "finish_reason": "stop"},
    ),
    "no reason but the end, at the limit": (
        sends(HI, {"usage": {"prompt_tokens": 3, "completion_tokens": 16}}, "data: [DONE]\n\n"),
        {"finish_reason": "length"},
    ),
    "no reason, not streamed": (replies(plain({"content": "one"}, None)), {"text": "one", "finish_reason": "stop"}),
    "after the end": (sends(HI, END, "data: [DONE]\ndata: not json\n\n"), {"text": "one"}),
    "after the end, an error": (sends(HI, END, 'data: [DONE]\n\ndata: {"error": "late"}\n\n'), {"text": "one"}),
    "carriage returns": (sends(f"data: {json.dumps(HI)}\r\rdata: {json.dumps(END)}\r\r"), {"text": "one"}),
    "comments, ids, waits": (sends(": hello\n\nid: 1\nretry: 5\n", HI, "event: message\n", END), {"text": "one"}),
    "data in many lines": (
        sends("".join(f"data: {line}\n" for line in json.dumps(HI, indent=1).splitlines()) + "\n", END),
        {"text": "one"},
    ),
    "no empty lines": (sends(f"data: {json.dumps(HI)}\ndata: {json.dumps(END)}\n"), {"text": "one"}),
    "called JSON": (sends(HI, END, "data: [DONE]\n\n", kind="application/json"), {"text": "one"}),
    "called text": (sends(": hello\n\n", HI, END, kind="text/plain"), {"text": "one"}),
    "called nothing": (sends(HI, END, kind="application/octet-stream"), {"text": "one"}),
    "JSON called a stream": (replies(plain({"content": "one"}), "text/event-stream"), {"text": "one"}),
    "JSON in many lines called a stream": (
        replies(json.dumps(plain({"content": "one"}), indent=2), "text/event-stream"),
        {"text": "one"},
    ),
    "JSON with a mark": (replies("\ufeff" + json.dumps(plain({"content": "one"}))), {"text": "one"}),
    "blanks, and then JSON": (replies(" \n" * 5000 + json.dumps(plain({"content": "one"}))), {"text": "one"}),
    "JSON lines": (replies(f"{json.dumps(HI)}\n{json.dumps(END)}\n", "application/x-ndjson"), {"text": "one"}),
    "compressed": (
        replies(gzip.compress(json.dumps(plain({"content": "one"})).encode()), Content_Encoding="gzip"),
        {"text": "one"},
    ),
    "usage of one count": (
        sends(HI, END, {"choices": [], "usage": {"prompt_tokens": 7, "completion_tokens": None}}),
        {"prompt_tokens": 7, "completion_tokens": 1, "estimated": True},
    ),
    "usage that is none": (
        sends(HI, END, {"choices": [], "usage": [7]}, {"usage": {"prompt_tokens": 1e300, "completion_tokens": 10**30}}),
        {"completion_tokens": 1, "estimated": True},
    ),
    "usage under other names, with the choice": (
        sends(HI, chunk({}, finish_reason="stop", usage={"input_tokens": 7, "output_tokens": 4})),
        {"prompt_tokens": 7, "completion_tokens": 4, "estimated": False},
    ),
    "a model that is no text": (sends({**HI, "model": {"a": 1}}, END), {"text": "one"}),
    **{
        f"an end called {word}": (sends(HI, chunk({}, finish_reason=word)), {"finish_reason": end})
        for word, end in {
            "eos": "stop",
            "eos_token": "stop",
            "end_turn": "stop",
            "stop_sequence": "stop",
            "STOP": "stop",
            "tool_calls": "stop",
            "max_tokens": "length",
            "model_length": "length",
            "MAX_TOKENS": "length",
            "max_output_tokens": "length",
            "context_length_exceeded": "length",
        }.items()
    },
    "null written out": (sends(chunk({"content": "one"}, finish_reason="null"), END), {"finish_reason": "stop"}),
}


@pytest.mark.parametrize(("fault", "expected"), ANSWERS.values(), ids=ANSWERS)
def test_answers_of_many_shapes(server: Faulty, backend_of: BackendOf, fault: Fault, expected: dict[str, Any]) -> None:
    server.fault = fault
    (found,) = completions(backend_of())
    assert {name: getattr(found, name) for name in expected} == expected


def test_a_character_cut_between_two_reads_is_whole(server: Faulty, backend_of: BackendOf) -> None:
    said = json.dumps(chunk({"content": "caf\u00e9"}), ensure_ascii=False)
    data = f"data: {said}\n\n".encode()
    at = data.index(b"\xc3") + 1

    def fault(handler: Handler) -> None:
        handler.begin()
        for piece in (data[:at], data[at:]):
            handler.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))
            handler.wfile.flush()
        handler.end()

    server.fault = fault
    assert heard(backend_of()).text == "caf\u00e9"


def test_one_gigantic_line_in_small_pieces_takes_no_time(server: Faulty, backend_of: BackendOf) -> None:
    """Bounded in bytes, and not copied again with each piece."""

    def fault(handler: Handler) -> None:
        handler.begin()
        handler.send("data: ")
        for _ in range(3_000):
            handler.send("x" * 500)

    server.fault = fault
    assert "sent more than the 1.0 MB" in heard(backend_of()).error


# -------------------------------------------------------------------------------- what is none, or is broken
BROKEN: dict[str, tuple[Fault, str, str]] = {  # what is sent, the text that stays, words of the message
    "filtered without a word": (sends(chunk({}, finish_reason="content_filter")), "", "withheld the answer"),
    "filtered after text": (sends(HI, chunk({}, finish_reason="content_filter")), "one", "(content_filter)"),
    "filtered, and then an ordinary end": (sends(HI, chunk({}, finish_reason="SAFETY"), END), "one", "(SAFETY)"),
    "a refusal apart": (sends(chunk({"content": None, "refusal": "I won't."}), END), "I won't.", "withheld"),
    "broken off": (
        sends(chunk({"content": "I think 7"}), chunk({}, finish_reason="error")),
        "I think 7",
        "broke off its answer (error)",
    ),
    "out of resources": (
        sends(HI, chunk({}, finish_reason="insufficient_system_resource")),
        "one",
        "(insufficient_system_resource)",
    ),
    "aborted": (sends(HI, chunk({}, finish_reason="abort")), "one", "broke off"),
    **{
        f"an end called {word}": (sends(HI, chunk({}, finish_reason=word)), "one", "broke off its answer")
        for word in ("OTHER", "unknown", "crashed", "killed", "oom", "not_finished", "time_limit", "incomplete")
    },
    "a language that is not offered": (sends(HI, chunk({}, finish_reason="LANGUAGE")), "one", "withheld"),
    "exception": (sends(HI, {"exception": "ValueError: no room"}), "one", "no room"),
    "a tool is called": (
        sends(
            chunk({"content": None, "tool_calls": [{"function": {"name": "f"}}]}), chunk({}, finish_reason="tool_calls")
        ),
        "",
        "call of a tool",
    ),
    "error as object": (
        sends(HI, {"object": "error", "message": "context size exceeded", "code": 50001}),
        "one",
        ": \u201ccontext size exceeded\u201d",
    ),
    "error as type": (
        sends(HI, {"type": "error", "error": {"type": "bad", "message": "too long"}}),
        "one",
        ": \u201ctoo long\u201d",
    ),
    "error as text": (sends(HI, {"error": "out of memory"}), "one", ": \u201cout of memory\u201d"),
    "message and code": (sends(HI, {"message": "out of memory", "code": 13}), "one", ": \u201cout of memory\u201d"),
    "detail": (sends(HI, {"detail": "model unloaded"}), "one", ": \u201cmodel unloaded\u201d"),
    "detail of a field": (
        replies({"detail": [{"loc": ["body", "stop"], "msg": "extra fields"}]}),
        "",
        ": \u201cbody.stop: extra fields\u201d",
    ),
    "an error in a list": (sends(HI, [{"error": {"message": "quota"}}]), "one", ": \u201cquota\u201d"),
    "errors": (
        sends(HI, {"success": False, "errors": [{"code": 3, "message": "no room"}]}),
        "one",
        ": \u201cno room\u201d",
    ),
    "an error beside choices": (
        sends(HI, {"error": {"message": "lost"}, "choices": [{"delta": {}, "finish_reason": "error"}]}),
        "one",
        ": \u201clost\u201d",
    ),
    "an error of the choice": (sends(HI, chunk({}, error={"message": "lost"})), "one", ": \u201clost\u201d"),
    "an event called error": (
        sends(HI, 'event: error\ndata: {"text": 1, "message": "gone"}\n\n'),
        "one",
        ": \u201cgone\u201d",
    ),
    "an event called error, in words": (
        sends(HI, "event: error\ndata: it is gone\n\n"),
        "one",
        ": \u201cit is gone\u201d",
    ),
    "a line called error": (
        sends(HI, 'error: {"code": 400, "message": "too long"}\n\n'),
        "one",
        ": \u201ctoo long\u201d",
    ),
    "a bare line of JSON": (sends(HI, '{"error": {"message": "too long"}}\n'), "one", ": \u201ctoo long\u201d"),
    "200 with an error": (replies({"error": {"message": "no such model"}}), "", ": \u201cno such model\u201d"),
    "200 with an error in other words": (
        replies({"code": 1211, "msg": "no such model"}),
        "",
        ": \u201cno such model\u201d",
    ),
    "a prompt that is filtered": (
        replies({"error": {"code": "content_filter", "message": "not this"}}, status=400),
        "",
        "withheld the answer: \u201cnot this\u201d. Change the prompt",
    ),
    "a prompt that is filtered, of an inner kind": (
        sends({"error": {"code": "bad", "message": "not this", "innererror": {"code": "ResponsibleAIPolicy"}}}),
        "",
        "withheld the answer: \u201cnot this\u201d. Change the prompt",
    ),
    "an error page that is an event": (
        replies('event: error\ndata: {"error": {"message": "no such field"}}\n\n', "text/event-stream", 400),
        "",
        "answered 400: \u201cno such field\u201d. Change",
    ),
    "a compression of no kind": (replies(b"\x01\x02\x03", Content_Encoding="br"), "", "faulty"),
    "a compression that is none": (replies(b"\x01\x02\x03", Content_Encoding="gzip"), "", "faulty"),
    "blanks for ever": (sends(*[" \n" * 5000] * 200), "", "sent more than"),
    "204": (replies("", status=204), "", "nothing in it"),
    "empty": (replies(""), "", "nothing in it"),
    "an empty object": (replies({}), "", "nothing in it"),
    "half a body compressed": (
        replies(gzip.compress(json.dumps(plain({"content": "one"})).encode())[:20], Content_Encoding="gzip"),
        "",
        "faulty",
    ),
    "content that is a number": (sends(chunk({"content": 5})), "", "not of the chat completions protocol"),
    "parts in parts": (
        sends(f'data: {{"choices": [{{"delta": {{"content": {"[" * 50}{"]" * 50}}}}}]}}\n\n'),
        "",
        "not of the chat",
    ),
}


@pytest.mark.parametrize(("fault", "text", "error"), BROKEN.values(), ids=BROKEN)
def test_what_is_no_answer_is_told_apart_from_one(
    server: Faulty, backend_of: BackendOf, fault: Fault, text: str, error: str
) -> None:
    server.fault = fault
    found = heard(backend_of())
    assert error in found.error
    assert found.text == text
    assert found.finish in (None, "refused", *(("stop",) if "tool" in error else ()))


def test_what_broke_off_before_it_began_is_asked_again(server: Faulty, backend_of: BackendOf) -> None:
    again: list[Fault] = [
        sends(chunk({}, finish_reason="error")),
        sends({"error": {"message": "busy", "code": "503"}}),
        sends({"type": "error", "error": {"type": "overloaded_error", "message": "busy"}}),
    ]
    server.in_turn(*again, fine)
    assert heard(backend_of()).text == "one two three four"
    assert len(server.seen) == 4


def test_of_two_samples_the_one_that_is_an_answer_is_kept(server: Faulty, backend_of: BackendOf) -> None:
    first, other = (
        chunk({"content": "one"}, finish_reason="stop"),
        chunk({"content": "x"}, finish_reason="content_filter"),
    )
    other["choices"][0]["index"] = 1
    server.fault = sends(first, other)
    step = OpenStep(0, Step(label="", messages=HELLO.messages), 2)
    news = backend_of(samples=True).stream(replace(HELLO, n=2))
    with pytest.raises(EndpointFailed, match="withheld"):
        step_with(step, news)
    assert [(c.text, c.finish_reason) for c in step.completions()] == [("one", "stop"), ("x", "refused")]


def test_of_two_samples_one_that_never_came_is_missed(server: Faulty, backend_of: BackendOf) -> None:
    server.fault = sends(HI, "data: [DONE]\n\n")
    with pytest.raises(EndpointFailed, match="before it was complete"):
        completions(backend_of(samples=True), replace(HELLO, n=2))


def test_text_held_back_for_a_stop_string_is_kept_when_the_line_drops(server: Faulty, backend_of: BackendOf) -> None:
    def fault(handler: Handler) -> None:
        handler.begin()
        handler.say("a ST")
        handler.drop()

    server.fault = fault
    found = heard(backend_of(), replace(HELLO, sampling=Sampling(stop=("STOP",))))
    assert (found.text, bool(found.error)) == ("a ST", True)


@pytest.mark.parametrize("words", ["\x1b[31mred\x00", "a\u202eb", "tw\u200bo", "\ud800", f"key {KEY}", "x" * 10_000])
def test_a_servers_words_are_fit_to_be_shown(server: Faulty, backend_of: BackendOf, words: str) -> None:
    server.fault = sends({"error": {"message": f"Sorry: {words}"}})
    error = heard(backend_of()).error
    assert error.startswith("faulty failed while it was answering: \u201cSorry:")
    assert error.isprintable()
    assert len(error) < 400
    assert KEY not in error


# ------------------------------------------------------------------------------------- log-probabilities
def entry(token: Any = "one", logprob: Any = -0.5, **more: Any) -> dict[str, Any]:
    return {"token": token, "logprob": logprob, **more}


ODD: dict[str, tuple[Any, list[float]]] = {
    "null": ({"content": [entry(logprob=None), entry()]}, [-0.5]),
    "minus infinity": ({"content": [entry(logprob=-math.inf)]}, []),
    "not a number": ({"content": [entry(logprob=math.nan), entry(logprob="-1"), entry(logprob=True)]}, []),
    "above 0": ({"content": [entry(logprob=1e-6), entry(logprob=3.0)]}, [0.0]),
    "no token": ({"content": [{"logprob": -1.0}, entry(token=None), None, 5]}, []),
    "no alternatives": ({"content": [entry(top_logprobs=None), entry(top_logprobs={})]}, [-0.5, -0.5]),
    "odd alternatives": ({"content": [entry(top_logprobs=[None, entry(logprob=None), entry("b", -math.inf)])]}, [-0.5]),
    "bytes": ({"content": [entry(bytes=b) for b in (None, [999], "x", 10**12, [], [[1]])]}, [-0.5] * 6),
    "half a character": ({"content": [entry(token="\ud83d")]}, [-0.5]),
    "a list": ([1, 2], []),
    "of another protocol": ({"tokens": ["one"], "token_logprobs": [-0.1]}, []),
    "content that is none": ({"content": {"a": 1}}, []),
}


@pytest.mark.parametrize(("logprobs", "known"), ODD.values(), ids=ODD)
def test_odd_log_probabilities_cost_no_text(
    server: Faulty, backend_of: BackendOf, logprobs: Any, known: list[float]
) -> None:
    server.fault = sends(chunk({"content": "one"}, logprobs=logprobs), END)
    (found,) = completions(backend_of(logprobs=True))
    assert found.text == "one"
    assert [token.logprob for token in found.tokens] == known
    assert all(math.isfinite(other.logprob) for token in found.tokens for other in token.top)
    assert "".join(token.text for token in found.tokens).isprintable()
