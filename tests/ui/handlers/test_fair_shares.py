"""Shares of a server: so much for a visitor, more for an address, never all of it for either."""

import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.errors import LimitReached
from playground.settings import Settings
from playground.ui.handlers.fair_shares import Count, Places, Share, experiment_places, share
from playground.ui.handlers.visitors import Visitor

ANNA, BEN, CARL = (Visitor(name, address, True) for name, address in (("a", "1"), ("b", "1"), ("c", "2")))
SETTINGS = Settings(public=True)


@pytest.mark.parametrize(
    ("has", "asks", "words"),
    [
        ([], ANNA, ""),
        ([ANNA], ANNA, ""),
        ([ANNA, ANNA], ANNA, "you have 2, the most for one visitor"),
        ([ANNA, ANNA], BEN, ""),
        ([ANNA, ANNA, BEN], BEN, "the address you come from has 3, the most for one address"),
        ([ANNA, ANNA, BEN], CARL, ""),
        ([ANNA, ANNA, BEN, CARL], CARL, "all visitors together have 4, the most this server takes"),
    ],
)
def test_a_share_is_used_up_by_visitor_address_and_everybody(has: list[Visitor], asks: Visitor, words: str) -> None:
    assert Share(2, 3, 4).why(Count(has), asks) == words


def test_a_place_comes_back_also_after_an_error_and_others_keep_theirs() -> None:
    places = Places(Share(1, 2, 4), "experiments")

    def fail() -> None:
        with places.hold(ANNA), places.hold(BEN), places.hold(CARL), places.hold(ANNA):
            pass

    for _ in range(2):
        with pytest.raises(LimitReached, match=r"No more experiments can begin now: you have 1.*wait for its end"):
            fail()


def test_in_private_there_are_no_shares_and_in_public_no_address_has_everything() -> None:
    assert share(Settings(), 4, 48, 64) == Share(64, 64, 64)
    assert share(SETTINGS, 4, 48, 64) == Share(4, 48, 64)
    assert share(SETTINGS, 400, 999, 64) == Share(48, 48, 64)
    assert share(SETTINGS, 4, 48, 1) == Share(1, 1, 1)


def test_a_class_of_thirty_behind_one_address_has_a_run_each_and_an_outsider_too() -> None:
    runs = share(SETTINGS, SETTINGS.visitor_runs, SETTINGS.address_runs, SETTINGS.max_users)
    waiting = share(SETTINGS, SETTINGS.visitor_queue, SETTINGS.address_queue, SETTINGS.max_queue)
    for one in (runs, waiting):
        count = Count()
        for number in range(30):
            assert not one.full(count, Visitor(str(number), "school"))
            count.add(Visitor(str(number), "school"))
        while not one.full(count, ANNA := Visitor(str(count.all), "school")):
            count.add(ANNA)
        assert not one.full(count, CARL)


@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("12"))))
def test_what_comes_and_goes_leaves_nothing(visitors: list[tuple[str, str]]) -> None:
    count = Count(Visitor(*one) for one in visitors)
    for one in visitors:
        count.add(Visitor(*one), -1)
    assert (count.all, count.by_visitor, count.by_address) == (0, {}, {})


def test_many_threads_never_hold_more_than_their_share() -> None:
    places, held, most, lock = experiment_places(SETTINGS), [0], [0], threading.Lock()

    def come_and_go() -> None:
        for _ in range(200):
            try:
                with places.hold(ANNA):
                    with lock:
                        held[0] += 1
                        most[0] = max(most[0], held[0])
                    with lock:
                        held[0] -= 1
            except LimitReached:
                pass

    threads = [threading.Thread(target=come_and_go) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert 1 <= most[0] <= SETTINGS.visitor_experiments
