"""Does again what a write-ahead log tells of."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Protocol

from .locks import RunningSession

if TYPE_CHECKING:
    from .locks import RunningSessions
    from .log import Record


class Redoing(Protocol):
    """What of a store is done again. The first argument of each is the session."""

    running: RunningSessions

    @property
    def put(self) -> Callable[..., object]: ...
    @property
    def journal(self) -> Callable[..., object]: ...
    def move(self, session: str, number: int) -> object: ...
    def name(self, session: str, number: int, name: str) -> object: ...
    def unname(self, session: str, name: str) -> object: ...
    def drop(self, session: str, number: int) -> object: ...


def do_again(store: Redoing, session: str, record: Record, state: bytes) -> None:
    """Do to the store what a record of a session's log tells of. state: The snapshot that came with it; empty if none did.

    Raises:
        StoreUnavailable, OSError: It could not be written.
    """
    number, what, created = int(record["number"]), record["what"], float(record["created"])
    kernel = record.get("kernel")  # missing in logs made before kernels were told apart
    begun = record["notebook"], float(record["started"]), str(record["versions"])
    with store.running.adopted(session, RunningSession(*begun, created, kernel)):
        if what == "move":
            store.move(session, number)
        elif what == "name":
            store.name(session, number, str(record["name"]))
        elif what == "unname":
            store.unname(session, str(record["name"]))
        elif what == "drop":
            store.drop(session, number)
        else:
            parent, label, failed = record["parent"], str(record["label"]), bool(record["failed"])
            of_cell: Any = {"label": label, "failed": failed, "created": created}
            if state:
                store.put(session, number, parent, state, record["meta"], **of_cell)
            else:
                store.journal(session, number, parent, record["entry"], **of_cell)
