"""The audit log: one record for each tool call, question, mount and write, in memory and in a file of JSON lines."""

from __future__ import annotations

import json
import threading
import time
import uuid
from collections import deque
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from monty_kernel.files.private import AppendedFile, AppendFailed

from .plain import one_line

KEPT = 10_000
"""Records kept in memory, for `%audit`. The file has all of them."""

Kind = Literal["tool", "question", "mount", "write"]


class AuditFailed(OSError):
    """The audit file cannot be written; the message says why. Whatever cannot be logged is refused."""


@dataclass(frozen=True, slots=True)
class Record:
    """One thing that happened. All texts are one line.

    Attributes:
        when: in UTC, ISO 8601.
        session: identifies this kernel process.
        cell: the cell's label, such as `In[3]`.
        what: the tool, such as `tools.pay`, or the place of a mount.
        arguments: shortened.
        outcome: `ok`, `denied: …`, `ValueError: …`, or the person's answer.
        seconds: the duration.
    """

    when: str
    session: str
    cell: str
    kind: Kind
    what: str
    arguments: str
    outcome: str
    seconds: float


def require_writable(path: Path) -> None:
    """Open an audit file to see that it can be written; it is made if it is not there. Raises AuditFailed."""
    audit = Audit(path)
    try:
        audit.check()
    finally:
        audit.close()


class Audit:
    """Keeps the records of one kernel process. Thread-safe.

    Args:
        path: the file that records are appended to, created with mode 0600; None keeps them in memory only.
    """

    def __init__(self, path: Path | None = None) -> None:
        self.session = uuid.uuid4().hex[:8]
        self.cell = ""
        """The label of the running cell."""
        self._file = None if path is None else AppendedFile(path)
        self._lock = threading.Lock()
        self._records: deque[Record] = deque(maxlen=KEPT)

    @property
    def path(self) -> Path | None:
        """The file that records are appended to, or None."""
        return None if self._file is None else self._file.path

    def check(self) -> None:
        """Check that a record can be written now.

        Raises:
            AuditFailed: it cannot be written.
        """
        with self._lock:
            if self._file is not None:
                try:
                    self._file.open()
                except AppendFailed as error:
                    raise AuditFailed(f"the audit log {error}") from None

    def add(
        self, kind: Kind, what: str, arguments: str, outcome: str, began: float | None = None, cell: str | None = None
    ) -> None:
        """Add a record.

        Args:
            began: when it began, by `time.perf_counter()`; None if it took no time.
            cell: its cell's label, by default that of the running one.

        Raises:
            AuditFailed: the file cannot be written, so the record is kept in memory only.
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
            0.0 if began is None else round(time.perf_counter() - began, 6),
        )
        with self._lock:
            self._records.append(record)
            if self._file is None:
                return
            try:
                self._file.append(json.dumps(asdict(record)).encode() + b"\n")
            except AppendFailed as error:
                raise AuditFailed(f"the audit log {error}") from None

    def records(self, last: int = KEPT) -> Sequence[Record]:
        """The last records, oldest first."""
        with self._lock:
            return list(self._records)[-last:] if last else []

    def close(self) -> None:
        """Close the file. Idempotent."""
        with self._lock:
            if self._file is not None:
                self._file.close()
