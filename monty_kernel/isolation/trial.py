"""Puts the stand-in in the worker's place and sees how far it gets."""

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

from . import landlock, probe
from .launch import worker_binary
from .launcher import STEPS, Program, launcher
from .libraries import elf_needs
from .machine import Machine
from .memory_file import MemoryFile

_PROBE, _INHERITED = 100, 90  # descriptors
_SECONDS = 20.0
_REFUSALS = {errno.EPERM, errno.EACCES, errno.ENOSYS, errno.EBADF}


@dataclass(frozen=True, slots=True)
class Outcome:
    """How an attempt went. result: of its decisive system call, a negative errno if it failed; None if it said nothing.
    status: the process's exit status, negative for a signal. steps: the launcher's results, if it reported them."""

    result: int | None
    status: int
    steps: dict[str, int]

    @property
    def refused(self) -> bool:
        """Whether the attempt came to nothing: forbidden, unknown here, or the end of the process."""
        if self.result is None:
            return self.status != probe.GOT_AWAY
        return -self.result in _REFUSALS


@contextmanager
def scene(machine: Machine) -> Iterator[probe.Scene]:
    """A folder with a file, a process and a descriptor for the probe to attack."""
    waiting = MemoryFile(probe.bystander(machine), at_least=_PROBE)
    with tempfile.TemporaryDirectory(prefix="monty-walls-") as folder:
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
    """The dynamic loader that starts the worker; None if the worker is static or not to be found."""
    try:
        return elf_needs(worker_binary()).interpreter
    except (ImportError, OSError, ValueError):
        return None


def attempt(
    machine: Machine,
    what: probe.Attempt,
    scene: probe.Scene,
    *,
    walls: bool = True,
    newest_landlock: int = landlock.NEWEST,
    latched: bool = True,
) -> Outcome:
    """Let the probe make one attempt. walls: False puts it outside, as a control. The rest: see `launcher`.

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
        if walls:
            loader = () if interpreter is None else (os.path.realpath(interpreter),)
            program = Program(
                stand_in.path,
                ("monty", "subprocess"),
                executed=loader,
                interpreter=interpreter,
                descriptor=stand_in.descriptor,
            )
            content = launcher(machine, program, report=True, newest_landlock=newest_landlock, latched=latched)
            files.append(MemoryFile(content, at_least=_PROBE))
        return _run(files, scene.descriptor, walls)
    finally:
        for file in files:
            file.close()


def _run(files: list[MemoryFile], inherited: int, walls: bool) -> Outcome:
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
    told = 4 * len(STEPS) if walls else 0
    steps = (
        dict(zip(STEPS, struct.unpack(f"<{len(STEPS)}i", said[:told]), strict=True)) if 0 < told <= len(said) else {}
    )
    answers = struct.iter_unpack("<i", said[told : told + (len(said) - told) // 4 * 4])
    # after a fork there are two answers, and a negative one is the same in both
    result = max((answer for (answer,) in answers), default=None)
    return Outcome(result, process.returncode, steps)


def _start(path: str, **options: object) -> subprocess.Popen[bytes]:
    return subprocess.Popen(["monty-walls-probe"], executable=path, env={}, stderr=subprocess.DEVNULL, **options)  # type: ignore[call-overload,no-any-return]


@contextmanager
def _inherited() -> Iterator[int]:
    import fcntl  # which Windows lacks: there nobody comes here

    with open(os.devnull, "rb") as opened:
        descriptor = fcntl.fcntl(
            opened, fcntl.F_DUPFD_CLOEXEC, _INHERITED
        )  # one that is free: others may be somebody's
    try:
        yield descriptor
    finally:
        os.close(descriptor)
