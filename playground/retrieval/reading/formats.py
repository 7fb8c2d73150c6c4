"""Text out of each format: plain text, Markdown, HTML, PDF and DOCX."""

import io
import re
import zipfile
import zlib
from html.parser import HTMLParser
from typing import Any

from playground.retrieval.passages import readable

MOST_PAGES = 2_000
MOST_XML = 64 * 2**20  # bytes of a DOCX's text, unpacked,
XML_PER_CHARACTER = 30  # and no more than these for each character that may come of them
WORDS = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
SILENT = {"title", "script", "style", "head", "template", "noscript", "svg"}
BLOCK_TAGS = """
address article aside blockquote br dd div dl dt figcaption footer h1 h2 h3 h4 h5 h6 header hr li main nav ol p pre
section table td th tr ul
"""
BLOCKS = frozenset(BLOCK_TAGS.split())


class ReadingFault(Exception):
    """Why a file cannot be read: the rest of a sentence that begins with its name."""


def text_of(content: bytes, kind: str, most: int) -> str:
    """The text of a file of that kind, without characters that are none. Raises ReadingFault."""
    read = {".pdf": _pdf, ".docx": _docx, ".html": _html, ".htm": _html}.get(kind)
    text = read(content, most) if read else _plain(content)
    if len(text) > most:
        raise ReadingFault(f"has more than {most:,} characters of text, which is the most.")
    return readable(text)


def _plain(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        from charset_normalizer import from_bytes

        best = from_bytes(content).best()
        if best is None:
            raise ReadingFault("is no text; save it as UTF-8.") from None
        return str(best)


def _html(content: bytes, most: int) -> str:
    parser = _TextOfPage()
    parser.feed(_plain(content))
    parser.close()
    return re.sub(r"[ \t]*\n[ \t]*", "\n", re.sub(r"[ \t]+", " ", "".join(parser.parts)))


class _TextOfPage(HTMLParser):
    """What of a page is read: no scripts, and blocks in lines of their own."""

    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []
        self._silent, self._depth = "", 0  # the outermost tag that is not read, and how often it was opened in itself

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        if self._silent:
            self._depth += tag == self._silent
        elif tag in SILENT:
            self._silent, self._depth = tag, 1
        elif tag in BLOCKS:
            self.parts.append("\n\n" if tag in ("p", "h1", "h2", "h3") else "\n")

    def handle_endtag(self, tag: str) -> None:
        if self._silent:
            self._depth -= tag == self._silent
            self._silent = self._silent if self._depth else ""
        elif tag in BLOCKS:
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.parts.append(re.sub(r"\s+", " ", data))


def _pdf(content: bytes, most: int) -> str:
    from pypdf import PdfReader
    from pypdf.errors import PyPdfError

    if not content.lstrip().startswith(b"%PDF"):
        raise ReadingFault("is named .pdf but is no PDF.")
    try:
        reader = PdfReader(io.BytesIO(content))
        if reader.is_encrypted and not reader.decrypt(""):
            raise ReadingFault("is locked with a password; save it without one.")
        if len(reader.pages) > MOST_PAGES:
            raise ReadingFault(f"has {len(reader.pages):,} pages; {MOST_PAGES:,} is the most.")
        pages: list[str] = []
        for page in reader.pages:
            pages.append(page.extract_text())
            if sum(map(len, pages)) > most:
                raise ReadingFault(f"has more than {most:,} characters of text, which is the most.")
    except (
        PyPdfError,
        ValueError,
        KeyError,
        TypeError,
        AttributeError,
        IndexError,
        zlib.error,
        RecursionError,
    ) as error:
        raise ReadingFault("is a PDF that is broken; open it and save it again.") from error
    except NotImplementedError as error:
        raise ReadingFault("is locked in a way that is not read; save it without a password.") from error
    text = "\n\n".join(pages)
    if not text.strip():
        raise ReadingFault("holds pictures of pages and no text; have the text recognised (OCR) first.")
    return text


def _docx(content: bytes, most: int) -> str:
    from defusedxml.common import DefusedXmlException
    from defusedxml.ElementTree import ParseError, fromstring

    try:
        with zipfile.ZipFile(io.BytesIO(content)) as parts, parts.open("word/document.xml") as part:
            largest = min(MOST_XML, XML_PER_CHARACTER * most)
            xml = part.read(largest + 1)  # however much the archive says of itself
        if len(xml) > largest:
            raise ReadingFault(f"unpacks to more than {largest / 2**20:.3g} MB, which is the most.")
        body = fromstring(xml)
    except (KeyError, zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError) as error:
        raise ReadingFault("is no Word document of the kind .docx, or is broken or locked; save it again.") from error
    except (ParseError, DefusedXmlException, RecursionError) as error:
        raise ReadingFault("is a Word document whose text cannot be read; save it again.") from error
    # Each part of the text once, in its order: paragraphs in paragraphs would be read as often as they are deep.
    signs = {f"{WORDS}p": "\n\n", f"{WORDS}tab": "\t", f"{WORDS}br": "\n", f"{WORDS}cr": "\n"}
    texts = ((node.text or "") if node.tag == f"{WORDS}t" else signs.get(node.tag, "") for node in body.iter())
    return "".join(texts).strip()
