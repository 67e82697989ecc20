"""What the tests inherit of signals: `nohup` ignores SIGHUP, a shell's background job SIGINT and SIGQUIT."""

from __future__ import annotations

import contextlib
import os
import signal
from types import FrameType


def heed_signals() -> None:
    """See to it that whatever this process starts heeds the signals that this process was told to ignore.

    What a process ignores, its children ignore; what it handles, they do not know of. The end of the terminal still does not
    end a run that `nohup` started: pytest-xdist's workers, which do not know whether it did, end with the process that
    started them.
    """
    for name in ("SIGINT", "SIGHUP", "SIGQUIT"):
        with contextlib.suppress(AttributeError):  # Windows has one of them
            number = getattr(signal, name)
            is_workers = name == "SIGHUP" and "PYTEST_XDIST_WORKER" in os.environ
            if signal.getsignal(number) == signal.SIG_IGN or is_workers:
                signal.signal(number, signal.default_int_handler if name == "SIGINT" else _go_on)


def _go_on(number: int, frame: FrameType | None) -> None:
    """Ignore a signal that those who are started from here heed."""
