"""The sessions that this process runs: begun here or taken up, held against other kernels, noted down.

This needs neither the store's file nor what reads and writes it: a kernel's first cell waits for a note, and not for the
import of all that.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from .canonical import canonical, text
from .errors import SessionRunning, StoreUnavailable
from .key import user_key
from .liveness import Liveness
from .pending import PENDING, Pending
from .signing import Signer

_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # none that is taken for another


def new_id() -> str:
    """An id for a session: 40 random bits, to be read out and typed."""
    return "".join(secrets.choice(_LETTERS) for _ in range(8))


class Begun(NamedTuple):
    """What the row of a session says that takes states. when: of the state it takes, seconds since the epoch; None: now."""

    notebook: str | None
    started: float
    versions: str
    when: float | None = None
    kernel: str | None = None


class RunningSessions:
    """The sessions of this process, in the store at `path`. One object per process and store, for one thread at a time.

    key: signs what is noted. versions: of what runs the sessions, say {"monty": "1.4.0"}. kernel: what tells this kernel from
    others, and is the same after a restart; None if nothing does. It is kept as a hash with the key, so that nobody else can make it.
    """

    def __init__(self, path: Path, key: bytes, *, versions: Mapping[str, str], kernel: str | None = None) -> None:
        self.path = path
        self.signer = Signer(key)
        self.versions = dict(versions)
        self.kernel = None if kernel is None else self.signer.tag("kernel", kernel).hex()
        self.liveness = Liveness(path / "live")
        self._versions_text = canonical(self.versions).decode()
        self._begun: dict[str, Begun] = {}

    def __contains__(self, session: object) -> bool:
        return session in self._begun

    def __getitem__(self, session: str) -> Begun:
        return self._begun[session]

    def begin(self, notebook: str | None) -> str:
        """The id of a new session. Nothing is written before its first state or note is.

        notebook: what later sessions of the same notebook give here, say its path.
        """
        session = new_id()
        self.take_up(session, None if notebook is None else text(notebook), time.time())
        return session

    def take_up(self, session: str, notebook: str | None, started: float) -> None:
        """A session that is stored already takes further states."""
        self._begun[session] = Begun(notebook, started, self._versions_text, kernel=self.kernel)

    @contextmanager
    def adopted(self, session: str, begun: Begun) -> Iterator[None]:
        """A session that this process does not run takes further states for a moment; it stays one that died."""
        self._begun[session] = begun
        try:
            yield
        finally:
            del self._begun[session]

    def check(self, session: str) -> None:
        """See to it that the session is of this process, and held.

        Raises:
            ValueError, SessionRunning, StoreUnavailable: it is not, or cannot be.
        """
        if session not in self._begun:
            raise ValueError(f"the session {session} is not of this process")
        self.hold(session)

    def hold(self, session: str) -> None:
        """Keep the session from other kernels. Idempotent.

        Raises:
            SessionRunning: one of them has it.
            StoreUnavailable: the disk is in the way.
        """
        try:
            held = self.liveness.hold(session)
        except OSError as error:
            raise StoreUnavailable(
                f"the snapshots in {self.path} cannot be used now: {error.strerror or error}"
            ) from error
        if not held:
            raise SessionRunning(f"the session {session} runs in another kernel")

    def drop(self, session: str) -> None:
        """The session runs no longer. Idempotent."""
        if self._begun.pop(session, None) is not None:
            self.liveness.release(session)

    def pending(self, session: str) -> Pending:
        """The notes of a session of this process, see `pending`; they are taken in if it dies before it could store them.

        Raises:
            OSError: they cannot be written.
            ValueError, SessionRunning, StoreUnavailable: as `check`.
        """
        self.check(session)
        return Pending(self.path / PENDING / session, self.signer)


def user_sessions(versions: Mapping[str, str], kernel: str | None = None) -> RunningSessions:
    """The sessions of this process in this user's store, in Jupyter's data folder; this user's key is made on first use.
    kernel: see `RunningSessions`.

    Raises:
        StoreUnavailable: the key cannot be read or made, or others could have read it.
    """
    from jupyter_core.paths import jupyter_data_dir

    folder = Path(jupyter_data_dir()) / "monty_kernel"
    return RunningSessions(folder / "snapshots", user_key(folder / "key"), versions=versions, kernel=kernel)
