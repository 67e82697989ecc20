"""The processes that this process has started, also those that have lost their parent, their environment or their session.

They are told by a resource limit that nothing here uses and that every process inherits: how many bytes its message queues
may take. Its value is this process's alone.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path

ENDING_SECONDS = 60.0
"""How long after its tests a process may take to end, on a machine that has much else to do."""

_STAYING = (b"monty_kernel.fork_server", b"monty_kernel.bounded.child")
"""What this process itself keeps for later, and ends when it ends: fork servers, and helpers that read texts."""

_WORKER = b"monty\0subprocess\0"
"""Likewise, as long as it waits. One was left by one run of a file in thirteen, on a busy machine; why is not known."""


class StartedProcesses:
    """What was started since this was made. Knows none where there is no Linux."""

    def __init__(self) -> None:
        self._mark = b""
        if sys.platform == "linux":
            import resource

            mark = 1000 + os.getpid() % 800_000
            resource.setrlimit(resource.RLIMIT_MSGQUEUE, (mark, resource.getrlimit(resource.RLIMIT_MSGQUEUE)[1]))
            self._mark = str(mark).encode()

    def left(self) -> dict[int, str]:
        """Process ids and command lines of those that run, but for what this process keeps for later."""
        return dict(self._running()) if self._mark else {}

    def end(self) -> dict[int, str]:
        """Wait until all have ended, and kill the rest; those that had to be killed."""
        deadline = time.monotonic() + ENDING_SECONDS
        while (left := self.left()) and time.monotonic() < deadline:
            time.sleep(0.01)
        for pid in left:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        return left

    def _running(self) -> Iterator[tuple[int, str]]:
        for folder in Path("/proc").iterdir():
            if not folder.name.isdigit() or folder.name == str(os.getpid()):
                continue
            with contextlib.suppress(OSError):  # it has ended meanwhile, or is somebody else's
                if self._is_ours(folder):
                    words = (folder / "cmdline").read_bytes()
                    fields = (folder / "stat").read_bytes().rpartition(b")")[2].split()
                    state, parent, ticks = fields[0], fields[1], int(fields[11]) + int(fields[12])
                    kept = any(each in words for each in _STAYING) or (state == b"S" and words.endswith(_WORKER))
                    stays = kept and int(parent) == os.getpid()
                    if state not in b"ZX" and not stays:
                        command = words.replace(b"\0", b" ").decode(errors="replace").strip()
                        about = f"parent {int(parent)}, state {state.decode()}, {ticks} ticks of processor time"
                        yield int(folder.name), f"{command} ({about})"

    def _is_ours(self, folder: Path) -> bool:
        for line in (folder / "limits").read_bytes().splitlines():
            if line.startswith(b"Max msgqueue size"):
                return line.split()[3] == self._mark
        return False
