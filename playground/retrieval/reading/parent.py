"""Has a file read in a process of its own, and says in words what is wrong with it."""

import json
import os
import subprocess
import sys
from pathlib import Path, PurePath

import playground
from playground.errors import InvalidSetup, LimitReached

KINDS = {".txt": "text", ".md": "Markdown", ".html": "HTML", ".htm": "HTML", ".pdf": "PDF", ".docx": "Word"}
SECONDS, SHARED_SECONDS = 60, 20  # for a file; the second where strangers wait for each other's
ROOT = Path(playground.__file__).parents[1]  # wherever the app was started
# What Python needs to run; no key of the operator's is within reach of what a file does to a library.
ENVIRONMENT = ("PATH", "PYTHONPATH", "LD_LIBRARY_PATH", "SYSTEMROOT", "TMPDIR", "TEMP", "LANG", "LC_ALL")
CHILD = ("-m", "playground.retrieval.reading.child")
CRASHED = "cannot be read: reading it took more memory than a document may, or broke off. Save it as plain text."


def read_file(content: bytes, filename: str, most: int, seconds: float = SECONDS) -> tuple[str, str, str]:
    """Title, text and kind of a file, of at most `most` characters. Raises InvalidSetup, LimitReached.

    A process of its own ends with what a file does to it: a bomb, an endless loop, a hole in a library.
    """
    name = PurePath(filename).name[:200] or "document"
    kind = PurePath(name).suffix.lower()
    if kind not in KINDS:
        raise InvalidSetup(f"{_quoted(name)} is none of the files that are read: {', '.join(KINDS)}.")
    if not content.strip():
        raise InvalidSetup(f"{_quoted(name)} is empty.")
    try:
        # What it says of a file's faults is read by nobody, and may be without end.
        done = subprocess.run(
            [sys.executable, *CHILD, kind, str(most), str(max(1, int(seconds)))],
            input=content, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=seconds, check=False, cwd=ROOT,
            env={name: os.environ[name] for name in ENVIRONMENT if name in os.environ},
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        raise LimitReached(
            f"{_quoted(name)} took more than {seconds:g} seconds to read; save it as plain text."
        ) from None
    if done.returncode:
        raise InvalidSetup(f"{_quoted(name)} {CRASHED}")
    answer = json.loads(done.stdout)
    if "text" not in answer:
        raise InvalidSetup(f"{_quoted(name)} {answer['fault']}")
    return PurePath(name).stem, answer["text"], KINDS[kind]


def _quoted(name: str) -> str:
    return f"\u201c{name[:80]}\u201d"
