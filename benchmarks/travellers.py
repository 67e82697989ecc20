"""Sessions that can be taken back: the Monty kernel's and, for comparison, ipykernel's with Kishu."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from .figures import MONTY
from .kernel import Kernel, running_kernel
from .kishu import KISHU, KishuKernel, kishu_kernel
from .store import stored_bytes

OFF = "snapshots=off"
REST_SECONDS = 0.4
"""A person's pause: what goes on behind the reply (the dump, the store, a new spare worker) is over."""


class Traveller(Protocol):
    """A running kernel. ready_at_idle: whether all that a cell brings about is done before its `idle`."""

    kernel: Kernel
    ready_at_idle: bool

    def rest(self) -> None:
        """Wait until nothing goes on any more. Leaves no state."""

    def mark(self) -> None:
        """Note the present state, for `undo`."""

    def undo(self) -> None:
        """Go back to it; one cell was run since."""

    def stored(self) -> int:
        """Bytes on disk."""


class MontyTraveller:
    """The Monty kernel, whose %undo is measured."""

    ready_at_idle = False

    def __init__(self, kernel: Kernel, *, keeps_states: bool) -> None:
        self.kernel = kernel
        self._next = (
            "%snapshots" if keeps_states else "None"
        )  # is served when the session is ready, and leaves no state

    def rest(self) -> None:
        self.kernel.time_to_idle(self._next)
        time.sleep(REST_SECONDS)

    def mark(self) -> None: ...

    def undo(self) -> None:
        self.kernel.time_to_idle("%undo")

    def stored(self) -> int:
        return stored_bytes()


class KishuTraveller:
    """ipykernel with Kishu."""

    ready_at_idle = True

    def __init__(self, kishu: KishuKernel) -> None:
        self.kernel = kishu.kernel
        self._kishu = kishu
        self._mark = ""

    def rest(self) -> None: ...

    def mark(self) -> None:
        self._mark = self._kishu.head()

    def undo(self) -> None:
        self._kishu.checkout(self._mark)

    def stored(self) -> int:
        return self._kishu.stored()


@contextmanager
def traveller(contender: str) -> Iterator[Traveller]:
    """A kernel at its first cell: `monty`, `snapshots=off` or `kishu`."""
    if contender == KISHU:
        with kishu_kernel() as kishu:
            yield KishuTraveller(kishu)
    else:
        with running_kernel(MONTY, *([f"--MontyKernel.{OFF}"] if contender == OFF else [])) as kernel:
            kernel.wait_for_welcome()
            yield MontyTraveller(kernel, keeps_states=contender != OFF)
