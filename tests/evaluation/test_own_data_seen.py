"""Data of one's own is read as it is seen: numbers of JSON to their last digit, cells of a workbook as formatted."""

import datetime
import io
import json
import re
import warnings
import zipfile
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from playground.errors import InvalidSetup
from playground.evaluation.own_data import columns_of, read_items
from playground.evaluation.own_data.number_format import format_number
from playground.evaluation.scorers.reading import Numeric


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ("1e16", "10000000000000000"), ("1e22", "10000000000000000000000"), ("1E+2", "100"), ("4.0", "4"), ("4", "4"),
        ("12345678901234567890123", "12345678901234567890123"), ("0.30000000000000004", "0.30000000000000004"),
        ("-0.0", "0"), ("-0", "0"), ("2.50", "2.5"), ("1e-7", "0.0000001"), ("-1.5e3", "-1500"), ("0.1", "0.1"),
        ("9007199254740993", "9007199254740993"), ("3.14159265358979323846", "3.14159265358979323846"),
        ("1e99999999", "1e99999999"), ("0e99999999", "0"), ("1" * 5000, "1" * 5000), ("true", "true"),
        ('["1e16", 1e16]', "1e16"), ('{"a": 1e16, "b": [0.10, null]}', '{"a": 1e16, "b": [0.10, null]}'),
    ],
)  # fmt: skip
@pytest.mark.parametrize("filename", ["a.json", "a.jsonl"])
def test_numbers_of_json_keep_their_digits(written: str, text: str, filename: str) -> None:
    row = f'{{"input": "x", "reference": {written}}}'
    (item,) = read_items(f"[{row}]" if filename == "a.json" else row, filename).items
    assert item.references[0] == text


@given(st.integers() | st.floats(allow_nan=False, allow_infinity=False))
def test_a_number_of_json_is_the_same_number_in_plain_digits(value: float) -> None:
    (item,) = read_items(json.dumps([{"input": "x", "reference": value}])).items
    assert Decimal(item.references[0]) == Decimal(repr(value))
    assert re.fullmatch(r"-?\d+(\.\d+)?", item.references[0])


def test_a_large_number_is_scored_as_that_number() -> None:
    (item,) = read_items('[{"input": "d", "reference": 1e16}]').items
    assert Numeric().score("It is 10,000,000,000,000,000.", item, None).right  # type: ignore[arg-type]
    assert not Numeric().score("It is 1.", item, None).right  # type: ignore[arg-type]


@pytest.mark.parametrize("value", ["NaN", "Infinity", "-Infinity", '["a", NaN]', '{"a": {"b": -Infinity}}'])
@pytest.mark.parametrize("column", ["input", "reference"])
def test_what_is_no_json_is_named_by_its_row(value: str, column: str) -> None:
    other = {"input": "reference", "reference": "input"}[column]
    rows = [f'{{"{column}": {value}, "{other}": "x"}}', '{"input": "fine", "reference": "1"}']
    for text, filename in ((f"[{','.join(rows)}]", "a.json"), ("\n".join(rows), "a.jsonl")):
        with pytest.raises(
            InvalidSetup, match=f"line 1 has -?(NaN|Infinity) in the column '{column}', which is no JSON"
        ):
            read_items(text, filename)
        assert [item.input for item in read_items(text, filename, skip_bad=True).items] == ["fine"]


# ------------------------------------------------------------------------------------- the separator that is said
@pytest.mark.parametrize("first", ["sep=;", "SEP=;", '"sep=;"'])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_first_line_that_names_the_separator(first: str, end: str, encoding: str) -> None:
    text = end.join([first, "question;answer;more", "What, now?;4;x", "Bad", "Größe?;5;y"])
    found = read_items(text.encode(encoding), "a.csv", skip_bad=True)
    assert [(item.input, *item.references) for item in found.items] == [("What, now?", "4"), ("Größe?", "5")]
    assert found.bad == ((4, "has 1 cell where there are 3 columns; quote text with separators in it"),)
    assert columns_of(text.encode(encoding), "a.csv").names == ("question", "answer", "more")


