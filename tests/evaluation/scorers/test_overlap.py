"""SQuAD, ROUGE, BLEU and chrF against published figures and what must hold of any of them."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.evaluation import datasets, scorers
from playground.evaluation.plan import DataChoice, Item, ScorerChoice
from playground.evaluation.scorers.overlap import f1, normalise_words

LOG = ("The quick brown fox jumps over the lazy dog", "The quick brown dog jumps on the log.")  # rouge-score's README


def score(name: str, answer: str, *references: str, **options: Any) -> float:
    items = (Item(id="i", input="q", references=references),)
    dataset = datasets.load(DataChoice(name="own", items=items, shots=0))
    return scorers.build(ScorerChoice(name=name, options=options), dataset).score(answer, items[0], dataset).score


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("The  Cat, sat!", "cat sat"), ("a an the", ""), ("An apple a day.", "apple day"), ("U.S.A.", "usa"),
        ("theory", "theory"), ("it's 5-6", "its 56"), ("\tThe\nEnd", "end"),
    ],
)  # fmt: skip
def test_normalised_as_in_the_official_script(text: str, plain: str) -> None:
    assert normalise_words(text) == plain


@pytest.mark.parametrize(
    ("answer", "references", "em", "f"),
    [
        ("the Eiffel Tower!", ("Eiffel Tower",), 1, 1.0),
        ("in Paris, France", ("Paris",), 0, 0.5),  # precision 1/3, recall 1
        ("Denver Broncos won", ("The Denver Broncos", "Carolina Panthers"), 0, 0.8),
        ("a cat cat", ("cat",), 0, 2 / 3),  # a word counts as often as it is in both
        ("London", ("Paris",), 0, 0.0),
        ("the", ("an",), 1, 1.0),
    ],
)
def test_squad(answer: str, references: tuple[str, ...], em: int, f: float) -> None:
    assert score("squad_em", answer, *references) == em
    assert score("squad_f1", answer, *references) == pytest.approx(f)


@pytest.mark.parametrize(("kind", "f"), [("rouge1", 12 / 17), ("rouge2", 4 / 15), ("rougeL", 10 / 17)])
def test_rouge_as_published(kind: str, f: float) -> None:
    assert score("rouge", LOG[1], LOG[0], kind=kind) == pytest.approx(f)
    assert score("rouge", LOG[1], "nothing", LOG[0], kind=kind) == pytest.approx(f)


def test_rouge_stems_on_request() -> None:
    assert score("rouge", "dogs barking", "dog barks", kind="rouge1") == 1
    assert score("rouge", "dogs barking", "dog barks", kind="rouge1", stem=False) == 0


def test_bleu_and_chrf_are_those_of_sacrebleu() -> None:
    # `sacrebleu` gives 37.99 for this pair: precisions 5/6, 3/5, 1/4 and, smoothed, 1/6.
    assert score("bleu", "the cat sat on the mat", "the cat is on the mat") == pytest.approx(
        (5 / 6 * 3 / 5 * 1 / 4 * 1 / 6) ** 0.25
    )
    assert score("bleu", "THE CAT", "the cat") == 0
    assert score("bleu", "THE CAT", "the cat", lowercase=True) == pytest.approx(1)
    assert score("chrf", "the cat sat on the mat", "the cat is on the mat") == pytest.approx(0.6458, abs=1e-4)
    assert score("chrf", "the cat sat on the mat", "the cat is on the mat", word_order=2) != pytest.approx(
        0.6458, abs=1e-3
    )


words = st.lists(st.sampled_from(["red", "blue", "cat", "dog", "runs", "sleeps", "on"]), min_size=1, max_size=12)


@pytest.mark.parametrize("name", ["squad_f1", "rouge", "bleu", "chrf"])
@given(answer=words, reference=words)
def test_any_overlap(name: str, answer: list[str], reference: list[str]) -> None:
    one, other = " ".join(answer), " ".join(reference)
    assert 0 <= score(name, one, other) <= 1
    assert score(name, one, one) == pytest.approx(1)
    assert score(name, one, other, one) == pytest.approx(1)
    if not set(answer) & set(reference) and name in ("squad_f1", "rouge"):
        assert score(name, one, other) == 0


@given(words, words)
def test_f1_is_the_same_both_ways(one: list[str], other: list[str]) -> None:
    assert f1(" ".join(one), " ".join(other)) == pytest.approx(f1(" ".join(other), " ".join(one)))
