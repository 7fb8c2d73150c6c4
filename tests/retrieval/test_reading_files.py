"""Files of strangers are read within limits, and what cannot be read is said in words."""

import resource
import zlib
from pathlib import Path

import pytest
from made_files import docx, pdf

from playground.errors import InvalidSetup, LimitReached, PlaygroundError
from playground.retrieval.reading import KINDS, parent, read_file

WORD_XML = (
    '<?xml version="1.0"?><w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>'
    "<w:p><w:r><w:t>First</w:t></w:r><w:r><w:t xml:space='preserve'> paragraph.</w:t></w:r></w:p>"
    "<w:p><w:r><w:t>Second</w:t><w:br/><w:t>line</w:t></w:r></w:p></w:body></w:document>"
)
BOMB = (
    '<!DOCTYPE lolz [<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    '<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">&b;</w:document>'
)


@pytest.mark.parametrize(
    ("name", "content", "text"),
    [
        ("a note.txt", "Tea\r\nis hot.\x00\n\n\n\nVery.".encode("utf-8-sig"), "Tea\nis hot.\n\nVery."),
        ("latin.txt", "Der Käse und die Grüße über allen Wipfeln, schöne Äpfel.".encode("latin-1"), "Käse"),
        ("x.md", b"# Tea\n\n*Hot*.", "# Tea\n\n*Hot*."),
        ("x.html", b"<title>no</title><p>Tea &amp; <b>milk</b></p><script>no()</script><p>Hot<br>now", "Tea & milk\n"),
        ("x.docx", docx(WORD_XML), "First paragraph.\n\nSecond\nline"),
        ("x.PDF", pdf("Minka sleeps on the oven."), "Minka sleeps on the oven."),
    ],
)  # fmt: skip
def test_the_text_of_each_kind_of_file(name: str, content: bytes, text: str) -> None:
    title, found, kind = read_file(content, f"/some/where/{name}", 10_000)
    assert title == name.rpartition(".")[0]
    assert kind == KINDS[f".{name.rpartition('.')[2].lower()}"]
    assert text in found
    assert "no" not in found.replace("now", "")


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("x.exe", b"MZ", r"“x\.exe” is none of the files that are read: \.txt, \.md"),
        ("x.txt", b" \n", "is empty"),
        ("x.txt", b"a" * 2_001, "more than 2,000 characters"),
        ("x.pdf", b"No PDF at all", "named .pdf but is no PDF"),
        ("x.pdf", pdf("Cut")[:200], "a PDF that is broken"),
        ("x.pdf", pdf(), "pictures of pages and no text"),
        ("x.pdf", pdf("Hush", locked=True), "locked"),
        ("x.docx", b"PK\x03\x04 no zip", "no Word document"),
        ("x.docx", docx("<w:document"), "text cannot be read"),
        ("x.docx", docx(BOMB), "text cannot be read"),
        ("x.docx", docx(b" " * (65 * 2**20)), r"unpacks to more than 0\.0572 MB"),
        ("x.html", b"<" * 4_000, "more than 2,000 characters"),
        ("x.txt", bytes(range(256)) * 100, "is no text"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_said_in_words(name: str, content: bytes, message: str) -> None:
    with pytest.raises(PlaygroundError, match=message):
        read_file(content, name, 2_000)


def test_a_pdf_that_unpacks_without_end_ends_with_its_process() -> None:
    zeros = zlib.compressobj(9)
    packed = b"".join(zeros.compress(b" " * 2**24) for _ in range(12)) + zeros.flush()  # 200 MB of spaces
    with pytest.raises(InvalidSetup, match=r"cannot be read|is a PDF that is broken|no text"):
        read_file(pdf("x", stream=packed), "bomb.pdf", 2_000)


def test_of_paragraphs_in_paragraphs_each_word_is_read_once() -> None:
    """A kilobyte of them took a minute when each was read with all that it holds."""
    head = '<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">'
    many = 20_000
    nested = f"{head}{'<w:p><w:t>x</w:t>' * many}{'</w:p>' * many}</w:document>"
    _, text, _ = read_file(docx(nested), "deep.docx", 100_000, seconds=30)
    assert text.split() == ["x"] * many


def test_tags_that_are_opened_and_never_closed_are_gone_through_once() -> None:
    page = b"<p>seen</p>" + b"<svg>" * 100_000 + b"</title>" * 100_000 + b"<p>hidden</p>"
    assert read_file(page, "x.html", 2_000, seconds=30)[1] == "seen"
    nested = b"<svg><svg>no</svg>no</svg><p>yes</p>"
    assert read_file(nested, "x.html", 2_000)[1] == "yes"


def test_what_reads_a_file_is_kept_from_keys_and_from_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-operator")
    monkeypatch.setenv("PLAYGROUND_SERVE_KEY", "sk-operator")
    monkeypatch.chdir(tmp_path)  # wherever the app was started
    tell = "import json, os; print(json.dumps({'text': ' '.join(v for v in os.environ.values())}))"
    monkeypatch.setattr(parent, "CHILD", ("-c", tell))
    assert "sk-operator" not in read_file(b"x", "x.txt", 2_000)[1]
    write = f"lambda *_: pathlib.Path({str(tmp_path / 'made')!r}).write_text('x')"
    writes = f"import pathlib, playground.retrieval.reading.child as c; c.text_of = {write}; c.main()"
    monkeypatch.setattr(parent, "CHILD", ("-c", writes))
    with pytest.raises(InvalidSetup, match="broke off"):
        read_file(b"x", "x.txt", 2_000)
    monkeypatch.undo()
    monkeypatch.chdir(tmp_path)
    assert read_file(b"Tea.", "x.txt", 2_000)[1] == "Tea."


def test_what_a_library_says_of_a_file_takes_no_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    said = "import sys; sys.stderr.write('x' * 50_000_000); print('{\"text\": \"Tea.\"}')"
    monkeypatch.setattr(parent, "CHILD", ("-c", said))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss  # KB
    assert read_file(b"x", "x.txt", 2_000)[1] == "Tea."
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 40_000


def test_a_file_that_takes_too_long_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parent, "CHILD", ("-c", "import time; time.sleep(60)"))
    with pytest.raises(LimitReached, match=r"took more than 0\.2 seconds"):
        read_file(b"slow", "slow.txt", 2_000, seconds=0.2)


def test_what_breaks_the_reader_breaks_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parent, "CHILD", ("-c", "import os; os.abort()"))
    with pytest.raises(InvalidSetup, match="broke off"):
        read_file(b"x", "x.txt", 2_000)
