"""`monty-kernel run`: notebooks from the command line, without a kernel process."""

from __future__ import annotations

import argparse
import importlib.util
import os
import signal
import threading
from collections.abc import Sequence
from contextlib import ExitStack, suppress
from dataclasses import replace
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any

from monty_kernel.usage import UsageError

if TYPE_CHECKING:
    from monty_kernel.grants.tool_files import Permission
    from monty_kernel.headless.batch import Task
    from monty_kernel.headless.configured import Configured
    from monty_kernel.headless.notebook_run import RunOptions
    from monty_kernel.headless.page import PageOptions
    from monty_kernel.headless.targets import Targets

    Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]

_EXAMPLES = """\
examples:
  monty-kernel run report.ipynb --inplace
  monty-kernel run report.ipynb -o march.ipynb -p month=3 -p city=Rome
  monty-kernel run notebooks/*.ipynb -j 4 --output-dir done --report report.json
  monty-kernel run --timeout 60 notebooks/*.ipynb      (writes nothing: for a test)
  cat report.ipynb | monty-kernel run - --stdout >done.ipynb
  monty-kernel run report.ipynb --to html -o report.html

The exit status is 0 if all cells ran, 1 if one failed, 2 if a notebook could not be read or written or the command
makes no sense, and 130 or 143 after Ctrl-C or SIGTERM.
"""


