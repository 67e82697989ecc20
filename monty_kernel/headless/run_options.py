"""How a notebook is run, and the stored state that a run may start from."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pydantic_monty

from monty_kernel.engine.engine import Snapshot
from monty_kernel.settings import HEADLESS, Settings

if TYPE_CHECKING:
    from monty_kernel.magics.registry import Magics


@dataclass(frozen=True, slots=True)
class Start:
    """A state to start from, of a stored session, and the number of its last cell."""

    snapshot: Snapshot
    last: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RunOptions:
    """How a notebook is run.

    Attributes:
        settings: The options of its session.
        timeout: Seconds that a cell may take, whatever it does; None, or a number not above 0, for no limit.
        interrupt_on_timeout: Interrupt such a cell instead of ending the run. It may catch that and end within `GRACE`;
            after that it is undone.
        allow_errors: Go on after a cell that failed.
        record_timing: Note in each cell's metadata when it ran.
        max_output: Characters of output that the notebook may get; None for no limit.
        start: The state that the run starts from; None for an empty session.
    """

    settings: Settings = HEADLESS
    timeout: float | None = None
    interrupt_on_timeout: bool = False
    allow_errors: bool = False
    record_timing: bool = True
    max_output: int | None = 100_000_000
    start: Start | None = None


class NoSuchStart(ValueError):
    """There is no such state to start from; the message says why."""


def start_of(name: str) -> Start:
    """The state `ID@N`, or with `ID` alone the one that the session stopped at.

    Args:
        name: ID is a session as `monty-kernel sessions list` shows it, or the beginning of its id; N is the number of a
            cell, as in `In[N]`.

    Raises:
        NoSuchStart: there is no such state, or it cannot be read.
    """
    from monty_kernel.magics.registry import Magics
    from monty_kernel.store.errors import StoreError
    from monty_kernel.timetravel.stored_state import read_state
    from monty_kernel.timetravel.user_store import user_store

    session, at, number = name.partition("@")
    if not session or (at and not number.isdecimal()):
        raise NoSuchStart(f"{name!r} is not the name of a state: write ID or ID@N, where N is the number in In[N]")
    magics: list[Magics] = []

    def table() -> Magics:
        if not magics:
            magics.append(Magics())
        return magics[0]

    try:
        store = user_store(logging.getLogger("monty_kernel.sessions"), versions={"monty": pydantic_monty.__version__})
        try:
            info = store.session(session)
            last = int(number) if at else info.last or 0
            return Start(read_state(store, info.id, last, table).snapshot, last)
        finally:
            store.close()
    except StoreError as error:
        raise NoSuchStart(f"cannot start from {name}: {error}") from error
