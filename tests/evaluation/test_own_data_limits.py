"""Data of one's own is counted before it is built: nothing that is small to send is large to read."""

import io
import json
import time
import tracemalloc
import zipfile
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from openpyxl import Workbook

from playground import setups
from playground.errors import InvalidSetup, LimitReached, PlaygroundError
from playground.evaluation import experiments
from playground.evaluation.own_data import columns_of, read_items
from playground.evaluation.own_data.json_rows import MAX_DEPTH, MAX_VALUES
from playground.evaluation.own_data.rows import MAX_LINES
from playground.evaluation.own_data.sheet import MAX_COLUMNS, MAX_NAME
from playground.evaluation.plan import MAX_ITEMS
from playground.evaluation.prompt_table import read_prompts

MB = 2**20


def header(count: int, separator: str = ",") -> str:
    return separator.join(f"c{n}" for n in range(count))


def workbook(*rows: Sequence[Any]) -> bytes:
    book, file = Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(list(row))
    book.save(file)
    return file.getvalue()


def padded(name: str, before: str, padding: str) -> bytes:
    """A workbook with so much more before that tag of one part."""
    file = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(workbook(["input"], ["a"]))) as parts,
        zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as changed,
    ):
        for part in parts.namelist():
            text = parts.read(part).decode()
            changed.writestr(part, text.replace(before, padding + before, 1) if part == name else text)
    return file.getvalue()


SHEET, STYLES = "xl/worksheets/sheet1.xml", "xl/styles.xml"
TOO_MANY: dict[str, tuple[Callable[[], bytes | str], str, str]] = {
    "columns": (lambda: header(20_000) + "\n", "", "more than 200 columns"),
    "columns of a file": (lambda: header(201) + "\n" + "1," * 200 + "1", "a.csv", "more than 200 columns"),
    "tabs": (lambda: header(5000, "\t"), "", "more than 200 columns"),
    "semicolons": (lambda: header(5000, ";"), "a.csv", "more than 200 columns"),
    "commas": (lambda: "," * MB + "x", "", "more than 200 columns"),
    "commas and a name": (lambda: "input" + "," * MB, "a.csv", "more than 200 columns"),
    "commas after a quotation": (lambda: 'a"b,c"d' + "," * MB + "x", "a.csv", "more than 200 columns"),
    "quoted columns": (lambda: ",".join(f'"c,{n}"' for n in range(300)), "a.csv", "more than 200 columns"),
    "a long name": (lambda: "x" * 1000 + ",answer\na,b", "a.csv", "name of column 1 has 1,000 characters; 200 is"),
    "line ends": (lambda: "input\n" + "\n" * MB + "a", "", "more than 500,000 lines"),
    "line ends of old kinds": (lambda: "input\r" + "\r" * MB + "a", "", "more than 500,000 lines"),
    "keys of one row": (lambda: json.dumps([{f"k{n}": 1 for n in range(201)}]), "", "more than 200 columns"),
    "keys of all rows": (lambda: json.dumps([{"input": "a", f"k{n}": 1} for n in range(201)]), "a.json", "200 columns"),
    "a long key": (lambda: json.dumps([{"x" * 201: 1}]), "a.json", "name of column 1 has 201 characters"),
    "numbers": (lambda: "[" + "1," * MB + "1]", "", "more than 10,000 rows"),
    "objects": (lambda: "[" + "{}," * MB + "{}]", "a.json", "more than 10,000 rows"),
    "lists": (lambda: "[" + "[]," * MB + "[]]", "a.json", "more than 10,000 rows"),
    "values in one row": (lambda: '[{"input":[' + "1," * MB + "1]}]", "a.json", "more than 300,000 values"),
    "lines of JSON": (lambda: "{}\n" * MB, "", "more than 500,000 lines"),
    "rows of JSON lines": (lambda: "{}\n" * (MAX_ITEMS + 1), "a.jsonl", "more than 10,000 rows"),
    "values of JSON lines": (lambda: ('{"input":[' + "1," * 600 + "1]}\n") * 600, "a.jsonl", "300,000 values"),
    "a cell of a workbook": (lambda: padded(SHEET, "</t>", "x" * (2 * MB)), "a.xlsx", "of more than 1 MB"),
    "styles of a workbook": (lambda: padded(STYLES, "<fonts", " " * (2 * MB)), "a.xlsx", "of more than 1 MB"),
    "spaces of a workbook": (lambda: padded(SHEET, "</sheetData>", " " * (66 * MB)), "a.xlsx", "more than 64 MB"),
    "spaces in a tag": (lambda: padded(SHEET, "/></sheetPr>", " " * (2 * MB)), "a.xlsx", "of more than 1 MB"),
    "columns of a workbook": (lambda: workbook([f"c{n}" for n in range(201)], ["a"]), "a.xlsx", "200 columns"),
}  # fmt: skip


@pytest.mark.parametrize("case", TOO_MANY)
def test_too_much_of_anything_is_refused_before_it_takes_memory(case: str) -> None:
    make, filename, message = TOO_MANY[case]
    content = make()
    tracemalloc.start()
    try:
        with pytest.raises(LimitReached, match=message):
            read_items(content, filename)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    # A copy of a text takes up to four bytes a character, and a workbook's parts are read in portions.
    assert peak < 10 * len(content) + 16 * MB


