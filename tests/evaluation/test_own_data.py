"""Data of one's own: every way it comes in, and what is said of what cannot be used."""

import csv
import io
import json
import zipfile
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from playground.errors import InvalidSetup, LimitReached
from playground.evaluation import own_data
from playground.evaluation.own_data import columns_of, read_items
from playground.evaluation.plan import Item

Pair = tuple[str, str]
TWO: list[Pair] = [("What is 2 + 2?", "4"), ("Größte Stadt?", "Köln")]


def pairs(items: Sequence[Item]) -> list[tuple[str, ...]]:
    return [(item.input, *item.references) for item in items]


def workbook(*rows: Sequence[Any]) -> bytes:
    book, file = Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(list(row))
    book.save(file)
    return file.getvalue()


@pytest.mark.parametrize(
    ("content", "filename"),
    [
        ("input,answer\nWhat is 2 + 2?,4\nGrößte Stadt?,Köln\n", "a.csv"),
        ("question;label\nWhat is 2 + 2?;4\nGrößte Stadt?;Köln", "a.csv"),
        ("Prompt\tExpected\r\nWhat is 2 + 2?\t4\r\nGrößte Stadt?\tKöln\r\n", "a.tsv"),
        ("text|target\n\nWhat is 2 + 2?|4\n\nGrößte Stadt?|Köln", "a.txt"),
        ("input, answer\nWhat is 2 + 2?, 4\nGrößte Stadt?, Köln", "a.csv"),
        ("\ufeffid,input,answer\nx,What is 2 + 2?,4\ny,Größte Stadt?,Köln", "a.csv"),
        ('input,answer\n"What is 2 + 2?","4"\n"Größte Stadt?","Köln"', ""),
        ("What is 2 + 2?\t4\nGrößte Stadt?\tKöln", ""),
        ('{"input": "What is 2 + 2?", "answer": 4}\n\n{"input": "Größte Stadt?", "answer": ["Köln"]}', "a.jsonl"),
        ('{"input": "What is 2 + 2?", "answer": 4.0}\n{"input": "Größte Stadt?", "answer": "Köln"}', ""),
        ('[{"input": "What is 2 + 2?", "answer": 4},\n {"input": "Größte Stadt?", "answer": "Köln"}]', "a.json"),
        ('[{"input": "What is 2 + 2?", "answer": 4}, {"input": "Größte Stadt?", "answer": "Köln"}]', ""),
        (workbook(["Question", "Answer"], ["What is 2 + 2?", 4.0], [None], ["Größte Stadt?", "Köln"]), "a.xlsx"),
    ],
)  # fmt: skip
def test_all_ways_in(content: bytes | str, filename: str) -> None:
    assert pairs(read_items(content, filename).items) == TWO
    if isinstance(content, str):
        assert pairs(read_items(content.encode(), filename).items) == TWO


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("utf-8-sig", "Größte Stadt?"), ("utf-16", "Größte Stadt?"), ("utf-16-le", "Größte Stadt?"),
        ("utf-16-be", "Größte Stadt?"), ("utf-32", "Größte Stadt?"), ("cp1252", "Größte Stadt – “Köln”?"),
        ("cp1252", "Où est le café ?"), ("cp1251", "Какой город самый большой?"), ("cp932", "一番高い山は何ですか"),
        ("gb18030", "中国的首都是哪里？最高的山是什么？长江有多长？"),
        ("cp1250", "Książka leży na półce, a żółw i gęś śpią w ogrodzie."),
    ],
)  # fmt: skip
def test_encodings(encoding: str, text: str) -> None:
    found = read_items(f"input;answer\n{text};x\n".encode(encoding), "a.csv")
    assert pairs(found.items) == [(text, "x")]
    assert found.encoding == encoding


cells = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), max_size=40).map(str.strip).filter(bool)


@given(rows=st.lists(st.tuples(cells, cells), min_size=1, max_size=6), separator=st.sampled_from(",;\t|"))
def test_whatever_csv_writes_is_read_back(rows: list[Pair], separator: str) -> None:
    file = io.StringIO(newline="")
    csv.writer(file, delimiter=separator).writerows([("input", "answer"), *rows])
    assert pairs(read_items(file.getvalue().encode(), "a.csv").items) == rows