def add_parser(commands: Subparsers) -> None:
    """Add `run`."""
    run = commands.add_parser(
        "run",
        help="run notebooks and write them with their outputs",
        description="Run notebooks, each in a sandbox of its own, and write them with their outputs. "
        "Without -o, --output-dir, --inplace or --stdout they are only run.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    run.add_argument("notebooks", metavar="NOTEBOOK", nargs="+", help="a notebook's file; - for standard input")
    output = run.add_mutually_exclusive_group()
    output.add_argument("-o", "--output", metavar="FILE", type=Path, help="write the one notebook to FILE")
    output.add_argument("--output-dir", metavar="DIR", type=Path, help="write the notebooks into DIR, by their names")
    output.add_argument("--inplace", action="store_true", help="write each notebook where it came from")
    output.add_argument("--stdout", action="store_true", help="write the one notebook to standard output")
    run.add_argument(
        "--to",
        choices=("notebook", "html"),
        default="notebook",
        help="what is written: notebooks, or pages that are safe to open, whoever wrote the notebook [notebook]",
    )
    run.add_argument("--template", choices=("lab", "classic", "basic"), help="how a page looks, as in nbconvert [lab]")
    run.add_argument("--no-input", action="store_true", help="leave the source of code cells out of a page")
    run.add_argument(
        "-p",
        "--parameter",
        metavar="NAME=VALUE",
        action="append",
        default=[],
        help="assign a parameter, in a cell after the one tagged `parameters`; "
        "a VALUE that reads as a number, True, False or None is one, else text",
    )
    run.add_argument("--parameters", metavar="FILE", type=Path, help="the parameters in a YAML or JSON file")
    run.add_argument("--timeout", metavar="SECONDS", type=_seconds, help="how long each cell may take [no limit]")
    run.add_argument(
        "--walls",
        choices=("best", "require"),
        help="the walls around each worker: the best that this computer can build, or all of them, or no worker [best]",
    )
    run.add_argument(
        "--own-workers",
        action="store_true",
        help="give each notebook a worker process that no other one had; for strangers' notebooks, at some 8 ms each",
    )
    run.add_argument("--allow-errors", action="store_true", help="go on after a cell that failed")
    run.add_argument("--max-memory", metavar="BYTES", type=_size, help="memory of each notebook, as in 500M [1Gi]")
    run.add_argument(
        "--max-output",
        metavar="BYTES",
        type=_size,
        default=100_000_000,
        help="characters of output of each notebook; one that makes more is stopped [100M]",
    )
    run.add_argument(
        "--snapshot-memory",
        metavar="BYTES",
        type=_size,
        default=1 << 28,
        help="what the states between each notebook's cells may take, for %%undo and its kin [256Mi]",
    )
    limits = run.add_argument_group("limits of each cell", "A notebook can only tighten them, with %%limits.")
    limits.add_argument("--max-cell-seconds", metavar="SECONDS", type=_seconds, help="of computing [no limit]")
    limits.add_argument("--max-recursion-depth", metavar="CALLS", type=_depth, help="how deep calls may nest [1000]")
    limits.add_argument("--max-cell-output", metavar="BYTES", type=_size, help="of output, as in 1M [no limit]")
    limits.add_argument("--max-host-calls", metavar="CALLS", type=_calls, help="of tools, files, magics [no limit]")
    limits.add_argument("--max-seconds-asleep", metavar="SECONDS", type=_seconds, help="of sleep in all [no limit]")
    run.add_argument(
        "--from",
        metavar="ID[@N]",
        dest="start",
        help="start from the state after cell N of a session that `monty-kernel sessions list` shows [where it stopped]",
    )
    run.add_argument(
        "--tools",
        metavar="FILE.py",
        action="append",
        help="a file of functions, or a module's name, that cells may call: they run outside the sandbox, as you",
    )
    run.add_argument(
        "--tool-permission",
        metavar="NAME=allow|deny",
        action="append",
        default=[],
        help="what each call of a tool needs, as in shop.order=deny, instead of what the file says; to ask is to deny here",
    )
    run.add_argument(
        "--mount",
        metavar="HOST:SANDBOX[:MODE]",
        action="append",
        help="a folder that cells may use; MODE is ro, rw or overlay, which keeps what they write in memory [overlay]",
    )
    run.add_argument(
        "--mount-max-bytes",
        metavar="BYTES",
        type=_size,
        help="what each notebook may add to folders mounted rw, as in 500M [1Gi]",
    )
    run.add_argument(
        "--mount-max-files",
        metavar="FILES",
        type=_calls,
        help="how many files and folders each notebook may make in folders mounted rw [10000]",
    )
    run.add_argument("--audit", metavar="FILE", type=Path, help="log each call of a tool to FILE")
    run.add_argument(
        "--trust-outputs",
        action=argparse.BooleanOptionalAction,
        help="let outputs into the notebook as cells make them: with scripts, and what a browser would load",
    )
    run.add_argument(
        "--typecheck",
        choices=("off", "on", "strict"),
        help="type-check each cell before it runs: on shows what is found, strict runs no cell with findings [off]",
    )
    run.add_argument("-j", "--jobs", metavar="N", type=_count, default=1, help="how many notebooks run at once [1]")
    run.add_argument("--report", metavar="FILE", type=Path, help="write what came of each notebook to a JSON file")
    run.add_argument("-q", "--quiet", action="store_true", help="say nothing of notebooks that ran well")
    run.set_defaults(run=_run)


def _run(args: argparse.Namespace) -> int:
    if args.output is not None and len(args.notebooks) > 1:
        raise UsageError("-o takes one notebook; for several, --output-dir names a folder.")
    if args.stdout and len(args.notebooks) > 1:
        raise UsageError("--stdout takes one notebook; for several, --output-dir names a folder.")
    _require_page_makes_sense(args)
    from monty_kernel.headless.configured import configured
    from monty_kernel.headless.session_pool import SessionPool

    options = _with_flags(configured(), args)
    jobs = min(args.jobs, len(args.notebooks))
    pool = SessionPool(
        warm=jobs, most=jobs, walls=options.walls, memory=options.limits.memory, own_workers=args.own_workers
    )
    try:
        # workers start while what is left is imported and checked
        warming = threading.Thread(target=_warm_up, args=(pool,), name="warm up")
        warming.start()
        try:
            return _run_in(pool, args, options)
        finally:
            warming.join()
    except KeyboardInterrupt:  # before the first notebook, or after the last
        return 128 + signal.SIGINT
    finally:
        pool.close()


def _require_page_makes_sense(args: argparse.Namespace) -> None:
    if args.to != "html":
        if args.template is not None or args.no_input:
            raise UsageError("--template and --no-input are for pages; add --to html.")
        return
    if args.inplace:
        raise UsageError("--inplace would write a page over its notebook; use -o, --output-dir or --stdout.")
    if args.output is None and args.output_dir is None and not args.stdout:
        raise UsageError("--to html needs to know where the page goes: -o FILE, --output-dir DIR or --stdout.")
    if args.trust_outputs:
        raise UsageError(
            "--to html makes no page with a notebook's scripts in it. If you trust the notebook, write it with "
            "--trust-outputs and make the page with jupyter nbconvert."
        )
    if importlib.util.find_spec("nbconvert") is None:
        raise UsageError("--to html needs nbconvert: pip install 'monty-kernel[html]'")


def _page(args: argparse.Namespace) -> PageOptions | None:
    if args.to != "html":
        return None
    from monty_kernel.headless.page import PageOptions

    return PageOptions(args.template or "lab", not args.no_input)


def _warm_up(pool: Any) -> None:
    with suppress(Exception):  # each notebook meets the same trouble, and its line says what it is
        pool.warm_up()


def _run_in(pool: Any, args: argparse.Namespace, configured: Configured) -> int:
    from monty_kernel.headless import batch as batches
    from monty_kernel.headless.progress import watch
    from monty_kernel.headless.report import as_json, exit_status
    from monty_kernel.headless.targets import Targets

    with ExitStack() as opened:
        targets = Targets(opened)
        tasks = _tasks(args, targets)
        report = None if args.report is None else targets.add(args.report, "the report", "write the report")
        options, parameters = _options(args, configured), _parameters(args)
        with watch(len(tasks), quiet=args.quiet) as seen:
            batch = batches.Batch(tasks, pool, options, parameters, on_read=seen.on_read, on_cell=seen.on_cell)
            stopped = _Stopped(batch)
            with stopped:
                done = batch.run(seen.on_done)
        status = stopped.status or exit_status(done)
        if report is not None:
            try:
                report.write(as_json(done, status))
            except OSError as error:
                raise UsageError(f"cannot write the report {args.report}: {error.strerror}.") from error
        return status


class _Stopped:
    """While it is entered, Ctrl-C, SIGTERM and SIGHUP end the batch in good order; a second one ends the process at once."""

    def __init__(self, batch: Any) -> None:
        self._batch = batch
        self._before: dict[int, Any] = {}
        self.status = 0

    def __enter__(self) -> None:
        for number in (signal.SIGINT, signal.SIGTERM, getattr(signal, "SIGHUP", signal.SIGTERM)):
            # what is ignored stays so, as for a command that a shell runs in the background or under nohup
            if number not in self._before and signal.getsignal(number) != signal.SIG_IGN:
                self._before[number] = signal.signal(number, self._stop)

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _stop(self, number: int, frame: FrameType | None) -> None:
        if self.status:
            os._exit(self.status)
        self.status = 128 + number
        self._batch.stop()


def _tasks(args: argparse.Namespace, targets: Targets) -> Sequence[Task]:
    from monty_kernel.headless.batch import Task

    if args.notebooks.count("-") > 1:
        raise UsageError("standard input holds one notebook only.")
    if args.output_dir is not None:
        try:
            args.output_dir.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise UsageError(f"cannot make the folder {args.output_dir}: {error.strerror}.") from error
    tasks: list[Task] = []
    for name in args.notebooks:
        source = None if name == "-" else Path(name)
        if source is None and (args.inplace or args.output_dir is not None):
            raise UsageError("a notebook from standard input has no name to write it by; use -o or --stdout.")
        if args.inplace and source is not None:
            targets.check_source(source)
            tasks.append(Task(source, source, page=_page(args)))
            continue
        target = args.output
        if args.output_dir is not None and source is not None:
            target = args.output_dir / (source.name if args.to == "notebook" else f"{source.stem}.html")
        place = None if target is None else targets.add(target, name, only_files=args.output_dir is not None)
        tasks.append(Task(source, target, args.stdout, _page(args), place))
    return tasks


def _options(args: argparse.Namespace, configured: Configured) -> RunOptions:
    from monty_kernel.headless.granted import Granted
    from monty_kernel.headless.notebook_run import RunOptions

    start = None
    if args.start is not None:
        from monty_kernel.headless.from_session import NoSuchStart, start_of

        try:
            start = start_of(args.start)
        except NoSuchStart as error:
            raise UsageError(f"--from: {error}.") from error
    return RunOptions(
        args.timeout,
        allow_errors=args.allow_errors,
        limits=configured.limits,
        max_output=args.max_output,
        start=start,
        granted=Granted(
            tuple(configured.tools),
            configured.tool_permissions,
            Path(configured.audit_file).expanduser() if configured.audit_file else None,
            tuple(configured.mounts),
            configured.mount_max_bytes,
            configured.mount_max_files,
        ),
        trust_outputs=configured.trust_outputs,
        typecheck=configured.typecheck,
        snapshot_memory=args.snapshot_memory,
    )


def _with_flags(configured: Configured, args: argparse.Namespace) -> Configured:
    """What the command line says prevails over the files, option by option, and tool by tool for permissions."""
    from monty_kernel.engine.limits import KINDS

    said: dict[str, Any] = {
        "limits": configured.limits._replace(
            **{kind.name: value for kind in KINDS.values() if (value := getattr(args, kind.option)) is not None},
        ),
        "walls": args.walls,
        "trust_outputs": args.trust_outputs,
        "typecheck": args.typecheck,
        "mounts": args.mount,
        "mount_max_bytes": args.mount_max_bytes,
        "mount_max_files": args.mount_max_files,
        "audit_file": None if args.audit is None else str(args.audit),
    }
    if args.tools is not None:
        # the kernel wants an absolute path, since its working folder is the notebook's; here it is where the person types
        said["tools"] = [os.path.abspath(each) if each.endswith(".py") else each for each in args.tools]
    permissions: dict[str, Permission] = dict(configured.tool_permissions)
    for text in args.tool_permission:
        name, _, permission = text.rpartition("=")
        if not name or permission not in ("allow", "ask", "deny"):
            raise UsageError(f"--tool-permission takes NAME=allow or NAME=deny, not {text!r}.")
        permissions[name] = permission
    said["tool_permissions"] = permissions
    return replace(configured, **{name: value for name, value in said.items() if value is not None})


def _parameters(args: argparse.Namespace) -> dict[str, Any]:
    if not args.parameter and args.parameters is None:
        return {}
    from monty_kernel.headless.parameters import assignment, read_file

    found = {} if args.parameters is None else read_file(args.parameters)
    return found | dict(assignment(text) for text in args.parameter)


def _seconds(word: str) -> float:
    try:
        seconds = float(word)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds < float("inf"):
        raise argparse.ArgumentTypeError(f"{word!r} is not a number of seconds above 0")
    return seconds


def _count(word: str) -> int:
    if not word.isdecimal() or not 1 <= int(word) <= 1000:
        raise argparse.ArgumentTypeError(f"{word!r} is not a number from 1 to 1000")
    return int(word)


def _depth(word: str) -> int:
    if not word.isdecimal() or not 1 <= int(word) <= 1_000_000:
        raise argparse.ArgumentTypeError(f"{word!r} is not a number from 1 to 1,000,000")
    return int(word)


def _calls(word: str) -> int:
    if not word.isdecimal() or len(word) > 18:
        raise argparse.ArgumentTypeError(f"{word!r} is not a number of calls")
    return int(word)


def _size(word: str) -> int:
    from monty_kernel.engine.limits import read_size

    try:
        size = read_size(word)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{word!r} is not a size: {error}") from None
    if size == 0:
        raise argparse.ArgumentTypeError("it must be more than nothing")
    return size
