"""Puts into the store what a killed kernel had only noted."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

from .liveness import Liveness, is_id
from .own_sessions import Begun
from .pending import notes
from .refusals import StoreError
from .signing import Signer
from .store import SnapshotStore


def catch_up(store: SnapshotStore, path: Path, liveness: Liveness, signer: Signer, log: logging.Logger) -> None:
    """Take in the notes of a session, unless it runs; what cannot be stored now is left for another time."""
    session = path.name
    try:
        if not is_id(session) or liveness.is_held(session) or not liveness.hold(session):
            return
    except OSError:
        return
    try:
        if not path.exists():  # another process has just done it
            return
        known: set[int | None] = {None, *(info.id.number for info in store.states(session))}
        lost = 0
        for said, state in notes(path, signer):
            if said.get("parent") not in known or (said["what"] != "state" and said["number"] not in known):
                lost += said["what"] == "state"  # what it follows is not there: that was too large to be noted
                continue
            _take_in(store, session, said, state)
            known.add(said["number"])
        path.unlink()
        if lost:
            log.warning("The session %s died before %d of its cells could be stored; they are lost.", session, lost)
    except (OSError, StoreError) as error:
        log.warning("What the session %s had not stored when it died is left for another time: %s", session, error)
    except (
        ValueError,
        TypeError,
        KeyError,
    ) as error:  # signed, so it is a defect of ours: keep it for whoever looks for it
        log.error("What the session %s had not stored when it died cannot be read: %r", session, error)
    finally:
        liveness.release(session)


def _take_in(store: SnapshotStore, session: str, said: dict[str, Any], state: bytes) -> None:
    begun = Begun(said["notebook"], float(said["started"]), str(said["versions"]), float(said["created"]))
    with store.adopted(session, begun):
        number = int(said["number"])
        if said["what"] == "move":
            store.move(session, number)
        elif said["what"] == "name":
            store.name(session, number, str(said["name"]))
        elif state:
            store.put(session, number, said["parent"], state, said["meta"], **_of_cell(said))
        else:
            store.journal(session, number, said["parent"], said["entry"], **_of_cell(said))


def _of_cell(said: dict[str, Any]) -> dict[str, Any]:
    return {"label": str(said["label"]), "failed": bool(said["failed"]), "created": float(said["created"])}
