"""What a session is asked for beside its variables: its `os.environ`, what of it is not shown, and lengths."""

from __future__ import annotations

from typing import Any

from monty_kernel.engine.source.environment import SECRETS
from monty_kernel.timetravel.descriptions import LENGTHS
from monty_kernel.timetravel.differences import ENVIRONMENT


def environment() -> dict[str, Any]:
    """The expressions that list the variables and the lengths of values, and words in the names of secret variables."""
    return {"environment": ENVIRONMENT, "lengths": LENGTHS, "secrets": list(SECRETS)}
