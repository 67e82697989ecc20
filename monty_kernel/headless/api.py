"""`run_notebook` and its async twin: notebooks from Python, thousands of times in one process if need be."""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Awaitable, Callable, Mapping, Sequence
from concurrent.futures import Future
from inspect import signature
from pathlib import Path
from typing import TYPE_CHECKING, Any, ParamSpec

from monty_kernel.settings import HEADLESS

from .arguments import check_number, check_options
from .declared import warn_of_unknown
from .files_out import FilesOut, NotWritten
from .incremental import Wanted
from .notebook_file import from_json, read_notebook
from .notebook_run import NotebookRun
from .notebook_shape import NotebookUnreadable, checked
from .parameters import Parameters, inject
from .run_terms import FailedCell, Ran, RunOptions
from .session_pool import SessionPool, Start, close_shared_pools, run_in_shared_pool, start_of

if TYPE_CHECKING:
    from nbformat import NotebookNode

    from monty_kernel.grants.tool_files import Permission
    from monty_kernel.isolation.pool import Policy
    from monty_kernel.typecheck.checks import Mode

_log = logging.getLogger(__name__)

P = ParamSpec("P")


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
    files_out: str | os.PathLike[str] | None = None,
    from_session: str | None = None,
    incremental: bool = False,
    replay: bool = False,
    record_timing: bool = True,
    walls: Policy = "best",
    own_worker: bool = False,
    tools: Sequence[str] = (),
    tool_permissions: Mapping[str, Permission] | None = None,
    mounts: Sequence[str] = (),
    mount_max_bytes: int | None = 1 << 30,
    mount_max_files: int | None = 10_000,
    work_max_bytes: int | None = 1 << 26,
    audit_file: str | os.PathLike[str] | None = None,
    trust_outputs: bool = False,
    typecheck: Mode = "off",
    snapshot_memory: int = 1 << 28,
) -> NotebookNode:
    """Run a notebook in a sandbox of its own and return it with its outputs; `nb` itself stays as it is.

    Any thread may call, also one in which an event loop runs (which then waits). The outputs are those that nbclient
    gets from the kernel `monty`. The first call starts the workers, which serve later calls and end with the process,
    or with `end_workers()`.

    Args:
        nb: a notebook of format 4, or the path of one.
        parameters: assigned in a cell that replaces the one tagged `injected-parameters`, else follows the one tagged
            `parameters`, else comes first. Values are plain data.
        timeout: seconds that each cell may take, sleep included; None for no limit.
        interrupt_on_timeout: interrupt a cell that takes longer with KeyboardInterrupt, instead of ending the run. A
            cell that catches it and has not ended two seconds later is undone, as a timeout; the run goes on if errors
            are allowed.
        allow_errors: go on after a cell that failed, as after one tagged `raises-exception`.
        max_memory: bytes of memory that a session may use; None for no limit.
        max_cell_seconds: seconds that a cell may compute in all, not counting sleep() and input(); None for no limit.
        max_recursion_depth: how deep calls may nest; None for Monty's own limit, 1000.
        max_cell_output: bytes of output that a cell may make; None for no limit.
        max_host_calls: how often a cell may call the host: tools, files, input(), magics, help(); None for no limit.
        max_seconds_asleep: seconds that a cell may sleep in all; sleeps at the same time count once; None for no limit.
        max_output: characters of output that the notebook may get; None for no limit.
        files_out: a folder, new or empty, into which the files of the notebook's working folder are written, also if a
            cell failed. Nothing is written elsewhere, whatever the files are called; how many there are is logged.
        from_session: start from a stored state: `ID` or `ID@N`, as `monty-kernel sessions list` shows them.
        incremental: run only from the first cell on that changed since an earlier run with this argument, and keep this
            run for the next one. What was not run again is logged. Not with `from_session`.
        replay: with `incremental`, do not run cells again either that asked for the time, random numbers, input, files
            or tools: they keep the answers that they got.
        record_timing: note in each cell's metadata when it ran.
        walls: the isolation of the worker process: 'best' is what this computer can build; with 'require', no worker
            starts without all of it.
        own_worker: use a worker process that no other notebook had or will have, which takes 8 ms more.
        tools: a Python file, by its path, or a module, by its name, whose functions cells may call outside the sandbox;
            can be repeated. The path must be absolute. Each run loads them afresh.
        tool_permissions: what each call of a tool needs, 'allow', 'ask' or 'deny', by the tool's name, as in
            shop.order=deny; this prevails over the tools file. Nobody can be asked here, so 'ask' denies.
        mounts: a folder for cells, as HOST:SANDBOX or HOST:SANDBOX:MODE; MODE is ro, rw or overlay, the default, which
            keeps what cells write in memory; can be repeated.
        mount_max_bytes: bytes that cells may add to folders mounted rw while the session lasts; None for no limit.
        mount_max_files: how many files and folders cells may create in folders mounted rw; None for no limit.
        work_max_bytes: bytes that the files which cells keep in memory, in their working folder, may take; None for no
            limit.
        audit_file: a file to which each call of a tool is logged, one line of JSON each.
        trust_outputs: pass outputs on as cells make them: with scripts, pictures from the network, any MIME type and
            any control sequence.
        typecheck: type-check each cell before it runs: 'on' shows the findings and runs the cell, 'strict' runs no cell
            with findings.
        snapshot_memory: bytes of memory that the states between cells may take; the oldest are dropped first, and named
            ones may take half.

    Raises:
        nbclient.exceptions.CellExecutionError: a cell failed, or made too much output. Its `notebook` is the notebook
            as far as it ran.
        nbclient.exceptions.CellTimeoutError: a cell took too long. It has `notebook` too.
        ValueError, TypeError: `nb` is not a notebook, a parameter is not plain data, there is no such state, or tools
            or a mount are refused.
        OSError: the notebook's file cannot be read, `audit_file` cannot be written, `files_out` is not a folder that is
            new or empty, or files could not be written into it; in this case it has `notebook`, too.
        RuntimeError: no sandbox can be started, as in a process forked from one that ran notebooks.
        monty_kernel.isolation.pool.WallsMissing: the isolation is required and cannot be built.
    """
    arguments = locals()
    _require_one_beginning(from_session, incremental)
    run = _Run(None if from_session is None else start_of(from_session), **arguments)
    try:
        ran = run.start().result()
    except BaseException:  # KeyboardInterrupt in the thread that waits
        run.stop()
        raise
    return run.checked(ran)


