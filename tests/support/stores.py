"""Stores of the tests' own, and contents to put into them."""

from __future__ import annotations

import logging
import random
from pathlib import Path

from monty_kernel.store.locks import RunningSessions
from monty_kernel.store.store import SnapshotStore

KEY = bytes(range(32))
VERSIONS = {"monty": "1.4.0", "kernel": "1"}


def opened(path: Path, key: bytes = KEY, versions: dict[str, str] = VERSIONS) -> SnapshotStore:
    return SnapshotStore(RunningSessions(path / "snapshots", key, versions=versions), logging.getLogger("snapshots"))


def content(seed: int, size: int = 60_000) -> bytes:
    return random.Random(seed).randbytes(size // 4) * 4
