"""Columns compared: the right pairs, the right test, and a sentence that anyone understands."""

from collections.abc import Sequence
from dataclasses import replace

import pytest
from tables import Cell, Column, table

from playground.errors import LimitReached
from playground.evaluation.findings import sentences
from playground.evaluation.findings.comparisons import ColumnComparison, compare, pairs
from playground.evaluation.plan import Expectation
from playground.evaluation.statistics.paired import mcnemar
from playground.evaluation.statistics.power import items_needed

ENDS = "95 % interval"


def right(n: int, of: int, start: int = 0) -> list[bool]:
    return [start <= i < start + n for i in range(of)]


def one(first: Column, second: Column) -> ColumnComparison:
    (found,) = compare(table({"A": first, "B": second}))
    return found


def test_right_or_wrong() -> None:
    found = one(right(2, 60), right(11, 60))
    assert (found.n, found.items, found.only_first, found.only_second, found.left_out) == (60, 60, 0, 9, 0)
    assert found.difference == pytest.approx(9 / 60)
    assert found.p == found.adjusted == mcnemar(0, 9)
    assert found.items_needed == items_needed(5, 9 / 60)
    assert found.significant
    assert found.method == "exact McNemar test"


@pytest.mark.parametrize(
    ("against", "expected"),
    [
        ("first", ["AB", "AC", "AD"]),
        ("neighbours", ["AB", "BC", "CD"]),
        ("all", ["AB", "AC", "AD", "BC", "BD", "CD"]),
    ],
)
def test_what_is_compared(against: str, expected: list[str]) -> None:
    made = table({name: right(3, 9) for name in "ABCD"})
    assert ["".join(pair) for pair in pairs(made, against)] == expected
    assert {found.comparisons for found in compare(made, against)} == {len(expected)}


def test_what_expectations_state_is_compared_too_and_once() -> None:
    stated = (Expectation(column="D", better_than="C"), Expectation(column="A", better_than="B"))
    made = table({name: right(3, 9) for name in "ABCD"}, experiment={"expectations": stated})
    assert ["".join(pair) for pair in pairs(made)] == ["AB", "AC", "AD", "CD"]


def test_each_with_each_has_a_limit() -> None:
    many = table({f"{i}": [True] for i in range(60)})
    with pytest.raises(LimitReached, match=r"1770 comparisons; 1225 is the most"):
        compare(many, "all")
    assert len(compare(many)) == 59


def test_holm_over_all_that_were_made() -> None:
    found = compare(table({"A": right(0, 40), "B": right(6, 40), "C": right(7, 40), "D": right(2, 40)}))
    ps = [mcnemar(0, n) for n in (6, 7, 2)]
    assert [c.p for c in found] == ps
    assert [c.adjusted for c in found] == pytest.approx([2 * ps[0], 3 * ps[1], ps[2]])
    assert found[0].items_needed == items_needed(5, 6 / 40, comparisons=3)


def test_only_pairs_with_both_scores_count_and_the_rest_is_told() -> None:
    found = one([None, True, False, True, True], [True, None, True, False, True])
    assert (found.n, found.only_first, found.only_second, found.left_out) == (3, 1, 1, 2)
    assert found.means == (pytest.approx(2 / 3), pytest.approx(2 / 3))
    assert sentences.comparison_sentence(found).endswith(
        "2 pairs of answers left out, for lack of a score on one side or both."
    )


def test_a_table_that_still_grows() -> None:
    made = table({"A": right(5, 20), "B": right(9, 20)})
    (found,) = compare(replace(made, results=made.results[:25]))
    assert (found.n, found.left_out) == (5, 15)
    (found,) = compare(replace(made, results=made.results[:20]))
    assert (found.difference, found.p, found.adjusted, found.comparisons) == (None, None, None, 0)
    assert (
        sentences.comparison_sentence(found)
        == "B and A cannot be compared: there is no item for which both have a score."
    )


def test_repetitions_are_clusters() -> None:
    """Ten times the same five items are five items: no test may take them for fifty."""
    found = one([[False] * 10] * 5, [[True] * 10] * 5)
    assert (found.n, found.items, found.p) == (50, 5, 2 / 2**5)
    assert found.method == "sign-flip test over items"
    assert not found.significant


def test_turned_around_it_is_the_same() -> None:
    a, b = [0.1 * (i % 7) for i in range(30)], [0.08 * (i % 11) for i in range(30)]
    there, back = one(a, b), one(b, a)
    assert there.difference == pytest.approx(-(back.difference or 0))
    assert (there.p, there.only_first, there.only_second) == (back.p, back.only_second, back.only_first)


