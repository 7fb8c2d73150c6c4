"""A file of SQLite that this account alone reads, for many processes."""

import os
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from playground.evaluation.store.failures import PATIENCE

RETRY_INTERVAL = 0.01  # seconds between two tries to begin a file that another process begins


def keep_from_others(path: Path) -> None:
    """Let this account alone read the file: it holds what people wrote. SQLite gives its log the same rights."""
    if not path.is_dir():
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
        if path.stat().st_mode & 0o077 and path.is_file():
            path.chmod(0o600)


def open_file(path: Path, prepare: Callable[[sqlite3.Connection], None]) -> sqlite3.Connection:
    """The file, which is made if there is none. `prepare` makes its tables; where it raises, the file is let go of."""
    path.parent.mkdir(parents=True, exist_ok=True)
    keep_from_others(path)
    db = sqlite3.connect(path, timeout=PATIENCE, check_same_thread=False, isolation_level=None)
    try:
        prepare(db)
    except BaseException:
        db.close()
        raise
    return db


@contextmanager
def transaction(db: sqlite3.Connection, kind: str = "IMMEDIATE") -> Iterator[None]:
    """All of it is written, or nothing."""
    db.execute(f"BEGIN {kind}")
    try:
        yield
        db.execute("COMMIT")
    except BaseException:
        if db.in_transaction:  # a full disk has ended it already
            db.execute("ROLLBACK")
        raise


def keep_log(db: sqlite3.Connection) -> None:
    """WAL mode, so that readers and a writer do not wait for each other."""
    end = time.monotonic() + PATIENCE
    while True:  # SQLite itself does not wait here for another process that does the same
        try:
            db.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as error:
            if not error.sqlite_errorname.startswith("SQLITE_BUSY") or time.monotonic() > end:
                raise
            time.sleep(RETRY_INTERVAL)
