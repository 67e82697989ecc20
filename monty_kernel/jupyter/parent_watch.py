"""Notices within a second that the process which started the kernel has ended, however it ended."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Mapping
from pathlib import Path

_POLL_SECONDS = 0.5


def process_to_watch(environ: Mapping[str, str] = os.environ, *, starter: int | None = None) -> int | None:
    """The pid whose end must end the kernel, or None.

    Jupyter gives its own pid in JPY_PARENT_PID. It is used only if it is one of our ancestors, because in a container
    the number may belong to another process. Otherwise the process that started us takes its place, unless that is
    init.

    Args:
        environ: the environment variables.
        starter: the process that started us, if it is not our parent: a forked kernel's parent is the fork server.
    """
    try:
        named = int(environ.get("JPY_PARENT_PID") or 0)
    except ValueError:
        named = 0
    if named <= 1:
        return None  # no server asked for it, or the server is init, which outlives everything
    parent = os.getppid() if starter is None else starter
    if named in (parent, *_ancestors(parent)):
        return named
    return parent if parent > 1 else None


def _ancestors(pid: int) -> list[int]:
    """The ancestors of `pid` that /proc names, nearest first."""
    found: list[int] = []
    while pid > 1 and len(found) < 64:
        try:
            # "pid (name) state ppid ...": the name may contain parentheses
            pid = int(Path(f"/proc/{pid}/stat").read_text(errors="replace").rpartition(")")[2].split()[1])
        except (OSError, ValueError, IndexError):
            break
        found.append(pid)
    return found


class ParentWatch:
    """Calls `on_death` once, on the loop, when process `pid` has ended."""

    def __init__(self, pid: int, on_death: Callable[[], None], loop: asyncio.AbstractEventLoop) -> None:
        self._pid = pid
        self._on_death = on_death
        self._loop = loop
        self._is_parent = os.getppid() == pid
        self._timer: asyncio.TimerHandle | None = None
        self._pidfd: int | None = None
        try:
            self._pidfd = os.pidfd_open(pid)
            loop.add_reader(self._pidfd, self._died)
        except (AttributeError, NotImplementedError):
            self._poll()  # no pidfd here (macOS)
        except ProcessLookupError:
            loop.call_soon(self._died)
            return
        except OSError:
            self._poll()
        if self._is_parent and os.getppid() != pid:
            loop.call_soon(self._died)  # it ended before we looked, and another process may have its number

    def close(self) -> None:
        if self._pidfd is not None:
            self._loop.remove_reader(self._pidfd)
            os.close(self._pidfd)
            self._pidfd = None
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._on_death = _nothing

    def _died(self) -> None:
        on_death = self._on_death
        self.close()
        on_death()

    def _poll(self) -> None:
        if self._gone():
            self._died()
        else:
            self._timer = self._loop.call_later(_POLL_SECONDS, self._poll)

    def _gone(self) -> bool:
        if self._is_parent:
            return os.getppid() != self._pid
        try:
            os.kill(self._pid, 0)
        except ProcessLookupError:
            return True
        except OSError:
            pass
        return False


def _nothing() -> None:
    pass