@given(rows=st.lists(st.tuples(cells, cells), min_size=1, max_size=6))
def test_whatever_json_writes_is_read_back(rows: list[Pair]) -> None:
    values = [{"input": question, "answer": answer} for question, answer in rows]
    assert pairs(read_items(json.dumps(values), "a.json").items) == rows
    assert pairs(read_items("\n".join(map(json.dumps, values)), "a.jsonl").items) == rows


mixtures = st.binary(max_size=200).map(b"input\nK\xc3\xb6ln\n".__add__)  # beginning in UTF-8, and going on in whatever


@given(
    st.binary(max_size=300) | mixtures | st.text(max_size=200),
    st.sampled_from(["", "a.csv", "a.json", "a.jsonl", "a.xlsx"]),
)
def test_anything_gives_items_or_a_message(content: bytes | str, filename: str) -> None:
    """Both can be sent: no half of a character is left in them."""
    try:
        found = read_items(content, filename, skip_bad=True)
    except (InvalidSetup, LimitReached) as error:
        str(error).encode("utf-8")
        return
    assert found.items
    assert len({item.id for item in found.items}) == len(found.items)
    texts = [
        *found.columns.values(),
        *(text for item in found.items for text in (item.id, item.input, *item.references)),
    ]
    "".join(texts).encode("utf-8")


@pytest.mark.parametrize(
    ("text", "inputs"),
    [
        ("What is 2+2?", ["What is 2+2?"]),
        ("Hello, you\nWhat, me?", ["Hello, you", "What, me?"]),
        ('"Hello," she said.\nWhy?', ['"Hello," she said.', "Why?"]),
        ("input\nHello, you\nWhat, me?", ["Hello, you", "What, me?"]),
        ('["One", "Two"]', ["One", "Two"]),
        ("[1] is a footnote\n[2] too", ["[1] is a footnote", "[2] too"]),
        ("=1+1\n@SUM(A1)\n-2", ["=1+1", "@SUM(A1)", "-2"]),
    ],
)
def test_pasted_inputs(text: str, inputs: list[str]) -> None:
    assert pairs(read_items(text).items) == [(one,) for one in inputs]


def test_a_context_stands_before_the_input_and_several_references_stay() -> None:
    row = {"id": 7, "passage": "It was warm.", "question": "Was it cold?", "answers": ["No", "no, warm"]}
    (item,) = read_items(json.dumps([row])).items
    assert item == Item(id="7", input="It was warm.\n\nWas it cold?", references=("No", "no, warm"))


def test_a_cell_of_several_lines_is_one_item_and_lines_are_counted_as_in_an_editor() -> None:
    found = read_items('input,answer\n"one\ntwo",1\nbad\n"three",3\n', "a.csv", skip_bad=True)
    assert pairs(found.items) == [("one\ntwo", "1"), ("three", "3")]
    assert found.bad == ((4, "has 1 cell where there are 2 columns; quote text with separators in it"),)


def test_columns_are_guessed_or_said() -> None:
    text = "nr;frage;antwort;label\n1;Warum?;Darum;x\n"
    assert columns_of(text, "a.csv").names == ("nr", "frage", "antwort", "label")
    assert columns_of(text, "a.csv").guess == {"id": "nr", "reference": "label"}
    found = read_items(text, "a.csv", columns={"input": "frage", "reference": "antwort"})
    assert pairs(found.items) == [("Warum?", "Darum")]
    assert found.items[0].id == "1"
    assert found.columns == {"input": "frage", "reference": "antwort"}


def test_labels_are_written_as_in_the_set() -> None:
    found = read_items("input,label\na,POSITIVE\nb,negative", labels=("Positive", "Negative"))
    assert [item.references[0] for item in found.items] == ["Positive", "Negative"]


def test_a_formula_without_its_result_is_no_reference() -> None:
    """Its text would be what every answer is compared with."""
    content = workbook(["input", "label", "note"], ["a", "=1+1", "=2+2"], ["b", "3", "=2+2"])
    with pytest.raises(InvalidSetup, match="line 2 has a formula in the column 'label' whose result is not in the fil"):
        read_items(content, "a.xlsx")
    assert pairs(read_items(content, "a.xlsx", skip_bad=True).items) == [
        ("b", "3")
    ]  # in a column that is not used it may


