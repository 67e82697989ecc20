"""Which Monty it is."""

from __future__ import annotations

from importlib.metadata import version


def about() -> dict[str, str]:
    """The version of Monty, whose dumps no other version reads."""
    return {"monty": version("pydantic-monty")}
