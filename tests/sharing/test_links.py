"""Links: what is written is read again, and of a bad link comes one clear message and nothing else."""

import base64
import json
import tracemalloc
import zlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.errors import InvalidSetup, LimitReached, PlaygroundError
from playground.sharing import links

values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63) | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), inner),
    max_leaves=15,
)  # fmt: skip
GOOD = links.write("setup", {"task": {"input": "Where is Rome? " * 20}, "sampling": {"seed": 7}})


def packed(text: bytes) -> str:
    return "setup=1" + base64.urlsafe_b64encode(zlib.compress(text, 9)).decode().rstrip("=")


@given(st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), values))
def test_what_is_written_is_read_again(held: dict[str, Any]) -> None:
    link = links.write("setup", held)
    assert links.read("setup", link) == held
    assert set(link) <= set("=-_abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789")


@given(st.text() | st.text("setup=1eJAZ09-_").map(lambda text: f"setup=1{text}") | st.binary().map(packed))
def test_anything_is_read_or_refused(text: str) -> None:
    try:
        came: object = links.read("setup", text)
    except PlaygroundError as error:
        came = error
    assert isinstance(came, dict | PlaygroundError)


def test_a_link_that_was_cut_says_so() -> None:
    for kept in range(len("setup=1"), len(GOOD)):
        with pytest.raises(InvalidSetup, match="cut short or damaged"):
            links.read("setup", GOOD[:kept])


BAD = {
    "another version": (GOOD.replace("setup=1", "setup=9"), "version 9 .* newer"),
    "no version that there was": (GOOD.replace("setup=1", "setup=0"), "damaged"),
    "another kind": (GOOD.replace("setup=", "experiment="), "damaged"),
    "one character less": (GOOD[:40] + GOOD[41:], "damaged"),
    "something after it": (packed(b'{"a": 1}') + "AAAA", "damaged"),
    "a megabyte": ("setup=1" + "A" * 2**20, "1,048,576 characters"),
    "a bomb": (packed(b'{"a": "' + b"0" * 2**24 + b'"}'), "unpack to more than"),
    "a list": (packed(b"[1, 2]"), "damaged"),
    "no JSON": (packed(b"{'a': 1}"), "damaged"),
    "no number": (packed(b'{"a": NaN}'), "damaged"),
    "endless depth": (packed(b"[" * 100_000), "damaged"),
    "a number of many digits": (packed(b'{"a": ' + b"1" * 10_000 + b"}"), "damaged"),
    "no text of any kind": (packed(b"\xff\xfe{}"), "damaged"),
    "markup": ("setup=1<img src=x onerror=alert(1)>", "damaged"),
    "a formula": ("setup=1=cmd|' /C calc'!A0", "damaged"),
    "no text": (17, "is text"),
    "nothing": (None, "is text"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_link_says_what_is_wrong_with_it(name: str) -> None:
    link, words = BAD[name]
    with pytest.raises(PlaygroundError, match=words):
        links.read("setup", link)


def test_a_bomb_never_takes_more_memory_than_a_link_may_hold() -> None:
    bomb = packed(b'{"a": "' + b"0" * 2**24 + b'"}')
    tracemalloc.start()
    with pytest.raises(LimitReached):
        links.read("setup", bomb)
    assert tracemalloc.get_traced_memory()[1] < 8 * 2**20
    tracemalloc.stop()


def test_more_than_a_link_may_hold_is_not_written() -> None:
    with pytest.raises(LimitReached, match="the most that a link"):
        links.write("setup", {"a": "x" * links.MOST_BYTES})


def test_the_values_of_a_link_are_those_that_json_has() -> None:
    assert links.read("setup", links.write("setup", {"a": float("nan"), "b": "\ud800"})) == {"a": None, "b": "\ufffd"}
    assert json.dumps(links.read("setup", GOOD))
