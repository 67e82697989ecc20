"""The modules that a fork server imports: first what every kernel needs before its first reply, then all that a kernel may need.

All modules of this package are imported except those listed here with a reason, so new rooms need no entry.
"""

from __future__ import annotations

import pkgutil
from collections.abc import Iterator
from pathlib import Path

NEEDED = (
    "tornado.platform.asyncio",
    "monty_kernel.jupyter.app",
    "monty_kernel.jupyter.kernel",
    "monty_kernel.jupyter.frontend",
    "monty_kernel.session.cell_runner",
    "monty_kernel.timetravel.travel",
)
"""In this order. The first kernel waits until they are imported."""

SOON = (
    "monty_kernel.timetravel.archive",
    "monty_kernel.store.store",
    "sqlite3",
    "ctypes",
    "zstandard",
    "pyfastcdc",
    "nh3",
)
"""What each kernel imports while the person reads, and packages that modules of this one import on first use."""

NOT_KERNELS = (
    "monty_kernel.__main__",
    "monty_kernel.cli",
    "monty_kernel.engine.prelude",  # runs in Monty; the package itself comes with the engine
    "monty_kernel.fork_server",
    "monty_kernel.headless",
    "monty_kernel.isolation.probe",
    "monty_kernel.isolation.trial",
)
"""Modules, and packages with everything in them, that no kernel imports."""


def useful() -> tuple[str, ...]:
    """The names of all modules that are worth importing while a server is idle."""
    return (*SOON, *(name for name in _ours(Path(__file__).parents[1], "monty_kernel") if not _is_no_kernels(name)))


def _ours(folder: Path, package: str) -> Iterator[str]:
    for found in pkgutil.iter_modules([str(folder)]):
        name = f"{package}.{found.name}"
        yield name
        if found.ispkg:
            yield from _ours(folder / found.name, name)


def _is_no_kernels(name: str) -> bool:
    return any(name == one or name.startswith(one + ".") for one in NOT_KERNELS)
