"""Makes sure that no worker outlives a killed kernel.

A worker that waits for its next cell ends by itself when the kernel's end of its pipe closes. One that computes does not read, and
would use a core forever. The kernel cannot help when it is killed with SIGKILL, and the parent death signal fires when the
spawning *thread* ends. So a third process stands by: a shell of about 1 MB in its own session, which reads the workers' pids from a
pipe that only the kernel holds, and kills the last ones named when the pipe closes.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import threading
from collections.abc import Collection
from pathlib import Path

# Each line names all current workers as `pid:start`, where start is the process's start time in clock ticks since boot
# (field 22 of /proc/PID/stat, the 20th after the name in parentheses), empty where there is no /proc. A pid whose start
# differs belongs to another process by now.
_SCRIPT = r"""
workers=
while read -r line; do workers=$line; done
for worker in $workers; do
    pid=${worker%%:*}; start=${worker#*:}
    if [ -n "$start" ]; then
        read -r stat 2>/dev/null <"/proc/$pid/stat" || continue
        set -- ${stat##*)}
        [ "${20}" = "$start" ] || continue
    fi
    kill -9 "$pid" 2>/dev/null
done
"""


class OrphanWatch:
    """Kills the watched processes when this process ends without `close()`. Thread-safe.

    Does nothing where there is no POSIX shell (Windows).
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._shell: subprocess.Popen[bytes] | None = None
        self._line = b"\n"
        self._closed = False
        self._watched: dict[str, tuple[int, ...]] = {}

    @property
    def pid(self) -> int | None:
        """The shell's pid while it stands by."""
        return self._shell.pid if self._shell is not None else None

    def watch(self, pids: Collection[int], of: str = "") -> None:
        """Replace the processes to kill by these. Starts the shell when it is first needed.

        of: the owner of these processes; each owner's processes are replaced separately.
        """
        with self._lock:
            self._watched[of] = tuple(pids)
            pids = [pid for each in self._watched.values() for pid in each]
            line = " ".join(f"{pid}:{_start_time(pid)}" for pid in pids).encode() + b"\n"
            if self._closed or line == self._line:
                return
            self._line = line
            if not self._tell() and pids:
                self._start()
                self._tell()

    def close(self) -> None:
        """Stop watching; the watched processes are left alone. Idempotent."""
        with self._lock:
            self._closed = True
            self._line = b"\n"
            self._tell()
            self._dismiss()

    def _tell(self) -> bool:
        """Send the current line; False if there is no shell to read it."""
        if self._shell is None or self._shell.stdin is None:
            return False
        try:
            os.write(self._shell.stdin.fileno(), self._line)
        except OSError:  # somebody killed the shell
            self._dismiss()
            return False
        return True

    def _start(self) -> None:
        if os.name != "posix":
            return
        with contextlib.suppress(OSError):
            self._shell = subprocess.Popen(
                ["/bin/sh", "-c", _SCRIPT, "monty-kernel-orphan-watch"],
                bufsize=0,
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,  # a front end waits for the end of the kernel's own stdout and stderr
                stderr=subprocess.DEVNULL,
                close_fds=True,
                start_new_session=True,  # front ends kill the kernel's whole process group
                cwd="/",
                env={},
            )

    def _dismiss(self) -> None:
        shell, self._shell = self._shell, None
        if shell is None or shell.stdin is None:
            return
        with contextlib.suppress(OSError):
            shell.stdin.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            shell.wait(timeout=0.5)


def _start_time(pid: int) -> str:
    """The start of the process `pid`, in clock ticks since boot; empty if it is not known."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(errors="replace").rpartition(")")[2].split()[19]
    except (OSError, IndexError):
        return ""
