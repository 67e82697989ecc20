"""Puts into the store what a kernel that has ended had only noted, and how its session ended if that is only marked."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

from .endings import Ending, Endings
from .errors import StateRefused, StoreError, StoreUnavailable
from .liveness import Liveness, is_id
from .pending import REFUSED, notes
from .running import Begun
from .signing import Signer
from .store import SnapshotStore


def catch_up(store: SnapshotStore, path: Path, liveness: Liveness, signer: Signer, log: logging.Logger) -> int | None:
    """Take in the notes of a session, unless it runs; how many of its cells are lost, None if its notes were left alone.

    What cannot be stored now is left for another time.
    """
    session = path.name
    try:
        if not is_id(session) or liveness.is_held(session) or not liveness.hold(session):
            return None
    except OSError:
        return None
    try:
        return _catch_up(store, path, signer, log) if path.exists() else None  # another process has just done it
    except (OSError, StoreUnavailable) as error:
        said = f"What the session {session} had not stored when it ended is left for another time: {error}"
        store.complain(f"notes of {session}", said)
        return None
    finally:
        liveness.release(session)


def _catch_up(store: SnapshotStore, path: Path, signer: Signer, log: logging.Logger) -> int:
    session, lost, refused = path.name, 0, False
    known: set[int | None] = {None, *(info.id.number for info in store.states(session))}
    for said, state in notes(path, signer):
        try:
            what, number = said["what"], int(said["number"])
            if said.get("parent") not in known or (what != "state" and number not in known):
                lost += what == "state"  # what it follows is not there: that was too large to be noted
                continue
            _take_in(store, session, said, state)
            known.add(number)
        except StoreUnavailable:
            raise
        except (StoreError, ValueError, TypeError, KeyError) as error:
            lost += said.get("what") == "state"
            refused = True
            defect = not isinstance(error, StateRefused)  # it is signed, so that would be one of ours
            log.error("A note of the session %s cannot be taken in: %r", session, error, exc_info=defect)
    if refused:
        path.replace(path.with_name(session + REFUSED))  # for whoever looks for the reason
    else:
        path.unlink()
    if lost:
        log.warning("The session %s ended before %d of its cells could be stored; they are lost.", session, lost)
    return lost


def settle_end(store: SnapshotStore, ending: Ending, endings: Endings, liveness: Liveness, log: logging.Logger) -> None:
    """Store how a session ended that says so by a mark, unless it runs."""
    session = ending.session
    try:
        if liveness.is_held(session) or not liveness.hold(session):
            return
        try:
            store.ended(ending)
            endings.forget(session)
        finally:
            liveness.release(session)
    except (OSError, StoreUnavailable) as error:
        log.debug("How the session %s ended is stored another time: %s", session, error)
    except StoreError:  # its row was altered: it is refused wherever it is read
        endings.forget(session)


def _take_in(store: SnapshotStore, session: str, said: dict[str, Any], state: bytes) -> None:
    created, kernel = float(said["created"]), said.get("kernel")  # none in notes made before kernels were told apart
    begun = Begun(said["notebook"], float(said["started"]), str(said["versions"]), created, kernel)
    with store.running.adopted(session, begun):
        number = int(said["number"])
        if said["what"] == "move":
            store.move(session, number)
        elif said["what"] == "name":
            store.name(session, number, str(said["name"]))
        elif said["what"] == "unname":
            store.unname(session, str(said["name"]))
        elif state:
            store.put(session, number, said["parent"], state, said["meta"], **_of_cell(said))
        else:
            store.journal(session, number, said["parent"], said["entry"], **_of_cell(said))


def _of_cell(said: dict[str, Any]) -> dict[str, Any]:
    return {"label": str(said["label"]), "failed": bool(said["failed"]), "created": float(said["created"])}