def end_workers() -> None:
    """End the workers that served `run_notebook`, and give back their memory; a later call starts new ones.

    It waits for notebooks that run in other threads. Any thread may call, but not a tool of a notebook, which would wait
    for itself.
    """
    close_shared_pools()


def _require_one_beginning(from_session: str | None, incremental: bool) -> None:
    if incremental and from_session is not None:
        raise ValueError("incremental runs a notebook from its first cell on, so from_session does not go with it")


def _called_like(
    function: Callable[P, NotebookNode],
) -> Callable[[Callable[..., Awaitable[NotebookNode]]], Callable[P, Awaitable[NotebookNode]]]:
    def decorate(twin: Callable[..., Awaitable[NotebookNode]]) -> Callable[P, Awaitable[NotebookNode]]:
        twin.__signature__ = signature(function)  # type: ignore[attr-defined]
        return twin

    return decorate


@_called_like(run_notebook)
async def run_notebook_async(*args: Any, **keywords: Any) -> NotebookNode:
    """`run_notebook` for an event loop, which goes on meanwhile.

    Cancelling it stops the running cell and its notebook.
    """
    call = signature(run_notebook).bind(*args, **keywords)
    call.apply_defaults()
    from_session = call.arguments["from_session"]
    _require_one_beginning(from_session, call.arguments["incremental"])
    start = None if from_session is None else await asyncio.to_thread(start_of, from_session)
    run = _Run(start, **call.arguments)
    try:
        ran = await asyncio.wrap_future(run.start())
    except BaseException:
        run.stop()
        raise
    return run.checked(ran)


