"""What the system says of kernels, of the fork server they come from, and of what they found when they started."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from jupyter_client.blocking.client import BlockingKernelClient
from jupyter_client.manager import KernelManager

from tests.support.kernel_process import run
from tests.support.waiting import HANGING, until

# A configuration file is Python that runs in the kernel's process: it tells what that process finds there.
_CONFIGURATION = """
import ctypes, gc, json, locale, os, random, secrets, signal, sys, tempfile, threading, time, uuid
libc = ctypes.CDLL(None)
libc.getenv.restype = ctypes.c_char_p
with open("/proc/self/status") as status:
    masks = [line for line in status if line.startswith(("SigBlk", "SigIgn", "SigCgt", "Umask", "NoNewPrivs"))]
found = {
    "environ": dict(os.environ),
    "getenv": {name: (libc.getenv(os.fsencode(name)) or b"").decode("latin-1") for name in os.environ},
    "cwd": os.getcwd(),
    "argv": sys.argv[1:],
    "path": sys.path,
    "flags": list(sys.flags),
    "threads": [thread.name for thread in threading.enumerate()],
    "tzname": time.tzname,
    "tempdir": tempfile.gettempdir(),
    "home": os.path.expanduser("~"),
    "encodings": [sys.getfilesystemencoding(), locale.getpreferredencoding(False), locale.setlocale(locale.LC_CTYPE)],
    "standard": [
        [s.fileno(), s.encoding, s.errors, s.line_buffering, s.write_through, s.isatty(), s.mode, type(s.buffer).__name__]
        for s in (sys.stdin, sys.stdout, sys.stderr)
    ],
    "masks": masks,
    "gc": [gc.isenabled(), gc.get_threshold()],
    "leads": [os.getpid() == os.getsid(0) == os.getpgid(0)],
    "limits": [sys.getrecursionlimit(), sys.getswitchinterval()],
}
fresh = {"random": random.random(), "uuid": str(uuid.uuid4()), "uuid1": str(uuid.uuid1()), "secret": secrets.token_hex()}
if "MONTY_TEST_REPORT" in os.environ:
    with open(os.environ["MONTY_TEST_REPORT"] + ".new", "w") as file:
        json.dump({"found": found, "fresh": fresh}, file)
    os.rename(file.name, os.environ["MONTY_TEST_REPORT"])
sys.stdout.write("to stdout\\n")
sys.stderr.write("to stderr\\n")
sys.stdout.flush()
"""


def configure(folder: Path) -> dict[str, str]:
    """Variables for kernels that report what they find: to the file named in MONTY_TEST_REPORT, if that is set too."""
    (folder / "config").mkdir(parents=True)
    (folder / "config" / "monty_kernel_config.py").write_text(_CONFIGURATION)
    return {"JUPYTER_CONFIG_DIR": str(folder / "config"), "JUPYTER_DATA_DIR": str(folder / "data")}


def reported(file: Path) -> dict[str, Any]:
    """The report, when it has been written."""
    until(file.exists)
    document: dict[str, Any] = json.loads(file.read_text())
    return document


def parent(pid: int) -> int:
    return int(Path(f"/proc/{pid}/stat").read_text(errors="replace").rpartition(")")[2].split()[1])


def command(pid: int) -> list[str]:
    try:
        return Path(f"/proc/{pid}/cmdline").read_text(errors="replace").split("\0")[:-1]
    except OSError:
        return []


def children(pid: int) -> list[int]:
    """Living children and zombies alike."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                if parent(int(entry.name)) == pid:
                    found.append(int(entry.name))
            except OSError:
                continue
    return found


def fork_servers(owner: int | None = None) -> list[int]:
    """The fork servers that a process, by default this one, keeps."""
    found = []
    for pid in children(os.getpid() if owner is None else owner):
        words = command(pid)
        if words[2:4] == ["-m", "monty_kernel.fork_server"] and parent(pid) != 0:
            found.append(pid)
    return found


def server_of(manager: KernelManager) -> int:
    """The fork server that is the parent of the manager's kernel; 0 if the kernel was not forked."""
    assert manager.provisioner is not None
    pid: int = manager.provisioner.pid  # type: ignore[attr-defined]
    mother = parent(pid)
    return mother if mother in fork_servers() else 0


def descriptors(pid: int) -> int:
    return len(os.listdir(f"/proc/{pid}/fd"))


def pid_of(manager: KernelManager) -> int:
    assert manager.provisioner is not None
    pid: int = manager.provisioner.pid  # type: ignore[attr-defined]
    return pid


@contextmanager
def started(name: str = "monty", **kwargs: Any) -> Iterator[tuple[KernelManager, BlockingKernelClient]]:
    """A kernel and a client that has heard of it; both end with the block."""
    options = kwargs.pop("manager", {})
    manager = KernelManager(kernel_name=name, **options)
    manager.start_kernel(**{"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, **kwargs})
    client = manager.client()
    client.start_channels()
    try:
        client.wait_for_ready(timeout=HANGING)
        yield manager, client
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
        manager.context.destroy(linger=0)


def answers(client: BlockingKernelClient) -> bool:
    return run(client, "6 * 7") == "42"


def python(code: str, **env: str) -> subprocess.Popen[str]:
    """A process of its own that owns kernels."""
    return subprocess.Popen(
        [sys.executable, "-c", code],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, **env},
    )
