"""A kernel's archive in its user's store. What it takes is imported when it is first needed, most of it after the first cell."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pydantic_monty

from monty_kernel.engine.source.rewrite import MagicTable

from .archive import Archive

if TYPE_CHECKING:
    from ..store.records import Retention
    from ..store.running import RunningSessions
    from ..store.store import SnapshotStore


def user_archive(
    magics: Callable[[], MagicTable],
    log: Any,
    kernel: str | None,
    *,
    days: float | None,
    states: int | None,
    size: int | None,
) -> Archive:
    """The archive of this process, for the notebook that Jupyter's server says it is of.

    kernel: what tells this kernel from others, see `RunningSessions`. days, states, size: what is kept, see `Retention`.
    """

    def find_sessions() -> RunningSessions:
        from ..store.running import user_sessions

        return user_sessions({"monty": pydantic_monty.__version__}, kernel)

    def open_store(running: RunningSessions) -> SnapshotStore:
        from ..store.store import SnapshotStore

        return SnapshotStore(running, log)

    def retention() -> Retention:
        from ..store.records import Retention

        return Retention(days, states, size)

    return Archive(find_sessions, open_store, os.environ.get("JPY_SESSION_NAME"), magics, log, retention)
