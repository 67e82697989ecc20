"""The SQLite file of a store: opened when needed, written in whole transactions, replaced when it is damaged.

The folder of a store:

    lock            held while the file is opened, made or replaced
    live/ID         one locked file for each session that runs, see `locks`
    pending/ID      the write-ahead log of a session, see `log`
    store/          the SQLite file with its own log; a damaged file is put aside by renaming this folder
    damaged-WHEN/   a file that was put aside
    mended/         its successor, for a moment, see `repair`

One connection writes and another reads, so that readers never wait for a writer (WAL).
"""

from __future__ import annotations

import logging
import os
import secrets
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from monty_kernel.files.private import require_private

from . import StateRefused, StoreUnavailable
from .locks import lock
from .repair import finish, is_unfinished, repair
from .schema import FILE_NAME, TABLES, make_file

if TYPE_CHECKING:
    import sqlite3

T = TypeVar("T")

TIMEOUT = 5.0
"""Seconds to wait while another kernel writes."""

_ELSEWHERE = {
    3: "access was denied",  # SQLITE_PERM
    5: "another kernel is writing to it",
    6: "another kernel is writing to it",
    7: "there is not enough memory",  # SQLITE_NOMEM
    8: "it is read-only",  # SQLITE_READONLY
    10: "the disk failed to read or write",  # SQLITE_IOERR
    13: "the disk is full",  # SQLITE_FULL
    14: "it cannot be opened",  # SQLITE_CANTOPEN
    22: "the disk cannot hold so large a file",  # SQLITE_NOLFS
}
"""SQLite's errors that have another cause than the file. All others, in correct statements, mean that it is damaged."""


