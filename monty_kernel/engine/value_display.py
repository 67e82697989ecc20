"""A variable in its own display, made in a copy of the session: the session itself is not touched, whatever its code does."""

from __future__ import annotations

from concurrent.futures import Future
from typing import TYPE_CHECKING, Any

from ..outputs import Display, Result, finite
from .budget import Budget
from .frontend import CellFrontend, NoFrontend, StdinUnavailable
from .limits import Limits, SessionLimits
from .session import CellRun, Session
from .snapshot import Recorder
from .source import Failure

if TYPE_CHECKING:
    from ..sanitize.sanitizer import Sanitizer

Data = dict[str, Any]

MOST_SHOWN = 4 << 20
"""Bytes of a display that is shown."""


class _Unseen(NoFrontend):
    """A front end where nobody sits. It keeps what an object shows by `_ipython_display_`."""

    def __init__(self) -> None:
        self.displays: list[Display] = []

    def emit(self, output: object) -> None:
        if isinstance(output, Display):
            self.displays.append(output)

    def ask(self, prompt: str, *, password: bool) -> Future[str]:
        return _nobody()

    def ask_question(self, question: object) -> Future[str]:
        return _nobody()


def _nobody() -> Future[str]:
    answer: Future[str] = Future()
    answer.set_exception(StdinUnavailable("nobody is asked while a value is shown"))
    return answer


def value_shown(session: Session, name: str, seconds: float, sanitizer: Sanitizer) -> Data:
    """The MIME bundle of a variable as `data` and `metadata`, or `error`: the one line that its display ended in.

    Args:
        session: The copy. It is used up.
        seconds: How long the display may take.
        sanitizer: What it passes; one that nothing else uses.

    Raises:
        WorkerLost: It took longer, or ended the worker.
    """
    limits = SessionLimits(Limits(seconds=seconds, output=MOST_SHOWN, host_calls=0, asleep=0))
    budget = Budget(limits, most_shown=sanitizer.most_shown)
    unseen = _Unseen()
    frontend = CellFrontend(unseen, sanitizer, budget, session.sandbox.release)
    sanitizer.start_cell()
    interrupts = session.sandbox.interrupts
    interrupts.expect()
    try:
        shown = session.value_of(name, CellRun(frontend, 0, Recorder(), budget))
    finally:
        interrupts.over()
    value = shown if isinstance(shown, Failure) else frontend.result(shown)
    if budget.has_refused:
        return {"error": "It asks for something outside of the session while it is shown, which only a cell may."}
    if isinstance(value, Failure):
        return {"error": f"{value.ename}: {value.evalue}"}
    result: Result | Display = unseen.displays[0] if unseen.displays else value
    return {"data": finite(result.data), "metadata": finite(result.metadata or {})}
