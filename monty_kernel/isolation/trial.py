"""Starts the stand-in in place of the worker and sees how far it gets."""

from __future__ import annotations

import errno
import os
import struct
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from . import probe
from .elf import elf_needs
from .launcher import NEWEST_LANDLOCK, STEPS, Program, launcher
from .machine import Machine
from .pool import MemoryFile, worker_binary

_PROBE, _INHERITED = 100, 90  # descriptors
_SECONDS = 20.0
_REFUSALS = {errno.EPERM, errno.EACCES, errno.ENOSYS, errno.EBADF}


@dataclass(frozen=True, slots=True)
class Outcome:
    """How an attempt went.

    result: of its decisive system call, a negative errno if that failed; None if it reported nothing. status: the process's exit
    status, negative for a signal. steps: the launcher's results, if it reported them.
    """

    result: int | None
    status: int
    steps: dict[str, int]

    @property
    def refused(self) -> bool:
        """Whether the attempt failed: it was forbidden, is not possible here, or ended the process."""
        if self.result is None:
            return self.status != probe.GOT_AWAY
        return -self.result in _REFUSALS


@contextmanager
def scene(machine: Machine) -> Iterator[probe.Scene]:
    """Provide a folder with a file, a process and a descriptor for the probe to attack."""
    waiting = MemoryFile(probe.bystander(machine), at_least=_PROBE)
    with tempfile.TemporaryDirectory(prefix="monty-kernel-") as folder:
        other = _start(
            waiting.path, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, pass_fds=(waiting.descriptor,)
        )
        try:
            file = os.path.join(folder, "file")
            with _inherited() as descriptor:
                yield probe.Scene(file, folder, other.pid, os.getpid(), descriptor)
        finally:
            waiting.close()
            other.kill()
            other.wait()


@cache
def worker_interpreter() -> str | None:
    """The dynamic loader that starts the worker; None if the worker is static or cannot be found."""
    try:
        return elf_needs(worker_binary()).interpreter
    except (ImportError, OSError, ValueError):
        return None


def attempt(
    machine: Machine,
    what: probe.Attempt,
    scene: probe.Scene,
    *,
    isolated: bool = True,
    newest_landlock: int = NEWEST_LANDLOCK,
    preload_filter: bool = True,
) -> Outcome:
    """Let the probe make one attempt. isolated: False starts it without the launcher, as a control. The others: see `launcher`.

    Raises:
        OSError: programs in memory cannot be started here.
        subprocess.TimeoutExpired: it hangs.
    """
    interpreter = worker_interpreter()
    for left in Path(scene.folder).iterdir():
        left.rmdir() if left.is_dir() and not left.is_symlink() else left.unlink()
    Path(scene.file).write_text("secret")
    stand_in = MemoryFile(probe.program(machine, what, scene, interpreter), at_least=_PROBE)
    files = [stand_in]
    try:
        if isolated:
            loader = () if interpreter is None else (os.path.realpath(interpreter),)
            program = Program(
                stand_in.path,
                ("monty", "subprocess"),
                executed=loader,
                interpreter=interpreter,
                descriptor=stand_in.descriptor,
            )
            content = launcher(
                machine, program, report=True, newest_landlock=newest_landlock, preload_filter=preload_filter
            )
            files.append(MemoryFile(content, at_least=_PROBE))
        return _run(files, scene.descriptor, isolated)
    finally:
        for file in files:
            file.close()


def _run(files: list[MemoryFile], inherited: int, isolated: bool) -> Outcome:
    process = _start(
        files[-1].path,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        pass_fds=(inherited, *(file.descriptor for file in files)),
    )
    with process:
        try:
            said, _ = process.communicate(timeout=_SECONDS)
        finally:
            process.kill()
    told = 4 * len(STEPS) if isolated else 0
    steps = (
        dict(zip(STEPS, struct.unpack(f"<{len(STEPS)}i", said[:told]), strict=True)) if 0 < told <= len(said) else {}
    )
    answers = struct.iter_unpack("<i", said[told : told + (len(said) - told) // 4 * 4])
    # after a fork there are two answers; a negative one is the same in both
    result = max((answer for (answer,) in answers), default=None)
    return Outcome(result, process.returncode, steps)


def _start(path: str, **options: object) -> subprocess.Popen[bytes]:
    return subprocess.Popen(["monty-kernel-probe"], executable=path, env={}, stderr=subprocess.DEVNULL, **options)  # type: ignore[call-overload,no-any-return]


@contextmanager
def _inherited() -> Iterator[int]:
    import fcntl  # does not exist on Windows, where nothing calls this

    with open(os.devnull, "rb") as opened:
        descriptor = fcntl.fcntl(opened, fcntl.F_DUPFD_CLOEXEC, _INHERITED)  # a free one: others may be in use
    try:
        yield descriptor
    finally:
        os.close(descriptor)
