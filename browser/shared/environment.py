"""What the session's own `os.environ` is asked for, and what of it is not shown."""

from __future__ import annotations

from typing import Any

from monty_kernel.engine.source.environment import SECRETS
from monty_kernel.timetravel.differences import ENVIRONMENT


def environment() -> dict[str, Any]:
    """The expression that lists the variables, and words in the names of secret ones."""
    return {"environment": ENVIRONMENT, "secrets": list(SECRETS)}
