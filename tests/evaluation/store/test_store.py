"""The store: what was put is there for everybody, whatever happens to the process, and what goes wrong is said."""

import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from patience import PATIENCE

from playground.errors import StoreFailed
from playground.evaluation import store as store_module
from playground.evaluation.store import BATCH, Store, sqlite_file


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "deep" / "store.sqlite"


@pytest.fixture
def store(path: Path) -> Iterator[Store]:
    store = Store(path)
    yield store
    store.close()


def test_what_was_put_is_there_at_once_and_after_closing(store: Store, path: Path) -> None:
    assert store.get("a") is None
    store.put("a", b"1")
    store.put("b", b"2")
    assert store.get("a") == b"1"
    assert store.get_many(["a", "b", "c"]) == {"a": b"1", "b": b"2"}
    assert (store.count_stored(["a", "c"]), store.count()) == (1, 2)
    store.put("a", b"3")
    store.close()
    assert Store(path).get("a") == b"3"


def test_many_keys_are_asked_at_once(store: Store) -> None:
    keys = [str(i) for i in range(1234)]
    for key in keys:
        store.put(key, key.encode())
    assert store.count_stored(keys) == 1234
    assert store.get_many(keys) == {key: key.encode() for key in keys}


def test_a_batch_is_written_without_being_told_to(store: Store, path: Path) -> None:
    for i in range(BATCH):
        store.put(str(i), b"")
    other = Store(path)
    assert other.count() == BATCH
    other.close()


