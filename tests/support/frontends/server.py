"""A Jupyter server in a process of its own, as `jupyter lab` starts it."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.support.waiting import HANGING

from .environment import isolated_environment

TOKEN = "frontend-tests"


@dataclass(frozen=True)
class Server:
    """A running server. `root` is the folder of its notebooks, `log` what it and its kernels print."""

    url: str
    root: Path
    log: Path
    process: subprocess.Popen[bytes]


@contextmanager
def running_server(module: str, folder: Path, *options: str, **variables: str) -> Iterator[Server]:
    """Start `python -m MODULE` (`jupyterlab`, `notebook` or `jupyter_server`) on a free port; end it, and its kernels, afterwards.

    variables: of its environment, beside those that any server of the tests has.
    """
    environment = isolated_environment(folder) | variables
    root = folder / "notebooks"
    root.mkdir(exist_ok=True)
    _quieten_jupyterlab(Path(environment["JUPYTERLAB_SETTINGS_DIR"]))
    log = folder / "server.log"
    arguments = [
        "--no-browser",
        "--allow-root",
        "--ServerApp.ip=127.0.0.1",
        "--ServerApp.port=0",
        f"--ServerApp.root_dir={root}",
        f"--IdentityProvider.token={TOKEN}",
        *options,
    ]
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", module, *arguments], env=environment, cwd=root, stdout=output, stderr=output
        )
    try:
        yield Server(_url(process, Path(environment["JUPYTER_RUNTIME_DIR"]), log), root, log, process)
    finally:
        process.terminate()
        try:
            process.wait(HANGING)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _url(process: subprocess.Popen[bytes], runtime: Path, log: Path) -> str:
    """The address in the file that the server writes, as soon as it answers: it may write the file before it listens."""
    announcement = runtime / f"jpserver-{process.pid}.json"
    deadline = time.monotonic() + HANGING
    while time.monotonic() < deadline and process.poll() is None:
        try:
            port = json.loads(announcement.read_text())["port"]
            socket.create_connection(("127.0.0.1", port), timeout=HANGING).close()
            return f"http://127.0.0.1:{port}"
        except (FileNotFoundError, json.JSONDecodeError, ConnectionRefusedError):
            time.sleep(0.05)
    raise RuntimeError(f"The Jupyter server did not start within {HANGING:.0f} s. It said:\n{log.read_text()}")


def _quieten_jupyterlab(settings: Path) -> None:
    """No news and no update checks over the network; every cell in the page, also those out of sight."""
    _write(settings / "@jupyterlab/apputils-extension/notification", {"checkForUpdates": False, "fetchNews": "false"})
    _write(settings / "@jupyterlab/notebook-extension/tracker", {"windowingMode": "none"})


def _write(setting: Path, values: dict[str, object]) -> None:
    path = setting.with_name(setting.name + ".jupyterlab-settings")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(values))
