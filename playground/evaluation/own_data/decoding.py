"""Bytes to text, whatever wrote them."""

import codecs

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


def text_of(content: bytes) -> tuple[str, str]:
    """The text and the encoding it was read as.

    In a file that is UTF-8 but for some lines, the bytes that are not stay as lone surrogates, so that those lines
    can be named. Raises InvalidSetup for what is no text.
    """
    for mark, encoding in BOMS:
        if content.startswith(mark):
            return _decoded(content, encoding), encoding
    try:
        return content.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        pass  # then it is something older, or a mixture
    if _mixed(content):
        return content.decode("utf-8", "surrogateescape"), "utf-8"
    encoding = _without_mark(content) or _guessed(content)
    return _decoded(content, encoding), encoding


def _decoded(content: bytes, encoding: str) -> str:
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


def _mixed(content: bytes) -> bool:
    """Whether some lines are UTF-8 beyond ASCII and others are no UTF-8 at all."""
    proper = broken = False
    for line in content.splitlines():
        if not line.isascii():
            try:
                line.decode("utf-8")
                proper = True
            except UnicodeDecodeError:
                broken = True
    return proper and broken


def _guessed(content: bytes) -> str:
    from charset_normalizer import from_bytes

    matches = from_bytes(content, cp_isolation=LEGACY)
    best = matches.best()
    if best is None or b"\0" in content:
        raise InvalidSetup("The file is no text that can be read; save it as CSV in UTF-8, or as an Excel workbook.")
    # Of those that fit equally well the Western one is by far the commonest.
    for match in matches:
        if "cp1252" in match.could_be_from_charset and match.chaos <= best.chaos and match.coherence >= best.coherence:
            return "cp1252"
    return str(best.encoding)
