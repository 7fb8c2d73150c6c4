"""A file that somebody uploads, as the text that it is."""

from typing import Any

from playground import documents
from playground.errors import InvalidSetup, LimitReached


def text_of_file(content: Any, most: int = documents.MAX_BYTES) -> str:
    """A file as the text that it is. Raises InvalidSetup for one that is none, LimitReached above so many bytes."""
    if not isinstance(content, bytes):
        raise InvalidSetup("There is no file; choose one to open.")
    if len(content) > most:
        raise LimitReached(f"The file has {len(content) / 1024:,.0f} KB; {most // 1024:,} KB is the most.")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InvalidSetup(
            f"The file is not UTF-8 text (byte {error.start + 1} is 0x{content[error.start]:02X}); save it as UTF-8."
        ) from None
