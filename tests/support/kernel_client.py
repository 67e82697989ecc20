"""Talks to a real kernel process through jupyter_client, one request at a time."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil  # type: ignore[import-untyped,unused-ignore]
from jupyter_client.blocking.client import BlockingKernelClient
from jupyter_client.manager import KernelManager

from tests.support.waiting import HANGING

Message = dict[str, Any]


@dataclass
class Answer:
    """All that came back for one execute_request: the reply's content, the outputs, seconds until idle."""

    reply: dict[str, Any]
    messages: list[Message] = field(default_factory=list)
    seconds: float = 0.0

    def all(self, kind: str) -> list[dict[str, Any]]:
        """The contents of the IOPub messages of one type."""
        return [message["content"] for message in self.messages if message["msg_type"] == kind]

    def text(self, name: str = "stdout") -> str:
        """What was printed."""
        return "".join(content["text"] for content in self.all("stream") if content["name"] == name)

    @property
    def plain(self) -> str | None:
        """The result's text/plain; None if there was no result."""
        results = self.all("execute_result")
        return results[0]["data"]["text/plain"] if results else None


class Kernel:
    """A running kernel and a client connected to it."""

    def __init__(
        self,
        folder: Path,
        options: list[str] | None = None,
        env: dict[str, str] | None = None,
        cwd: Path | None = None,
    ) -> None:
        """folder: the home folder, and what the kernel writes. cwd: the notebook's folder, by default the same."""
        cwd = cwd or folder
        cwd.mkdir(parents=True, exist_ok=True)
        data = folder / "data"
        data.mkdir(parents=True, exist_ok=True)
        self.stderr = folder / "stderr"
        self.folder = folder
        self.manager = KernelManager(kernel_name="monty")
        environment = {**os.environ, "JUPYTER_DATA_DIR": str(data), "HOME": str(folder), **(env or {})}
        self._errors = self.stderr.open("wb")  # kept open: a restart starts the process with it again
        self.manager.start_kernel(extra_arguments=options or [], env=environment, cwd=str(cwd), stderr=self._errors)
        self.client: BlockingKernelClient = self.manager.blocking_client()
        self.client.start_channels()
        while self.client.get_iopub_msg(timeout=HANGING)["msg_type"] != "iopub_welcome":
            pass  # from here on nothing is missed; `wait_for_ready` would take another 200 ms

    @property
    def pid(self) -> int:
        """The kernel's process id."""
        return int(self.manager.provisioner.pid)  # type: ignore[union-attr]

    def run(
        self, code: str, *, timeout: float = HANGING, meanwhile: Callable[[Message], None] | None = None, **options: Any
    ) -> Answer:
        """Execute and wait for idle and the reply. `meanwhile` sees every IOPub message as it comes."""
        start = time.perf_counter()
        msg_id = self.client.execute(code, **options)
        return self.finish(msg_id, start=start, timeout=timeout, meanwhile=meanwhile)

    def answer(self, code: str, *answers: str) -> tuple[list[str], Answer]:
        """Execute a cell that asks, and give these answers: the prompts, and what came back."""
        msg_id = self.client.execute(code, allow_stdin=True)
        prompts = []
        for each in answers:
            prompts.append(self.client.get_stdin_msg(timeout=HANGING)["content"]["prompt"])
            self.client.input(each)
        return prompts, self.finish(msg_id)

    def queue(self, first: str, *others: str, **options: Any) -> list[str]:
        """Execute a cell that asks, and answer when the others are in the queue behind it; the requests."""
        client = self.client
        ids = [client.execute(first, allow_stdin=True, **options)]
        client.get_stdin_msg(timeout=HANGING)
        ids += [client.execute(code) for code in others]
        asked = client.kernel_info()  # answered while the cell runs: what was sent before has arrived
        while client.get_shell_msg(timeout=HANGING)["parent_header"]["msg_id"] != asked:
            pass
        client.input("")
        return ids

    def finish(
        self,
        msg_id: str,
        *,
        start: float = 0.0,
        timeout: float = HANGING,
        meanwhile: Callable[[Message], None] | None = None,
    ) -> Answer:
        """Wait for the end of a request that was sent before."""
        messages: list[Message] = []
        while True:
            message = self.client.get_iopub_msg(timeout=timeout)
            if meanwhile is not None:
                meanwhile(message)
            if message["parent_header"].get("msg_id") != msg_id:
                continue
            messages.append(message)
            if message["msg_type"] == "status" and message["content"]["execution_state"] == "idle":
                break
        seconds = time.perf_counter() - start
        while (reply := self.client.get_shell_msg(timeout=timeout))["parent_header"].get("msg_id") != msg_id:
            pass
        return Answer(reply["content"], messages, seconds)

    def interrupt_when(self, started: Callable[[Message], bool]) -> Callable[[Message], None]:
        """A `meanwhile` that interrupts once, when `started` holds for a message."""
        done = False

        def look(message: Message) -> None:
            nonlocal done
            if not done and started(message):
                done = True
                self.manager.interrupt_kernel()

        return look

    def rest(self) -> None:
        """Return when nothing in the kernel and its workers runs or wants to: all wait, for a message or until a time."""
        at_rest(self.pid)

    def rest_or_compute(self) -> None:
        """Return when all of the kernel waits, or its workers have computed for a tenth of a second."""
        before = self._computed()
        at_rest(self.pid, unless=lambda: self._computed() > before + 0.1)

    def _computed(self) -> float:
        return sum(float(psutil.Process(pid).cpu_times().user) for pid in worker_pids(self.pid))

    def close(self) -> None:
        """End the kernel, whatever state it is in."""
        self.client.stop_channels()
        if self.manager.has_kernel:
            self.manager.shutdown_kernel(now=True)
        self.manager.cleanup_resources()
        self._errors.close()