SENTENCES: list[tuple[Sequence[Cell | Sequence[Cell]], Sequence[Cell | Sequence[Cell]], str]] = [
    (
        right(2, 60),
        right(11, 60),
        f"B was right on 9 more of the 60 items than A (18 % against 3 %, difference 15 points, {ENDS} 5 to 24): "
        "more than chance explains (p = 0.004).",
    ),
    (
        right(11, 60),
        right(2, 60),
        f"B was right on 9 fewer of the 60 items than A (3 % against 18 %, difference −15 points, {ENDS} −24 to −5): "
        "more than chance explains (p = 0.004).",
    ),
    (
        right(10, 40),
        right(11, 40, start=5),
        f"B was right on 1 more of the 40 items than A (28 % against 25 %, difference 3 points, {ENDS} −14 to 19): "
        "not enough evidence of a difference (p = 1); "
        "if it is really this large, about 3,500 items would show it.",
    ),
    (
        right(5, 40),
        right(5, 40, start=2),
        "B and A were right on equally many of the 40 items, though not on the same ones "
        f"(13 % each, difference 0 points, {ENDS} −11 to 11): not enough evidence of a difference (p = 1).",
    ),
    (
        right(1, 40),
        right(1, 40),
        f"B and A were right on exactly the same 1 of the 40 items (3 % each, difference 0 points, {ENDS} −7 to 7): "
        "not enough evidence of a difference (p = 1).",
    ),
    (
        right(0, 40),
        right(0, 40),
        f"B and A were right on none of the 40 items (0 % each, difference 0 points, {ENDS} −7 to 7): "
        "not enough evidence of a difference (p = 1).",
    ),
    (
        right(400, 400),
        right(400, 400),
        f"B and A were right on all 400 items (100 % each, difference 0 points, {ENDS} −0.7 to 0.7): "
        "not enough evidence of a difference (p = 1); "
        "a difference of 5 points would most likely have shown with this many items.",
    ),
    (
        [False],
        [True],
        f"B was right on the only item and A was not (100 % against 0 %, difference 100 points, {ENDS} −73 to 100): "
        "not enough evidence of a difference (p = 1); "
        "if it is really this large, about 4 items would show it.",
    ),
    (
        [True],
        [True],
        f"B and A were both right on the only item (100 % against 100 %, difference 0 points, {ENDS} −92 to 92): "
        "not enough evidence of a difference (p = 1).",
    ),
    (
        [0.2, 0.4] * 30,
        [0.5, 0.6] * 30,
        f"On 60 items B scored more on average than A (0.55 against 0.30, difference 25 points, {ENDS} 24 to 26): "
        "more than chance explains (p < 0.001).",
    ),
    (
        [0.25] * 3,
        [0.25] * 3,
        f"B and A scored the same on average on 3 items (0.25 each, difference 0 points, {ENDS} −55 to 55): "
        "not enough evidence of a difference (p = 1).",
    ),
    (
        [[False, False], [True, False]],
        [[True, True], [True, False]],
        "On 2 items, each asked repeatedly, B was right more often than A "
        f"(75 % against 25 %, difference 50 points, {ENDS} −56 to 100): not enough evidence of a difference (p = 1); "
        "if it is really this large, about 14 items would show it.",
    ),
    (
        [[False, True]],
        [[True, False]],
        f"B and A were right equally often on 1 item, each asked repeatedly (50 % each, difference 0 points, {ENDS} "
        "−92 to 92): not enough evidence of a difference (p = 1).",
    ),
]


@pytest.mark.parametrize(("first", "second", "sentence"), SENTENCES)
def test_sentences(first: Column, second: Column, sentence: str) -> None:
    assert sentences.comparison_sentence(one(first, second)) == sentence


def test_the_sentence_says_how_many_comparisons_were_made() -> None:
    found = compare(table({"A": right(2, 60), "B": right(20, 60), "C": right(2, 60)}))
    assert "(p < 0.001 after Holm for 2 comparisons)" in sentences.comparison_sentence(found[0])


def test_an_interval_that_leaves_out_0_is_explained_where_the_evidence_is_not_enough() -> None:
    """Each of six comparisons by itself would be enough; all together they are not."""
    found = compare(table({"A": right(2, 40), **{f"{n}": right(9, 40) for n in "BCDEFG"}}))
    assert found[0].p is not None
    assert found[0].p < 0.05 < (found[0].adjusted or 0)
    assert (found[0].low or 0) > 0
    said = sentences.comparison_sentence(found[0])
    assert "the interval leaves out 0, but unlike p it does not allow for 6 comparisons" in said
    alone = replace(found[0], comparisons=1, p=0.06, adjusted=0.06)
    assert "the interval, which is approximate, just leaves out 0; what decides is p" in sentences.comparison_sentence(
        alone
    )
    assert "leaves out" not in sentences.comparison_sentence(replace(found[0], low=-0.01))
    assert "leaves out" not in sentences.comparison_sentence(replace(found[0], adjusted=0.01))


def test_what_is_said_beside_it_is_not_said_again() -> None:
    few = one(right(10, 40), right(11, 40, start=5))
    assert sentences.comparison_sentence(few, marked=True) == (
        f"B was right on 1 more of the 40 items than A (28 % against 25 %, difference 3 points, {ENDS} −14 to 19; "
        "p = 1). If it is really this large, about 3,500 items would show it."
    )
    assert sentences.comparison_sentence(one(right(2, 60), right(11, 60)), marked=True).endswith("5 to 24; p = 0.004).")


def test_means_that_round_alike_get_digits_until_they_differ() -> None:
    assert "(50.2 % against 50.0 %" in sentences.comparison_sentence(one(right(250, 500), right(251, 500)))


def test_what_adding_up_in_binary_leaves_is_no_difference() -> None:
    assert "B and A scored the same on average" in sentences.comparison_sentence(
        one([0.1, 0.2, 0.4, 0.8], [0.3, 0.2, 0.2, 0.8])
    )


def test_a_name_cannot_break_the_sentence() -> None:
    (found,) = compare(table({"two\nlines\u202e": [True, False], "B\x00\ud800": [True, False]}))
    assert sentences.comparison_sentence(found).startswith(
        "B and two lines were right on exactly the same 1 of the 2 items"
    )
