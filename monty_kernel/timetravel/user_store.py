"""This user's store, in Jupyter's data folder.

The engine and the store are imported when they are first needed: by a kernel mostly after its first cell, and by the
command that lists sessions not at all.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from monty_kernel.engine.source import MagicTable

    from ..store.locks import RunningSessions
    from ..store.records import Retention
    from ..store.store import SnapshotStore
    from .archive import Archive


def user_store(logger: logging.Logger, *, versions: Mapping[str, str]) -> SnapshotStore:
    """This user's store, with this user's key, which is made on first use.

    versions: Only states that these stored can be read; see `RunningSessions`.

    Raises:
        StoreUnavailable: The key cannot be read or made, or others could have read it.
    """
    from ..store.store import SnapshotStore

    return SnapshotStore(_user_sessions(versions, None), logger)


def user_archive(
    magics: Callable[[], MagicTable],
    logger: Any,
    kernel: str | None,
    *,
    days: float | None,
    states: int | None,
    size: int | None,
) -> Archive:
    """The archive of this process, for the notebook that Jupyter's server says it runs.

    Args:
        magics: The table of magics, for cells that have to be run again.
        logger: Takes the errors.
        kernel: Tells this kernel from others, see `RunningSessions`.
        days: What is kept, see `Retention`.
        states: The same.
        size: The same, in bytes.
    """

    from .archive import Archive

    def find_sessions() -> RunningSessions:
        import pydantic_monty

        return _user_sessions({"monty": pydantic_monty.__version__}, kernel)

    def open_store(running: RunningSessions) -> SnapshotStore:
        from ..store.store import SnapshotStore

        return SnapshotStore(running, logger)

    def retention() -> Retention:
        from ..store.records import Retention

        return Retention(days, states, size)

    return Archive(find_sessions, open_store, os.environ.get("JPY_SESSION_NAME"), magics, logger, retention)


def _user_sessions(versions: Mapping[str, str], kernel: str | None) -> RunningSessions:
    from jupyter_core.paths import jupyter_data_dir

    from ..store.locks import RunningSessions
    from ..store.signing import user_key

    folder = Path(jupyter_data_dir()) / "monty_kernel"
    return RunningSessions(folder / "snapshots", user_key(folder / "key"), versions=versions, kernel=kernel)
