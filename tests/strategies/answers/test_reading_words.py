"""Letters of a choice, Yes and No, labels, and when two texts are the same."""

import unicodedata

import pytest

from playground.strategies.answers import comparison_key, extract_answer

LETTERS = [
    ("d)", "D"), ("(d)", "D"), ("d", "D"), ("D.", "D"), ("**D**", "D"), ("[C]", "C"), ("B: 42", "B"), ("E) none", "E"),
    ("A triangle has three sides, so I choose B here", "B"), ("A triangle.", None), ("A because it fits", "A"),
    ("option c", "C"), ("answer: b", "B"), ("Answer B", "B"), ("the answer is d because", "D"), ("It's D", "D"),
    ("The answer is a triangle.", None), (r"\boxed{B}", "B"), (r"\boxed{\text{b}}", "B"),
    (r"$\boxed{\text{(C)}}$", "C"),
    ("<answer>b</answer>", "B"), ("The answer is (B) and not (C).", "B"), ("It is not B, it is C", "C"),
    ("B and C", None), ("B/C", None), ("A and B are wrong, so C", "C"), ("The correct option is B", "B"),
    ("\u7b54\u6848\u662fB\u3002", "B"), ("\u6b63\u786e\u9009\u9879\u662fC", "C"), ("\u9009B", "B"), ("\uff22", "B"),
    ("\uff08B\uff09", "B"), ("\u24b7", "B"), ("\u0412", None), ("(A) (B) (C): I choose (C)", "C"),
    ("a. 42", "A"), ("Not A. B.", "B"), ("It's definitely C, not D", "C"), ("A-frame", None), ("because", None),
    ("G", None), ("A is incorrect. B is correct.", "B"), ("Eliminate A. Eliminate B. C remains: C", "C"),
    ("Option A is wrong. Option D fits.", "D"), ("It can't be A. It must be B.", "B"), ("A cannot be. C.", "C"),
    ("(A) is false, (B) is true", "B"), ("A is not right; D.", "D"), ("A is the best", "A"), ("C is correct", "C"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "letter"), LETTERS)
def test_the_letter_that_is_meant_is_read(text: str, letter: str | None) -> None:
    assert extract_answer(text, "choice") == letter


def test_a_label_spelled_out_is_not_searched_for_letters() -> None:
    assert extract_answer("Both A and B", "choice", ("A", "B", "C")) is None
    assert extract_answer("It is vitamin C", "choice", ("vitamin C", "iron", "zinc")) == "A"
    assert extract_answer("I think so", "choice", tuple(f"number {n}" for n in range(10))) is None


@pytest.mark.parametrize(
    ("text", "value"),
    [("That is not true.", "No"), ("It isn\u2019t true", "No"), ("This cannot be true", "No"), ("Not false", "Yes"),
     ("No, \u2026 yes", "No"), ("There is no doubt: yes", "Yes"), ("True or false? The answer is false.", "No"),
     ("Yes/No", None), ("Neither true nor false", None), ("It may be true or false. False.", "No"),
     ("There is no way that it's true", "No"),
     ("I don't think that is true", "No"), ("It doesn't seem true", "No"),
     ("untrue", None), ("\u7b54\u6848\u662fYes\u3002", "Yes"), ("_yes_", "Yes"), ("**No**", "No"),
     ("nothing", None), ("Yes or no? No.", "No"),
     ("True or False: False", "No"), ("Yes and no", None), ("Is it true? No.", "No"), ("Is it true?", "Yes"),
     ("It is not the case that this is true", "No"), ("I wouldn't say that is true", "No"),
     ("There's no evidence that it's true", "No"), ("Yes, there is no problem", "Yes"), ("No, it's true", "No")],
)  # fmt: skip
def test_yes_and_no_mean_the_other_where_they_are_denied(text: str, value: str | None) -> None:
    assert extract_answer(text, "yes_no") == value