@pytest.mark.parametrize("separator", ["\t", "|", ":", "^", " "])
def test_any_separator_may_be_said(separator: str) -> None:
    text = f"sep={separator}\ninput{separator}answer\nOne?{separator}1"
    assert [(item.input, *item.references) for item in read_items(text, "a.csv").items] == [("One?", "1")]
    assert [(item.input, *item.references) for item in read_items(text).items] == [("One?", "1")]


@pytest.mark.parametrize("text", ["sep=;", "sep=;\n", "sep=;\n\n"])
def test_nothing_but_a_separator(text: str) -> None:
    with pytest.raises(InvalidSetup):
        read_items(text, "a.csv")


def test_a_column_may_be_called_like_that() -> None:
    assert columns_of("sep=x and more,input\n1,a", "a.csv").names == ("sep=x and more", "input")


# --------------------------------------------------------------------------------------------------- workbooks
def seen(value: Any, written: str = "General", *, mac: bool = False) -> str:
    """What is read of such a cell."""
    book, file = Workbook(), io.BytesIO()
    if mac:
        book.epoch = CALENDAR_MAC_1904
    sheet = book.active
    sheet.append(["input", "reference"])
    sheet.append(["x", value])
    sheet["B2"].number_format = written
    book.save(file)
    return read_items(file.getvalue(), "a.xlsx").items[0].references[0]


DAY, MOMENT = datetime.date(2024, 5, 3), datetime.datetime(2024, 5, 3, 18, 5, 9)


