"""`run_notebook` and its async twin: notebooks from Python, thousands of times in one process if need be."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from pathlib import Path
from typing import TYPE_CHECKING, Any

from monty_kernel.engine.limits import Limits
from monty_kernel.isolation.launch import Policy
from monty_kernel.typecheck.checks import Mode

from .from_session import start_of
from .granted import Granted
from .notebook_file import from_json, read_notebook
from .notebook_run import FailedCell, NotebookRun, Ran, RunOptions
from .notebook_shape import NotebookUnreadable, checked
from .parameters import Parameters, inject
from .session_pool import SessionPool, shared_pool

if TYPE_CHECKING:
    from nbformat import NotebookNode

    from monty_kernel.grants.tool_files import Permission


def run_notebook(
    nb: NotebookNode | Mapping[str, Any] | str | os.PathLike[str],
    *,
    parameters: Parameters | None = None,
    timeout: float | None = None,
    interrupt_on_timeout: bool = False,
    allow_errors: bool = False,
    max_memory: int | None = 1 << 30,
    max_cell_seconds: float | None = None,
    max_recursion_depth: int | None = None,
    max_cell_output: int | None = None,
    max_host_calls: int | None = None,
    max_seconds_asleep: float | None = None,
    max_output: int | None = 100_000_000,
    from_session: str | None = None,
    record_timing: bool = True,
    walls: Policy = "best",
    own_worker: bool = False,
    tools: Sequence[str] = (),
    tool_permissions: Mapping[str, Permission] | None = None,
    mounts: Sequence[str] = (),
    mount_max_bytes: int | None = 1 << 30,
    mount_max_files: int | None = 10_000,
    audit_file: str | os.PathLike[str] | None = None,
    trust_outputs: bool = False,
    typecheck: Mode = "off",
    snapshot_memory: int = 1 << 28,
) -> NotebookNode:
    """Run a notebook in a sandbox of its own and return it with its outputs; `nb` itself stays as it is.

    Any thread may call, also one in which an event loop runs (which then waits). The outputs are those that nbclient gets from the kernel
    `monty`. The first call starts the workers, which serve later calls and end with the process.

    Args:
        nb: a notebook of format 4, or the path of one.
        parameters: assigned in a cell that goes in place of the one tagged `injected-parameters`, else after the one tagged
            `parameters`, else at the top. Values are plain data.
        timeout: seconds that each cell may take; None for no limit.
        interrupt_on_timeout: a cell that takes longer gets KeyboardInterrupt, instead of the run being ended. One that catches it and
            has not ended two seconds later is undone, as a timeout; the run goes on if errors are allowed.
        allow_errors: go on after a cell that failed, as after one tagged `raises-exception`.
        max_memory: bytes that the session may use; None for no limit.
        max_cell_seconds: seconds that each cell may compute; sleep is not counted. None for no limit.
        max_recursion_depth: how deep calls may nest; None for Monty's own limit, 1,000.
        max_cell_output: bytes of output that each cell may make; None for no limit.
        max_host_calls: how often each cell may call the host: tools, files, magics; None for no limit.
        max_seconds_asleep: seconds that each cell may sleep; None for no limit.
        max_output: characters of output that the notebook may get; None for no limit.
        from_session: `ID` or `ID@N`, as `monty-kernel sessions list` shows them: start from that state.
        record_timing: note in each cell's metadata when it ran.
        walls: the walls around the worker process, the "best" that this computer can build, or "require" them all.
        own_worker: use a worker process that no other notebook had or will have, which takes 8 ms more.
        tools: what cells may call, afresh for this run: absolute paths of tools files, and names of modules.
        tool_permissions: "allow" or "deny" by a tool's name, as in `shop.order`, instead of what the file says.
        mounts: folders that cells may use, each as `HOST:SANDBOX` or `HOST:SANDBOX:MODE`; MODE is ro, rw or overlay, which keeps what
            they write in memory, until the run ends.
        mount_max_bytes: bytes that cells may add to folders mounted rw; None for no limit.
        mount_max_files: how many files and folders cells may make there; None for no limit.
        audit_file: a file to which each call of a tool is logged.
        trust_outputs: put outputs into the notebook as cells make them, with scripts and whatever a browser would load.
        typecheck: "on" type-checks each cell before it runs and notes in its output what is found; "strict" runs no cell with findings.
        snapshot_memory: bytes that the states between the cells may take, for `%undo` and its kin; the oldest make room, and named ones
            may take half.

    Raises:
        nbclient.exceptions.CellExecutionError: a cell failed, or made too much output. Its `notebook` is the notebook as far as it ran.
        nbclient.exceptions.CellTimeoutError: a cell took too long. It has `notebook` too.
        ValueError, TypeError: the notebook is none, a parameter is not plain data, there is no such state, or tools or a mount are refused.
        OSError: the notebook's file cannot be read.
        RuntimeError: there is no sandbox to be had, as in a process forked from one that ran notebooks.
        monty_kernel.isolation.launch.WallsMissing: the walls are required and cannot be built.
    """
    start = None if from_session is None else start_of(from_session)
    limits = Limits(
        max_memory, max_cell_seconds, max_recursion_depth, max_cell_output, max_host_calls, max_seconds_asleep
    )
    options = RunOptions(
        timeout,
        interrupt_on_timeout,
        allow_errors,
        limits,
        record_timing,
        max_output,
        start,
        _granted(tools, tool_permissions, mounts, mount_max_bytes, mount_max_files, audit_file),
        trust_outputs,
        typecheck,
        snapshot_memory,
    )
    pool, begun = shared_pool(walls, own_worker), _Begun(nb, parameters, options)
    try:
        ran = begun.start(pool).result()
    except BaseException:  # KeyboardInterrupt in the thread that waits
        begun.stop()
        raise
    return begun.checked(ran)


async def run_notebook_async(
    nb: NotebookNode | Mapping[str, Any] | str | os.PathLike[str],
    *,
    parameters: Parameters | None = None,
    timeout: float | None = None,  # noqa: ASYNC109 - of each cell, not of the call
    interrupt_on_timeout: bool = False,
    allow_errors: bool = False,
    max_memory: int | None = 1 << 30,
    max_cell_seconds: float | None = None,
    max_recursion_depth: int | None = None,
    max_cell_output: int | None = None,
    max_host_calls: int | None = None,
    max_seconds_asleep: float | None = None,
    max_output: int | None = 100_000_000,
    from_session: str | None = None,
    record_timing: bool = True,
    walls: Policy = "best",
    own_worker: bool = False,
    tools: Sequence[str] = (),
    tool_permissions: Mapping[str, Permission] | None = None,
    mounts: Sequence[str] = (),
    mount_max_bytes: int | None = 1 << 30,
    mount_max_files: int | None = 10_000,
    audit_file: str | os.PathLike[str] | None = None,
    trust_outputs: bool = False,
    typecheck: Mode = "off",
    snapshot_memory: int = 1 << 28,
) -> NotebookNode:
    """`run_notebook` for an event loop, which goes on meanwhile. Cancelling it stops the running cell and its notebook."""
    start = None if from_session is None else await asyncio.to_thread(start_of, from_session)
    limits = Limits(
        max_memory, max_cell_seconds, max_recursion_depth, max_cell_output, max_host_calls, max_seconds_asleep
    )
    options = RunOptions(
        timeout,
        interrupt_on_timeout,
        allow_errors,
        limits,
        record_timing,
        max_output,
        start,
        _granted(tools, tool_permissions, mounts, mount_max_bytes, mount_max_files, audit_file),
        trust_outputs,
        typecheck,
        snapshot_memory,
    )
    pool, begun = shared_pool(walls, own_worker), _Begun(nb, parameters, options)
    try:
        ran = await asyncio.wrap_future(begun.start(pool))
    except BaseException:
        begun.stop()
        raise
    return begun.checked(ran)


class _Begun:
    """A notebook that is to run in the pool."""

    def __init__(
        self,
        nb: NotebookNode | Mapping[str, Any] | str | os.PathLike[str],
        parameters: Parameters | None,
        options: RunOptions,
    ) -> None:
        self._book, self._run = _prepared(nb, parameters, options)
        self._options = options
        self._future: Future[Ran] | None = None

    def start(self, pool: SessionPool) -> Future[Ran]:
        """Begin. Whatever is raised in here, `stop` is called for it: Ctrl-C may come when the run has just begun."""
        self._future = pool.threads.submit(self._run.execute, pool)
        return self._future

    def stop(self) -> None:
        """Cut the running cell short; nobody waits for what comes of it."""
        self._run.stop()
        if self._future is not None:
            self._future.cancel()

    def checked(self, ran: Ran) -> NotebookNode:
        """The notebook. Raises nbclient's error if a cell failed."""
        if ran.failed is None:
            return self._book
        error = _error(self._book, ran.failed, self._options)
        error.notebook = self._book  # type: ignore[attr-defined]
        raise error