@pytest.mark.parametrize(
    ("content", "filename"),
    [
        ("K\u00f6ln,input\n".encode() + b"caf\xe9,x\n", "a.csv"),
        (b"caf\xe9,input,K\xc3\xb6ln\n\xc3\xb6,x,y\n\xc3\xb6,x,y\n", "a.csv"),
        (rb'[{"\ud800": "x", "input": "y"}]', "a.json"),
        ("\ud800,input\nx,y", ""),
    ],
)
def test_the_name_of_a_column_can_always_be_sent(content: bytes | str, filename: str) -> None:
    "".join(columns_of(content, filename).names).encode("utf-8")


GOOD = "\nfine,1"


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ("input,answer\na,b,c" + GOOD, "line 2 has 3 cells where there are 2 columns"),
        ("input,answer\n,b" + GOOD, "line 2 has nothing in the column 'input'"),
        ("input,answer\na," + GOOD, "line 2 has nothing in the column 'answer'"),
        ('input,answer\n"a"x,b' + GOOD, "line 2 has quotation marks that do not match"),
        ("input,answer\na\x00,b" + GOOD, r"line 2 has the control character U\+0000 in the column 'input'"),
        ("input,answer\na,\x1b[31m" + GOOD, r"line 2 has the control character U\+001B in the column 'answer'"),
        ("input,answer\n" + "x" * 10**6 + ",b" + GOOD, "line 2 has a cell of more than 131,072 characters"),
        ("input,answer\n" + "x" * 100_001 + ",b" + GOOD, "line 2 has 100,001 characters .* 100,000 is the most"),
        ("input,answer\nK\u00f6ln,b\n".encode() + "M\u00fcnchen,b".encode("cp1252") + GOOD.encode(),
         "line 3 has something in the column 'input' that cannot be read"),
        ('[{"input": "\\ud83d", "answer": "x"}, {"input": "fine", "answer": "1"}]',
         "line 1 has something in the column 'input' that cannot be read"),
        ('{"input": "a"}\n{"input": \n{"input": "b"}', r"line 2 is no JSON \(Expecting value\)"),
        ('{"input": "a"}\n[1]\n', "line 2 is no JSON object"),
        (json.dumps([{"input": "a", "answer": "b"}, {"input": "a", "answer": ["x"] * 17}]),
         "line 2 has 17 references; 16 is the most"),
        ("id,input\nx,a\ny,b\nx,c", "line 4 has the id 'x', as line 2 does"),
        ("id,input\n" + "x" * 61 + ",a\ny,b", "line 2 has an id of more than 60 characters"),
        (workbook(["input", "answer"], ["a", None], ["b", 1]), "line 2 has nothing in the column 'answer'"),
    ],
)  # fmt: skip
def test_bad_rows_are_named_and_skipped_on_request(content: bytes | str, why: str) -> None:
    with pytest.raises(InvalidSetup, match=rf"cannot be used: {why}.*Correct them, or choose to skip"):
        read_items(content, "a.xlsx" if isinstance(content, bytes) and content.startswith(b"PK") else "")
    found = read_items(content, skip_bad=True)
    assert found.items
    assert len(found.bad) == 1


def test_many_bad_rows_are_counted() -> None:
    with pytest.raises(InvalidSetup, match=r"^8 rows cannot be used: line 2 .*; line 6 .*; and 3 more\. Correct"):
        read_items("input,answer\n" + "a\n" * 8)


def test_a_label_that_is_not_in_the_set() -> None:
    with pytest.raises(InvalidSetup, match="line 3 has the label 'Great', which is none of Positive, Negative"):
        read_items("input,label\na,Positive\nb,Great", labels=("Positive", "Negative"))