@pytest.mark.parametrize(
    ("value", "written", "text"),
    [
        (DAY, "yyyy-mm-dd", "2024-05-03"), (MOMENT, "yyyy-mm-dd h:mm:ss", "2024-05-03 18:05:09"),
        (DAY, "mm-dd-yy", "5/3/2024"), (DAY, "d. mmmm yyyy", "3. May 2024"), (DAY, "dd.mm.yyyy;@", "03.05.2024"),
        (DAY, "[$-409]dddd, mmmm d, yyyy", "Friday, May 3, 2024"), (MOMENT, "h:mm AM/PM", "6:05 PM"),
        (MOMENT, "mm:ss", "05:09"), (datetime.time(9, 5), "h:mm", "9:05"),
        (datetime.time(9, 5), "hh:mm:ss", "09:05:00"),
        (datetime.timedelta(hours=36, minutes=5), "[h]:mm", "36:05"),
        (datetime.timedelta(minutes=90), "[mm]:ss", "90:00"),
        (0.125, "0%", "13%"), (0.5, "0.00%", "50.00%"), (3, "0.00", "3.00"), (1234567.5, "#,##0.00", "1,234,567.50"),
        (1234.5, '"$"#,##0.00', "$1,234.50"), (1234.5, '#,##0.00\\ [$\u20ac-407]', "1,234.50 \u20ac"),
        (-1234.5, "#,##0.00_);(#,##0.00)", "(1,234.50)"), (0.75, "# ?/?", "3/4"), (1.5, "# ??/??", "1 1/2"),
        (12345, "0.00E+00", "1.23E+04"), (7, "000", "007"), (0.1 + 0.2, "General", "0.3"), (4.0, "General", "4"),
        (10**16, "General", "10000000000000000"), (True, "General", "TRUE"), (False, "General", "FALSE"),
        ("#N/A", "General", "#N/A"), ("007", "@", "007"), (42, "@", "42"), ("1e3", "0.00", "1e3"),
        ("big", '"so "@', "so big"), (150, '[>=100]"big";"small"', "big"), (-45415, "yyyy-mm-dd", "-45415"),
    ],
)  # fmt: skip
def test_a_cell_is_what_is_seen_of_it(value: Any, written: str, text: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert seen(value, written) == text


def test_both_calendars() -> None:
    assert seen(DAY, "yyyy-mm-dd", mac=True) == "2024-05-03"


@given(st.dates(datetime.date(1900, 3, 1), datetime.date(9999, 12, 31)))
def test_any_day_is_read_back(day: datetime.date) -> None:
    serial = (day - datetime.date(1899, 12, 30)).days
    assert format_number(serial, "yyyy-mm-dd") == day.isoformat()
    assert datetime.datetime.strptime(format_number(serial, "d mmm yyyy"), "%d %b %Y").date() == day


@given(st.floats(-1e15, 1e15), st.integers(0, 6))
def test_decimals_are_those_of_the_format(value: float, places: int) -> None:
    text = format_number(value, f"#,##0.{'0' * places}" if places else "#,##0")
    whole, _, part = text.partition(".")
    assert re.fullmatch(r"-?\d{1,3}(,\d{3})*", whole)
    assert len(part) == places
    assert (
        abs(Decimal(text.replace(",", "")) - Decimal(value))
        <= Decimal("0.51") / 10**places + abs(Decimal(value)) / 10**14
    )


@given(
    st.floats(allow_nan=False, allow_infinity=False) | st.integers(),
    st.text('0#?.,%/E+-@;[]<>="\\_*ymdhsAP $10é', max_size=20),
)
def test_any_format_gives_some_text(value: float, written: str) -> None:
    assert isinstance(format_number(value, written), str)


def stored(*cells: str) -> bytes:
    """A workbook whose second row has these cells, as XML."""
    book, file = Workbook(), io.BytesIO()
    book.active.append(["input", "reference"])
    book.active["B9"].number_format = "0.0%"  # style 1
    book.save(file)
    changed = io.BytesIO()
    with zipfile.ZipFile(file) as parts, zipfile.ZipFile(changed, "w") as out:
        for name in parts.namelist():
            text = parts.read(name).decode()
            out.writestr(name, text.replace("</row>", f'</row><row r="2">{"".join(cells)}</row>', 1))
    return changed.getvalue()


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ('<c r="B2" s="1"><f>1/8</f><v>0.125</v></c>', "12.5%"),
        ('<c r="B2" t="e"><f>1/0</f><v>#DIV/0!</v></c>', "#DIV/0!"), ('<c r="B2" t="b"><v>1</v></c>', "TRUE"),
        ('<c r="B2" t="str"><f>"a"&amp;"b"</f><v>ab</v></c>', "ab"),
        ('<c r="B2" t="d"><v>2024-05-03</v></c>', "2024-05-03"),
        ('<c r="B2" t="d"><v>2024-05-03T18:05:09</v></c>', "2024-05-03 18:05:09"),
        ('<c r="B2" t="inlineStr"><is><r><t>rich </t></r><r><t>text</t></r></is></c>', "rich text"),
    ],
)  # fmt: skip
def test_formulas_errors_and_texts(cell: str, text: str) -> None:
    content = stored('<c r="A2" t="inlineStr"><is><t>q</t></is></c>', cell)
    assert read_items(content, "a.xlsx").items[0].references == (text,)


@pytest.mark.parametrize(
    ("cell", "why"),
    [
        ('<c r="B2"><f>1/8</f></c>', "has a formula in the column"),
        ('<c r="B2"><f>1/8</f><v></v></c>', "has a formula in the column"),
        ('<c r="B2" t="str"><f>IF(A2="","x","")</f><v></v></c>', "has nothing in the column"),
    ],
)
def test_a_formula_without_a_result_and_one_with_an_empty_one(cell: str, why: str) -> None:
    with pytest.raises(InvalidSetup, match=why):
        read_items(stored('<c r="A2" t="inlineStr"><is><t>q</t></is></c>', cell), "a.xlsx")


def test_a_row_may_begin_and_end_with_empty_cells() -> None:
    book, file = Workbook(), io.BytesIO()
    for row in (["id", "input", "note"], [None, "a", None], [None, None, None], [None, "b"]):
        book.active.append(row)
    book.save(file)
    assert [item.input for item in read_items(file.getvalue(), "a.xlsx").items] == ["a", "b"]
