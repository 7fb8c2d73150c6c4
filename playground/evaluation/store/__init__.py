"""The store of finished runs, by a hash of all that determines them, in SQLite for many processes.

Own code and not `diskcache`: that writes each value by itself, which took five times as long for 5,000 runs of 1.5 KB,
reads one key at a time, and has no rule for what is older than so many days or for who may read what.

failures.py     Explains errors of the store's file and says what to do about them
identity.py     Hashes all that determines a run, so that two runs with one key would be the same
records.py      A stored run: small, yet enough to score it again and to open it in the Playground
sqlite_file.py  A file of SQLite that this account alone reads, for many processes
"""

import logging
import sqlite3
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path

from playground.errors import StoreFailed
from playground.evaluation.store.failures import ELSEWHERE, FOR_STRANGERS, REASONS, explain_error
from playground.evaluation.store.sqlite_file import keep_log, open_file, transaction
from playground.settings import Settings

VERSION = 2
DELAY, BATCH = 0.05, 100  # what is put is on disk after this many seconds, or runs
KEYS_PER_QUERY = 500  # keys in one query
TRIM_FRACTION = 10  # one part in this many of the runs goes when there is no room left
SCHEMA = """CREATE TABLE IF NOT EXISTS runs
    (key TEXT PRIMARY KEY, value BLOB NOT NULL, made INTEGER NOT NULL DEFAULT 0) STRICT"""  # made: seconds since 1970
DAY, LOOK = 86_400, 3600.0  # seconds; between two looks for what is too old
StoreKey = str
log = logging.getLogger(__name__)

PAGES = ("page_count", "freelist_count", "page_size")


