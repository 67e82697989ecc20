"""A forked kernel as its owner sees it: what a provisioner asks of a `Popen`, for a process that is another's child."""

from __future__ import annotations

import os
import select
import signal
import socket
import subprocess
import time
from collections.abc import Sequence

from monty_kernel.fork_server.messages import Broken, Lines, report_from

# Its server was killed and took the exit status with it. As a shell would say of a process it lost sight of.
STATUS_UNKNOWN = 255


class ForkedKernel:
    """The kernel with process id `pid`. `returncode` is None until `poll` or `wait` has found that it ended.

    stream: on it the fork server tells of the kernel's end; closing it lets the server bury the kernel.
    """

    stdin = stdout = stderr = None

    def __init__(self, args: Sequence[str], pid: int, stream: socket.socket, lines: Lines) -> None:
        """lines: what has been received on the stream and not been read. Raises OSError if there is no such process."""
        self.args = list(args)
        self.pid = pid
        self.returncode: int | None = None
        self._pidfd: int | None = os.pidfd_open(pid)
        self._stream: socket.socket | None = stream
        self._lines = lines
        stream.setblocking(False)

    def poll(self) -> int | None:
        """The exit status, negative for a signal; None while the kernel runs."""
        if self.returncode is None and self._stream is not None:
            try:
                while (line := self._lines.take()) is None:
                    self._lines.add(self._stream.recv(1 << 12))
                report = report_from(line)
                if report.event == "ended":
                    self._end(report.status)
            except BlockingIOError:
                pass
            except (OSError, Broken):
                self._close_stream()  # the server is gone; the process itself is left to ask
        if self.returncode is None and self._stream is None and self._is_over(0):
            self._end(STATUS_UNKNOWN)
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Wait for the end, `timeout` seconds at most. Raises subprocess.TimeoutExpired."""
        deadline = None if timeout is None else time.monotonic() + timeout
        while (status := self.poll()) is None:
            left = None if deadline is None else deadline - time.monotonic()
            if left is not None and left <= 0:
                assert timeout is not None
                raise subprocess.TimeoutExpired(self.args, timeout)
            if self._stream is None:
                self._is_over(left)
            else:
                select.select([self._stream], [], [], left)
        return status

    def send_signal(self, signum: int) -> None:
        """Signal the process, and no other one that has its number by now."""
        if self.poll() is None and self._pidfd is not None:
            signal.pidfd_send_signal(self._pidfd, signum)

    def terminate(self) -> None:
        """Send SIGTERM."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """Send SIGKILL."""
        self.send_signal(signal.SIGKILL)

    def _is_over(self, seconds: float | None) -> bool:
        assert self._pidfd is not None
        poller = select.poll()
        poller.register(self._pidfd, select.POLLIN)
        return bool(poller.poll(None if seconds is None else seconds * 1000))

    def _end(self, status: int) -> None:
        self.returncode = status
        self._close_stream()
        if self._pidfd is not None:
            os.close(self._pidfd)
            self._pidfd = None

    def _close_stream(self) -> None:
        if self._stream is not None:
            self._stream.close()
            self._stream = None

    def __del__(self) -> None:
        pidfd = getattr(self, "_pidfd", None)
        if pidfd is not None:
            os.close(pidfd)
            self._pidfd = None
        if getattr(self, "_stream", None) is not None:
            self._close_stream()
