"""What these tests need of the machine they run on, and why they are left out where it is missing."""

from __future__ import annotations

import pytest

from monty_kernel.cli import doctor
from monty_kernel.isolation.machine import this_machine

MACHINE = this_machine()
on_linux = pytest.mark.skipif(MACHINE is None, reason="there are walls for Linux on x86-64 and 64-bit ARM only")


def standing() -> doctor.Diagnosis:
    """What stands on this machine, by the doctor."""
    return doctor.examine()
