"""What the tests of modules share."""

from tests.modules.agreement import sandboxed

__all__ = ["sandboxed"]
