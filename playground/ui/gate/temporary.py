"""The folder for uploads and reports: this account's only, of a bounded size, and gone with its server."""

import contextlib
import logging
import os
import secrets
import shutil
import tempfile
import time
from pathlib import Path

import filelock

OLD = 3600.0  # seconds after which a file has been downloaded or read, or never will be
PAUSE = 10.0  # seconds at least between two looks at how much there is
BLOCK = 4096  # bytes that the smallest file takes
NAME = "temporary"
log = logging.getLogger(__name__)


class TemporaryFolder:
    """A folder of this process below `cache`. What servers that ended without clearing up left there goes first."""

    def __init__(self, cache: Path, most_bytes: int) -> None:
        self._most = most_bytes
        self._used, self._looked = 0, 0.0
        try:
            base = cache / NAME
            base.mkdir(mode=0o700, parents=True, exist_ok=True)
            base.chmod(0o700)
            _clear_after_others(base)
            name = f"{os.getpid()}-{secrets.token_hex(8)}"
            self._lock = _lock_of(base / name)
            self._lock.acquire()
            self.path = base / name
            self.path.mkdir(mode=0o700)
        except OSError as error:
            # A home that cannot be written to is no reason not to start.
            self.path = Path(tempfile.mkdtemp(prefix="prompt-playground-"))
            self._lock = _lock_of(self.path)
            log.warning("Uploads are kept in %s, since %s cannot be used: %s", self.path, cache, error.strerror)

    def has_room(self, size: int) -> bool:
        """Whether so many bytes more may come."""
        if self._used + size > self._most and time.monotonic() - self._looked > PAUSE:
            self._looked, self._used = time.monotonic(), self._measured()
        return self._used + size <= self._most

    def take(self, size: int) -> bool:
        """Count so many bytes more; False if there is no room for them."""
        room = self.has_room(size)
        if room:
            self._used += size
        return room

    def holds(self, path: str) -> bool:
        """Whether it is the path of a file in this folder, links followed."""
        try:
            real = Path(path).resolve(strict=True)
            return real.is_file() and real.is_relative_to(self.path.resolve())
        except (OSError, ValueError, RuntimeError):
            return False

    def sweep(self, older: float = OLD) -> None:
        """Delete what is older than this, whoever put it there, and folders with nothing in them."""
        before = time.time() - older
        for folder, _, files in os.walk(self.path, topdown=False):
            for name in files:
                file = Path(folder, name)
                with contextlib.suppress(FileNotFoundError):  # somebody else was quicker
                    if file.lstat().st_mtime < before:
                        file.unlink()
            here = Path(folder)
            with contextlib.suppress(OSError):  # somebody else was quicker, or something is in it
                if here != self.path and here.stat().st_mtime < before:
                    here.rmdir()
        self._used = self._measured()

    def remove(self) -> None:
        """The server ends: delete everything."""
        shutil.rmtree(self.path, ignore_errors=True)
        self._lock.release()
        Path(self._lock.lock_file).unlink(missing_ok=True)

    def _measured(self) -> int:
        size = 0
        for folder, _, files in os.walk(self.path):
            for name in files:
                with contextlib.suppress(FileNotFoundError):
                    size += max(BLOCK, Path(folder, name).lstat().st_size)
        return size


def _lock_of(folder: Path) -> filelock.BaseFileLock:
    return filelock.FileLock(folder.with_suffix(".lock"), timeout=0)


def _clear_after_others(base: Path) -> None:
    """Delete folders whose lock nobody holds: their servers were ended without being asked."""
    for left in {found.with_suffix("") for found in base.iterdir()}:
        lock = _lock_of(left)
        try:
            lock.acquire()
        except filelock.Timeout:
            continue
        shutil.rmtree(left, ignore_errors=True)
        lock.release()
        Path(lock.lock_file).unlink(missing_ok=True)
