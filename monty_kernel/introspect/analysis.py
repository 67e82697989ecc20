"""Static analysis of one place in one cell, with the facts about Monty, the earlier cells and jedi.

It runs on threads, so that the event loop goes on serving interrupts. jedi runs in a helper process, where code that it
takes too long over can be killed. This also keeps the 50 MB of what jedi has read, and the pauses of its garbage
collection, out of the kernel.
"""

from __future__ import annotations

import asyncio
import queue
import re
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from contextvars import ContextVar
from dataclasses import replace
from functools import cache, lru_cache
from typing import Any, TypeVar

from monty_kernel.bounded import helper_pool
from monty_kernel.engine.source import CellSource

from .cursor import WORD
from .facts import Facts, load_facts
from .place import WINDOW, Place
from .static import JediName, Signature, Source
from .units import NotebookReader, Unit, cut, definers_of, relevant

T = TypeVar("T")

DEADLINE = 0.9
"""Seconds to wait for an answer. JupyterLab gives up on a completer after one second."""

PATIENT = 30.0
"""The same for a person who asked in a cell, which waits."""

patience: ContextVar[float | None] = ContextVar("patience", default=None)
"""Seconds that the present question waits instead of `DEADLINE`."""

_QUESTION = 3.0
_JEDI = "monty_kernel.introspect.static:asked"
"""The job of the helper that has jedi."""
_LOADING = 20.0
"""Seconds of processor time.

The person has given up on a question long before, but the next question waits for its end.
"""


class Analysis:
    """What is known about the code of one session without asking the session.

    An answer is empty if it would take longer than `DEADLINE`, or than the
    question's `patience`. `facts` and `notebook` may be read on any thread: they are
    replaced as a whole and never changed.

    Args:
        granted: returns the granted modules of tools, by name.
    """

    def __init__(self, granted: Callable[[], Mapping[str, object]] = dict) -> None:
        self.facts = Facts()
        self._granted = granted
        self._reader = NotebookReader()
        self.notebook = self._reader.notebook

    async def prepare(self, cells: Sequence[CellSource], where: Place) -> Place:
        """Read the cells that are new, and add the other statements of the cell to its place."""

        def prepared() -> Place:
            self._read(cells)
            head, tail = where.text[: where.around.chunk_start], where.text[where.chunk_end :]
            return replace(where, others=(*_cut(head), *_cut(tail)))

        return await _cell_thread().run(prepared, patience.get() or DEADLINE) or where

    async def names(self, where: Place) -> list[JediName]:
        """Names in the scope of the cursor, or attributes after a dot."""
        return _known(await self._ask_about("names", where, where.cursor))

    async def infer(self, where: Place, end: int) -> list[JediName]:
        """What the expression that ends at `end` may be."""
        return _known(await self._ask_about("infer", where, end))

    async def document(self, where: Place, end: int) -> list[JediName]:
        """The same as `infer`, with docstrings and signatures."""
        return _known(await self._ask_about("document", where, end))

    async def signature(self, where: Place) -> Signature | None:
        """The function whose call the cursor is in, and its parameters."""
        found = await self._ask_about("signature", where, where.cursor)
        return None if found is None else Signature(found[0], tuple((name, kind) for name, kind in found[1]))

    def warm_up(self, cells: Sequence[CellSource]) -> None:
        """Read the cells, then load modules that questions would otherwise wait for, one at a time; returns at once."""

        def load() -> None:
            imported = self.notebook.modules & self.facts.modules
            if any(_ask_jedi("load", "", name, seconds=_LOADING) for name in ("builtins", *sorted(imported))):
                _jedi_thread().submit(load)

        def read() -> None:
            self._read(cells)
            _jedi_thread().submit(load)

        _cell_thread().submit(read)

    def _read(self, cells: Sequence[CellSource]) -> None:
        """Runs on the cell thread. The first call takes 0.2 s, for the facts."""
        self.facts = load_facts().with_granted(self._granted())
        self.notebook = self._reader.read(cells)

    async def _ask_about(self, question: str, where: Place, offset: int) -> Any:
        def answer() -> Any:
            source = self._source(where, offset)
            return _ask_jedi(question, source.head + source.chunk, len(source.head), source.offset, seconds=_QUESTION)

        return await _jedi_thread().run(answer, patience.get() or DEADLINE)

    def _source(self, where: Place, offset: int) -> Source:
        start = max(where.around.chunk_start, where.cursor - 2 * WINDOW)
        chunk = where.text[start : where.chunk_end]
        template = where.around.template
        if template is not None:  # show jedi the expression of an f-string as if it stood alone
            innermost = max((each.start for each in where.around.stack if each.kind == "f{"), default=template.start)
            chunk = _blanked(chunk, template.start - start, innermost + 1 - start)
            chunk = chunk[: where.cursor - start]
        notebook = self.notebook
        others = definers_of(where.others, len(notebook.units))

        def definers(name: str) -> list[int]:
            return [*notebook.definers.get(name, ())[-3:], *others.get(name, ())]

        head = relevant(dict.fromkeys(WORD.findall(chunk)), (*notebook.units, *where.others), definers)
        return Source(head, chunk, max(0, offset - start))