def test_killed_in_the_middle_it_has_all_that_was_flushed(path: Path) -> None:
    code = (
        f"import os, pathlib; from playground.evaluation.store import Store; s = Store(pathlib.Path({str(path)!r}))\n"
        "for i in range(250): s.put(str(i), b'x')\n"
        "s.flush(); s.put('late', b'x'); os.kill(os.getpid(), 9)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == -9
    assert Store(path).count() in (250, 251)


def test_threads_and_other_openings_of_the_file_share_it(store: Store, path: Path) -> None:
    other = Store(path)

    def write(into: Store, name: str) -> None:
        for i in range(300):
            into.put(f"{name}{i}", b"x")
        into.flush()

    threads = [threading.Thread(target=write, args=(s, n)) for s, n in ((store, "a"), (store, "b"), (other, "c"))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (store.count(), other.count()) == (900, 900)
    other.close()


def newer(path: Path) -> None:
    with sqlite3.connect(path) as db:
        db.execute("PRAGMA user_version = 99")
    db.close()


def foreign(path: Path) -> None:
    with sqlite3.connect(path) as db:
        db.execute("CREATE TABLE bookmarks (address TEXT)")
    db.close()


def damaged(path: Path) -> None:
    made = Store(path)
    for i in range(200):
        made.put(str(i), b"x" * 500)
    made.close()
    content = path.read_bytes()
    path.write_bytes(content[:4096] + b"\xff" * (len(content) - 4096))


BROKEN: list[tuple[Callable[[Path], object], str]] = [
    (newer, "store.sqlite is of version 99, written by a newer playground.*PLAYGROUND_STORE"),
    (foreign, "store.sqlite is not a store of this playground.*Move the file away"),
    (lambda path: path.write_bytes(b"no database" * 1000), "store.sqlite is not a store of this playground"),
    (damaged, "store.sqlite is damaged. Move the file away"),
    (lambda path: path.mkdir(), "store.sqlite cannot be opened. Set PLAYGROUND_STORE"),
]


@pytest.mark.parametrize(("broken", "message"), BROKEN)
def test_a_file_that_cannot_be_used_is_named_with_what_to_do(
    path: Path, broken: Callable[[Path], object], message: str
) -> None:
    path.parent.mkdir()
    broken(path)
    store = Store(path)
    with pytest.raises(StoreFailed, match=message):
        store.get_many([str(i) for i in range(200)])


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreFailed, match=r"file/store\.sqlite cannot be used"):
        Store(tmp_path / "file" / "store.sqlite").count()


def test_a_full_disk_is_said_and_loses_nothing_that_was_stored(store: Store) -> None:
    store.put("first", b"x")
    store.flush()
    (pages,) = store._db.execute("PRAGMA page_count").fetchone()
    store._db.execute(f"PRAGMA max_page_count = {pages + 4}")
    for i in range(BATCH - 1):
        store.put(str(i), b"x" * 2000)
    with pytest.raises(StoreFailed, match=r"the disk is full\. Free some space and run again"):
        store.flush()
    assert store.get("first") == b"x"
    store.flush()
    store._db.execute("PRAGMA max_page_count = 100000")
    store.put("later", b"x")
    assert store.count() == 2


def test_another_process_that_never_ends_its_writing_is_said(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite_file, "PATIENCE", 0.05)
    store = Store(path)
    store.count()
    with sqlite3.connect(path, isolation_level=None) as other:
        other.execute("BEGIN IMMEDIATE")
        store.put("a", b"x")
        with pytest.raises(StoreFailed, match="is held by another process"):
            store.flush()
        other.execute("ROLLBACK")
    other.close()
    store.close()


def test_it_can_be_read_while_another_process_writes(store: Store, path: Path) -> None:
    store.put("a", b"1")
    store.flush()
    with sqlite3.connect(path, isolation_level=None) as other:
        other.execute("BEGIN EXCLUSIVE")
        assert store.get("a") == b"1"
        other.execute("ROLLBACK")
    other.close()


def test_beyond_its_size_the_oldest_go(path: Path) -> None:
    store = Store(path, most_bytes=300_000)
    for i in range(1000):
        store.put(str(i), b"x" * 1000)
    store.flush()
    assert store.get("999")
    assert store.get("0") is None
    assert 100 < store.count() < 400
    store.close()
    assert path.stat().st_size < 600_000


def test_a_store_that_another_process_begins_is_waited_for(path: Path) -> None:
    path.parent.mkdir()
    other = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    other.execute(store_module.SCHEMA)
    other.execute(f"PRAGMA user_version = {store_module.VERSION}")
    store, waited = Store(path), threading.Event()
    with ThreadPoolExecutor(1) as threads:
        counted = threads.submit(store.count)
        assert not waited.wait(0.2)
        assert not counted.done()
        other.execute("COMMIT")
        assert counted.result(PATIENCE) == 0
    store.close()
    other.close()


class Killed(int):
    """A version that nobody lives to write."""

    def __format__(self, spec: str) -> str:
        raise KeyboardInterrupt


def test_a_store_that_was_killed_while_it_began_is_begun_again(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(store_module, "VERSION", Killed(1))
        with pytest.raises(KeyboardInterrupt):
            Store(path).count()
    store = Store(path)
    assert store.count() == 0
    store.close()


@pytest.mark.parametrize("made_by_an_earlier_version", [False, True])
def test_only_this_account_reads_the_store(made_by_an_earlier_version: bool, tmp_path: Path) -> None:
    path = tmp_path / "store.sqlite"
    if made_by_an_earlier_version:
        path.touch(0o644)
    store = Store(path)
    store.put("key", b"what somebody wrote")
    store.flush()
    modes = {file.name: oct(file.stat().st_mode & 0o777) for file in tmp_path.iterdir()}
    assert modes == dict.fromkeys(["store.sqlite", "store.sqlite-wal", "store.sqlite-shm"], "0o600")
    store.close()


def test_what_is_too_old_goes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, now = tmp_path / "store.sqlite", time.time()
    old = Store(path)
    old.put("forty days ago", b"x")
    monkeypatch.setattr(store_module.time, "time", lambda: now - 40 * 86_400)
    old.close()
    monkeypatch.setattr(store_module.time, "time", lambda: now)
    for days, left in ((0, {"forty days ago", "today"}), (50, {"forty days ago", "today"}), (30, {"today"})):
        store = Store(path, most_days=days)
        store.put("today", b"x")
        store.flush()
        assert set(store.get_many(["forty days ago", "today"])) == left
        store.close()


def test_what_becomes_too_old_in_a_server_that_goes_on_is_not_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, now = Store(tmp_path / "store.sqlite", most_days=30), time.time()
    store.put("key", b"x")
    assert store.count_stored(["key"]) == 1
    monkeypatch.setattr(store_module.time, "time", lambda: now + 31 * 86_400)
    assert (store.get("key"), store.count_stored(["key"])) == (None, 0)
    store.close()


def test_a_store_of_the_first_version_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "store.sqlite"
    with sqlite3.connect(path) as db:
        db.execute("CREATE TABLE runs (key TEXT PRIMARY KEY, value BLOB NOT NULL) STRICT")
        db.execute("INSERT INTO runs VALUES ('key', x'01')")
        db.execute("PRAGMA user_version = 1")
    db.close()
    store = Store(path, most_days=30)
    assert store.get("key") == b"\x01"
    store.put("other", b"x")
    assert store.count() == 2
    store.close()


def test_a_stranger_reads_no_path_of_the_operators(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "store.sqlite").write_bytes(b"no store at all" * 100)
    for path in (tmp_path / "store.sqlite", tmp_path):
        with pytest.raises(StoreFailed, match="tell whoever runs it") as caught:
            Store(path, public=True).get("key")
        assert str(tmp_path) not in str(caught.value)
        assert str(path) in caplog.text
        with pytest.raises(StoreFailed, match=str(path)):
            Store(path).get("key")
