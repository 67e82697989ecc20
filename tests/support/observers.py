"""Watch a kernel from outside: the files it could touch, the processes below it, a door it could knock at."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

SECRET = "marzipan-4711"


class Files:
    """A notebook's folder with something to steal in it. Every change is seen, and every reading where Linux notes that."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "secret.txt").write_text(SECRET)
        (folder / "secret_module.py").write_text(f"value = {SECRET!r}\n")
        (folder / "link").symlink_to("/etc/passwd")
        (folder / "below").mkdir()
        (folder / "below" / "deeper.txt").write_text(SECRET)
        (folder / "read-by-the-test").write_text("x")
        self._watched = [folder / "secret.txt", folder / "secret_module.py", folder / "below" / "deeper.txt"]
        for path in (*self._watched, folder / "read-by-the-test"):
            status = path.stat()
            os.utime(path, (1, status.st_mtime))  # so old that relatime notes the next reading
        (folder / "read-by-the-test").read_text()
        self.readings_show = (folder / "read-by-the-test").stat().st_atime > 1
        self._before = self._state()

    def changes(self) -> set[str]:
        """What differs from the beginning."""
        return {str(entry) for entry in self._state() ^ self._before}

    def readings(self) -> list[str]:
        """The secrets that were read."""
        return [path.name for path in self._watched if self.readings_show and path.stat().st_atime > 1]

    def _state(self) -> set[tuple[str, int, int, int]]:
        found = set()
        for path in (self.folder, *self.folder.rglob("*"), Path("/tmp/made"), Path("/tmp/stolen")):
            with suppress(FileNotFoundError):
                status = path.lstat()
                size = 0 if path.is_dir() else status.st_size
                found.add((str(path), status.st_mode, size, status.st_mtime_ns))
        return found


class Door:
    """A port on this computer that nobody has a reason to connect to."""

    def __init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.setblocking(False)
        self.port: int = self._listener.getsockname()[1]

    def knocked(self) -> bool:
        """Whether anybody connected."""
        try:
            connection, _ = self._listener.accept()
        except BlockingIOError:
            return False
        connection.close()
        return True

    def close(self) -> None:
        self._listener.close()


class Processes:
    """Collects what the processes below one have been running, by looking every few milliseconds."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self.programs: set[str] = set()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._over.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._over.wait(0.003):
            for pid in descendants(self._pid):
                with suppress(OSError):
                    self.programs.add(os.readlink(f"/proc/{pid}/exe"))


def descendants(pid: int) -> Iterator[int]:
    """The processes that `pid` and its descendants have started and that live."""
    with suppress(OSError):
        for task in os.listdir(f"/proc/{pid}/task"):
            for child in Path(f"/proc/{pid}/task/{task}/children").read_text().split():
                yield int(child)
                yield from descendants(int(child))
