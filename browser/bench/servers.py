"""Plain static servers on loopback: Python's own, without a special header, and without compression."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

REQUEST = re.compile(r'"GET /([^ ?]*)[^"]*" 200 ')
COMMAND = ("-u", "-m", "http.server", "--protocol", "HTTP/1.1", "--bind", "127.0.0.1", "0")


@dataclass(frozen=True)
class Server:
    """A site that is served."""

    folder: Path
    url: str
    log: Path

    def fetched(self) -> list[Path]:
        """The files that were fetched so far, each once."""
        return [self.folder / name for name in dict.fromkeys(REQUEST.findall(self.log.read_text()))]


@contextmanager
def served(folder: Path) -> Iterator[Server]:
    """Serve a folder, in a process of its own, until the context ends."""
    with TemporaryDirectory(prefix="bench-served-") as logs:
        log = Path(logs, "requests")
        with log.open("w") as errors:
            process = subprocess.Popen(
                [sys.executable, *COMMAND], cwd=folder, stdout=subprocess.PIPE, stderr=errors, text=True
            )
        try:
            assert process.stdout is not None
            said = process.stdout.readline()
            port = re.search(r"port (\d+)", said)
            if port is None:
                raise RuntimeError(f"the server of {folder} did not start: {log.read_text()}")
            yield Server(folder, f"http://127.0.0.1:{port[1]}", log)
        finally:
            process.terminate()
            process.wait()
