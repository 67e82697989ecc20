"""What the tests of modules share."""

from hypothesis import settings

from tests.modules.agreement import sandboxed

settings.register_profile("modules", deadline=None)  # a busy machine takes longer
settings.load_profile("modules")

__all__ = ["sandboxed"]
