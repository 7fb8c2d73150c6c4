"""The same bytes give the same events in whatever pieces they come, by the standard's rules and a little beyond."""

import json
import random

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from playground.backends.endpoints.reading.event_parser import EventParser, ServerEvent

LINES = st.sampled_from(
    [
        b"data: one", b"data:two", b"data", b"data:", b"data: ", b": ping", b":", b"event: error", b"event:", b"id: 7",
        b"retry: 10", b"", b"", b'data: {"a": 1}', b'data: {"a":', b"data:  1}", b"data: [DONE]", b'{"error": "x"}',
        b'error: {"code": 5}', "data: \u00e9\U0001f600\u2028".encode(), b"data: \xff\xfe", b"\xef\xbb\xbfdata: three",
        b"other: x", b"no field",
    ]
)  # fmt: skip
ENDS = st.sampled_from([b"\n", b"\r\n", b"\r"])
STREAMS = st.lists(st.tuples(LINES, ENDS)).map(lambda lines: b"".join(line + end for line, end in lines))


def parsed(*pieces: bytes) -> list[ServerEvent]:
    parser = EventParser()
    return [event for piece in pieces for event in parser.feed(piece)] + parser.close()


@given(STREAMS | st.binary(max_size=200), st.integers())
@example(b"\xef\xbb\xbfdata: a\r\n\r\ndata: b\r\rdata: c\n\n", 1)
def test_the_events_do_not_depend_on_the_pieces(stream: bytes, seed: int) -> None:
    chance = random.Random(seed)
    cuts = sorted(chance.randrange(len(stream) + 1) for _ in range(chance.randrange(8)))
    pieces = [stream[a:b] for a, b in zip([0, *cuts], [*cuts, len(stream)], strict=True)]
    whole = parsed(stream)
    assert parsed(*pieces) == whole
    assert parsed(*(stream[i : i + 1] for i in range(len(stream)))) == whole


@given(
    st.lists(st.dictionaries(st.text(max_size=5), st.text(max_size=20), min_size=1), max_size=5), ENDS, st.booleans()
)
def test_what_is_sent_as_events_is_read_as_it_was(chunks: list[dict[str, str]], end: bytes, mark: bool) -> None:
    stream = b"".join(b"data: " + json.dumps(chunk, ensure_ascii=False).encode() + end + end for chunk in chunks)
    events = parsed((b"\xef\xbb\xbf" if mark else b"") + stream)
    assert [json.loads(event.data) for event in events] == chunks


@pytest.mark.parametrize(
    ("stream", "data"),
    [
        (b"\xef\xbb\xbfdata: one\n\n", ["one"]),
        (b"data: one\ndata: two\n\n", ["one\ntwo"]),
        (b'data: {"a":\ndata: 1}\n\n', ['{"a":\n1}']),
        (b'data: {"a": 1}\ndata: {"b": 2}\n', ['{"a": 1}', '{"b": 2}']),  # no empty line between
        (b"data: [DONE]\ndata: not json\n\n", ["[DONE]", "not json"]),
        (b"data: one", ["one"]),  # no end
        (b"data\n\ndata:\n\n: ping\n\nid: 1\nretry: 5\n\n", []),
        (b"data:  one\n\n", [" one"]),
        (b'{"error": "raw"}\n', ['{"error": "raw"}']),
    ],
)
def test_what_the_data_is(stream: bytes, data: list[str]) -> None:
    assert [event.data for event in parsed(stream)] == data


def test_an_event_has_the_name_that_stood_before_it() -> None:
    events = parsed(b"event: error\ndata: one\n\ndata: two\n\nerror: three\n\n")
    assert events == [ServerEvent("error", "one"), ServerEvent("", "two"), ServerEvent("error", "three")]


def test_the_end_is_told_before_anything_follows_it() -> None:
    """A server may keep the connection open, and send no empty line."""
    assert EventParser().feed(b"data: [DONE]\n") == [ServerEvent("", "[DONE]")]