class _Run:
    """A notebook that is to run in the process's pool.

    It takes the arguments of `run_notebook`, and the state that they name.
    """

    def __init__(
        self,
        start: Start | None,
        /,
        nb: NotebookNode | Mapping[str, Any] | str | os.PathLike[str],
        *,
        parameters: Parameters | None,
        timeout: float | None,
        interrupt_on_timeout: bool,
        allow_errors: bool,
        record_timing: bool,
        max_output: int | None,
        files_out: str | os.PathLike[str] | None,
        from_session: str | None,
        incremental: bool,
        replay: bool,
        own_worker: bool,
        tools: Sequence[str],
        mounts: Sequence[str],
        tool_permissions: Mapping[str, Permission] | None,
        audit_file: str | os.PathLike[str] | None,
        **settings: Any,
    ) -> None:
        if isinstance(tools, str) or isinstance(mounts, str):
            raise TypeError("tools and mounts are lists of texts, not one text")
        if parameters is not None and not isinstance(parameters, Mapping):
            raise TypeError(f"parameters takes a dict of names and values, not {parameters!r}")
        if replay and not incremental:
            raise ValueError("replay is for runs with incremental=True")
        check_options({**settings, "tool_permissions": tool_permissions or {}})
        check_number("timeout", timeout)
        check_number("max_output", max_output)
        self._options = RunOptions(
            settings=HEADLESS.but(
                tools=tuple(tools),
                mounts=tuple(mounts),
                tool_permissions=tool_permissions or {},
                audit_file="" if audit_file is None else os.fspath(audit_file),
                **settings,
            ),
            timeout=timeout,
            interrupt_on_timeout=interrupt_on_timeout,
            allow_errors=allow_errors,
            record_timing=record_timing,
            max_output=max_output,
            start=start,
            incremental=Wanted(_name_of(nb), replay) if incremental else None,
        )
        if audit_file is not None:
            from monty_kernel.grants.audit import require_writable

            require_writable(Path(audit_file).expanduser())
        self._own_worker = own_worker
        self._book, self._run = _prepared(nb, parameters, self._options)
        self._future: Future[Ran] | None = None
        self._stopped = False
        self._not_written: NotWritten | None = None
        self._files = None if files_out is None else FilesOut(Path(files_out))

    def start(self) -> Future[Ran]:
        """Begin. Whatever is raised in here, `stop` is called for it: Ctrl-C may come when the run has just begun."""
        try:
            self._future = run_in_shared_pool(self._execute, self._options.settings.walls, self._own_worker)
        except BaseException:
            self._close()
            raise
        self._future.add_done_callback(self._close)  # also called if it is cancelled before it began
        return self._future

    def _execute(self, pool: SessionPool) -> Ran:
        ran = self._run.execute(pool)
        if ran.skipped is not None:
            _log.info("%s", ran.skipped.said)
        if self._files is not None and not self._stopped:
            try:
                count = len(self._files.write(ran.files))
            except NotWritten as error:
                self._not_written = error
            else:
                _log.info("%s file%s written into %s", f"{count:,}", "s" * (count != 1), self._files.path)
        return ran

    def _close(self, _: object = None) -> None:
        if self._files is not None:
            self._files.close()

    def stop(self) -> None:
        """Cut the running cell short; nobody waits for what comes of it."""
        self._stopped = True
        self._run.stop()
        if self._future is not None:
            self._future.cancel()

    def checked(self, ran: Ran) -> NotebookNode:
        """The notebook. Raises nbclient's error if a cell failed, else NotWritten if not all files were written."""
        not_written = self._not_written
        if ran.failed is not None:
            error = _error(self._book, ran.failed, self._options)
            if not_written is not None:
                error.add_note(str(not_written))
        elif not_written is not None:
            error = not_written
        else:
            return self._book
        error.notebook = self._book  # type: ignore[attr-defined]
        raise error


def _prepared(
    nb: NotebookNode | Mapping[str, Any] | str | os.PathLike[str], parameters: Parameters | None, options: RunOptions
) -> tuple[NotebookNode, NotebookRun]:
    from nbformat import NotebookNode

    def node(value: Any) -> Any:
        return _copied(value, NotebookNode)

    plain: Any = nb
    if isinstance(nb, (str, os.PathLike)):
        plain = from_json(read_notebook(Path(nb)), os.fspath(nb))
    if not isinstance(plain, Mapping):
        raise TypeError(f"a notebook or the path of one is needed, not {type(nb).__name__}")
    try:
        book: Any = checked(node(plain), NotebookNode)
    except RecursionError:
        raise NotebookUnreadable("its values are nested too deep, or hold themselves") from None
    if parameters:
        warn_of_unknown(book, parameters, os.fspath(nb) if isinstance(nb, (str, os.PathLike)) else "the notebook")
        inject(book, parameters, node)
    return book, NotebookRun(book, options, node=node)


def _name_of(nb: object) -> str:
    return os.path.abspath(nb) if isinstance(nb, (str, os.PathLike)) else "run_notebook"


def _copied(value: Any, node: type[NotebookNode]) -> Any:
    # what nbformat's from_dict and deep copy do, in a tenth of their time
    if isinstance(value, (str, int, float, type(None))):
        return value
    if isinstance(value, (dict, Mapping)):
        made = node()
        for key, item in value.items():
            dict.__setitem__(made, key, _copied(item, node))
        return made
    return [_copied(item, node) for item in value] if isinstance(value, (list, tuple)) else value


def _error(book: NotebookNode, failed: FailedCell, options: RunOptions) -> Exception:
    from nbclient.exceptions import CellExecutionError, CellTimeoutError

    cell = book["cells"][failed.index]
    if failed.kind == "timeout":
        timeout: Any = options.timeout
        return CellTimeoutError.error_from_timeout_and_cell("Cell execution timed out", timeout, cell)
    content = {"ename": failed.ename, "evalue": failed.evalue, "traceback": list(failed.traceback)}
    return CellExecutionError.from_cell_and_msg(cell, content)
