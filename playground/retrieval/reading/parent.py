"""Has a file read in a process of its own, and says in words what is wrong with it."""

import json
import subprocess
import sys
from pathlib import PurePath

from playground.errors import InvalidSetup, LimitReached

KINDS = (".txt", ".md", ".html", ".htm", ".pdf", ".docx")
SECONDS = 60
CHILD = ("-m", "playground.retrieval.reading.child")
CRASHED = "cannot be read: reading it took more memory than a document may, or broke off. Save it as plain text."


def read_file(content: bytes, filename: str, most: int) -> tuple[str, str]:
    """Title and text of a file, of at most `most` characters. Raises InvalidSetup, LimitReached.

    A process of its own ends with what a file does to it: a bomb, an endless loop, a hole in a library.
    """
    name = PurePath(filename).name[:200] or "document"
    kind = PurePath(name).suffix.lower()
    if kind not in KINDS:
        raise InvalidSetup(f"{_quoted(name)} is none of the files that are read: {', '.join(KINDS)}.")
    if not content.strip():
        raise InvalidSetup(f"{_quoted(name)} is empty.")
    try:
        done = subprocess.run(
            [sys.executable, *CHILD, kind, str(most)], input=content, capture_output=True, timeout=SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        raise LimitReached(
            f"{_quoted(name)} took more than {SECONDS} seconds to read; save it as plain text."
        ) from None
    if done.returncode:
        raise InvalidSetup(f"{_quoted(name)} {CRASHED}")
    answer = json.loads(done.stdout)
    if "text" not in answer:
        raise InvalidSetup(f"{_quoted(name)} {answer['fault']}")
    return PurePath(name).stem, answer["text"]


def _quoted(name: str) -> str:
    return f"\u201c{name[:80]}\u201d"
