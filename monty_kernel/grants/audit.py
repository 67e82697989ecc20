"""The audit log: one record for each call of a tool, each question and each grant, in memory and in a file of JSON lines."""

from __future__ import annotations

import json
import os
import stat
import threading
import time
import uuid
from collections import deque
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from monty_kernel.files.private_folder import make_private

from .plain import one_line

KEPT = 10_000
"""Records kept in memory, for `%audit`. The file has all."""

_NO_LINK = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0)

Kind = Literal["tool", "question", "mount", "write"]


class AuditFailed(OSError):
    """The audit file cannot be written; the message says why. What cannot be logged is not done."""


@dataclass(frozen=True, slots=True)
class Record:
    """What happened. All texts are one line.

    when: in UTC, ISO 8601. session: this kernel process. cell: its label, `In[3]`. what: `tools.pay`, or a mount's place.
    arguments: cut short. outcome: `ok`, `denied: …`, `ValueError: …`, an answer. seconds: how long it took.
    """

    when: str
    session: str
    cell: str
    kind: Kind
    what: str
    arguments: str
    outcome: str
    seconds: float


class Audit:
    """Keeps the records of one kernel process. Any thread may call.

    path: a file that records are appended to, made with mode 0600; None keeps them in memory only.
    """

    def __init__(self, path: Path | None = None) -> None:
        self.session = uuid.uuid4().hex[:8]
        self.cell = ""
        """The label of the cell that runs."""
        self._path = path
        self._file: int | None = None
        self._lock = threading.Lock()
        self._records: deque[Record] = deque(maxlen=KEPT)

    @property
    def path(self) -> Path | None:
        """The file, if there is one."""
        return self._path

    def check(self) -> None:
        """See to it that a record can be written now.

        Raises:
            AuditFailed: it cannot.
        """
        with self._lock:
            self._open()

    def add(
        self, kind: Kind, what: str, arguments: str, outcome: str, seconds: float = 0.0, cell: str | None = None
    ) -> None:
        """Keep a record. cell: by default the one that runs.

        Raises:
            AuditFailed: it is kept in memory only.
        """
        now = datetime.now(UTC).isoformat(timespec="milliseconds")
        label = self.cell if cell is None else cell
        record = Record(
            now,
            self.session,
            label,
            kind,
            one_line(what, 200),
            one_line(arguments, 1000),
            one_line(outcome, 300),
            round(seconds, 6),
        )
        with self._lock:
            self._records.append(record)
            file = self._open()
            if file is None:
                return
            line = json.dumps(asdict(record)).encode() + b"\n"
            try:
                written = os.write(file, line)  # one write in append mode: lines of several kernels do not mix
            except OSError as error:
                written, why = 0, error.strerror
            else:
                why = "the disk is full"
            if written != len(line):
                os.close(file)
                self._file = None
                raise AuditFailed(f"the audit log cannot be written: {why}")

    def records(self, last: int = KEPT) -> Sequence[Record]:
        """The last records, oldest first."""
        with self._lock:
            return list(self._records)[-last:] if last else []

    def close(self) -> None:
        """Close the file. Idempotent."""
        with self._lock:
            file, self._file = self._file, None
        if file is not None:
            os.close(file)

    def _open(self) -> int | None:
        if self._path is None:
            return None
        if self._file is not None:
            if _is_at(self._path, self._file):
                return self._file
            os.close(self._file)  # moved away, as logs are, or deleted: nobody would find what is written to it
            self._file = None
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | _NO_LINK | getattr(os, "O_NONBLOCK", 0)
        try:
            make_private(self._path.parent)
            file = os.open(self._path, flags, 0o600)
        except OSError as error:
            why = "it is a link; give the path that it leads to" if os.path.islink(self._path) else error.strerror
            raise AuditFailed(f"the audit log cannot be opened: {why}") from None
        if not stat.S_ISREG(os.fstat(file).st_mode):
            os.close(file)
            raise AuditFailed("the audit log cannot be opened: it is no regular file")
        _end_line(self._path, file)
        self._file = file
        return file


def _is_at(path: Path, file: int) -> bool:
    try:
        return os.path.samestat(os.lstat(path), os.fstat(file))
    except OSError:
        return False


def _end_line(path: Path, file: int) -> None:
    # a kernel that was killed, or a full disk, may have left half a line
    size = os.fstat(file).st_size
    if size:
        with open(os.open(path, os.O_RDONLY | _NO_LINK), "rb") as reading:
            reading.seek(size - 1)
            if reading.read(1) != b"\n":
                os.write(file, b"\n")


class Watch:
    """Measures seconds from when it is made."""

    def __init__(self) -> None:
        self._start = time.perf_counter()

    @property
    def seconds(self) -> float:
        """Until now."""
        return time.perf_counter() - self._start
