"""What a fork server imports: what every kernel needs before its first reply, then all that a kernel may ever need.

No list of our own modules is kept: all are taken but those that say here why not. A room that is added is imported too.
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
"""In this order. Until they are imported the first kernel waits."""

SOON = (
    "monty_kernel.timetravel.archive",
    "monty_kernel.store.store",
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
    "monty_kernel.cli",
    "monty_kernel.engine.prelude",  # runs in Monty; the package itself comes with the engine
    "monty_kernel.fork_server",
    "monty_kernel.headless",
    "monty_kernel.isolation.probe",
    "monty_kernel.isolation.trial",
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
