"""Visitors take turns at a model's rows: many requests of one keep nobody else waiting."""

import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from engine_requests import news, request
from hypothesis import given
from hypothesis import strategies as st
from patience import PATIENCE

from playground.backends.base import Request
from playground.backends.local.backend import LocalBackend
from playground.backends.local.engine.admission import Admission, EngineLimits, next_in_line, waiting_order
from playground.backends.local.engine.engine import Engine
from playground.backends.local.engine.ticket import Ticket

ADMISSION = Admission(EngineLimits(max_rows=4, max_queue=8, max_seconds=600, kv_bytes=2**30), 64)


def ticket(visitor: str, samples: int = 1, admitted: int = 0) -> Ticket:
    made = Ticket(
        request=Request(messages=(), visitor=visitor),
        ids=np.arange(4),
        prompt_length=4,
        limit=9,
        seed=0,
        sample_count=samples,
    )
    made.admitted_count = admitted
    return made


def order(tickets: list[Ticket]) -> str:
    """Whose requests get the places, while there are any."""
    given = ""
    while (chosen := next_in_line(tickets)) is not None:
        chosen.admitted_count += 1
        given += chosen.visitor
    return given


@pytest.mark.parametrize(
    ("waiting", "served"),
    [("aaaab", "abaaa"), ("aaabbc", "abcaba"), ("ab", "ab"), ("aaa", "aaa"), ("aaaabcd", "abcdaaa")],
)
def test_visitors_take_turns_and_of_each_the_oldest_is_first(waiting: str, served: str) -> None:
    tickets = [ticket(visitor) for visitor in waiting]
    assert "".join(one.visitor for one in waiting_order(tickets)) == served
    assert order(tickets) == served


def test_who_holds_places_already_comes_after_who_holds_none() -> None:
    tickets = [ticket("a", admitted=1), ticket("a", admitted=1), ticket("a"), ticket("a"), ticket("b")]
    assert [one.visitor for one in waiting_order(tickets)] == ["b", "a", "a"]
    assert order(tickets) == "baa"


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 1)), max_size=12))
def test_the_line_that_is_told_is_the_one_in_which_places_are_given(asked: list[tuple[str, int]]) -> None:
    tickets = [ticket(visitor, admitted=admitted) for visitor, admitted in asked]
    told = waiting_order(tickets)
    for expected in told:
        assert next_in_line(tickets) is expected
        expected.admitted_count = 1


def test_one_visitor_never_has_all_rows_nor_all_of_the_queue_and_a_private_server_has_no_such_rule() -> None:
    for visitor, most in (("a", 3), ("", 4)):
        tickets = [ticket(visitor, admitted=1) for _ in range(most)]
        assert ADMISSION.has_free_row(tickets[0], tickets[:-1])
        assert not ADMISSION.has_free_row(ticket(visitor), tickets)
    running = [ticket("c", admitted=1) for _ in range(4)]
    queued = running + [ticket("a") for _ in range(6)]
    assert ADMISSION.refusal_reason(ticket("a"), queued[:-1]) is None
    assert ADMISSION.refusal_reason(ticket("a"), queued) == (
        "6 requests of yours are waiting already, the most for one visitor. Try again in a while."
    )
    assert ADMISSION.refusal_reason(ticket("b"), queued) is None
    nobodys = running + [ticket("") for _ in range(7)]
    assert ADMISSION.refusal_reason(ticket(""), nobodys) is None
    assert "8 requests are waiting already" in str(ADMISSION.refusal_reason(ticket(""), [*nobodys, ticket("")]))


def test_an_answer_for_another_visitor_begins_before_the_rest_of_a_flood(
    backend_of: Callable[..., LocalBackend], monkeypatch: pytest.MonkeyPatch
) -> None:
    backend, go, held = backend_of(max_rows=2), threading.Event(), threading.Event()
    begun: list[str] = []
    start = Engine._start

    def watched(engine: Engine, ticket: Ticket) -> None:
        begun.append(ticket.visitor)
        start(engine, ticket)

    monkeypatch.setattr(Engine, "_start", watched)
    backend.between_steps(lambda: held.set() or go.wait(PATIENCE))  # until all of them have arrived
    assert held.wait(PATIENCE)
    asked = [replace(request(f"the cat {n}", max_tokens=4), visitor="flooder") for n in range(8)]
    streams = [backend.stream(one) for one in [*asked, replace(request("the dog", max_tokens=4), visitor="honest")]]
    go.set()
    for stream in streams:
        assert list(news(stream))
    assert Counter(begun) == {"flooder": 8, "honest": 1}
    assert begun.index("honest") < 2
