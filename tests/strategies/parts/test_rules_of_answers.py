"""What breaks a constraint, and what does not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.strategies.parts.constraints import (
    FORMATS,
    Format,
    check_format,
    check_length,
    check_word,
    count_words,
    is_blank,
)
from playground.types import Check

WORDS = [
    ("It is very hot.", "very", "once"), ("Very, VERY hot", "very", "2 times"), ("every day", "very", ""),
    ("veryfine", "very", ""), ("very2", "very", ""), ("**very** and _very_", "very", "2 times"), ("", "very", ""),
    ("very-very", "very", "2 times"), ("don\u2019t", "don't", "once"), ("of\n  course", "of course", "once"),
    ("of course of course of", "of  Course", "2 times"), ("xha ha ha", "ha ha", "once"), ("Wow!", "!", "once"),
    ("C++ or C", "c++", "once"), ("C++", "c", "once"), ("caf\u00e9", "cafe\u0301", "once"),
    ("cafe\u0301s", "caf\u00e9", ""), ("cafe\u0301", "cafe", ""), ("ve\u00adry", "very", "once"),
    ("STRASSE", "stra\u00dfe", "once"), ("a.b", "a.b", "once"), ("axb", "a.b", ""),
    ("\u6211\u559c\u6b22\u8336\u3002", "\u559c\u6b22", "once"),
    ("\u0915\u093f\u0924\u093e\u092c", "\u0915\u093f", ""), ("\uff56\uff45\uff52\uff59", "very", "once"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "word", "found"), WORDS)
def test_a_word_is_found_as_a_whole_however_it_is_written(text: str, word: str, found: str) -> None:
    assert check_word(text, word) == Check(rule=f'Do not use "{word}".', kept=not found, found=found)


@pytest.mark.parametrize(
    ("text", "count"),
    [("", 0), (" \n", 0), ("One two", 2), ("well-known don't", 2), ("one \u2014 two\u2014three", 3), ("- a\n- b", 2),
     ("** **", 0), ("3.5 kg", 2), ("\u6211\u559c\u6b22\u8336\u3002", 4), ("tea \u8336", 2)],
)  # fmt: skip
def test_words_are_counted_as_people_do(text: str, count: int) -> None:
    assert count_words(text) == count


@pytest.mark.parametrize(("text", "kept", "found"), [("a b", True, "2 words"), ("a b c", False, "3 words")])
def test_a_length_is_broken_by_one_word_more(text: str, kept: bool, found: str) -> None:
    assert check_length(text, 2) == Check(rule="Do not write more than 2 words.", kept=kept, found=found)


@pytest.mark.parametrize(
    ("text", "form", "found"),
    [
        ("Tea:\n- green\n- black", "lists", "- green"), ("* a", "lists", "* a"), ("1. a", "lists", "1. a"),
        ("  2) a", "lists", "2) a"), ("(a) x", "lists", "(a) x"), ("> - x", "lists", "- x"),
        ("\u2022 x", "lists", "\u2022 x"), ("-5 degrees", "lists", ""), ("1.5 litres", "lists", ""),
        ("2024. was", "lists", ""), ("A. Smith", "lists", ""), ("tea - green", "lists", ""), ("* * *", "lists", ""),
        ("- - -", "lists", ""), ("**bold** text", "lists", ""), ("- ", "lists", ""), ("# Tea", "headings", "# Tea"),
        ("#tea", "headings", ""), ("Tea\n===", "headings", "Tea"), ("Tea\n---", "headings", "Tea"),
        ("\n---", "headings", ""), ("**Tea**", "headings", "**Tea**"), ("**Tea** is hot", "headings", ""),
        ("|a|b|\n|---|---|", "tables", "|---|---|"), ("a | b", "tables", ""), ("a | b\n--|--", "tables", "--|--"),
        ("---", "tables", ""), ("```py\nx\n```", "code", "```py"), ("`x`", "code", ""), ("Fine.", "markup", ""),
        ("Tea\n\n~~~", "markup", "~~~"), ("x\n- " + "y" * 90, "lists", "- " + "y" * 58 + "\u2026"),
    ],
)  # fmt: skip
def test_a_format_is_known_by_its_marks(text: str, form: Format, found: str) -> None:
    assert check_format(text, form) == Check(rule=FORMATS[form], kept=not found, found=found)


@pytest.mark.parametrize("word", ["", " ", "\u200b", "\u00a0\n"])
def test_what_nobody_sees_is_blank(word: str) -> None:
    assert is_blank(word)


@given(st.text(), st.text(min_size=1, max_size=20))
def test_no_text_breaks_a_check(text: str, word: str) -> None:
    for form in FORMATS:
        check = check_format(text, form)
        assert check.kept == (not check.found)
    assert check_length(text, count_words(text)).kept
    if not is_blank(word):
        assert check_word(text, word).kept == (not check_word(text, word).found)


@given(st.lists(st.text("abc", min_size=1, max_size=3), max_size=8), st.text("abc", min_size=1, max_size=3))
def test_a_word_is_found_exactly_where_it_is_one_of_the_words(words: list[str], word: str) -> None:
    assert check_word(" ".join(words), word).kept == (word not in words)
    assert count_words(" ".join(words)) == len(words)


@given(st.text("ab \n-#*|`~=>1.)", max_size=200))
def test_markup_is_kept_where_each_of_its_formats_is(text: str) -> None:
    each = [check_format(text, form).kept for form in FORMATS if form != "markup"]
    assert check_format(text, "markup").kept == all(each)


@pytest.mark.parametrize("text", [" " * 200_000, "- " * 100_000, "|" + "-" * 200_000, "*" * 200_000, "|--" * 70_000])
def test_long_texts_are_checked_in_one_pass(text: str) -> None:
    for form in FORMATS:
        check_format(text, form)
    check_word(text, "a b")
    count_words(text)
