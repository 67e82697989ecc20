"""One helper process, as its owner sees it: started, asked one thing at a time, killed."""

from __future__ import annotations

import contextlib
import io
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast

from .frames import BrokenFrame, Frame, read_frame, write_frame

_CODE = "import sys; sys.path += sys.argv[2:]; from monty_kernel.bounded.child import main; main(int(sys.argv[1]))"
_KEPT = ("HOME", "XDG_CACHE_HOME", "LOCALAPPDATA", "APPDATA", "SYSTEMROOT", "TMPDIR", "TEMP", "TMP", "LD_LIBRARY_PATH")
"""Variables that a Python may need to start, and jedi to find its cache."""


_LOADED = 5.0
"""How many times longer a job may take than its processor time, on a machine that has other things to do."""

_STARTING = 3.0
"""Seconds for the helper's start, and for importing what the job needs."""

_OUT_OF_TIME = getattr(signal, "SIGPROF", 0)


class Unanswered(Exception):
    """The helper gave no answer: it took too long or too much, was killed, or could not be started. The message says which."""


class TooMuch(Unanswered):
    """The job took longer, or more memory, than it was given: so it would the next time."""


class JobFailed(Exception):
    """The job raised an exception; the message is that exception's name and message."""


class Helper:
    """A helper process. `ask` is for one thread; `kill` may be called from any. Raises OSError if it cannot be started."""

    def __init__(self, retire_above: int) -> None:
        # -I: nothing is imported from the working directory, and no variable of Python's is heeded
        self._process = subprocess.Popen(
            [sys.executable, "-I", "-c", _CODE, str(retire_above), str(Path(__file__).parents[2])],
            bufsize=0,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=os.path.abspath(os.sep),
            env={name: os.environ[name] for name in _KEPT if name in os.environ},
            start_new_session=True,  # Ctrl-C in the terminal is not meant for it
        )
        self._requests = cast(io.RawIOBase, self._process.stdin)  # without a buffer they are that
        self._replies = cast(io.RawIOBase, self._process.stdout)
        self._lock = threading.Lock()
        self._ended = False
        self._why = Unanswered("it ended unexpectedly")
        self.retired = False
        """Whether it can be asked no more."""

    @property
    def pid(self) -> int:
        """The process's id."""
        return self._process.pid

    def ask(self, name: str, text: str, arguments: Sequence[Any], seconds: float) -> tuple[Any, str]:
        """Have a job done that may take so many seconds of processor time.

        Raises:
            Unanswered: there will be no answer; the helper has ended.
            JobFailed: the job raised an exception.
        """
        too_long = TooMuch(f"it took longer than {seconds:g} seconds")
        timer = threading.Timer(_LOADED * seconds + _STARTING, self.kill, (too_long,))
        timer.daemon = True
        timer.start()
        try:
            write_frame(self._requests, Frame([name, list(arguments), seconds], text))
            reply = read_frame(self._replies)
        except (OSError, BrokenFrame):
            reply = None
        finally:
            timer.cancel()
        if reply is None:
            self.close()
            raise too_long if self._process.returncode == -_OUT_OF_TIME else self._why
        self.retired = bool(reply.data["last"])
        if "memory" in reply.data:
            raise TooMuch("it took too much memory")
        if "error" in reply.data:
            raise JobFailed(reply.data["error"])
        return reply.data["value"], reply.text

    def kill(self, why: Unanswered) -> None:
        """End it at once. Idempotent; the first reason counts."""
        with self._lock:
            if not self.retired:
                self.retired, self._why = True, why
            if not self._ended:  # else its number may be another process's by now
                self._process.kill()

    def close(self) -> None:
        """Kill it, wait for its end and close the pipes. Idempotent."""
        self.kill(Unanswered("it was ended"))
        with self._lock:
            self._process.wait()
            self._ended = True
        self.abandon()

    def abandon(self) -> None:
        """Close the pipes only: in a fork of the process that owns it."""
        for stream in (self._requests, self._replies):
            with contextlib.suppress(OSError):
                stream.close()
