"""A `MagicContext` without a session: what texts that were made up are tried on."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from typing import NoReturn

from monty_kernel.engine.frontend import StdinUnavailable, UsageError
from monty_kernel.engine.limits import Limits, SessionLimits
from monty_kernel.engine.questions import Question
from monty_kernel.engine.source.cell import Feed
from monty_kernel.grants.audit import Audit
from monty_kernel.grants.grants import Grants
from monty_kernel.history.history import History
from monty_kernel.magics.registry import Magics
from monty_kernel.typecheck.checks import TypeCheckMode


class Nobody:
    """Its history, limits and grants are real. Nobody answers questions, but for those that `confirms` answers."""

    resumes_unasked = False
    last_failure = None

    def __init__(self, *, confirms: bool) -> None:
        self.magics = Magics()
        self.history = History(None, logging.getLogger("nobody"))
        self.grants = Grants(Audit(None), {})
        self.limits = SessionLimits(Limits())
        self.type_check = TypeCheckMode()
        self._confirms = confirms

    @property
    def travel(self) -> NoReturn:
        raise UsageError("there is no session here")

    def feeds_of(self, number: int | None) -> list[Feed]:
        return []

    def limit_cell(self, words: Mapping[str, str]) -> None: ...
    def tell(self, text: str) -> None: ...

    def confirm(self, question: Question) -> bool:
        return self._confirms

    def ask_person(self, question: Question) -> NoReturn:
        raise StdinUnavailable("nobody is here")

    def describe(self, topic: str, detail_level: int = 0) -> None:
        return None

    def patience(self, text: str) -> AbstractContextManager[object]:
        return nullcontext()

    def reset(self) -> None: ...
    def print(self, text: str) -> None: ...
    def display(self, bundle: object) -> None: ...
    def page(self, text: object) -> None: ...
    def resumed(self, message: str, last: int) -> str:
        return message