@pytest.mark.parametrize(
    ("content", "filename", "message"),
    [
        (b"", "a.csv", "The file is empty"),
        (b"\xef\xbb\xbf \n", "a.csv", "The file is empty"),
        (b"", "a.xlsx", "The file is empty"),
        ("", "", "There is nothing in it yet"),
        ("input,answer\n", "a.csv", "There are columns but no rows"),
        ("[]", "a.json", "The list has no rows"),
        (
            "frage;antwort\na;b",
            "a.csv",
            "Which column is the input[?] The columns are 'frage', 'antwort'; choose it in Input above",
        ),
        ("input,input\na,b", "a.csv", "more than one column 'input' for the input"),
        ('{"rows": []}', "a.json", "The JSON must be a list of rows"),
        ('[{"input": "a"', "a.json", "The file is no JSON: .* in line 1"),
        ("[" * 100_000, "a.json", "nested too deeply"),
        (bytes(range(256)) * 4, "a.csv", "a.csv is not a text file [(]it holds bytes"),
        (
            b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR",
            "picture.csv",
            r"picture\.csv is not a text file .it looks like a PNG picture",
        ),
        (b"\xff\xd8\xff\xe0\0\x10JFIF", "a.csv", "it looks like a JPEG picture"),
        (b"name\xff\x01\x02,K\xc3\xb6ln\n", "", "The file is not a text file"),
        (b"\xff\xfea", "a.csv", "begins like UTF-16 and breaks at byte"),
        (b"PK\x03\x04 not really", "a.xlsx", "cannot be read as an Excel workbook"),
        (b"\xd0\xcf\x11\xe0 old", "a.xls", "of the old kind"),
        (b"input,answer", "a.xlsx", "named .xlsx but is no Excel workbook"),
        (workbook(), "a.xlsx", "The first sheet of the workbook is empty"),
        ('"never closed,1\nx,2', "a.csv", "Line 1 opens a quotation mark that is never closed"),
    ],
)
def test_what_is_no_data_at_all(content: bytes | str, filename: str, message: str) -> None:
    with pytest.raises(InvalidSetup, match=message):
        read_items(content, filename)


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"input": "query"}, "There is no column 'query' for the input; the columns are 'question', 'answer'"),
        ({"reference": "answer"}, "Which column is the input[?]"),
        ({"input": "question", "refs": "answer"}, "'refs' is no field of an item; these are id, input, context"),
    ],
)
def test_columns_that_are_not_there(columns: dict[str, str], message: str) -> None:
    with pytest.raises(InvalidSetup, match=message):
        read_items("question,answer\na,b", columns=columns)


def bomb() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as parts, parts.open("xl/sheet.xml", "w") as part:
        for _ in range(201):
            part.write(bytes(2**20))
    return file.getvalue()


def stuffed(before: str, more: str) -> bytes:
    """A workbook with something more before that tag, in whichever part it is."""
    file = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(workbook(["input"], ["a"]))) as parts,
        zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as changed,
    ):
        for name in parts.namelist():
            changed.writestr(name, parts.read(name).decode().replace(before, more + before))
    return file.getvalue()


def numbered(last: int) -> bytes:
    """A workbook whose last row says that it is that far down."""
    return stuffed("</sheetData>", f'<row r="{last}"><c r="A{last}" t="inlineStr"><is><t>x</t></is></c></row>')


@pytest.mark.parametrize(("last", "found"), [(3, 2), (2**20, 2), (10**12, 1)])
def test_a_row_that_says_it_is_far_down_keeps_no_one_waiting(last: int, found: int) -> None:
    assert len(read_items(numbered(last), "a.xlsx").items) == found


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (lambda: "input,answer\n" + "a,b\n" * 100_000, "more than 10,000 rows, which is the most"),
        (lambda: b"x" * (own_data.MAX_BYTES + 1), "20 MB is the most"),
        (bomb, "The workbook unpacks to 201 MB; 200 MB is the most"),
        (lambda: workbook(["input"], *[["a"]] * 10_001), "more than 10,000 rows"),
        (lambda: stuffed("</cellXfs>", '<xf fontId="0"/>' * 200_000), "more than 2,000,000 pieces"),
        (lambda: stuffed("</sheetData>", "<row/>" * 2_000_000), "more than 2,000,000 pieces"),
    ],
    ids=["rows", "bytes", "bomb", "sheet", "styles", "empty rows"],
)
def test_caps_name_themselves(content: Any, message: str) -> None:
    with pytest.raises(LimitReached, match=message):
        read_items(content())