@pytest.mark.parametrize(
    ("content", "filename"),
    [
        (header(MAX_COLUMNS) + "\n" + "1," * (MAX_COLUMNS - 1) + "1", "a.csv"),
        (json.dumps([{f"k{n}": n for n in range(MAX_COLUMNS)}]), "a.json"),
        (workbook([f"c{n}" for n in range(MAX_COLUMNS)], [1]), "a.xlsx"),
        ("x" * MAX_NAME + ",answer\na,b", "a.csv"),
    ],
)
def test_as_many_as_are_allowed(content: bytes | str, filename: str) -> None:
    assert columns_of(content, filename).names


def test_the_largest_list_is_read() -> None:
    items = read_items(json.dumps([{"input": f"{n}"} for n in range(MAX_ITEMS)])).items
    assert len(items) == MAX_ITEMS < MAX_VALUES
    assert len(read_items("input\n" + "\n" * (MAX_LINES - 10) + "a").items) == 1


def test_separators_inside_quotation_marks_are_no_columns() -> None:
    long = ", ".join(["so on"] * 500)
    lines = "\n".join(["one, two, three"] * 300)
    found = read_items(f'input,answer\n"{long}",1\n"{lines}",2\n"""{long}""",3\n', "a.csv").items
    assert [item.input for item in found] == [long, lines, f'"{long}"']


def test_a_row_that_is_too_wide_is_one_bad_row() -> None:
    found = read_items(
        "input,answer\na,1\n" + "," * 5000 + 'x\n"b\n' + '",1' + ",2" * 500 + "\nc,3", "a.csv", skip_bad=True
    )
    assert [item.input for item in found.items] == ["a", "c"]
    assert found.bad == ((3, "has more than 200 cells, which is the most"),
                         (4, "has more than 200 cells, which is the most"))  # fmt: skip


def test_a_pasted_sentence_with_many_commas_is_an_input() -> None:
    sentence = "I packed " + ", ".join(["a coat"] * 300)
    assert [item.input for item in read_items(sentence).items] == [sentence]


@pytest.mark.parametrize("levels", [MAX_DEPTH, MAX_DEPTH + 1, 10_000])
def test_depth_of_a_cell(levels: int) -> None:
    cell = "[" * levels + "]" * levels
    rows = f'[{{"input": "a", "reference": [{{"x": {cell[1:-1]}}}]}}]'
    if levels == MAX_DEPTH - 1:
        assert read_items(rows).items
    elif levels > MAX_DEPTH:
        with pytest.raises(InvalidSetup, match="nested too deeply"):
            read_items(rows, "a.json")
        with pytest.raises(InvalidSetup, match="line 1 is nested too deeply"):
            read_items(rows[1:-1] + '\n{"input": "b", "reference": "c"}', "a.jsonl")


def ending(content: bytes, filename: str) -> str:
    """The words in which reading ends, or none."""
    try:
        read_items(content, filename, skip_bad=True)
    except PlaygroundError as error:
        return str(error)
    return ""


def floods(size: int) -> list[bytes]:
    """What opens, ends or separates something, so many times."""
    return [
        b"\n" * (2 * size) + b"\xff\xe9", b"\xff" * size, b"\0\n" * size, b'"' * (2 * size), b"\\" * (2 * size),
        b"[" * (2 * size), b'["' * size, b'{"a":' * size, b"[" + b'"' * (2 * size) + b"]", b"a;" * size,
        b"sep=" + b"," * size, b'a,"' * size, b'"\n' * (size // 25), b'"",' * size, b"[" + b"\\" * (2 * size) + b"]",
        b" " * (2 * size) + b"a",
    ]  # fmt: skip


ENDINGS = ["", "a.csv", "a.json", "a.jsonl"]


@pytest.mark.parametrize("content", floods(MB), ids=lambda content: repr(content[:6]))
@pytest.mark.parametrize("filename", ENDINGS)
def test_floods_end_soon_in_words(content: bytes, filename: str) -> None:
    before = time.process_time()
    assert len(ending(content, filename)) < 1000
    assert time.process_time() - before < 10  # what grows with the square takes an hour


@pytest.mark.parametrize("content", floods(MB // 16), ids=lambda content: repr(content[:6]))
@pytest.mark.parametrize("filename", ENDINGS)
def test_floods_take_little_memory(content: bytes, filename: str) -> None:
    """Of shorter ones: to follow what is taken takes several times as long as the reading."""
    tracemalloc.start()
    try:
        ending(content, filename)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 20 * len(content) + 3 * MB


def test_the_api_has_the_same_limits() -> None:
    ask = {"techniques": [{"strategy": "zero_shot"}]}
    rows: list[Any] = [[]] * (MAX_ITEMS + 1)
    with pytest.raises(LimitReached, match="more than 10,000 rows"):
        experiments.parse({**ask, "data": {"name": "own", "items": rows}})
    wide = {"input": "a", "references": [[]] * MAX_VALUES}
    for data in ({"name": "own", "items": [wide]}, {"name": "own", "labels": [{}] * (MAX_VALUES + 1)}):
        with pytest.raises(LimitReached, match="more than 300,000 values"):
            experiments.parse({**ask, "data": data})
    with pytest.raises(LimitReached, match="more than 300,000 values"):
        setups.parse({"task": {"input": "x", "examples": [[]] * (MAX_VALUES + 1)}})


def test_a_list_of_prompts_is_counted_too() -> None:
    with pytest.raises(LimitReached, match="characters; 1,000,000 is the most"):
        read_prompts("," * (2 * MB))
