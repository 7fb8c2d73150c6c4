"""Measures of a whole column, against published examples."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.evaluation.scorers import corpus


def pairs(predicted: str, truth: str) -> list[tuple[str, tuple[str, ...]]]:
    """One letter an item; "-" is no answer."""
    return [("" if p == "-" else p, (t,)) for p, t in zip(predicted, truth, strict=True)]


def test_confusion_as_in_the_documentation_of_scikit_learn() -> None:
    matrix = corpus.confusion(pairs("002202", "202201"), "012")
    assert matrix.labels == ("0", "1", "2")
    assert matrix.counts == ((2, 0, 0, 0), (0, 0, 1, 0), (1, 0, 2, 0))
    assert [score.support for score in corpus.by_label(matrix)] == [2, 1, 3]


@pytest.mark.parametrize(
    ("predicted", "truth", "f1", "accuracy"),
    [
        ("021001", "012012", 0.8 / 3, 2 / 6),  # scikit-learn's f1_score(average="macro")
        ("ab", "ab", 1, 1),
        ("aa", "ab", (2 / 3 + 0) / 2, 1 / 2),
        ("a-", "ab", (1 + 0) / 2, 1 / 2),
        ("--", "ab", 0, 0),
    ],
)
def test_macro_f1(predicted: str, truth: str, f1: float, accuracy: float) -> None:
    assert corpus.macro_f1(pairs(predicted, truth)) == pytest.approx(f1)
    assert corpus.accuracy(pairs(predicted, truth)) == pytest.approx(accuracy)


def test_a_label_that_nobody_has_or_says_does_not_count() -> None:
    assert corpus.macro_f1(pairs("ab", "ab"), labels=("a", "b", "c")) == 1
    assert corpus.macro_f1(pairs("abc", "aba"), labels=("a", "b", "c")) == pytest.approx((2 / 3 + 1 + 0) / 3)


def test_what_is_no_label_has_a_column_of_its_own() -> None:
    matrix = corpus.confusion([("", ("a",)), ("nonsense", ("a",)), ("b", ("a", "b"))], ("a", "b"))
    assert matrix.predicted == ("a", "b", corpus.NONE)
    assert matrix.counts == ((0, 0, 2), (0, 1, 0))


@pytest.mark.parametrize(
    ("pairs", "labels", "counts"),
    [
        ([("b", ("a", "b")), ("a", ("a",))], ("b", "a"), ((1, 0, 0), (0, 1, 0))),  # right by a second reference only
        ([("c", ("a", "b", "c"))], ("c",), ((1, 0),)),
        ([], (), ()),
        ([("a", ()), ("", ())], (), ()),  # nothing would be right
        ([("a", ("a",)), ("b", ())], ("a",), ((1, 0),)),
        ([("x", ("a",))], ("a",), ((0, 1),)),
        ([("", (corpus.NONE,)), (corpus.NONE, (corpus.NONE,))], (corpus.NONE,), ((1, 1),)),  # a label of that name
    ],
)
def test_confusion_of_few(
    pairs: list[tuple[str, tuple[str, ...]]], labels: tuple[str, ...], counts: tuple[tuple[int, ...], ...]
) -> None:
    matrix = corpus.confusion(pairs)
    assert (matrix.labels, matrix.counts) == (labels, counts)
    assert len(corpus.by_label(matrix)) == len(labels)
    for measure in (corpus.macro_f1, corpus.accuracy, corpus.bleu, corpus.chrf):
        assert 0 <= measure(pairs) <= 1


several = st.lists(
    st.tuples(st.sampled_from(["", "a", "b", "c"]), st.lists(st.sampled_from("abc"), max_size=3).map(tuple)), max_size=9
)


@given(several, st.lists(st.sampled_from("abcd"), max_size=3))
def test_any_pairs_have_a_confusion(pairs: list[tuple[str, tuple[str, ...]]], labels: list[str]) -> None:
    matrix = corpus.confusion(pairs, labels)
    asked = [pair for pair in pairs if pair[1]]
    assert sum(map(sum, matrix.counts)) == len(asked)
    right = sum(matrix.counts[i][i] for i in range(len(matrix.labels)))
    assert right == sum(predicted in references for predicted, references in asked)


@given(st.lists(st.tuples(st.sampled_from("abc-"), st.sampled_from("abc")), min_size=1, max_size=30))
def test_the_matrix_holds_every_item(drawn: list[tuple[str, str]]) -> None:
    items = pairs("".join(p for p, _ in drawn), "".join(t for _, t in drawn))
    matrix = corpus.confusion(items, "abc")
    assert sum(map(sum, matrix.counts)) == len(items)
    assert sum(matrix.counts[i][i] for i in range(3)) / len(items) == pytest.approx(corpus.accuracy(items))
    assert 0 <= corpus.macro_f1(items) <= 1


SAID = ["The dog bit the man.", "It wasn't surprising.", "The man had just bitten him."]
RIGHT = [
    ("The dog bit the man.", "The dog had bit the man."),
    ("It was not unexpected.", "No one was surprised."),
    ("The man bit him first.", "The man had bitten the dog."),
]


def test_bleu_and_chrf_as_in_the_documentation_of_sacrebleu() -> None:
    items = list(zip(SAID, RIGHT, strict=True))
    assert corpus.bleu(items) == pytest.approx(0.4853, abs=1e-4)
    assert corpus.chrf(items) == pytest.approx(0.5973, abs=1e-4)


def test_items_may_have_different_numbers_of_references() -> None:
    items = [(SAID[0], RIGHT[0]), (SAID[1], RIGHT[1][:1]), (SAID[2], RIGHT[2])]
    assert 0 < corpus.bleu(items) < 1
    assert 0 < corpus.chrf(items) < 1
    assert corpus.bleu([]) == corpus.chrf([]) == corpus.macro_f1([]) == 0
