"""Base, best of n and tuned on the same rows: means, intervals, and what is more than chance."""

import random
from typing import Any

import pytest

from playground.finetuning.heads.best_of_n import BestOfN, JudgedAnswer
from playground.finetuning.heads.on_rows import JudgedRow, answerers_of
from playground.finetuning.heads.rows import PreferredAnswer
from playground.ui.finetune.heads.values import on_rows_value
from playground.ui.gate.values import check_outputs


def judged(count: int, *, more: float, tuned: float | None = None) -> list[JudgedRow]:
    """Rows whose best draw is so much better than the base, give or take, and tuned likewise."""
    random_ = random.Random(1)

    def answer(reward: float) -> JudgedAnswer:
        return JudgedAnswer(text="some words", reward=reward + random_.uniform(-0.2, 0.2))

    return [
        JudgedRow(
            row=PreferredAnswer(f"{number}?", "yes", "no"), chosen=answer(3.0), rejected=answer(-3.0),
            found=BestOfN(
                likeliest=answer(0.0), drawn=(answer(more), answer(-1.0)),
                tuned=None if tuned is None else answer(tuned),
            ),
        )
        for number in range(count)
    ]  # fmt: skip


def test_a_difference_on_many_rows_is_more_than_chance_and_none_is_not() -> None:
    base, best, tuned, chosen, rejected = answerers_of(judged(12, more=1.0, tuned=0.0))
    assert (base.name, best.name, tuned.name) == (
        "Base, likeliest answer", "Base, best of 2", "Tuned, likeliest answer",
    )  # fmt: skip
    assert (best.asked, tuned.asked, chosen.asked) == (2, 1, 0)
    assert best.more == pytest.approx(1.0, abs=0.2)
    assert best.more_interval
    assert 0 < best.more_interval[0] < best.more < best.more_interval[1]
    assert best.p is not None
    assert tuned.p is not None
    assert best.p < 0.01 < tuned.p
    assert chosen.mean > best.mean > rejected.mean


def test_of_few_rows_no_interval_is_said() -> None:
    base, best, *_ = answerers_of(judged(3, more=1.0))
    assert (base.interval, best.more_interval) == (None, None)
    assert best.p == pytest.approx(0.25)  # the fewest flips that three rows allow


def test_the_page_shows_who_answered_and_what() -> None:
    tables = on_rows_value(judged(9, more=1.0, tuned=2.0))
    check_outputs({"found": tables})
    who, texts = tables
    cells: dict[str, Any] = {row["head"]: row["cells"] for row in who["rows"]}
    assert who["caption"] == "On 9 rows held out"
    assert [cells[name][3] for name in ("Base, best of 2", "Tuned, likeliest answer")] == ["2", "1"]
    assert ", p = " in cells["Base, best of 2"][1]
    assert cells["Base, likeliest answer"][1:3] == ["", "2"]
    assert texts["columns"] == ["Base, likeliest answer", "Base, best of 2", "Tuned, likeliest answer"]
    assert texts["rows"][0]["head"] == "0?"
