"""Reading answers: what counts as one, and which of them are equal."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.strategies.answers import canonical_number, comparison_key, conclusion, extract_answer

NUMBERS = [
    ("5", "5"), ("5.0", "5"), ("$5.00", "5"), ("five", "5"), ("The answer is 1,234.", "1234"), ("$1,234.50", "1234.5"),
    ("3/4", "0.75"), ("6/3", "2"), ("1/3 of them", "1/3"), ("-2.50", "-2.5"), ("\u22127 degrees", "-7"), ("5 PM", "5"),
    ("twenty-five apples", "25"), ("Seventy two", "72"), ("a hundred", "100"), ("one of the 12 boxes", "12"),
    ("about 50% of it", "50"), ("0", "0"), ("-0", "0"), ("007", "7"), (".5", "0.5"), ("3/0", "3/0"),
    ("\u20ac20", "20"), ("12 + 7 = 19", "19"), ("9" * 5000, "9" * 5000), ("no number here", None), ("", None),
    ("version v2", None), ("3, 4 and 5", "3"), ("It is 18.", "18"), ("(18)", "18"), ("2,5", "2.5"),
    ("Answer:\n- 18", "18"), ("one hundred and twenty", "120"), ("two thousand one hundred", "2100"), ("$-5", "-5"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "value"), NUMBERS)
def test_number(text: str, value: str | None) -> None:
    assert extract_answer(text, "number") == value


def test_the_last_number_is_taken_on_request() -> None:
    assert extract_answer("12 + 7 = 19", "number", last=True) == "19"


@pytest.mark.parametrize(
    ("text", "letter"),
    [("(B) because", "B"), ("the answer is C.", "C"), ("A dog is an animal, so (d)", "D"), ("B", "B"), ("E) none", "E"),
     ("A cat: option B", "B"), ("G", None), ("because", None)],
)  # fmt: skip
def test_choice(text: str, letter: str | None) -> None:
    assert extract_answer(text, "choice") == letter


def test_choice_has_as_many_letters_as_labels() -> None:
    assert extract_answer("C", "choice", ("left", "right")) is None
    assert extract_answer("B", "choice", ("left", "right")) == "B"
    assert extract_answer("It is the right one", "choice", ("left", "right")) == "B"


@pytest.mark.parametrize(
    ("text", "value"),
    [("Yes, it is.", "Yes"), ("no", "No"), ("That is TRUE", "Yes"), ("nothing known", None), ("Not false", "Yes")],
)
def test_yes_no(text: str, value: str | None) -> None:
    assert extract_answer(text, "yes_no") == value


@pytest.mark.parametrize(
    ("text", "label"),
    [("positive!", "Positive"), ("It is very positive", "Very positive"), ("unpositive", None),
     ("Negative, not Positive", "Negative")],
)  # fmt: skip
def test_label(text: str, label: str | None) -> None:
    assert extract_answer(text, "label", ("Positive", "Negative", "Very positive")) == label


def test_labels_are_text_not_patterns() -> None:
    assert extract_answer("C++ it is", "label", ("C", "C++")) == "C++"
    assert extract_answer("abc", "label", (".*",)) is None


@pytest.mark.parametrize(
    ("text", "said"),
    [("6 * 3 = 18. The answer is 18.", "18."), ("Therefore, the answer (arabic numerals) is 7", "7"),
     ("Answer: no", "no"),
     ("the answer is: B", "B"), ("The answer is 4. The answer is 5.", "4. The answer is 5."), ("nothing", None)],
)  # fmt: skip
def test_conclusion(text: str, said: str | None) -> None:
    assert conclusion(text) == said


@given(st.decimals(allow_nan=False, allow_infinity=False, places=3, min_value=-(10**9), max_value=10**9))
def test_canonical_numbers_keep_their_value_and_have_one_spelling(number: Decimal) -> None:
    canonical = canonical_number(f"{number:,}")
    assert Decimal(canonical) == number
    assert canonical_number(canonical) == canonical == canonical_number(f"${number}".replace("$-", "-$"))


@given(st.text(), st.sampled_from(["number", "choice", "yes_no", "label", "text"]), st.booleans())
def test_no_text_breaks_extraction(text: str, kind: str, last: bool) -> None:
    found = extract_answer(text, kind, ("Positive", "Negative"), last=last)  # type: ignore[arg-type]
    assert found is None or found


@given(st.text())
def test_same_is_stable(text: str) -> None:
    assert comparison_key(comparison_key(text)) == comparison_key(text)
    assert comparison_key(f"  {text.upper().lower()}. ") == comparison_key(text.upper().lower())
