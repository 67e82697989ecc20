"""The type check of one session for whoever runs its cells: its mode, and the steps before and after each cell.

Nothing of the checker is loaded or started before a cell is to be checked.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TYPE_CHECKING, Literal, get_args

from monty_kernel.engine.errors.failures import INTERRUPTED
from monty_kernel.engine.source import Failure
from monty_kernel.outputs import Output, Stream

if TYPE_CHECKING:
    from monty_kernel.engine.engine import Engine
    from monty_kernel.engine.source.cell import Cell

    from .cell_check import CellCheck
    from .checker import Checker

_log = logging.getLogger(__name__)

Mode = Literal["off", "on", "strict"]
"""`off`: cells are not checked.

`on`: findings are shown, and the cell runs. `strict`: a cell with findings does not run.
"""

MODES: tuple[Mode, ...] = get_args(Mode)


class TooLenient(ValueError):
    """A notebook asked for less checking than the person did; the message says so."""


class TypeCheckMode:
    """The mode of one session.

    A notebook may change it, but not below what the person set when the session was started.
    """

    def __init__(self, asked: Mode = "off") -> None:
        self.asked: Mode = asked
        self.now: Mode = asked

    def set(self, mode: Mode) -> None:
        """Set the mode for the following cells.

        Raises:
            TooLenient: the person asked for more.
        """
        if MODES.index(mode) < MODES.index(self.asked):
            raise TooLenient(
                f"this session was started with type checks {self.asked!r}, and a notebook cannot lower that"
            )
        self.now = mode


class TypeChecks:
    """Checks the cells of one engine, on the sandbox thread.

    Args:
        engine: the session whose cells are checked.
        asked: the mode that the person asked for.
        checker: creates the checker when it is first needed.
    """

    def __init__(self, engine: Engine, asked: Mode, checker: Callable[[], Checker]) -> None:
        self.mode = TypeCheckMode(asked)
        self._engine = engine
        self._checker = checker
        self._check: CellCheck | None = None

    @property
    def wanted(self) -> bool:
        """Whether cells are checked now."""
        return self.mode.now != "off"

    def before(self, cell: Cell, emit: Callable[[Output], None]) -> Failure | None:
        """Check a cell that is about to run, and show the findings. Returns the reason why it must not run, or None."""
        from .cell_check import CellCheck, Checked, refusal, warning

        if self._check is None:
            self._check = CellCheck(self._engine, self._checker())
        try:
            checked = self._check.check(cell)
        except KeyboardInterrupt:
            return INTERRUPTED
        except Exception as error:  # a defect of the kernel must not keep cells from running
            _log.exception("A cell could not be type-checked.")
            checked = Checked(note=f"internal error of monty-kernel: {type(error).__name__}: {error}")
        if checked.note is not None:
            emit(Stream("stderr", f"{cell.source.label} was not type-checked: {checked.note}.\n"))
        if checked.is_faulty:
            self._check.faulty(cell)
            if self.mode.now == "strict":
                return refusal(checked.findings)
        if checked.findings:
            emit(Stream("stderr", warning(checked.findings) + "\n"))
        return None

    def after(self, cell: Cell, *, failed: bool) -> None:
        """Take note of a cell that has run."""
        if self._check is not None:
            self._check.ran(cell, failed=failed)
