"""Asks Monty: whether its parser takes a text, and how a few lines of the checker's own fail in an empty sandbox.

Nothing of a notebook runs. A text to parse has a line in front of it that fails; the lines to run are made of Monty's
own modules, samples of its types, and names.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from contextlib import closing, contextmanager

import pydantic_monty as monty

from monty_kernel.engine.errors.failures import raised, said_by_cpython, unparsable
from monty_kernel.engine.limits import Limits
from monty_kernel.engine.source import Failure
from monty_kernel.engine.source.cell import Feed
from monty_kernel.engine.source.source_map import Edit, SourceMap
from monty_kernel.engine.workers import Workers
from monty_kernel.headless.session_pool import SessionPool
from monty_kernel.outputs import Output
from monty_kernel.session.cell_runner import CellRequest, CellRunner
from monty_kernel.session.frontend import SessionFrontend, unanswerable
from monty_kernel.settings import HEADLESS
from monty_kernel.timetravel.dump_budget import DumpBudget

_STOP = "1 / 0\n"
_LIMITS = Limits(memory=1 << 28, seconds=2.0)
_SETTINGS = HEADLESS.but(max_memory=1 << 28, max_cell_seconds=2.0)
_MOST_ASKED = 5_000
"""Different lines that are run for one check. A notebook of 1,000 cells needs some hundreds."""


class _Silent(SessionFrontend):
    """Shows nothing and answers nothing."""

    def emit(self, output: Output) -> None:
        """Drop it."""

    def ask(self, prompt: str, *, password: bool) -> Future[str]:
        """Nobody answers."""
        return unanswerable(password=password)

    def look_up(self, topic: str, detail_level: int, *, between_feeds: bool) -> str | None:
        """What introspection knows of a name."""
        return asyncio.run(self.services.introspector.describe(topic, detail_level))


class ParserLost(Exception):
    """The worker did not survive a text; the message says what happened. The next text gets another one."""


class Parser:
    """A worker that parses and runs nothing. For one thread."""

    def __init__(self, workers: Workers) -> None:
        self._workers = workers
        self._taken: tuple[monty.MontySession, int | None] | None = None

    def refusal(self, feed: Feed) -> Failure | None:
        """Why Monty's parser refuses a feed; None if it takes it.

        Raises:
            ParserLost: The parser took too long or too much memory.
            MontyError, RuntimeError, WallsMissing: No worker could be started.
        """
        if self._taken is None:
            self._taken = self._workers.take(_LIMITS)
        stopped = SourceMap(feed.text, [Edit(0, 0, _STOP)])
        try:
            self._taken[0].feed_run(stopped.text)
        except monty.MontyError as error:
            if isinstance(error, monty.MontyCrashedError) or isinstance(error.exception(), (MemoryError, TimeoutError)):
                self.close()
                raise ParserLost("Monty's parser needs too much time or memory for it") from error
            if not unparsable(error):
                return None
            failure = raised(error, lambda _: feed._replace(text=stopped.text, maps=(stopped, *feed.maps)))
            return (said_by_cpython(feed) or failure) if failure.ename == "SyntaxError" else failure
        return None

    def close(self) -> None:
        """Give the worker back. Idempotent."""
        taken, self._taken = self._taken, None
        if taken is not None:
            self._workers.give_back(*taken)


class Asking:
    """An empty session that tries lines of the checker's own. For one thread.

    Attributes:
        frontend: What a magic that is tried prints to.
        granted: The names of the modules of tools.
    """

    def __init__(self, frontend: SessionFrontend, granted: frozenset[str]) -> None:
        self.granted = granted
        self.frontend = frontend
        self._runner = CellRunner(frontend, DumpBudget(0.0), cells_wait=lambda: True)
        self._known: dict[str, Failure | None] = {}

    def failure(self, code: str) -> Failure | None:
        """How these lines fail; None if they run. They hold nothing but names from a notebook."""
        if code not in self._known:
            if len(self._known) >= _MOST_ASKED:
                return None
            self._known[code] = self._runner.run(CellRequest(code, 1, remember=False, silent=True)).failure
        return self._known[code]


@contextmanager
def parsing(pool: SessionPool) -> Iterator[Parser]:
    """Something to parse with. No thread may ask for a worker meanwhile: all may be in use by others that do the same."""
    with closing(Parser(pool.workers)) as parser:
        yield parser


@contextmanager
def asking(pool: SessionPool, tools: Sequence[str] = ()) -> Iterator[Asking]:
    """An empty session to ask.

    Args:
        tools: The tools that the notebook is to have, as for `run_notebook`. None is called.

    Raises:
        ToolsRefused: A file of them cannot be used.
        MontyError, RuntimeError, WallsMissing: No worker could be started.
    """
    with pool.session(_SETTINGS.but(tools=tuple(tools))) as services:
        pool.start(services.engine)
        granted = {} if services.granted is None else dict(services.granted.tool_modules)
        yield Asking(_Silent(services), frozenset(granted))