def _granted(
    tools: Sequence[str],
    permissions: Mapping[str, Permission] | None,
    mounts: Sequence[str],
    mount_max_bytes: int | None,
    mount_max_files: int | None,
    audit_file: str | os.PathLike[str] | None,
) -> Granted:
    if isinstance(tools, str) or isinstance(mounts, str):
        raise TypeError("tools and mounts are lists of them, not one text")
    file = None if audit_file is None else Path(audit_file)
    return Granted(tuple(tools), permissions or {}, file, tuple(mounts), mount_max_bytes, mount_max_files)


def _prepared(
    nb: NotebookNode | Mapping[str, Any] | str | os.PathLike[str], parameters: Parameters | None, options: RunOptions
) -> tuple[NotebookNode, NotebookRun]:
    from nbformat import NotebookNode

    def node(plain: Any) -> Any:
        return _copied(plain, NotebookNode)

    given: Any = nb
    if isinstance(nb, (str, os.PathLike)):
        given = from_json(read_notebook(Path(nb)), os.fspath(nb))
    if not isinstance(given, Mapping):
        raise TypeError(f"a notebook or the path of one is needed, not {type(nb).__name__}")
    try:
        book: Any = checked(node(given), NotebookNode)
    except RecursionError:
        raise NotebookUnreadable("its values are nested too deep, or hold themselves") from None
    if parameters:
        inject(book, parameters, node)
    return book, NotebookRun(book, options, node=node)


def _copied(value: Any, node: type[NotebookNode]) -> Any:
    # what nbformat's from_dict and deep copy do, in a tenth of their time
    if isinstance(value, (str, int, float, type(None))):
        return value
    if isinstance(value, (dict, Mapping)):
        made = node()
        for key, each in value.items():
            dict.__setitem__(made, key, _copied(each, node))
        return made
    return [_copied(each, node) for each in value] if isinstance(value, (list, tuple)) else value


def _error(book: NotebookNode, failed: FailedCell, options: RunOptions) -> Exception:
    from nbclient.exceptions import CellExecutionError, CellTimeoutError

    cell = book["cells"][failed.index]
    if failed.kind == "timeout":
        timeout: Any = options.timeout
        return CellTimeoutError.error_from_timeout_and_cell("Cell execution timed out", timeout, cell)
    content = {"ename": failed.ename, "evalue": failed.evalue, "traceback": list(failed.traceback)}
    return CellExecutionError.from_cell_and_msg(cell, content)
