"""Runs one cell on the sandbox thread: from its text to its outcome."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from monty_kernel.engine.cell import CellOptions, parse
from monty_kernel.engine.engine import Engine, Outcome
from monty_kernel.engine.failures import impossible
from monty_kernel.engine.outputs import Stream
from monty_kernel.engine.rewrite import Action
from monty_kernel.engine.sources import CellSource, Failure
from monty_kernel.front import KernelFront

if TYPE_CHECKING:
    from monty_kernel.magics.registry import Magics


@dataclass(frozen=True, slots=True)
class CellRequest:
    """A cell to run. number: its execution count, or the next one's if it is not to be remembered."""

    code: str
    number: int
    remember: bool
    silent: bool
    expressions: Mapping[str, str] = field(default_factory=dict)


class CellRunner:
    """Parses and runs cells on the engine; for the sandbox thread, where a large cell holds nobody up."""

    def __init__(
        self,
        engine: Engine,
        front: KernelFront,
        magics: Callable[[], Magics],
        log: logging.Logger | logging.LoggerAdapter[logging.Logger],
    ) -> None:
        self._engine = engine
        self._front = front
        self._magics = magics
        self._log = log

    def run(self, request: CellRequest) -> Outcome:
        """What came of the cell. Never raises: a defect of ours must not leave the front end waiting for a reply."""
        try:
            return self._run(request)
        except Exception as error:
            self._log.exception("A cell could not be run.")
            return Outcome(Failure("raised", type(error).__name__, f"internal error of monty-kernel: {error}"))
        finally:
            self._engine.over()

    def _run(self, request: CellRequest) -> Outcome:
        source = CellSource(f"In[{request.number}]", request.code)
        options = CellOptions(request.number, show=not request.silent, begin=request.remember)
        try:
            cell = parse(source, self._magics, options)
        except SyntaxError as error:
            return Outcome(impossible(source, error))
        recovered = self._engine.recover()
        if recovered is not None:
            self._front.emit(Stream("stderr", recovered + "\n"))
        number = request.number if request.remember else 0
        return self._engine.run(cell, self._front, number=number, expressions=request.expressions, act=self._act)

    def _act(self, action: Action) -> None:
        self._magics().act(action, self._front)