def at_rest(pid: int, unless: Callable[[], bool] = lambda: False) -> None:
    """Return when no thread of a process and of its children has run or wanted to for a moment, however busy the machine is."""
    looks = 0
    deadline = time.monotonic() + HANGING
    while looks < 5 and not unless():
        assert time.monotonic() < deadline, f"the process {pid} does not come to rest"
        time.sleep(0.01)
        before = _switches(pid)
        looks = looks + 1 if before is not None and before == _switches(pid) else 0


def _switches(pid: int) -> list[int] | None:
    """How often each thread has waited so far; None if one of them runs, waits for a processor or for the disk."""
    counts = []
    for process in (pid, *(child.pid for child in psutil.Process(pid).children(recursive=True))):
        with suppress(FileNotFoundError, ProcessLookupError):
            for thread in Path(f"/proc/{process}/task").iterdir():
                status = (thread / "status").read_text()
                if status.partition("State:")[2].split()[0] in "RD":
                    return None
                counts.append(int(status.partition("voluntary_ctxt_switches:")[2].split()[0]))
    return counts


def worker_pids(pid: int) -> list[int]:
    """The Monty workers that a kernel has started and that live."""
    children = psutil.Process(pid).children(recursive=True)
    return [child.pid for child in children if _is_worker(child)]


def kill_workers(pid: int) -> None:
    """Kill the workers of a kernel, and return when they are dead: SIGKILL takes a large process a while."""
    workers = worker_pids(pid)
    for each in workers:
        os.kill(each, signal.SIGKILL)
    deadline = time.monotonic() + 60
    while any(map(_lives, workers)):
        assert time.monotonic() < deadline, f"the workers {workers} do not die"
        time.sleep(0.005)


def _lives(pid: int) -> bool:
    """Whether a thread of the process still runs: the first of them can be a zombie before the others."""
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE or len(os.listdir(f"/proc/{pid}/task")) > 1
    except (psutil.NoSuchProcess, FileNotFoundError):
        return False


def _is_worker(process: psutil.Process) -> bool:
    try:
        return process.name() == "monty" and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:  # it has just ended
        return False
