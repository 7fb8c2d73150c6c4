"""Decodes the bytes of a file to text, in whichever encoding they are."""

import codecs
import io
import re

from playground.errors import InvalidSetup

BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16, whose mark is the beginning of it
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# What tables in the wild are written in, besides UTF-8; a guess among all there are is wrong more often.
LEGACY = ["cp1252", "cp1250", "cp1251", "koi8_r", "cp1253", "cp1254", "cp1255", "cp1256", "cp932", "euc_jp", "gb18030"]
LEGACY += ["big5", "cp949"]
SAMPLE = 2**16  # bytes that show whether zeros are halves of characters
BINARY = (
    (b"\x89PNG", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"GIF89a", "a GIF picture"),
    (b"%PDF-", "a PDF"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"7z\xbc\xaf", "a 7z archive"),
    (b"PAR1\x15", "a Parquet file"),
    (b"SQLite format 3\0", "an SQLite database"),
)
NO_TEXT = re.compile(rb"[\x00-\x08\x0e-\x19]")  # control characters that no table has


def text_of(content: bytes, filename: str = "") -> tuple[str, str]:
    """The text, and the encoding it was read as.

    In a file that is UTF-8 but for some lines, the bytes that are not become halves of characters (Python's
    `surrogateescape`), which no text in UTF-8 has, so that those lines can be named. Raises InvalidSetup for no text.
    """
    if kind := next((kind for begins, kind in BINARY if content.startswith(begins)), ""):
        raise _decoding_error(filename, f"it looks like {kind}")
    for mark, encoding in BOMS:
        if content.startswith(mark):
            return _decode(content, encoding), encoding
    try:
        return content.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        pass  # then it is something older, or a mixture
    if unmarked := _without_mark(content):
        return _decode(content, unmarked), unmarked
    if NO_TEXT.search(content):
        raise _decoding_error(filename, "it holds bytes that no text has")
    if _has_mixed_encodings(content):
        return content.decode("utf-8", "surrogateescape"), "utf-8"
    encoding = _guess_encoding(content, filename)
    return _decode(content, encoding), encoding


def _decoding_error(filename: str, why: str) -> InvalidSetup:
    name = filename or "The file"
    return InvalidSetup(f"{name} is not a text file ({why}); save it as CSV in UTF-8, or as an Excel workbook.")


def _decode(content: bytes, encoding: str) -> str:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        message = f"The file begins like {encoding.upper()} and breaks at byte {error.start:,}; save it as UTF-8."
        raise InvalidSetup(message) from None


def _without_mark(content: bytes) -> str | None:
    """UTF-16 whose mark is missing: most of every second byte is zero."""
    even, odd = content[:SAMPLE:2].count(0), content[1:SAMPLE:2].count(0)
    half = len(content[:SAMPLE]) / 2
    return "utf-16-le" if odd > half / 2 > even else "utf-16-be" if even > half / 2 > odd else None


def _has_mixed_encodings(content: bytes) -> bool:
    """Whether some lines are UTF-8 beyond ASCII and others are no UTF-8 at all."""
    proper = broken = False
    for line in io.BytesIO(content):  # not a list of them: there may be millions
        if not line.isascii():
            try:
                line.decode("utf-8")
                proper = True
            except UnicodeDecodeError:
                broken = True
    return proper and broken


def _guess_encoding(content: bytes, filename: str) -> str:
    from charset_normalizer import from_bytes

    matches = from_bytes(content, cp_isolation=LEGACY)
    best = matches.best()
    if best is None:
        raise _decoding_error(filename, "its bytes are in no encoding that is known")
    # Of those that fit equally well the Western one is by far the commonest.
    for match in matches:
        if "cp1252" in match.could_be_from_charset and match.chaos <= best.chaos and match.coherence >= best.coherence:
            return "cp1252"
    return str(best.encoding)
