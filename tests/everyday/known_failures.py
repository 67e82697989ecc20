"""The cells that fail today: `known_failures.toml`, read."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import NamedTuple

_FILE = Path(__file__).with_suffix(".toml")


class KnownFailure(NamedTuple):
    """A cell that fails.

    Attributes:
        missing: What the kernel lacks for it, first what the cell fails with.
        hint: A part of what its error says to write instead, "" if it does not say.
    """

    missing: tuple[str, ...]
    hint: str


def known_failures() -> dict[str, KnownFailure]:
    """The cells that fail, by their names."""
    entries = tomllib.loads(_FILE.read_text(encoding="utf-8"))
    return {name: KnownFailure(tuple(entry["missing"]), entry.get("hint", "")) for name, entry in entries.items()}