@pytest.mark.parametrize(
    ("text", "labels", "label"),
    [
        ("It is not toxic", ("toxic", "not toxic"), "not toxic"), ("It is toxic", ("toxic", "not toxic"), "toxic"),
        ("It is not toxic", ("toxic", "harmless"), None), ("non-toxic", ("toxic",), None),
        ("Not bad but good", ("bad", "good"), "good"), ("VERY-GOOD", ("good", "very good"), "very good"),
        ("4.5", ("4", "5"), None), ("Grade: 4/5", ("4", "5"), "4"), ("so\u200b good", ("so good",), "so good"),
        ("STRASSE", ("Stra\u00dfe", "Weg"), "Stra\u00dfe"), ("stra\u00dfe", ("STRASSE",), "STRASSE"),
        ("\u0130stanbul", ("istanbul",), "istanbul"), ("Cafe\u0301", ("Caf\u00e9",), "Caf\u00e9"),
        ("\ufb01ne", ("fine",), "fine"),
        ("\u60c5\u611f\u662f\u6b63\u9762\u7684", ("\u6b63\u9762", "\u8d1f\u9762"), "\u6b63\u9762"),
        ("\u4e0d\u6b63\u9762", ("\u6b63\u9762", "\u8d1f\u9762"), None),
        ("\uae0d\uc815\uc801\uc785\ub2c8\ub2e4", ("\uae0d\uc815",), "\uae0d\uc815"),
        ("\u0938\u0915\u093e\u0930\u093e\u0924\u094d\u092e\u0915", ("\u0938\u0915\u093e\u0930",), None),
        ("\u60c5\u611f\u662fpositive\u3002", ("positive", "negative"), "positive"),
        ("I would not call this bad. Good.", ("good", "bad"), "good"), ("good or bad? bad", ("good", "bad"), "bad"),
        ("It can't be called good", ("good", "bad"), None), ("I use C++", ("C", "Java"), None),
        ("good/bad", ("good", "bad"), None), ("It is good or bad.", ("good", "bad"), None),
        ("Good and bad sides, so bad", ("good", "bad"), "bad"), ("good and Good", ("good", "bad"), "good"),
        ("I use C++", ("C", "C++"), "C++"), ("No hate speech here", ("hate",), None),
        ("no hate", ("hate", "no hate"), "no hate"),
        ("without hate", ("hate", "love"), None), ("No, good", ("good", "bad"), "good"),
        ("it\u2019s \u201cgood\u201d", ("good",), "good"),
    ],
)  # fmt: skip
def test_a_label_is_a_whole_word_in_any_spelling(text: str, labels: tuple[str, ...], label: str | None) -> None:
    assert extract_answer(text, "label", labels) == label


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (unicodedata.normalize("NFD", "Caf\u00e9."), "caf\u00e9"), ("\ufb01ne", "fine"), ("\uff21\uff22", "ab"),
        ("zero\u200bwidth", "zerowidth"), ("it\u2019s", "it's"), ("\u201cyes\u201d", "yes"), ("Stra\u00dfe", "STRASSE"),
        ("\u0130zmir", "izmir"), ("1990\u20131995", "1990-1995"), ("a\u00a0b", "a b"), ("\ud55c", "\u1112\u1161\u11ab"),
        ("\u7b54\u3002", "\u7b54"), ("\ufeffx", "x"),
        ("1\u00bd", "1 1/2"), ("x\u00b2", "x^2"), ("H\u2082O", "H2O"), ("\u212b", "A\u030a"),
    ],
)  # fmt: skip
def test_texts_that_look_the_same_are_the_same(one: str, other: str) -> None:
    assert comparison_key(one) == comparison_key(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("cafe", "caf\u00e9"),
        ("a b", "ab"),
        ("-5", "5"),
        ("x2", "x3"),
        ("10\u2075", "105"),
        ("x\u00b2", "x2"),
        ("1\u00bd", "11/2"),
        (".5", "5"),
        ("10\u207b\u00b3", "10-3"),
    ],
)
def test_texts_that_differ_in_more_are_not_the_same(one: str, other: str) -> None:
    assert comparison_key(one) != comparison_key(other)
