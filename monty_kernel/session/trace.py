"""Writes when each step of a cell happened, and how large it was, to a file, so that a stuck or slow kernel can be
understood.

Nothing of what a cell holds gets into the file: no source, no output, no name, no value.
"""

from __future__ import annotations

import json
import logging
import os
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from monty_kernel.files.private import AppendedFile, AppendFailed

LARGEST = 4 << 20
"""Bytes of the file after which it is moved to `NAME.1` and begun anew: two such files are all that a trace takes."""

MOST_CALLS = 1_000
"""Host calls of one cell that are traced. A cell in a loop of displays would push all other cells out of the file."""

Event = Literal[
    "received",
    "parsed",
    "fed",
    "suspended",
    "answered",
    "first output",
    "logged",
    "done",
    "replied",
    "dumped",
    "stored",
]
"""What happens to a cell, in about this order; docs/troubleshooting.md says what each means."""

Observer = Callable[[Event, int], None]
"""Told of an event of the running cell and its size in bytes, 0 where there is none."""


class Trace:
    """Any thread may call. A file that cannot be written is reported in the log once, and cells go on without it.

    Args:
        path: the file. It is appended to, so that several kernels may share it.
        log: where trouble is reported.
    """

    def __init__(self, path: Path, log: logging.Logger | logging.LoggerAdapter[Any]) -> None:
        self._file = AppendedFile(path, LARGEST)
        self._log = log
        self._lock = threading.Lock()
        self._cell = 0
        self._received = 0.0
        self._shown = False
        self._calls = 0
        self._failing = False

    def received(self, cell: int, size: int, waited: float) -> None:
        """Begin with the next cell. waited: seconds that its request was queued."""
        with self._lock:
            self._cell, self._received = cell, time.perf_counter() - waited
            self._shown, self._calls = False, 0
            self._write("received", cell, 0.0, size, {"queued_ms": _ms(waited)})

    def event(self, event: Event, size: int = 0) -> None:
        """Write what happened to the present cell."""
        with self._lock:
            if event == "first output":
                if self._shown:
                    return
                self._shown = True
            elif event in ("suspended", "answered"):
                self._calls += event == "suspended"
                if self._calls > MOST_CALLS:
                    return
            elif event == "done" and self._calls:
                self._write(event, self._cell, self._since(), size, {"host_calls": self._calls})
                return
            self._write(event, self._cell, self._since(), size, {})

    def close(self) -> None:
        """Close the file. Idempotent."""
        with self._lock:
            self._file.close()

    def _since(self) -> float:
        return time.perf_counter() - self._received

    def _write(self, event: Event, cell: int, seconds: float, size: int, more: dict[str, float]) -> None:
        line = {
            "time": datetime.now(UTC).isoformat(timespec="milliseconds"),
            "kernel": os.getpid(),
            "cell": cell,
            "event": event,
            "ms": _ms(seconds),
            "bytes": size,
            **more,
        }
        try:
            self._file.append(json.dumps(line).encode() + b"\n")
        except Exception as error:  # whatever it is, it must not end the cell
            if not self._failing:
                self._failing = True
                why = error if isinstance(error, AppendFailed) else f"cannot be written: {error}"
                self._log.warning("Cells are not traced: the file %s.", why)
        else:
            self._failing = False


def _ms(seconds: float) -> float:
    return round(seconds * 1000, 3)
