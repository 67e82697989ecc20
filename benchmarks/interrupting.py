"""Interrupting a cell that computes: how soon the kernel is idle again, with the session as it was."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from .figures import Family, Figure, Limit, Samples
from .kernel import running_kernel

COMPUTING_SECONDS = 0.3


@contextmanager
def _open(name: str) -> Iterator[Callable[[], Samples]]:
    with running_kernel(name) as kernel:
        kernel.wait_for_welcome()
        kernel.run("x = 41")

        def measure() -> Samples:
            request = kernel.start("while True: pass")
            kernel.until(request, "execute_input")
            time.sleep(COMPUTING_SECONDS)  # so that it is deep in the loop, not on its way there
            begin = time.perf_counter()
            kernel.manager.interrupt_kernel()
            kernel.until_idle(request)
            taken = time.perf_counter() - begin
            reply = kernel.take_reply(request)
            if reply.get("ename") != "KeyboardInterrupt":
                raise RuntimeError(f"Interrupting ended the cell with {reply}.")
            kernel.run("assert x == 41")
            return {"interrupt": taken * 1000}

        yield measure


FAMILY = Family(
    "interrupt",
    (Figure("interrupt", "interrupting `while True: pass`, to idle, state kept", "ms", Limit("at most", 300)),),
    rounds=5,
    open=_open,
)
