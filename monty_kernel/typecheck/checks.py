"""The type check of one session, as whoever runs its cells sees it: its mode, and what is done before and after each cell.

Nothing of the checker is loaded or started before a cell is to be checked.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TYPE_CHECKING, Literal, get_args

from monty_kernel.engine.errors.failures import INTERRUPTED
from monty_kernel.engine.source.sources import Failure
from monty_kernel.outputs import Output, Stream

if TYPE_CHECKING:
    from monty_kernel.engine.engine import Engine
    from monty_kernel.engine.source.cell import Cell

    from .cell_check import CellCheck
    from .checker import Checker

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


_log = logging.getLogger(__name__)


class TypeChecks:
    """Checks the cells of one engine. For the sandbox thread.

    asked: what the person asked for. checker: makes what asks the checker, when it is first needed.
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
        """Check a cell that is about to run, and say what was found; why it must not run, None if it may."""
        from .cell_check import CellCheck, Checked, refusal, warning

        if self._check is None:
            self._check = CellCheck(self._engine, self._checker())
        try:
            checked = self._check.check(cell)
        except KeyboardInterrupt:
            return INTERRUPTED
        except Exception as error:  # a defect of ours must not keep cells from running
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
        """A cell has run."""
        if self._check is not None:
            self._check.ran(cell, failed=failed)