class Store:
    """Values by key. What was put is seen at once here, and by others after the next `flush`.

    The file is opened when it is first needed. `put` flushes by itself after `DELAY` seconds or `BATCH` values. When
    they would take more than `most_bytes` (0 is any number), the oldest go; so do those older than `most_days` (0 is
    any age). All methods raise StoreFailed, naming the file and what to do; on a `public` server that is in the log.
    """

    def __init__(self, path: Path, *, most_bytes: int = 0, most_days: int = 0, public: bool = False) -> None:
        self.path = path
        self._most, self._days, self._public = most_bytes, most_days, public
        self._last_cleanup = -LOOK
        self._lock = threading.RLock()
        self._pending: dict[StoreKey, bytes] = {}
        self._since = 0.0

    @classmethod
    def from_settings(cls, settings: Settings) -> "Store":
        """The store of a server with these settings: a shared one forgets, and tells strangers no paths."""
        return cls(
            settings.store_file,
            most_bytes=settings.store_megabytes * 2**20,
            most_days=settings.store_days if settings.public else 0,
            public=settings.public,
        )

    @cached_property
    def _db(self) -> sqlite3.Connection:
        return open_file(self.path, self._prepare)

    def _prepare(self, db: sqlite3.Connection) -> None:
        _refuse(db, self.path)  # before anything is changed
        keep_log(db)
        db.execute("PRAGMA synchronous = NORMAL")  # a crash of the process loses nothing that was committed
        db.execute("PRAGMA cache_size = -256")  # kilobytes: a value is read once
        with transaction(db):  # of two that begin a store at once, neither sees half of it
            db.execute(SCHEMA)
            if db.execute("PRAGMA user_version").fetchone() == (1,):  # it did not say when a run was made
                db.execute("ALTER TABLE runs ADD COLUMN made INTEGER NOT NULL DEFAULT 0")
                db.execute("UPDATE runs SET made = ?", (int(time.time()),))
            db.execute(f"PRAGMA user_version = {VERSION}")
        self._forget_old(db)

    def get(self, key: StoreKey) -> bytes | None:
        """The value, if it is known."""
        return self.get_many([key]).get(key)

    def get_many(self, keys: Sequence[StoreKey]) -> Mapping[StoreKey, bytes]:
        """The values of those that are known."""
        value_by_key: dict[StoreKey, bytes] = {}
        with self._store_errors():
            for some in _portions(keys):
                query = f"SELECT key, value FROM runs WHERE made >= ? AND key IN ({','.join('?' * len(some))})"
                value_by_key.update(self._db.execute(query, [self._oldest(), *some]).fetchall())
            value_by_key.update((key, self._pending[key]) for key in keys if key in self._pending)
        return value_by_key

    def count_stored(self, keys: Sequence[StoreKey]) -> int:
        """How many of these are known."""
        with self._store_errors():
            self._flush()
            query = "SELECT count(*) FROM runs WHERE made >= ? AND key IN ({})"
            return sum(
                self._db.execute(query.format(",".join("?" * len(some))), [self._oldest(), *some]).fetchone()[0]
                for some in _portions(keys)
            )

    def put(self, key: StoreKey, value: bytes) -> None:
        """Keep a value; what another process put there meanwhile is replaced."""
        with self._store_errors():
            if not self._pending:
                self._since = time.monotonic()
            self._pending[key] = value
            if len(self._pending) >= BATCH or time.monotonic() - self._since >= DELAY:
                self._flush()

    def flush(self) -> None:
        """Write what was put, in one transaction."""
        if self._pending:
            with self._store_errors():
                self._flush()

    def count(self) -> int:
        """How many values there are."""
        with self._store_errors():
            self._flush()
            (rows,) = self._db.execute("SELECT count(*) FROM runs").fetchone()
            return int(rows)

    def close(self) -> None:
        """Write what was put and let go of the file; it is opened again when it is needed."""
        with self._store_errors():
            try:
                self._flush()
            finally:
                if db := self.__dict__.pop("_db", None):
                    db.close()

    def _flush(self) -> None:
        if not self._pending:
            return
        pending, self._pending = self._pending, {}  # what cannot be written is not tried again by whoever comes next
        with transaction(self._db):
            rows = [(key, value, int(time.time())) for key, value in pending.items()]
            self._db.executemany("INSERT OR REPLACE INTO runs VALUES (?, ?, ?)", rows)
        if self._most:
            self._trim()
        self._forget_old(self._db)

    def _forget_old(self, db: sqlite3.Connection) -> None:
        if self._days and time.monotonic() - self._last_cleanup > LOOK:
            self._last_cleanup = time.monotonic()
            with transaction(db):
                db.execute("DELETE FROM runs WHERE made < ?", (self._oldest(),))

    def _oldest(self) -> int:
        """When what may still be read was made at the earliest, in seconds since 1970."""
        return int(time.time()) - self._days * DAY if self._days else 0

    def _trim(self) -> None:
        while self._bytes_in_use() > self._most:
            with transaction(self._db):
                self._db.execute(
                    f"DELETE FROM runs WHERE rowid IN (SELECT rowid FROM runs ORDER BY rowid LIMIT "
                    f"(SELECT count(*) / {TRIM_FRACTION} + 1 FROM runs))"
                )

    def _bytes_in_use(self) -> int:
        """Bytes in use: the file does not shrink, but what was freed is used again."""
        pages, free, size = (self._db.execute(f"PRAGMA {name}").fetchone()[0] for name in PAGES)
        return int((pages - free) * size)

    @contextmanager
    def _store_errors(self) -> Iterator[None]:
        """One thread at a time, and what goes wrong in words."""
        try:
            with self._lock:
                yield
        except (sqlite3.Error, OSError, StoreFailed) as error:
            failed = self._explain(error)
            if not self._public:
                raise failed from error
            log.error("%s", failed)
            raise StoreFailed(FOR_STRANGERS) from None

    def _explain(self, error: Exception) -> StoreFailed:
        if isinstance(error, StoreFailed):
            return error
        words = explain_error(error) if isinstance(error, sqlite3.Error) else f"cannot be used: {error}. {ELSEWHERE}"
        return StoreFailed(f"The store {self.path} {words}")


def _refuse(db: sqlite3.Connection, path: Path) -> None:
    """Raises StoreFailed for what is no store, or one of a newer version."""
    with transaction(db, "DEFERRED"):  # both are of one moment
        (version,) = db.execute("PRAGMA user_version").fetchone()
        (tables,) = db.execute("SELECT count(*) FROM sqlite_master").fetchone()
    if tables and not version:
        raise StoreFailed(f"The store {path} {REASONS['SQLITE_NOTADB']}")
    if version > VERSION:
        raise StoreFailed(
            f"The store {path} is of version {version}, written by a newer playground; this one reads "
            f"version {VERSION}. Update the playground first. {ELSEWHERE}"
        )


def _portions(keys: Sequence[StoreKey]) -> Iterator[Sequence[StoreKey]]:
    for first in range(0, len(keys), KEYS_PER_QUERY):
        yield keys[first : first + KEYS_PER_QUERY]
