"""What a session is made of, each part made and imported when it is first asked for."""

from __future__ import annotations

import logging
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, TypeVar

if TYPE_CHECKING:
    from monty_kernel.engine.engine import Engine
    from monty_kernel.engine.limits import Limits
    from monty_kernel.engine.workers import Workers
    from monty_kernel.grants.grants import Grants
    from monty_kernel.history.history import History
    from monty_kernel.introspect.introspector import Introspector
    from monty_kernel.magics.registry import Magics
    from monty_kernel.sanitize.sanitizer import Sanitizer
    from monty_kernel.session.trace import Trace
    from monty_kernel.session.view import SessionView
    from monty_kernel.settings import Settings
    from monty_kernel.timetravel.archive import Archive
    from monty_kernel.timetravel.travel import TimeTravel
    from monty_kernel.typecheck.checker import Checker
    from monty_kernel.typecheck.checks import TypeChecks

T = TypeVar("T")

_MOST_OFFERED = 200
"""States that completion offers."""


class made_once(Generic[T]):
    """A property that is computed once, also when several threads ask for it at the same time."""

    def __init__(self, make: Callable[[Any], T]) -> None:
        self._make = make
        self.__doc__ = make.__doc__

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    def __get__(self, services: SessionServices, owner: type | None = None) -> T:
        with services.making:
            parts = vars(services)  # from now on found there, without this method
            if self._name not in parts:
                parts[self._name] = self._make(services)
            part: T = parts[self._name]
            return part


class SessionServices(ABC):
    """The engine of one session and what works on it. Any thread may ask for a part.

    A host implements where the workers and the type checker come from, since it may have one for many sessions.

    Args:
        settings: The options of the session.
        log: Where trouble is noted that is not a cell's.
        own_files: Files that no cell may change, wherever they are.
    """

    def __init__(self, settings: Settings, log: logging.Logger, own_files: Sequence[Path] = ()) -> None:
        self.settings = settings
        self.log = log
        self.own_files = own_files
        self.trace: Trace | None = None
        """What is told of each step of a cell, if anything is."""
        self.count = 0
        """The execution count of the cell that runs, or that ran last."""
        self.making = threading.RLock()

    # What a host has

    @abstractmethod
    def make_workers(self) -> Workers:
        """Where the session's worker comes from."""

    @abstractmethod
    def make_checker(self) -> Checker:
        """What type-checks cells."""

    def make_archive(self) -> Archive | None:
        """Where states are kept on disk; None keeps them in memory."""
        return None

    def make_sanitizer(self) -> Sanitizer:
        """What all outputs pass."""
        from monty_kernel.sanitize.sanitizer import Sanitizer

        return Sanitizer(trust=self.settings.trust_outputs)

    def make_view(self) -> SessionView:
        """What introspection sees of the session; by default for a host that asks on the sandbox thread."""
        from monty_kernel.session.view import SessionView

        return SessionView(self.engine)

    # What both have

    def has(self, part: str) -> bool:
        """Whether a part has been made."""
        return part in vars(self)

    @made_once
    def workers(self) -> Workers:
        """Where the session's worker comes from."""
        return self.make_workers()

    @made_once
    def engine(self) -> Engine:
        """The session."""
        from monty_kernel.engine.access import NoAccess
        from monty_kernel.engine.engine import Engine

        access = self.granted or NoAccess(lambda: self.grants)
        engine = Engine(limits_of(self.settings), self.workers, access, self.make_sanitizer())
        if self.trace is not None:
            engine.session.sandbox.observer = self.trace.event
        return engine

    @made_once
    def granted(self) -> Grants | None:
        """What the settings grant to cells, not opened yet; None if that is nothing."""
        settings = self.settings
        return self._new_grants() if settings.tools or settings.mounts or settings.audit_file else None

    @property
    def grants(self) -> Grants:
        """What cells are granted, so that more can be. For the sandbox thread."""
        from monty_kernel.grants.grants import Grants

        access = self.engine.access
        if not isinstance(access, Grants):  # no file so far
            access = self.engine.access = self._new_grants()
        return access

    def _new_grants(self) -> Grants:
        from monty_kernel.grants.audit import Audit
        from monty_kernel.grants.grants import Grants
        from monty_kernel.grants.quota import Quota

        settings = self.settings
        audit = Audit(Path(settings.audit_file).expanduser() if settings.audit_file else None)
        quota = Quota(settings.mount_max_bytes, settings.mount_max_files)
        return Grants(audit, settings.tool_permissions, self.own_files, quota, settings.work_max_bytes)

    @made_once
    def travel(self) -> TimeTravel:
        """The states of the session."""
        from monty_kernel.timetravel.travel import TimeTravel

        settings = self.settings
        return TimeTravel(
            self.engine, keep=settings.snapshots != "off", most=settings.snapshot_memory, archive=self.make_archive()
        )

    @made_once
    def types(self) -> TypeChecks:
        """The type check of cells before they run."""
        from monty_kernel.typecheck.checks import TypeChecks

        return TypeChecks(self.engine, self.settings.typecheck, self.make_checker)

    @made_once
    def magics(self) -> Magics:
        """The table of magics."""
        from monty_kernel.magics.registry import Magics

        return Magics()

    @made_once
    def view(self) -> SessionView:
        """What introspection sees of the session."""
        return self.make_view()

    @made_once
    def introspector(self) -> Introspector:
        """What answers completion and inspection."""
        from monty_kernel.introspect.introspector import Introspector

        return Introspector(self.view, self.magics, self._tool_namespaces, self._known)

    def _known(self, kin: str) -> Sequence[str]:
        """What the session has of a kin of magics' arguments, what is likely first."""
        from monty_kernel.timetravel.timeline import NoSuchState

        if not kin or not self.has("travel"):
            return ()
        try:
            timeline = self.travel.timeline
        except NoSuchState:
            return ()
        numbers = sorted((state.number for state in list(timeline) if state.number >= 0), reverse=True)
        return [*sorted(timeline.names), *([] if kin == "names" else map(str, numbers[:_MOST_OFFERED]))]

    def _tool_namespaces(self) -> Mapping[str, object]:
        modules = self.granted.tool_modules if self.granted is not None else {}
        return {name: module.namespace for name, module in modules.items()}

    @made_once
    def history(self) -> History:
        """The inputs of this session and, from the history file, of those before it."""
        from monty_kernel.history.history import History, default_path

        file = self.settings.history_file
        return History(default_path() if file is None else file or None, self.log)

    def count_from(self, last: int) -> None:
        """Let cells count on from this number, if it is higher than theirs."""
        self.count = max(self.count, last)


def limits_of(settings: Settings) -> Limits:
    """The limits among the settings, as the engine takes them."""
    from monty_kernel.engine.limits import KINDS, Limits

    return Limits(**{kind.name: getattr(settings, kind.option) for kind in KINDS.values()})
