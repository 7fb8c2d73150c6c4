"""Whatever a table holds, no spreadsheet takes a part of its CSV for a formula; and nothing else is changed."""

import csv
import io
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import playground
from playground.csv_text import csv_text
from playground.evaluation.own_data import read_items

STARTS = "=+-@\uff1d\uff0b\uff0d\uff20"
NUMBER_OR_POINT = re.compile(r"[+-]\d+(\.\d+)*([eE][+-]?\d+)?\s*|[-+] [^(|!]*")


def cells(text: str, separator: str) -> list[str]:
    """The cells that a program sees which separates so, whatever it makes of quotation marks."""
    rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=separator))
    cut = [part for line in re.split(r"[\r\n]+", text) for part in line.split(separator)]
    return [cell for row in rows for cell in row] + (cut if separator != "," else [])


def is_formula(cell: str) -> bool:
    """Whether a spreadsheet would compute it, if it drops what is not seen before it."""
    plain = cell.lstrip(' \t\u00a0\u200b\u3000\ufeff"')
    # Where it cuts elsewhere than this CSV does, a quotation mark or the next cell may follow.
    return plain.startswith(tuple(STARTS)) and not NUMBER_OR_POINT.fullmatch(re.split('[,"]', plain)[0])


@pytest.mark.parametrize("start", [*STARTS, "\ufe66", "\ufe6b", "\ufe62", "\ufe63"])
@pytest.mark.parametrize(
    "before",
    ["", " ", "  ", "\t", "\n", "\r\n", "\u00a0", "\u200b", "\u3000", "\ufeff", '"', "'", ' "', "\x00", "a;", "a\t",
     "a\n", 'a;"', "a; ", "a\r", ";", "a;b;"],
)  # fmt: skip
def test_formulas_are_guarded_wherever_a_cell_may_begin(start: str, before: str) -> None:
    formula = f"{before}{start}HYPERLINK(1)"
    for headers, rows in ((["h", formula], [["a", "b"]]), (["h", "h"], [[formula, formula]])):
        text = csv_text(headers, rows)
        assert f"'{start}" in text or f"'{before}{start}" in text or "'" in text[: text.index(start)]
        for separator in ",;\t":
            assert not [cell for cell in cells(text, separator) if is_formula(cell)], separator


@given(st.lists(st.lists(st.text("=+-@;,\t\n\r \"'a1(|!\uff1d\u200b", max_size=8), min_size=2, max_size=2), max_size=4))
def test_no_table_holds_a_formula(rows: list[list[str]]) -> None:
    text = csv_text(["=1", "b;=2"], rows)
    for separator in ",;\t":
        assert not [cell for cell in cells(text, separator) if is_formula(cell)]


@pytest.mark.parametrize(
    "cell",
    ["-3", "+3.5", "-1e-5", "1,234", "-1,234.50", "a = 3", "a-b", "me@example.org", "2+2", "", " ", "a; b", "one\ttwo",
     "Points:\n- one\n- two", "a;-3", "it's", '"quoted"', "x\n\n+ point", -2.5, 7, True, None],
)  # fmt: skip
def test_what_is_no_formula_stays_to_the_letter(cell: object) -> None:
    (row,) = csv.reader(io.StringIO(csv_text(["h"], [[cell, "x"]]).partition("\r\n")[2], newline=""))
    assert row == ["" if cell is None else str(cell), "x"]


def test_csv_is_written_in_one_place() -> None:
    writers = [
        path.name
        for path in Path(playground.__file__).parent.rglob("*.py")
        if re.search(r"csv\.(?:Dict)?[wW]riter|to_csv", path.read_text("utf-8"))
    ]
    assert writers == ["csv_text.py"]


def test_a_file_says_that_it_is_unicode_and_is_read_again() -> None:
    """Excel takes a CSV without the mark for the encoding of the machine, and shows other letters."""
    content = csv_text(["input", "answer"], [["Gr\u00fc\u00dfe aus K\u00f6ln?", "\u6771\u4eac"]]).encode()
    assert content.startswith(b"\xef\xbb\xbf")
    (item,) = read_items(content, "a.csv").items
    assert (item.input, item.references) == ("Gr\u00fc\u00dfe aus K\u00f6ln?", ("\u6771\u4eac",))
