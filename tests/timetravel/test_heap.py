"""What was freed between what is still in use goes back to the system."""

from __future__ import annotations

import subprocess
import sys

import psutil
import pytest

from tests.support.waiting import HANGING

HOLES = """
import psutil
from monty_kernel.timetravel.packing import give_back_memory

held = [bytes(100_000) for _ in range(1000)]
held = held[::20]
before = psutil.Process().memory_info().rss
give_back_memory()
print(before - psutil.Process().memory_info().rss)
"""


@pytest.mark.skipif(not psutil.LINUX, reason="of glibc")
def test_holes_are_given_back() -> None:
    import ctypes

    if not hasattr(ctypes.CDLL(None), "malloc_trim"):
        pytest.skip("this C library has no malloc_trim")
    given = subprocess.run(
        [sys.executable, "-c", HOLES], check=True, capture_output=True, text=True, timeout=HANGING
    ).stdout
    assert int(given) > 50 << 20
