"""What a run of a notebook is given, and what comes of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from monty_kernel.engine.written import Layer
from monty_kernel.settings import HEADLESS, Settings

if TYPE_CHECKING:
    from .incremental import Skipped, Wanted
    from .session_pool import Start


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
        incremental: That cells which did not change need not run; None if all run. Not with `start`.
    """

    settings: Settings = HEADLESS
    timeout: float | None = None
    interrupt_on_timeout: bool = False
    allow_errors: bool = False
    record_timing: bool = True
    max_output: int | None = 100_000_000
    start: Start | None = None
    incremental: Wanted | None = None


Kind = Literal["error", "timeout", "output", "stopped"]


@dataclass(frozen=True, slots=True)
class FailedCell:
    """The cell at which a run ended early.

    Attributes:
        kind: `error`, it failed; `timeout`, it took too long; `output`, it made too much output; `stopped`, the run was
            stopped.
        index: Its place among all the notebook's cells, from 0.
        number: Its execution count.
    """

    kind: Kind
    index: int
    number: int
    ename: str
    evalue: str
    traceback: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Ran:
    """The result of a run.

    Attributes:
        cells: How many ran to their end, with success or not.
        skipped: What was not run again; None unless that was wanted.
        files: What the notebook left in memory, its working folder included.
    """

    cells: int
    seconds: float
    failed: FailedCell | None = None
    files: Layer = field(default_factory=dict)
    skipped: Skipped | None = None
