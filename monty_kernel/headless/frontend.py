"""The session's front in a headless run: outputs go into the notebook, and nobody is there to be asked."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from concurrent.futures import Future
from functools import cached_property
from typing import TYPE_CHECKING

from monty_kernel.engine.engine import Engine
from monty_kernel.engine.source.sources import CellSource
from monty_kernel.outputs import Output
from monty_kernel.session.frontend import SessionFront, unanswerable
from monty_kernel.timetravel.travel import TimeTravel
from monty_kernel.typecheck.checks import TypeCheckMode

from .notebook_outputs import NotebookOutputs

if TYPE_CHECKING:
    from monty_kernel.history.history import History
    from monty_kernel.introspect.introspector import Introspector
    from monty_kernel.magics.registry import Magics

_log = logging.getLogger(__name__)


class NotebookFront(SessionFront):
    """One run's front. For the sandbox thread, like the session itself.

    most: characters of output that the notebook may hold; when there are more, the run is stopped and `overflowed` is set.
    snapshot_memory: bytes that the states between the cells may take.
    """

    def __init__(
        self,
        engine: Engine,
        outputs: NotebookOutputs,
        most: int | None,
        type_check: TypeCheckMode,
        snapshot_memory: int,
    ) -> None:
        super().__init__()
        self._engine = engine
        self._type_check = type_check
        self._outputs = outputs
        self._most = most
        self._snapshot_memory = snapshot_memory
        self._inputs: dict[int, str] = {}
        self.count = 0
        """The number of the last cell."""
        self.overflowed = False

    @property
    def engine(self) -> Engine:
        return self._engine

    @property
    def type_check(self) -> TypeCheckMode:
        """Whether cells are type-checked before they run."""
        return self._type_check

    @cached_property
    def magics(self) -> Magics:
        """The table of magics."""
        from monty_kernel.magics.registry import Magics

        return Magics()

    @cached_property
    def history(self) -> History:
        """The inputs of this run. Those of the person's earlier sessions are no business of a notebook that runs unseen."""
        from monty_kernel.history.history import History

        history = History(None, _log)
        for number, source in self._inputs.items():
            history.add(number, source)
        return history

    @cached_property
    def travel(self) -> TimeTravel:
        """The states of the session, in memory alone."""
        return TimeTravel(self._engine, most=self._snapshot_memory)

    @cached_property
    def _introspector(self) -> Introspector:
        from monty_kernel.introspect.introspector import Introspector

        return Introspector(_SessionView(self._engine), self.magics)

    def begin(self, source: str) -> int:
        """A cell starts; its number."""
        self.payload = []
        self.count += 1
        self._inputs[self.count] = source
        if "history" in self.__dict__:
            self.history.add(self.count, source)
        return self.count

    def emit(self, output: Output) -> None:
        """Put an output into the notebook."""
        if self.overflowed:
            return
        self._outputs.add(output, self.count)
        if self._most is not None and self._outputs.size > self._most:
            self.overflowed = True
            self._engine.interrupt()
            self._engine.kill()

    def ask(self, prompt: str, *, password: bool) -> Future[str]:
        """Nobody answers."""
        return unanswerable(password=password)

    def count_from(self, last: int) -> None:
        """Cells count on from this number, if it is higher than theirs."""
        self.count = max(self.count, last)

    def look_up(self, topic: str, detail_level: int, *, between_feeds: bool) -> str | None:
        """What introspection knows of a name, asked on a loop of its own."""
        return asyncio.run(self._introspector.describe(topic, detail_level))

    def close(self) -> None:
        """Let go of what was kept for the run."""
        if "travel" in self.__dict__:
            self.travel.close()


class _SessionView:
    """Implements introspection's `Session` on the sandbox thread itself."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def cells(self) -> Sequence[CellSource]:
        return self._engine.known_cells

    async def ask(self, expression: str) -> object | None:
        if self._engine.is_feeding:
            return None
        from monty_kernel.engine.prelude import guarded
        from monty_kernel.introspect.prelude import INTROSPECTION_PRELUDE

        answer: object = self._engine.evaluate(expression, {"introspection": guarded(INTROSPECTION_PRELUDE)})
        return answer
