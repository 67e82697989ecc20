"""What a fork server imports: what every kernel needs before its first reply, then all that a kernel may ever need.

No list of our own modules is kept: all are taken but those that say here why not. A room that is added is imported too.
"""

from __future__ import annotations

import pkgutil
from collections.abc import Iterator
from pathlib import Path

NEEDED = (
    "tornado.platform.asyncio",
    "monty_kernel.app",
    "monty_kernel.kernel",
    "monty_kernel.front",
    "monty_kernel.cell_runner",
    "monty_kernel.snapshots.travel",
)
"""In this order. Until they are imported the first kernel waits."""

SOON = (
    "monty_kernel.snapshots.archive",
    "monty_kernel.snapshots.store",
    "sqlite3",
    "ctypes",
    "zstandard",
    "pyfastcdc",
    "nh3",
)
"""What each kernel imports by itself while its person reads, and what others' packages our modules load when first used."""

NOT_KERNELS = (
    "monty_kernel.__main__",
    "monty_kernel.bounded.child",  # the helper's side
    "monty_kernel.bounded.jobs",
    "monty_kernel.cli",
    "monty_kernel.engine.sandboxed",  # runs in Monty; the package itself comes with the engine
    "monty_kernel.fork_server",
    "monty_kernel.kernelspec_install",
    "monty_kernel.run_cli",
    "monty_kernel.runner",
    "monty_kernel.sessions_cli",
    "monty_kernel.walls.doctor",
    "monty_kernel.walls.probe",
    "monty_kernel.walls.trial",
)
"""What no kernel imports, by itself or as a package with all that is in it."""


def useful() -> tuple[str, ...]:
    """The names of all modules that are worth having in a server which nobody has asked for anything for a while."""
    return (*SOON, *(name for name in _ours(Path(__file__).parents[1], "monty_kernel") if not _is_no_kernels(name)))


def _ours(folder: Path, package: str) -> Iterator[str]:
    for found in pkgutil.iter_modules([str(folder)]):
        name = f"{package}.{found.name}"
        yield name
        if found.ispkg:
            yield from _ours(folder / found.name, name)


def _is_no_kernels(name: str) -> bool:
    return any(name == one or name.startswith(one + ".") for one in NOT_KERNELS)
