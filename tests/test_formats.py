"""Counts, shares and durations as people read them: one way to write each, for page, report and terminal."""

import time
from datetime import datetime

import pytest

from playground.formats import format_count, format_duration, format_moment, format_percent


@pytest.mark.parametrize(
    ("count", "estimated", "words"),
    [(0, False, "0 tokens"), (1, False, "1 token"), (1200, False, "1,200 tokens"), (1200, True, "about 1,200 tokens")],
)
def test_counts_have_their_noun(count: int, estimated: bool, words: str) -> None:
    assert format_count(count, "token", estimated=estimated) == words


@pytest.mark.parametrize(
    ("share", "words"),
    [(0, "0 %"), (1 / 200, "0.5 %"), (1e-6, "0.1 %"), (199 / 200, "99.5 %"), (1, "100 %"), (5 / 40, "13 %")],
)
def test_only_none_is_0_and_only_all_is_100(share: float, words: str) -> None:
    assert format_percent(share) == words


@pytest.mark.parametrize(("seconds", "words"), [(0.2, "1 s"), (89, "89 s"), (200, "3 min"), (7800, "2 h 10 min")])
def test_durations_are_read_at_a_glance(seconds: float, words: str) -> None:
    assert format_duration(seconds) == words


def test_a_moment_is_written_alike_in_every_language() -> None:
    now = time.time()
    assert format_moment(now) == datetime.fromtimestamp(now).isoformat(" ", "minutes")
