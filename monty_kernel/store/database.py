"""The SQLite file of a store: opened when needed, written in whole transactions, put aside when it is damaged.

The folder of a store:

    lock            held while the file is opened, made or put aside
    live/ID         one locked file for each session that runs, see `liveness`
    store/          the SQLite file with its log; this folder is what is put aside, in one step
    damaged-WHEN/   what was put aside
    mended/         its successor, for a moment, see `mending`

One connection writes and another reads, so that a reader waits for no writer (WAL).
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

from .errors import StateRefused, StoreUnavailable
from .key import private_folder
from .liveness import lock
from .mending import finish, is_mended, mend
from .tables import NAME, TABLES, make

if TYPE_CHECKING:
    import sqlite3

T = TypeVar("T")

PATIENCE = 5.0
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
"""SQLite's errors for which its file is not to blame. All others, in statements that are right, mean a damaged file."""


class Database:
    """The file of one store, for one process. `write` and `read` may each be called from any thread."""

    def __init__(self, folder: Path, log: logging.Logger) -> None:
        self.folder = folder
        self._log = log
        self._path = folder / "store" / NAME
        self._writing = threading.RLock()
        self._reading = threading.RLock()
        self._writer: _Connection | None = None
        self._reader: _Connection | None = None
        self._damaged: tuple[int, int] | None = None  # the file that a reader found damaged

    def write(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Do the work in one transaction: all of it is in the file afterwards, or nothing.

        Work that met a damaged file, or whose reader has, is done again on a new one, which has all that can still
        be read.

        Raises:
            StoreUnavailable: nothing was written.
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
                        self._drop_writer()  # another kernel mended it while this one waited
                        continue
                    result = work(db.sqlite)
                    db.sqlite.execute("COMMIT")
                    return result
                except (sqlite3.Error, OSError, MemoryError, UnicodeDecodeError) as error:
                    self._drop_writer()  # which rolls back
                    if not (again and db and self._is_damage(error) and self._put_aside(db.identity, error)):
                        raise self._unavailable(error) from error
                except BaseException:
                    self._drop_writer()
                    raise
        raise AssertionError

    def outside(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Do work that needs the writing connection but no transaction. Raises StoreUnavailable."""
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
        """Do the work on the file as it is at one moment. otherwise: the result while there is no file.

        Raises:
            StoreUnavailable: the file cannot be read now.
            StateRefused: what the work looks for is in a damaged part of the file.
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
            except (sqlite3.Error, OSError, MemoryError, UnicodeDecodeError) as error:
                damaged = self._reader.identity if self._reader else None
                self._drop_reader()
                if self._is_damage(error):
                    self._damaged = damaged
                    raise StateRefused(f"the store is damaged here ({error})") from error
                raise self._unavailable(error) from error

    def close(self) -> None:
        """End the connections. Idempotent; the next use opens them again."""
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
        """Whether there is a file, be it under the name that it has until a mending, perhaps one of a killed kernel, comes to its end."""
        return self._path.exists() or is_mended(self.folder) or self._path.exists()

    def used(self) -> int:
        """Bytes that the store takes on the disk, what was put aside among them."""
        total = 0
        with suppress(OSError):
            for file in self.folder.rglob("*"):
                with suppress(OSError):
                    total += file.lstat().st_size
        return total

    def remove_damaged(self, before: float) -> None:
        """Remove what was put aside before that time."""
        with suppress(OSError):
            for folder in self.folder.glob("damaged-*"):
                with suppress(OSError):
                    if folder.stat().st_mtime < before:
                        shutil.rmtree(folder, ignore_errors=True)

    def _opened(self, connection: _Connection | None) -> _Connection:
        """The connection, if it is to the file that has the name now; else a new one."""
        if connection is not None:
            with suppress(OSError):
                if _identity(self._path) == connection.identity:
                    return connection
            connection.close()
        private_folder(self.folder)
        import sqlite3

        with self._locked():
            for again in (True, False):
                try:
                    if not self._path.exists():
                        self._make()
                    return _Connection(self._path)
                except (sqlite3.Error, MemoryError, UnicodeDecodeError) as error:
                    # here even SQLITE_ERROR, and a read-only file that is none, come from a damaged header
                    if not (again and self._is_damage(error) and self._mend(_identity(self._path), error)):
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
        """Make the file under another name: what a killed kernel leaves half done has no store's name."""
        finish(self.folder)
        if self._path.exists():
            return
        private_folder(self._path.parent)
        for left in self._path.parent.glob("new-*"):
            left.unlink()
        fresh = self._path.with_name(f"new-{secrets.token_hex(4)}")
        make(fresh)
        fresh.rename(self._path)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        descriptor = os.open(self.folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            until = time.monotonic() + PATIENCE
            while not lock(descriptor):
                if time.monotonic() > until:
                    raise StoreUnavailable(f"the snapshots in {self.folder} are locked by another kernel")
                time.sleep(0.005)
            yield
        finally:
            os.close(descriptor)

    def _put_aside(self, identity: tuple[int, int], error: BaseException) -> bool:
        """Put the file out of the way, unless another kernel has; whether to try again."""
        with self._locked():
            return self._mend(identity, error)

    def _mend(self, identity: tuple[int, int], error: BaseException) -> bool:
        import sqlite3

        try:
            if _identity(self._path) != identity:
                return True
            aside, count = mend(self.folder, PATIENCE)
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
            return True  # of SQLite's message, which quotes a damaged table's definition
        if not isinstance(error, sqlite3.Error) or isinstance(
            error, (sqlite3.ProgrammingError, sqlite3.InterfaceError)
        ):
            return False
        code = getattr(error, "sqlite_errorcode", None)
        if code is not None and code & 0xFF == 8:  # a damaged header makes a file read-only, too
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

        found = path.stat()
        if os.name == "posix" and found.st_uid != os.geteuid():
            raise StoreUnavailable(f"{path} belongs to another user")
        if found.st_mode & 0o077:
            path.chmod(0o600)
        self.identity = found.st_dev, found.st_ino
        self.sqlite = sqlite3.connect(
            f"{path.absolute().as_uri()}?mode=rw",
            uri=True,
            timeout=PATIENCE,
            isolation_level=None,
            check_same_thread=False,
        )
        try:
            # NORMAL: a commit waits for no disk; only a power cut can take the last ones, and it harms nothing else
            for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "trusted_schema=OFF", "cell_size_check=ON"):
                self.sqlite.execute(f"PRAGMA {pragma}").fetchall()
            self.sqlite.execute("PRAGMA journal_size_limit=4194304").fetchall()
            found_tables = self.sqlite.execute("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL").fetchall()
            if {row[0] for row in found_tables} != set(TABLES):
                raise sqlite3.DatabaseError("its tables are not what they were")
        except BaseException:
            self.sqlite.close()
            raise

    def close(self) -> None:
        import sqlite3

        with suppress(sqlite3.Error):
            self.sqlite.close()


def _identity(path: Path) -> tuple[int, int]:
    found = path.stat()
    return found.st_dev, found.st_ino


def _writable(path: Path) -> bool:
    """Whether the disk takes writes there: `os.access` says yes to root whatever a mount says."""
    return not (hasattr(os, "statvfs") and os.statvfs(path).f_flag & os.ST_RDONLY)