@cache
def start_jedi() -> None:
    """Start the helper process, once, and have it import jedi; returns at once."""
    helper_pool.jedi_helpers().submit(_JEDI, "", ["import", []], seconds=_LOADING)


def _ask_jedi(question: str, text: str, *arguments: Any, seconds: float) -> Any:
    given = (question, sorted(load_facts().modules), *arguments)
    value, _ = helper_pool.ask(_JEDI, text, *given, seconds=seconds, pool=helper_pool.jedi_helpers())
    return value


def _known(found: Any) -> list[JediName]:
    return [
        JediName(name, kind, full_name, local, doc, tuple(signatures))
        for name, kind, full_name, local, doc, signatures in found or ()
    ]


@lru_cache(maxsize=8)
def _cut(text: str) -> tuple[Unit, ...]:
    return cut(text)


def _blanked(text: str, start: int, end: int) -> str:
    return text[:start] + re.sub(r"[^\n]", " ", text[start:end]) + text[end:]


@cache
def _cell_thread() -> JobThread:
    """The process's thread for what takes milliseconds, such as cutting cells into statements.

    It never waits for jedi.
    """
    return JobThread("introspection: reading")


@cache
def _jedi_thread() -> JobThread:
    """The process's thread for questions to jedi, which takes one at a time."""
    return JobThread("introspection: jedi")


class JobThread:
    """Runs jobs one after the other on a thread that starts with the first.

    It is a daemon thread, unlike those of `ThreadPoolExecutor`: a job that takes minutes must not keep the kernel
    from ending.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._jobs: queue.SimpleQueue[tuple[Callable[[], Any], Future[Any]]] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._starting = threading.Lock()

    def submit(self, job: Callable[[], T]) -> Future[T]:
        """Queue a job. If it is cancelled before it starts, it does not run."""
        future: Future[T] = Future()
        self._jobs.put((job, future))
        with self._starting:
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._run, name=self._name, daemon=True)
                self._thread.start()
        return future

    async def run(self, job: Callable[[], T], deadline: float) -> T | None:
        """The job's result, or None if it fails or takes longer than `deadline` seconds.

        A late job runs on to its end.
        """
        future = self.submit(job)
        try:
            return await asyncio.wait_for(asyncio.wrap_future(future), deadline)
        except TimeoutError:
            return None
        except asyncio.CancelledError:
            future.cancel()
            raise
        except Exception:  # jedi fails on unusual code in many ways, and the person is better served by no answer
            return None

    def _run(self) -> None:
        while True:
            job, future = self._jobs.get()
            if not future.set_running_or_notify_cancel():
                continue
            try:
                future.set_result(job())
            except BaseException as error:
                future.set_exception(error)
            del job, future
