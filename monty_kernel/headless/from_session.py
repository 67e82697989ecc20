"""A state of a stored session as the start of a run."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import pydantic_monty

from .notebook_run import Start

if TYPE_CHECKING:
    from monty_kernel.magics.registry import Magics


class NoSuchStart(ValueError):
    """There is no such state to start from; the message says why."""


def start_of(name: str) -> Start:
    """The state `ID@N`, or with `ID` alone the one that the session stopped at.

    ID: a session as `monty-kernel sessions list` shows it, or the beginning of its id. N: the number of a cell, as in `In[N]`.

    Raises:
        NoSuchStart: there is none, or it cannot be read.
    """
    from monty_kernel.magics.registry import Magics
    from monty_kernel.store.errors import StoreError
    from monty_kernel.store.store import user_store
    from monty_kernel.timetravel.stored_state import read_state

    session, at, number = name.partition("@")
    if not session or (at and not number.isdecimal()):
        raise NoSuchStart(f"{name!r} names no state: write ID or ID@N, N as in In[N]")
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
