"""Where a pool's workers come in: through the launcher, made for this computer's worker binary and kept for the pool's life."""

from __future__ import annotations

from typing import Literal

from .launcher import Program, launcher
from .libraries import loaded_files
from .machine import Machine, this_machine
from .memory_file import MemoryFile

Policy = Literal["best", "require"]


class WallsMissing(Exception):
    """The walls cannot be built here, and the person asked for no worker without them."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(f"{reason} `monty-kernel doctor` says which walls stand on this computer.")


def worker_binary() -> str:
    """The executable that pydantic_monty starts as a worker.

    Raises:
        OSError: it is not there.
    """
    from pydantic_monty._binary import find_monty_binary

    return find_monty_binary()


def worker_program(binary: str) -> Program:
    """What the launcher becomes: the worker, which may start and read what starting it takes, and nothing else.

    Raises:
        OSError, ValueError: as `loaded_files`.
    """
    files = loaded_files(binary)
    return Program(binary, (binary, "subprocess"), files.executed, files.read, files.interpreter)


class Entrance:
    """What a pool is to start in the worker's stead: give it `path`, and close this after the pool.

    Raises:
        WallsMissing: there is no launcher for this computer, or its worker. `best` builds no wall then.
    """

    def __init__(self, policy: Policy, memory: int | None, machine: Machine | None = None) -> None:
        machine = machine or this_machine()
        if machine is None:
            raise WallsMissing("There are walls for Linux on x86-64 and 64-bit ARM only.")
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
