"""A session for tests of magics: the real engine, and a context that writes down what magics ask of it."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

from monty_kernel.engine.engine import Engine
from monty_kernel.engine.limits import Limits
from monty_kernel.engine.questions import MARK, Question
from monty_kernel.engine.source import CellSource, Failure
from monty_kernel.engine.source.cell import CellOptions, Feed, parse
from monty_kernel.history.history import History
from monty_kernel.magics.registry import Magics
from monty_kernel.outputs import Display, Stream


@dataclass
class Ran:
    """What a cell did. `places` are the (line, column) of the traceback's frames."""

    printed: str
    result: str | None
    failure: Failure | None
    displays: list[Display] = field(default_factory=list)
    pages: list[str] = field(default_factory=list)

    @property
    def places(self) -> list[tuple[int, int]]:
        assert self.failure is not None
        return [(frame.line, frame.column) for frame in self.failure.frames]


class Session:
    """Implements the engine's `Frontend` and the magics' `MagicContext`."""

    def __init__(self, history: History | None = None) -> None:
        self.engine = Engine(Limits(memory=1 << 28))
        self.limits = self.engine.limits
        self.engine.start()
        self.magics = Magics()
        self.travel = SimpleNamespace(keeps=False)
        self.history = history or History(None, logging.getLogger("history"))
        self.answer = False
        self.questions: list[str] = []
        self.known: Mapping[str, str] = {}
        self.count = 0
        self._ran = Ran("", None, None)

    def run(self, text: str) -> Ran:
        """Run a cell."""
        self.count += 1
        self.history.add(self.count, text)
        self._ran = ran = Ran("", None, None)
        cell = parse(CellSource(f"In[{self.count}]", text), lambda: self.magics, CellOptions(self.count))
        outcome = self.engine.run(cell, self, number=self.count, act=lambda action: self.magics.act(action, self))
        ran.failure = outcome.failure
        ran.result = None if outcome.result is None else str(outcome.result.data["text/plain"])
        return ran

    def refusal(self, text: str) -> str:
        """The message of the UsageError that a cell ends with."""
        failure = self.run(text).failure
        assert failure is not None
        assert failure.ename == "UsageError", failure
        return failure.evalue

    # Front

    def emit(self, output: object) -> None:
        if isinstance(output, Stream):
            assert output.name == "stdout"
            self._ran.printed += output.text
        elif isinstance(output, Display):
            self._ran.displays.append(output)

    def ask(self, prompt: str, *, password: bool) -> Future[str]:
        raise AssertionError("no magic asks through input()")

    def ask_question(self, question: Question) -> Future[str]:
        raise AssertionError("what magics ask comes through confirm()")

    def magic(self, name: str, args: str) -> object:
        return self.magics.run(name, args, self)

    def help(self, topic: str, kind: str = "") -> str:
        return topic

    def named(self, text: str, own: bool) -> str | None:
        return None

    def misshown(self, kind: str, method: str, ename: str, evalue: str) -> None:
        return None

    def leave(self) -> bool:
        raise AssertionError("no magic leaves")

    # MagicContext

    def tell(self, text: str) -> None:
        self.print(text)

    def limit_cell(self, words: Mapping[str, str]) -> None:
        self.engine.budget.tighten(self.limits.of_cell(words))

    def print(self, text: str) -> None:
        self._ran.printed += text + "\n"

    def page(self, text: Any) -> None:
        self._ran.pages.append(text)

    def describe(self, topic: str, detail_level: int = 0) -> str | None:
        return self.known.get(topic) and f"{self.known[topic]} at level {detail_level}"

    def feeds_of(self, number: int | None) -> list[Feed]:
        return self.engine.session.feeds_of(number)

    def confirm(self, question: Question) -> bool:
        self.questions.append(question.line.removeprefix(MARK))
        return self.answer

    def reset(self) -> None:
        self.engine.start()
