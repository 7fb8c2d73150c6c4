"""Files of strangers are read within limits, and what cannot be read is said in words."""

import zlib

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
        ("x.docx", docx(b" " * (65 * 2**20)), "unpacks to more than 64 MB"),
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


def test_a_file_that_takes_too_long_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parent, "SECONDS", 0.2)
    monkeypatch.setattr(parent, "CHILD", ("-c", "import time; time.sleep(60)"))
    with pytest.raises(LimitReached, match=r"took more than 0\.2 seconds"):
        read_file(b"slow", "slow.txt", 2_000)


def test_what_breaks_the_reader_breaks_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parent, "CHILD", ("-c", "import os; os.abort()"))
    with pytest.raises(InvalidSetup, match="broke off"):
        read_file(b"x", "x.txt", 2_000)
