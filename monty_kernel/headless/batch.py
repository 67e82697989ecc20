"""Runs many notebooks at once over one pool of workers: each is read, run and written on a thread of its own."""

from __future__ import annotations

import errno
import logging
import os
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from queue import SimpleQueue
from typing import TYPE_CHECKING, Literal

from monty_kernel.engine.frontend import UsageError
from monty_kernel.engine.snapshot import Diverged
from monty_kernel.isolation.pool import WallsMissing
from monty_kernel.outputs.log_text import json_for_log

from ..files.whole_file import OpenFolder, Place, place_at
from .declared import warn_of_unknown
from .files_out import FilesOut, NotWritten
from .notebook_file import from_json, read_notebook, to_json
from .notebook_run import NotebookRun
from .notebook_shape import Node, NotebookUnreadable
from .page import PageFailed, PageOptions, page_of
from .parameters import Parameters, inject
from .run_terms import FailedCell, Ran, RunOptions
from .session_pool import SessionPool

if TYPE_CHECKING:
    from .incremental import Skipped

_log = logging.getLogger(__name__)

Status = Literal["ok", "error", "timeout", "output", "stopped", "unreadable", "unwritable", "broken"]
"""`broken`: the sandbox could not be started, or the state that the run starts from could not be restored."""


@dataclass(frozen=True, slots=True)
class Task:
    """A notebook to run.

    Attributes:
        source: Its file; None for standard input.
        target: The file that it is written to; None for none.
        stdout: Write it to standard output.
        page: Write it as a page.
        place: The target, opened. A target without one is the source itself: its folder is opened, through no link,
            before the notebook is read, and written to afterwards.
        files: Takes what the notebook leaves in its working folder; None if nothing does.
    """

    source: Path | None
    target: Path | None = None
    stdout: bool = False
    page: PageOptions | None = None
    place: Place | None = None
    files: FilesOut | None = None

    @property
    def name(self) -> str:
        return "standard input" if self.source is None else str(self.source)


@dataclass(frozen=True, slots=True)
class Done:
    """The result of a task.

    Attributes:
        started: Seconds since the epoch.
        cells: How many cells ran to their end.
        failed: The cell at which it ended, and `cell_id` its id.
        reason: Why it could not be done, for a status without a failed cell.
        refused: Whether the reason is what the command line grants: tools, a mount or an audit file that cannot be had.
        files: What was written of the working folder; None if that was not asked for.
        skipped: What was not run again; None if all was to run.
    """

    task: Task
    status: Status
    started: float
    seconds: float
    cells: int = 0
    failed: FailedCell | None = None
    cell_id: str | None = None
    reason: str = ""
    refused: bool = False
    files: tuple[str, ...] | None = None
    skipped: Skipped | None = None


