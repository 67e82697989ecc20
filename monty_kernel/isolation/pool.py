"""A pool of isolated workers: each is started through the launcher, which is made for this computer and kept in memory."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Literal

from .elf import loaded_files
from .launcher import REFUSED, Program, launcher
from .machine import Machine, this_machine

if TYPE_CHECKING:
    import pydantic_monty as monty

Policy = Literal["best", "require"]


class WallsMissing(Exception):
    """The walls cannot be built here, and the person wants no worker without them."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(f"{reason} Run `monty-kernel doctor` to see which walls stand on this computer.")


def worker_binary() -> str:
    """The path of the executable that pydantic_monty starts as a worker.

    Raises:
        OSError: it does not exist.
    """
    from pydantic_monty._binary import find_monty_binary

    return find_monty_binary()


def worker_program(binary: str) -> Program:
    """The worker as the launcher starts it: it may open the files that starting it takes, and no others.

    Raises:
        OSError, ValueError: as `loaded_files`.
    """
    files = loaded_files(binary)
    return Program(binary, (binary, "subprocess"), files.executed, files.read, files.interpreter)


class Launch:
    """The launcher of a pool, kept in memory. The pool starts `path` as its worker; close this after the pool.

    Raises:
        WallsMissing: there is no launcher for this computer or its worker.
    """

    def __init__(self, policy: Policy, memory: int | None, machine: Machine | None = None) -> None:
        machine = machine or this_machine()
        if machine is None:
            raise WallsMissing("Walls exist for Linux on x86-64 and 64-bit ARM only.")
        try:
            program = worker_program(worker_binary())
            content = launcher(machine, program, memory=memory, require=policy == "require")
            self._file = MemoryFile(content)
        except (ImportError, OSError, ValueError) as error:
            raise WallsMissing(f"The worker has no walls ({type(error).__name__}: {error}).") from error
        self.path = self._file.path

    def close(self) -> None:
        """Idempotent."""
        self._file.close()


_MFD_EXEC = 0x10  # since Linux 6.3, where memory files may be executable only on request


class MemoryFile:
    """An executable that exists only in memory. This process and its children can start it as `path`, until it is closed.

    Raises:
        OSError: this computer does not allow such files.
    """

    def __init__(self, content: bytes, at_least: int = 3) -> None:
        """at_least: the smallest descriptor that the file may get."""
        import fcntl  # does not exist on Windows, where nothing calls this

        try:
            opened = os.memfd_create("monty-launcher", os.MFD_CLOEXEC | _MFD_EXEC)
        except OSError:
            opened = os.memfd_create("monty-launcher", os.MFD_CLOEXEC)
        try:
            self.descriptor = fcntl.fcntl(opened, fcntl.F_DUPFD_CLOEXEC, at_least)
        finally:
            os.close(opened)
        with os.fdopen(os.dup(self.descriptor), "wb") as file:
            file.write(content)
        self._closed = False

    @property
    def path(self) -> str:
        return f"/proc/self/fd/{self.descriptor}"

    def close(self) -> None:
        """Idempotent."""
        if not self._closed:
            self._closed = True
            os.close(self.descriptor)


class IsolatedPool:
    """A pool whose workers start through the launcher. missing: why they have no walls, if they have none.

    With `best`, walls that cannot be built on this computer are left out. The first worker shows whether the launcher works, and
    later workers start as it did. With `require`, no worker starts unless all walls stand.

    Raises:
        WallsMissing: the walls are required and cannot be built.
        MontyError, RuntimeError, OSError: no worker could be started, with walls or without.
    """

    def __init__(
        self,
        policy: Policy = "best",
        *,
        memory: int | None = None,
        min_processes: int,
        max_processes: int,
        request_timeout: float | None = None,
        max_checkouts_per_worker: int | None = None,
    ) -> None:
        """memory: the most bytes of heap that a session may be granted. For the others, see `pydantic_monty.Monty`."""
        import pydantic_monty as monty  # 20 ms that the command line's --help does without

        self._options = (min_processes, max_processes, request_timeout, max_checkouts_per_worker)
        self._launch: Launch | None = None
        self.missing: WallsMissing | None = None
        try:
            self._launch = Launch(policy, memory)
            self.pool = self._started(self._launch.path)
            return
        except WallsMissing as error:
            self.missing = error
        except (monty.MontyError, RuntimeError, OSError) as error:
            self._close_launch()
            refused = f"exit status: {REFUSED}" in str(error)
            self.missing = WallsMissing(
                "Not all walls can be built here."
                if refused
                else f"The worker does not start behind its walls ({error})."
            )
        if policy == "require":
            raise self.missing
        self.pool = self._started(None)

    def close(self) -> None:
        """End all workers. Idempotent."""
        self.pool.__exit__(None, None, None)
        self._close_launch()

    def _started(self, binary: str | None) -> monty.Monty:
        import pydantic_monty as monty

        least, most, timeout, checkouts = self._options
        pool = monty.Monty(
            binary_path=binary,
            min_processes=least,
            max_processes=most,
            request_timeout=timeout,
            max_checkouts_per_worker=checkouts,
        )
        try:
            pool.__enter__()
            with pool.checkout():
                pass  # a worker that cannot start fails only here
        except BaseException:
            pool.__exit__(None, None, None)
            raise
        return pool

    def _close_launch(self) -> None:
        launch, self._launch = self._launch, None
        if launch is not None:
            launch.close()
