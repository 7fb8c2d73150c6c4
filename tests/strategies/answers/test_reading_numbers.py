"""Numbers as people, models and papers write them: each notation reads as its value, and what is no number as none."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from playground.strategies.answers import canonical_number, extract_answer, fraction

GROUPED = [
    ("1,234.56", "1234.56"), ("1.234,56", "1234.56"), ("1 234,56", "1234.56"), ("1'234.56", "1234.56"),
    ("1\u2019234.56", "1234.56"), ("1\u00a0234", "1234"), ("1\u2009234\u2009567", "1234567"),
    ("1\u202f234,5", "1234.5"), ("1_000_000", "1000000"), ("12,34,567", "1234567"),
    ("\u20b912,34,567.89", "1234567.89"),
    ("1.234.567", "1234567"), ("5.000.000,00", "5000000"), ("1 000 000,5", "1000000.5"), ("\u22121 234,56", "-1234.56"),
    ("9{,}500", "9500"), (r"9\,500", "9500"), (r"1\;234", "1234"), ("(1,234)", "1234"), ("1,234", "1234"),
    ("2 602", "2602"), ("1,000 to 2,000", "1000"),
]  # fmt: skip
DECIMAL_COMMA = [
    ("2,5", "2.5"), ("3,99 \u20ac", "3.99"), ("0,125", "0.125"), ("1234,567", "1234.567"), ("6,02 x 10^2", "602"),
    ("1.234", "1.234"),
]  # fmt: skip
SEVERAL = [("3, 4 and 5", "3"), ("1,2,3", "1"), ("(3,4)", "3"), ("2024 300", "2024"), ("3 100 20", "3"), ("5'11", "5"),
           ("3\u20135", "3"), ("3-5", "3"), ("10 \u2212 5", "10"), ("3*8=24", "24"), ("12 + 7 = 19", "19")]  # fmt: skip
POWERS = [
    ("3e8", "300000000"), ("1e3", "1000"), ("1E-3", "0.001"), ("4.0e0", "4"), ("6.02 x 10^23", "602" + "0" * 21),
    ("6.02\u00d710\u00b2\u00b3", "602" + "0" * 21), (r"6.02 \times 10^{23}", "602" + "0" * 21), ("10**5", "100000"),
    (r"6.02 \cdot 10^{23}", "602" + "0" * 21), ("1.6 \u00d7 10\u207b\u00b9\u2079", "0." + "0" * 18 + "16"),
    ("10^5", "100000"), ("6.02 x 10^(23)", "602" + "0" * 21), ("2^10", "1024"), ("10^-3", "0.001"), ("5\u00b2", "25"),
    ("**5** 10 apples", "5"),
]  # fmt: skip
FRACTIONS = [
    ("3/4", "0.75"), ("6/3", "2"), ("1/3 of them", "1/3"), (r"\frac{3}{4}", "0.75"), (r"\dfrac34", "0.75"),
    (r"-\tfrac{3}{4}", "-0.75"), (r"1\frac{1}{2}", "1.5"), (r"$\frac{2}{3}$", "2/3"), (r"\frac{-3}{4}", "-0.75"),
    ("1 1/2", "1.5"), ("2 and 1/2", "2.5"), ("1\u00bd", "1.5"), ("\u00bd", "0.5"), ("\u2154", "2/3"),
    ("3 \u2154", "11/3"),
    ("1\u20442", "0.5"), ("\u2212\u00bd", "-0.5"), ("3/0", "3/0"), ("-1/3", "-1/3"), ("1/2, 3/4", "0.5"),
]  # fmt: skip
SCALED = [
    ("5 million", "5000000"), ("2.5 billion", "2500000000"), ("5 hundred thousand", "500000"), ("3k", "3000"),
    ("1.2M", "1200000"), ("$2bn", "2000000000"), ("$5B", "5000000000"), ("Room 5B", "5"), ("\u00bd million", "500000"),
    ("5\u4e07", "50000"), ("42km", "42"), ("5kg", "5"), ("5 m", "5"), ("5 and a half", "5.5"),
    ("\u20ac5m", "5000000"), ("\u00a33.5m", "3500000"), ("$1.2T", "1200000000000"), ("5 mn", "5000000"), ("5 m", "5"),
    ("5 Million", "5000000"), ("3 Millionen", "3000000"), ("2,5 Mio. \u20ac", "2500000"), ("4 Mrd. Euro", "4000000000"),
    ("3 Milliarden", "3000000000"), ("2 millones", "2000000"), ("3 milliards", "3000000000"), ("5 Cr", "50000000"),
    ("3 Billionen", "3000000000000"), ("\u20b92 lac", "200000"), ("1 \u043c\u043b\u043d", "1000000"),
    ("5 \u0442\u044b\u0441. \u0440\u0443\u0431.", "5000"),
    ("3 dozen", "3"), ("5T", "5"), ("5 cross", "5"),
]  # fmt: skip
SIGNS = [
    ("-\\$5", "-5"), ("$-5", "-5"), ("-$5", "-5"), ("-\u20ac5", "-5"), ("\u22125", "-5"), ("\u20135", "-5"),
    ("+5", "5"),
    ("\uff0d5", "-5"), ("(5)", "5"), ("\u20145", "5"), ("x = \u2212 5", "-5"), ("minus 5 degrees", "-5"),
    ("10 minus 5", "10"),
    ("Answer:\n- 18", "18"), ("Total: \u2212$5.50", "-5.5"), ("$5", "5"), ("5 USD", "5"), ("USD500", "500"),
    ("Rs.500", "500"), ("US$5", "5"), ("about 50% of it", "50"), ("100\u00b0C", "100"), ("5th", "5"), ("#5", "5"),
    (r"90^\circ", "90"), (r"$5^{\circ}$", "5"), (r"45 ^ \circ C", "45"), (r"30\degree", "30"),
    ("5.000,- \u20ac", "5000"),
    ("1.234.567,\u2013", "1234567"), ("5 \u00b1 2", "5"), (r"5 \pm 2", "5"), ("not 5 but 6", "6"),
    ("The answer is not 5, but 6.", "6"), ("3x faster", "3"), ("It grew 3x.", "3"), ("7!", "7"), ("Take 5! Go", "5"),
    ("| 42 |", "42"), ("18+", "18"), ("5 a day", "5"),
    (r"0.\overline{3}", "1/3"), (r"0.1\overline{6}", "1/6"), (r"2.\overline{45}", "27/11"),
]  # fmt: skip
SCRIPTS = [
    ("\u0664\u0662", "42"), ("\u06f4\u06f2", "42"), ("\u096a\u0968", "42"), ("\u0e54\u0e52", "42"),
    ("\uff14\uff12", "42"),
    ("\U0001d7d2\U0001d7d0", "42"), ("\u0663\u066b\u0661\u0664", "3.14"), ("\u0661\u066c\u0662\u0663\u0664", "1234"),
    ("\uff11\uff0c\uff12\uff13\uff14", "1234"), ("\u7b54\u6848\u662f42\u3002", "42"),
    ("\u7b54\u3048\u306f\uff13\u3067\u3059", "3"),
    ("\uc815\ub2f5\uc740 42\uc785\ub2c8\ub2e4", "42"),
    ("\u0627\u0644\u062c\u0648\u0627\u0628 \u0647\u0648 \u0664\u0662", "42"),
    ("_42_", "42"), ("**42**", "42"), ("~~42~~", "42"), ("`42`", "42"), ("4\u200b2", "42"), (r"\(42\)", "42"),
    ("$42$", "42"),
]  # fmt: skip
WORDS = [
    ("twenty-five apples", "25"), ("a hundred", "100"), ("two thousand one hundred", "2100"),
    ("five million", "5000000"),
    ("minus five", "-5"), ("negative seven", "-7"), ("one half", "0.5"), ("two thirds", "2/3"),
    ("three-quarters", "0.75"),
    ("two and a half", "2.5"), ("two and a half million", "2500000"), ("three point one four", "3.14"),
    ("half a million", "500000"), ("twenty-third", "23"), ("four and three quarters", "4.75"), ("first", None),
    ("a quarter", None),
    ("thousands of people", None), ("one of the 12 boxes", "12"),
]  # fmt: skip
NO_NUMBER = [
    "10:30", "ratio 3:4", "2024-05-03", "3/4/2024", "03.05.2024", "3.11.2", "192.168.0.1", "version v2", "COVID-19",
    "H2O",
    "x^2", r"x_{2}", r"2\pi", "2\u03c0", r"\sqrt{2}", r"3\sqrt{2}", r"\frac{x}{2}", "0x1F", "555-123-4567", "",
    "3x + 5", "3 + 4", "x^2 + 3", r"3 + 2\sqrt{2}", "2n - 1",
    "\u00b13", r"\pm 3", "\u00b1 0.5", "3x + y", "2n+k", "2i - j", r"$5!$",
]  # fmt: skip
ALL = [*GROUPED, *DECIMAL_COMMA, *SEVERAL, *POWERS, *FRACTIONS, *SCALED, *SIGNS, *SCRIPTS, *WORDS]


@pytest.mark.parametrize(("text", "value"), ALL)
def test_a_number_in_any_notation_reads_as_its_value(text: str, value: str | None) -> None:
    assert extract_answer(text, "number") == value


@pytest.mark.parametrize(
    "sentence", ["He has {} left", "It is {}.", '"{}"', "**{}**", "so:\n{}\n", "{} is what I get", "= {}"]
)
def test_each_notation_reads_the_same_within_a_sentence(sentence: str) -> None:
    readings = {text: extract_answer(sentence.format(text), "number") for text, _ in ALL}
    assert {text: readings[text] for text, value in ALL if readings[text] != value} == {}


@pytest.mark.parametrize("text", NO_NUMBER)
def test_times_dates_versions_names_and_unfinished_sums_are_no_numbers(text: str) -> None:
    assert extract_answer(text, "number") is None


@pytest.mark.parametrize("value", sorted({value for _, value in ALL if value}))
def test_what_was_read_reads_as_itself(value: str) -> None:
    assert extract_answer(value, "number") == value


def test_huge_exponents_are_compared_and_not_written_out() -> None:
    assert canonical_number("1e5000") == canonical_number("10e4999") == "1e5000"
    assert canonical_number("1e99999999999999999") == "1e99999999999999999"
    assert canonical_number("2^99999999") == "2^99999999"
    assert fraction("1e99999999999999999") is None
    assert canonical_number("9" * 5000) == "9" * 5000


WHOLE = st.integers(0, 10**15)
DIGITS = st.text("0123456789", min_size=1, max_size=8)
SEPARATORS = st.sampled_from(
    [(",", "."), (".", ","), (" ", ","), ("\u202f", ","), ("'", "."), ("_", "."), ("\u00a0", ".")]
)


@given(WHOLE, DIGITS, SEPARATORS)
def test_groups_of_three_and_a_decimal_sign_round_trip(whole: int, part: str, signs: tuple[str, str]) -> None:
    group, point = signs
    assume(whole >= 1000 or len(part) != 3 or point == ".")  # "1,234" is one thousand
    written = f"{whole:,}".replace(",", group) + point + part
    assert fraction(extract_answer(written, "number") or "") == fraction(f"{whole}.{part}")


@given(st.integers(-(10**6), 10**6), st.integers(1, 10**6), st.sampled_from(["{}/{}", r"\frac{{{}}}{{{}}}", "{} / {}"]))
def test_fractions_round_trip(top: int, bottom: int, notation: str) -> None:
    assert fraction(extract_answer(notation.format(top, bottom), "number") or "") == fraction(f"{top}/{bottom}")


@given(
    st.integers(1, 999), st.integers(1, 50), st.integers(51, 99), st.sampled_from(["{} {}/{}", r"{}\frac{{{}}}{{{}}}"])
)
def test_mixed_fractions_round_trip(whole: int, top: int, bottom: int, notation: str) -> None:
    expected = fraction(f"{whole * bottom + top}/{bottom}")
    assert fraction(extract_answer(notation.format(whole, top, bottom), "number") or "") == expected


@given(
    st.integers(1, 9999), st.integers(-40, 40),
    st.sampled_from(["{}e{}", "{}E{}", "{} x 10^{}", r"{} \times 10^{{{}}}", "{}\u00d710**{}", "{} \u00b7 10^({})"]),
)  # fmt: skip
def test_powers_of_ten_round_trip(mantissa: int, exponent: int, notation: str) -> None:
    expected = fraction(str(mantissa * 10**exponent)) if exponent >= 0 else fraction(f"{mantissa}/{10**-exponent}")
    assert fraction(extract_answer(notation.format(mantissa, exponent), "number") or "") == expected


@given(st.integers(0, 10**12), st.sampled_from([0x660, 0x6F0, 0x966, 0x9E6, 0xE50, 0xFF10, 0x1D7CE]))
def test_digits_of_every_script_round_trip(number: int, zero: int) -> None:
    assert extract_answer("".join(chr(zero + int(digit)) for digit in str(number)), "number") == str(number)


@given(
    st.integers(1, 10**9),
    st.sampled_from(["-{}", "\u2212{}", "\u2013{}", "-${}", "$-{}", "\u2212\u20ac{}", "minus {}"]),
)
def test_minus_signs_round_trip(number: int, notation: str) -> None:
    assert extract_answer(f"It is {notation.format(number)}.", "number") == f"-{number}"