class Targets:
    """Where a run writes. Before its first notebook is read, each place is known to be writable and used only once.

    Their folders stay open until `opened` is left.
    """

    def __init__(self, opened: ExitStack) -> None:
        self._opened = opened
        self._folders: dict[Path, OpenFolder] = {}
        self._names: dict[tuple[str, str], str] = {}
        self._files: set[Path] = set()

    def add(self, path: Path, name: str, what: str = "write", *, only_files: bool = False) -> Place:
        """The place at a path that the person gave.

        Args:
            path: where something is to be written.
            name: of the thing that is written there, for an error.
            what: the action, for an error.
            only_files: whether the person gave only its folder, so that no pipe or device in it is written to.

        Raises:
            UsageError: it cannot be written, or something else goes there.
        """
        folder = self._folders.get(path.parent)
        try:
            place = place_at(path) if folder is None else Place(path, folder)
        except OSError as error:
            raise UsageError(f"cannot {what} {path}: {error.strerror}.") from error
        if place.folder is not None and folder is None:
            self._folders[path.parent] = place.folder
            self._opened.callback(place.close)
        place = replace(place, only_files=only_files)
        self._check(place, name, what)
        return place

    def add_files(self, path: Path) -> FilesOut:
        """An empty folder at a path that the person gave, for what a notebook leaves in its working folder.

        Raises:
            UsageError: It cannot be made, something is in it, or another notebook has it.
        """
        real = Path(os.path.realpath(path))
        if real in self._files:
            raise UsageError(f"the files of two notebooks would go into {path}: they have the same name.")
        self._files.add(real)
        try:
            folder = FilesOut(path)
        except OSError as error:
            raise UsageError(f"cannot write files into {path}: {error.strerror}.") from error
        self._opened.callback(folder.close)
        return folder

    def check_source(self, path: Path) -> None:
        """Check that a notebook can be written where it came from. Its folder is opened again when it is run.

        Raises:
            UsageError: it cannot be written, or a folder on the way to it is a link, or something else goes there.
        """
        try:
            place = place_at(path, follow=False)
        except FileNotFoundError:
            return  # it cannot be read either, and its own line will say so
        except OSError as error:
            raise UsageError(f"cannot write {path}: {error.strerror}.") from error
        try:
            if place.folder is None or place.folder.status(path.name) is not None:
                self._check(place, str(path), "write")
        finally:
            place.close()

    def _check(self, place: Place, name: str, what: str) -> None:
        key = os.path.realpath(place.path.parent), place.path.name
        if place.stream is None and key in self._names:
            raise UsageError(f"{self._names[key]} and {name} would both be written to {place.path}.")
        self._names[key] = name
        if why := place.why_not_writable():
            raise UsageError(f"cannot {what} {place.path}: {why}.")


