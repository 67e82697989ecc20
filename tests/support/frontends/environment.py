"""The kernel as front ends find it, and where a front end under test keeps its files."""

from __future__ import annotations

from jupyter_client.kernelspec import KernelSpecManager

from tests.support.own_folders import isolated_environment

__all__ = ["KERNEL", "display_name", "isolated_environment"]

KERNEL = "monty"


def display_name() -> str:
    """What launchers call the kernel."""
    return str(KernelSpecManager().get_kernel_spec(KERNEL).display_name)
