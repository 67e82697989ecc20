"""The earlier sessions in the store: which there are, whose they are, and what they would bring back."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterable
from contextlib import suppress
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from ..store import StoreError
from ..store.writer import StoreWriter
from .state_notes import StateNotes
from .timeline import NoSuchState, State, Timeline

if TYPE_CHECKING:
    from monty_kernel.engine.questions import Question

    from ..store.locks import RunningSessions
    from ..store.notes import Notes
    from ..store.records import SessionInfo, StateInfo
    from ..store.store import SnapshotStore

T = TypeVar("T")

_UNDEFINED = re.compile(r"name '(\w+)' is not defined")
_MOST_CELLS = 1_000  # that are searched for a name


class Claimed(NamedTuple):
    """An ended session that this kernel may take up.

    last: The number of the state where it stopped. lost: How many of its last cells could not be stored.
    """

    states: list[StateInfo]
    last: int | None
    lost: int

    def timeline(self, place: T) -> Timeline[T]:
        """The timeline of the session, with its last state as the present one. place: Where its states are.

        Raises:
            NoSuchState: Nothing of it can be read.
        """
        states = []
        for info in self.states:
            kept = None if info.kind == "dropped" else place
            state = State(info.id.number, info.parent, info.label, info.failed, kept, info.size)
            state.created, state.names = info.created, frozenset(info.names)
            states.append(state)
        last = max((state.number for state in states), default=0)
        return Timeline.of(states, last if self.last is None else self.last)


class EarlierSessions:
    """The sessions in the store. Any thread may call.

    Args:
        notebook: Tells the sessions of one notebook from others; None if the kernel does not know its notebook.
        writer: The thread that has the store.
        running: Gives the sessions of this process. Called on that thread.
        opened: Opens the store. Called on that thread.
    """

    def __init__(
        self,
        notebook: str | None,
        writer: StoreWriter,
        running: Callable[[], RunningSessions],
        opened: Callable[[], SnapshotStore],
    ) -> None:
        self.notebook = notebook
        self.present: str | None = None
        """The id of the session that runs, once it has one."""
        self.unfinished: SessionInfo | None = None
        """The last session of this notebook, if it died or its last cells are missing. `look_back` finds out."""
        self.last: SessionInfo | None = None
        """The last session of this notebook, as long as it can be taken up. `look_back` finds out."""
        self.last_variables: int | None = None
        """How many variables it has in the end; None if that is not known."""
        self.found: Callable[[], object] = lambda: None
        """Called on the writer's thread when that is known."""
        self._writer = writer
        self._running = running
        self._opened = opened
        self._own: set[str] = set()  # the sessions that this kernel has run since it was started
        self._claimed: str | None = None
        self.notes = StateNotes(writer, self._open_notes, lambda: self.present)
        """What is written down about the states of the session that runs."""

    def set_present(self, session: str) -> None:
        """This session runs now, and is this kernel's own."""
        if self.present is not None:
            self.notes.leave()
        self.present = session
        self._own.add(session)
        if self.last is not None and self.last.id == session:
            self.last = None

    def _open_notes(self) -> Notes:
        from ..store.notes import Notes

        running = self._running()
        notes = Notes(running.path, running.signer, logging.getLogger(__name__))
        with suppress(StoreError):
            notes.keep({info.id for info in self._opened().sessions()} | self._own)
        return notes

    def look_back(self) -> None:
        """Find out, soon, how the last session of this notebook ended; see `unfinished`."""

        def look() -> None:
            store = self._opened()
            last = [info for info in store.sessions() if self._is_of_this(info)][-1:]
            if not last or last[0].how == "running" or last[0].id == self.present:
                return
            if any(state.id.number for state in store.states(last[0].id)):  # otherwise no cell ran in it
                number = last[0].last
                self.last_variables = None if number is None else self.notes.variables(last[0].id, number)
                self.last = last[0]
                self.unfinished = last[0] if last[0].how in ("died", "incomplete") else None
                self.found()

        if self.notebook is not None:
            self._writer.soon(look)

    def notice(self) -> str | None:
        """What the person should be told, once, about the last session of this notebook."""
        if (info := self.unfinished) is None:
            return None
        self.unfinished = None
        how = "died" if info.how == "died" else "ended before its last cells could be stored"
        return f"The last session of this notebook {how}. %resume continues where it stopped ({info.id})."

    def hint(self, message: str) -> str | None:
        """What to say of a NameError with this message, if the last session of this notebook had the name."""
        found = _UNDEFINED.fullmatch(message[:1_000])
        if found is None or self._claimed is not None:
            return None
        name = found[1]
        with suppress(NoSuchState):  # what cannot be read is not brought back either
            others = [info for info in self.all() if info.id != self.present]
            last = next((info for info in reversed(others) if self._is_of_this(info)), None)
            if last is None or last.how == "running" or not (self.notebook is not None or self.is_own(last)):
                return None
            if self._asked(lambda: _had(self._opened(), last, name)):
                resume = "%resume" if self.notebook is not None else f"%resume {last.id}"
                return f"The session before had {name!r}; {resume} brings it back."
        return None

    def all(self) -> list[SessionInfo]:
        """All sessions, the one that was used last at the end.

        Raises:
            NoSuchState: The store cannot be read.
        """
        return self._asked(lambda: self._opened().sessions())

    def choose(self, session: str | None) -> tuple[SessionInfo, bool]:
        """The session to resume, and whether it may be another notebook's.

        session: Its whole id; None for the last one of this notebook.

        Raises:
            NoSuchState: There is none, or it runs.
        """
        others = [info for info in self.all() if info.id != self.present]
        # if the notebook has no name, as under nbclient, any session may belong to another notebook
        here = [info for info in others if self._is_of_this(info)] if self.notebook is not None else []
        if session is not None:
            named = [info for info in others if info.id == session]
            if not named:
                raise NoSuchState("there is no such session. %sessions lists the sessions of this notebook.")
            return named[0], self.notebook is None or named[0].notebook != self.notebook
        if not here:
            raise NoSuchState("there is no earlier session of this notebook. %sessions -a lists all.")
        if here[-1].how == "running":
            raise NoSuchState(
                f"the last session of this notebook, {here[-1].id}, is running in another kernel. "
                "%sessions lists them all."
            )
        return here[-1], here[-1].notebook != self.notebook

    def _is_of_this(self, info: SessionInfo) -> bool:
        """Whether a session may be this notebook's: it has its path, or this kernel ran it before it was restarted.

        A restart tells a kernel the path that its notebook was renamed to; what it ran before stays under the old one. But
        another notebook may have been given the kernel as well, so what it ran under another path needs a question.
        """
        kernel = self._running().kernel
        return info.notebook == self.notebook or (self.notebook is not None and info.kernel == kernel is not None)

    def is_own(self, info: SessionInfo) -> bool:
        """Whether this kernel ran the session last, perhaps before it was restarted or after it took it up."""

        return self._writer.now(lambda: self.seems_own(info))

    def seems_own(self, info: SessionInfo) -> bool:
        """The same, on the writer's thread or once that has been asked."""
        kernel = self._running().kernel
        return info.id in self._own or (info.notebook == self.notebook and info.kernel == kernel is not None)

    def question(self, info: SessionInfo, *, of_another_notebook: bool) -> Question:
        """The question whether this notebook may have a session that another kernel left."""
        from .listing import names_in, resume_question
        from .stored_state import sources

        def look() -> list[str]:
            return names_in(sources(self._opened(), info.id, info.last or 0))

        try:
            names = self._writer.now(look)
        except StoreError:
            names = []  # what cannot be read is not brought back either
        return resume_question(info, names, of_another_notebook=of_another_notebook)

    def claim(self, session: str) -> Claimed:
        """Keep an ended session from other kernels, for `resume` or `disclaim`.

        Raises:
            NoSuchState: It cannot be had.
        """

        def claim() -> Claimed:
            store = self._opened()
            info = store.claim(session)
            self._claimed = info.id
            try:
                return Claimed(store.states(info.id), info.last, store.lost(info.id))
            except StoreError:
                self._disclaim()
                raise

        return self._asked(claim)

    def disclaim(self) -> None:
        """Give back the session that was claimed: the present one goes on."""
        self._writer.now(self._disclaim)

    def resume(self) -> str:
        """Make the session that was claimed the present one; its id. For the store's thread. Raises StoreError."""
        claimed = self._claimed
        assert claimed is not None  # claim() comes first
        self._opened().resume(claimed)
        self._claimed = None
        return claimed

    def _disclaim(self) -> None:
        claimed, self._claimed = self._claimed, None
        if claimed is not None:
            self._opened().disclaim(claimed)

    def _asked(self, call: Callable[[], T]) -> T:
        try:
            return self._writer.now(call)
        except StoreError as error:
            raise NoSuchState(f"{error}.") from None


def _had(store: SnapshotStore, info: SessionInfo, name: str) -> bool:
    """Whether a session had a name in the end, as its cells tell."""
    from .stored_state import sources

    failed = {f"In[{state.id.number}]" for state in store.states(info.id) if state.failed}
    texts = islice(sources(store, info.id, info.last or 0, without=failed), _MOST_CELLS)
    return _binds(texts, name)


def _binds(texts: Iterable[str], name: str) -> bool:
    """Whether cells leave a name bound at the top level. texts: their sources, the newest first."""
    from monty_kernel.engine.errors.cell_code import parse
    from monty_kernel.engine.source.scopes import Outline

    removed = re.compile(rf"^[ \t]*(?:del\b.*\b{name}\b|%reset\b)", re.MULTILINE)
    for text in texts:
        if removed.search(text):
            return False
        if name in text:
            plain = re.sub(r"^[ \t]*[%!].*", "", text, flags=re.MULTILINE)
            tree = parse(plain)
            if tree is not None and name in Outline(tree).top.bound:
                return True
    return False