class Database:
    """The file of one store, for one process. `write` and `read` may each be called from any thread."""

    def __init__(self, folder: Path, log: logging.Logger) -> None:
        self.folder = folder
        self._log = log
        self._path = folder / "store" / FILE_NAME
        self._writing = threading.RLock()
        self._reading = threading.RLock()
        self._writer: _Connection | None = None
        self._reader: _Connection | None = None
        self._damaged: tuple[int, int] | None = None  # the identity of the file that a reader found damaged

    def write(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Do the work in one transaction: all of it is in the file afterwards, or nothing.

        If the file turns out to be damaged, now or in an earlier read, the work is done on a new one, which has
        everything that can still be read.

        Raises:
            StoreUnavailable: Nothing was written.
        """
        import sqlite3

        with self._writing:
            for again in (True, True, False):
                db: _Connection | None = None
                try:
                    db = self._writer = self._opened(self._writer)
                    if self._damaged == db.identity:
                        raise sqlite3.DatabaseError("parts of it cannot be read")
                    db.sqlite.execute("BEGIN IMMEDIATE")
                    if again and _identity(self._path) != db.identity:
                        self._drop_writer()  # another kernel replaced it while this one waited
                        continue
                    result = work(db.sqlite)
                    db.sqlite.execute("COMMIT")
                    return result
                except (sqlite3.Error, OSError, MemoryError, UnicodeDecodeError) as error:
                    self._drop_writer()  # which rolls back
                    if not (again and db and self._is_damage(error)):
                        raise self._unavailable(error) from error
                    with self._locked():
                        repaired = self._repair(db.identity, error)
                    if not repaired:
                        raise self._unavailable(error) from error
                except BaseException:
                    self._drop_writer()
                    raise
        raise AssertionError

    def outside(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Do work that needs the writing connection and no transaction. Raises StoreUnavailable."""
        import sqlite3

        with self._writing:
            try:
                db = self._writer = self._opened(self._writer)
                return work(db.sqlite)
            except (sqlite3.Error, OSError, MemoryError, UnicodeDecodeError) as error:
                if self._writer is not None and self._is_damage(error):
                    self._damaged = self._writer.identity
                self._drop_writer()
                raise self._unavailable(error) from error

    def read(self, work: Callable[[sqlite3.Connection], T], otherwise: T) -> T:
        """Do the work on the file as it is at one moment.

        otherwise: The result while there is no file.

        Raises:
            StoreUnavailable: The file cannot be read now.
            StateRefused: The work needs a damaged part of the file.
        """
        import sqlite3

        with self._reading:
            try:
                if not self._is_there():
                    return otherwise
                db = self._reader = self._opened(self._reader)
                db.sqlite.execute("BEGIN")
                try:
                    return work(db.sqlite)
                finally:
                    db.sqlite.rollback()
            except (TypeError, OverflowError) as error:  # a damaged row holds other types than ours
                raise StateRefused(f"the store is damaged here ({error})") from error
            except (sqlite3.Error, OSError, MemoryError, UnicodeDecodeError) as error:
                damaged = self._reader.identity if self._reader else None
                self._drop_reader()
                if self._is_damage(error):
                    self._damaged = damaged
                    raise StateRefused(f"the store is damaged here ({error})") from error
                raise self._unavailable(error) from error

    def close(self) -> None:
        """Close the connections. Idempotent; the next use opens them again."""
        with self._writing, self._reading:
            self._drop_writer()
            self._drop_reader()

    def exists(self) -> bool:
        """Whether there is a file yet. Raises StoreUnavailable."""
        try:
            return self._is_there()
        except OSError as error:
            raise self._unavailable(error) from error

    def _is_there(self) -> bool:
        """Whether there is a file, perhaps under the name that it has until a repair is finished."""
        return self._path.exists() or is_unfinished(self.folder) or self._path.exists()

    def used(self) -> int:
        """Bytes that the store takes on the disk, with damaged files that were put aside."""
        total = 0
        with suppress(OSError):
            for file in self.folder.rglob("*"):
                with suppress(OSError):
                    total += file.lstat().st_size
        return total

    def remove_damaged(self, before: float) -> None:
        """Remove damaged files that were put aside before that time, in seconds since the epoch."""
        with suppress(OSError):
            for folder in self.folder.glob("damaged-*"):
                with suppress(OSError):
                    if folder.stat().st_mtime < before:
                        shutil.rmtree(folder, ignore_errors=True)

    def _opened(self, connection: _Connection | None) -> _Connection:
        """The connection if it is to the file that has the name now, otherwise a new one."""
        if connection is not None:
            with suppress(OSError):
                if _identity(self._path) == connection.identity:
                    return connection
            connection.close()
        require_private(self.folder)
        import sqlite3

        with self._locked():
            for again in (True, False):
                try:
                    if not self._path.exists():
                        self._make()
                    return _Connection(self._path)
                except (sqlite3.Error, MemoryError, UnicodeDecodeError) as error:
                    # a damaged header can look like SQLITE_ERROR here, or like a read-only file
                    if not (again and self._is_damage(error) and self._repair(_identity(self._path), error)):
                        raise
        raise AssertionError

    def _drop_writer(self) -> None:
        if self._writer is not None:
            self._writer.close()
        self._writer = None

    def _drop_reader(self) -> None:
        if self._reader is not None:
            self._reader.close()
        self._reader = None

    def _make(self) -> None:
        """Make the file under another name first, so that half a file of a killed kernel is not taken for a store."""
        finish(self.folder)
        if self._path.exists():
            return
        require_private(self._path.parent)
        for left in self._path.parent.glob("new-*"):
            left.unlink()
        fresh = self._path.with_name(f"new-{secrets.token_hex(4)}")
        make_file(fresh)
        fresh.rename(self._path)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        descriptor = os.open(self.folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            until = time.monotonic() + TIMEOUT
            while not lock(descriptor):
                if time.monotonic() > until:
                    raise StoreUnavailable(f"the snapshots in {self.folder} are locked by another kernel")
                time.sleep(0.005)
            yield
        finally:
            os.close(descriptor)

    def _repair(self, identity: tuple[int, int], error: BaseException) -> bool:
        """Replace the damaged file, unless another kernel has done so; whether to try again. The lock is held."""
        import sqlite3

        try:
            if _identity(self._path) != identity:
                return True
            aside, count = repair(self.folder, TIMEOUT)
        except FileNotFoundError:
            return True
        except (OSError, sqlite3.Error, UnicodeDecodeError):
            return False
        self._log.warning(
            "The snapshots in %s were damaged (%s). They are now in %s; %d of them could be read and are kept.",
            self._path.parent,
            error,
            aside.name,
            count,
        )
        return True

    def _is_damage(self, error: BaseException) -> bool:
        import sqlite3

        if isinstance(error, UnicodeDecodeError):
            return True  # SQLite's message quotes a damaged table's definition
        if not isinstance(error, sqlite3.Error) or isinstance(
            error, (sqlite3.ProgrammingError, sqlite3.InterfaceError)
        ):
            return False
        code = getattr(error, "sqlite_errorcode", None)
        if code is not None and code & 0xFF == 8:  # a damaged header makes a file read-only too
            return os.access(self._path, os.W_OK) and os.access(self._path.parent, os.W_OK) and _writable(self._path)
        return code is None or code & 0xFF not in _ELSEWHERE

    def _unavailable(self, error: BaseException) -> StoreUnavailable:
        code = getattr(error, "sqlite_errorcode", None)
        why = _ELSEWHERE.get((code or 0) & 0xFF) or getattr(error, "strerror", None) or str(error) or "no memory"
        return StoreUnavailable(f"the snapshots in {self.folder} cannot be used now: {why}")


class _Connection:
    """An open, checked file."""

    def __init__(self, path: Path) -> None:
        import sqlite3

        status = path.stat()
        if os.name == "posix" and status.st_uid != os.geteuid():
            raise StoreUnavailable(f"{path} belongs to another user")
        if status.st_mode & 0o077:
            path.chmod(0o600)
        self.identity = status.st_dev, status.st_ino
        self.sqlite = sqlite3.connect(
            f"{path.absolute().as_uri()}?mode=rw",
            uri=True,
            timeout=TIMEOUT,
            isolation_level=None,
            check_same_thread=False,
        )
        try:
            # NORMAL: a commit does not wait for the disk; a power cut can take the last ones, and nothing else
            for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "trusted_schema=OFF", "cell_size_check=ON"):
                self.sqlite.execute(f"PRAGMA {pragma}").fetchall()
            self.sqlite.execute("PRAGMA journal_size_limit=4194304").fetchall()
            tables = self.sqlite.execute("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL").fetchall()
            if {row[0] for row in tables} != set(TABLES):
                raise sqlite3.DatabaseError("its tables are not what they were")
        except BaseException:
            self.sqlite.close()
            raise

    def close(self) -> None:
        import sqlite3

        with suppress(sqlite3.Error):
            self.sqlite.close()


def _identity(path: Path) -> tuple[int, int]:
    status = path.stat()
    return status.st_dev, status.st_ino


def _writable(path: Path) -> bool:
    """Whether the file system takes writes there: `os.access` says yes to root even on a read-only mount."""
    return not (hasattr(os, "statvfs") and os.statvfs(path).f_flag & os.ST_RDONLY)
