"""The kernels of these tests."""

from tests.kernel.conftest import kernel, start

__all__ = ["kernel", "start"]
