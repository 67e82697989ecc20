"""Kernels of one notebook, each on the states that the one before it left."""

from __future__ import annotations

from collections.abc import Callable

from tests.support.kernel_client import Kernel

Start = Callable[..., Kernel]
NOTEBOOK = {"JPY_SESSION_NAME": "/work/notebook.ipynb"}


def following(start: Start, kernel: Kernel, **env: str) -> Kernel:
    """A new kernel of the same person."""
    return start(env={**NOTEBOOK, "JUPYTER_DATA_DIR": str(kernel.folder / "data"), **env})
