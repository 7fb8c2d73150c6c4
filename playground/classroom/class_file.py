"""The file of SQLite in which classes are kept: opened when it is first needed, and read by this account alone."""

import logging
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any

from playground.classroom import rows
from playground.errors import StoreFailed
from playground.evaluation.store.failures import FOR_STRANGERS, explain_error
from playground.evaluation.store.sqlite_file import keep_log, open_file, transaction

log = logging.getLogger(__name__)


class ClassFile:
    """Safe from many threads. All methods raise StoreFailed when the file cannot be read or written; on a `public`
    server the log has the details."""

    def __init__(self, path: Path, *, public: bool = False) -> None:
        self.path = path
        self._public = public
        self._lock = threading.RLock()
        self.work_changes = 0  # how often looks or submissions have changed: what was read before is old then

    @cached_property
    def _db(self) -> sqlite3.Connection:
        return open_file(self.path, self._prepare)

    def _prepare(self, db: sqlite3.Connection) -> None:
        db.row_factory = sqlite3.Row
        keep_log(db)
        db.execute("PRAGMA secure_delete = ON")  # what is deleted is overwritten
        with transaction(db):
            rows.prepare(db)

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """All that is written in it, or nothing."""
        with self._errors(), transaction(self._db):
            yield self._db

    def read(self, query: str, *values: Any) -> list[sqlite3.Row]:
        """Rows; none while nobody has begun a class: no file is made for looking."""
        if "_db" not in self.__dict__ and not self.path.exists():
            return []
        with self._errors():
            return self._db.execute(query, values).fetchall()

    def clean(self) -> None:
        """Let nothing that was deleted stay in the log beside the file."""
        with self._errors():
            self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def close(self) -> None:
        """Let go of the file; it is opened again when it is needed."""
        with self._errors():
            if db := self.__dict__.pop("_db", None):
                db.close()

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            with self._lock:
                yield
        except (sqlite3.Error, OSError, StoreFailed) as error:
            words = explain_error(error) if isinstance(error, sqlite3.Error) else f"cannot be used: {error}."
            failed = StoreFailed(f"The file of the classes, {self.path}, {words}")
            if not self._public:
                raise failed from error
            log.error("%s", failed)
            raise StoreFailed(FOR_STRANGERS) from None