class Batch:
    """Tasks that run in a pool, as many at once as it has threads.

    Args:
        tasks: The notebooks.
        pool: Has the sessions and the threads.
        options: How they are run.
        parameters: Injected into each.
        on_read: Told which notebook begins to run and how many code cells it has, on any thread.
        on_cell: Called after each cell, on any thread.
    """

    def __init__(
        self,
        tasks: Sequence[Task],
        pool: SessionPool,
        options: RunOptions,
        parameters: Parameters,
        *,
        on_read: Callable[[Task, int], None] = lambda task, cells: None,
        on_cell: Callable[[], None] = lambda: None,
    ) -> None:
        self._tasks = tasks
        self._pool = pool
        self._options = options
        self._parameters = parameters
        self._on_read = on_read
        self._on_cell = on_cell
        self._stopping = False
        self._running: set[NotebookRun] = set()

    def run(self, on_done: Callable[[Done], None], on_refused: Callable[[Done], None]) -> list[Done]:
        """Run all; their results, in the order of the tasks.

        Args:
            on_done: called here, as each ends.
            on_refused: called once instead, at the end, if none could be begun for what the command line grants.
        """
        ended: SimpleQueue[Future[Done]] = SimpleQueue()
        futures = [self._pool.threads.submit(self._do, task) for task in self._tasks]
        for future in futures:
            future.add_done_callback(ended.put)
        refused: list[Done] = []
        for _ in futures:
            done = ended.get().result()
            if done.refused:
                refused.append(done)
            else:
                on_done(done)
        everything = [future.result() for future in futures]
        if refused and all(each.refused or each.status == "unreadable" for each in everything):
            on_refused(refused[0])
        else:
            for done in refused:
                on_done(done)
        return everything

    def stop(self) -> None:
        """Cut the running cells short.

        What has run is written; what has not begun stays so. A signal handler may call it too.
        """
        self._stopping = True
        for run in tuple(self._running):
            run.stop()

    def _do(self, task: Task) -> Done:
        started, begin = time.time(), time.perf_counter()
        place = task.place
        try:
            if place is None and task.target is not None:
                try:
                    place = place_at(task.target, follow=False)
                except OSError as error:
                    reason = error.strerror or str(error)
                    return Done(task, "unreadable", started, time.perf_counter() - begin, reason=reason)
            return self._try(task, place, started, begin)
        except Exception as error:  # of Monty or ours: it must not stop the other notebooks
            _log.debug("a notebook could not be run", exc_info=True)
            refused = _is_refusal(error)
            reason = str(error) if refused else f"{type(error).__name__}: {error}"
            return Done(task, "broken", started, time.perf_counter() - begin, reason=reason, refused=refused)
        finally:
            if place is not None and task.place is None:
                place.close()

    def _try(self, task: Task, place: Place | None, started: float, begin: float) -> Done:

        files: tuple[str, ...] | None = None

        def done(status: Status, reason: str = "", ran: Ran | None = None, cell_id: str | None = None) -> Done:
            cells, failed = (0, None) if ran is None else (ran.cells, ran.failed)
            seconds = time.perf_counter() - begin
            skipped = None if ran is None else ran.skipped
            return Done(task, status, started, seconds, cells, failed, cell_id, reason, files=files, skipped=skipped)

        if self._stopping:
            return done("stopped", "it was not begun")
        try:
            book = from_json(_read(task, place), task.name)
        except OSError as error:
            return done("unreadable", error.strerror or str(error))
        except (NotebookUnreadable, MemoryError) as error:
            return done("unreadable", str(error) or "it does not fit into memory")
        if self._parameters:
            warn_of_unknown(book, self._parameters, task.name)
            inject(book, self._parameters)
        self._on_read(task, sum(cell["cell_type"] == "code" for cell in book["cells"]))
        options = self._options
        if options.incremental is not None:  # each notebook has what is kept to itself
            own = "standard input" if task.source is None else os.path.abspath(task.source)
            options = replace(options, incremental=options.incremental._replace(notebook=own))
        run = NotebookRun(book, options, on_cell=self._on_cell)
        self._running.add(run)
        try:
            if self._stopping:  # perhaps before the run was there to be stopped
                run.stop()
            ran = run.execute(self._pool)
        except Diverged as error:
            return done("broken", f"the state that it starts from cannot be restored, since {error}")
        except WallsMissing as error:
            return done("broken", str(error))
        finally:
            self._running.discard(run)
        failed = ran.failed
        cell_id = None if failed is None else book["cells"][failed.index].get("id")
        try:
            _write(task, place, book)
            if task.files is not None:
                files = task.files.write(ran.files)
        except NotWritten as error:
            return done("unwritable", str(error), ran, cell_id)
        except PageFailed as error:
            return done("unwritable", f"no page could be made of it: {error}", ran, cell_id)
        except OSError as error:
            return done("unwritable", f"{task.target or 'standard output'}: {error.strerror or error}", ran, cell_id)
        return done("ok" if failed is None else failed.kind, "", ran, cell_id)


def _is_refusal(error: Exception) -> bool:
    """Whether something is wrong with what the command line grants."""
    from monty_kernel.grants.audit import AuditFailed
    from monty_kernel.grants.mounting import MountRefused
    from monty_kernel.grants.tool_files import ToolsRefused

    return isinstance(error, (AuditFailed, MountRefused, ToolsRefused))


def _read(task: Task, place: Place | None) -> bytes:
    if task.source is not None:
        own = place is not None and task.place is None
        return place.read() if place is not None and own else read_notebook(task.source)
    if sys.stdin is None:
        raise OSError(errno.EBADF, "it is closed")
    return sys.stdin.buffer.read()


def _write(task: Task, place: Place | None, book: Node) -> None:
    if task.stdout:
        if sys.stdout is None:
            raise OSError(errno.EBADF, "it is closed")
        Place(Path("standard output"), None, sys.stdout.fileno()).write(_file(task, book, printed=True))
    elif place is not None:
        place.write(_file(task, book, printed=place.is_stream()))


def _file(task: Task, book: Node, *, printed: bool) -> bytes:
    if task.page is None:
        return json_for_log(to_json(book)) if printed else to_json(book)
    title = None if task.source is None else task.source.stem
    return page_of(book, task.page.template, title=title, inputs=task.page.inputs).encode()
