"""Whether cells are checked, and who may change that: a notebook may do as it likes, up to what the person asked for."""

from __future__ import annotations

from typing import Literal, get_args

Mode = Literal["off", "on", "strict"]
"""off: cells just run. on: findings are shown, and the cell runs. strict: a cell with findings does not run."""

MODES: tuple[Mode, ...] = get_args(Mode)


class TooLenient(ValueError):
    """The person asked for more than the notebook wants; the message says so."""


class TypeCheckMode:
    """The mode of one session. The person set it where the session was started; a notebook may not go below that."""

    def __init__(self, asked: Mode = "off") -> None:
        self.asked: Mode = asked
        self.now: Mode = asked

    def set(self, mode: Mode) -> None:
        """Check cells like this from now on.

        Raises:
            TooLenient: it is less than the person asked for.
        """
        if MODES.index(mode) < MODES.index(self.asked):
            raise TooLenient(
                f"cells are checked with {self.asked!r} at least, as was asked for where this session was started"
            )
        self.now = mode
