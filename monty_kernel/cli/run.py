"""`monty-kernel run`: notebooks from the command line, without a kernel process."""

from __future__ import annotations

import argparse
import importlib.util
import os
import signal
import threading
from collections.abc import Mapping, Sequence
from contextlib import ExitStack, suppress
from functools import partial
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any

from monty_kernel.engine.frontend import UsageError
from monty_kernel.engine.limits import KINDS, show_size
from monty_kernel.settings import HEADLESS, OPTIONS, Option, Settings, configured

from . import words

if TYPE_CHECKING:
    from monty_kernel.headless.batch import Targets, Task
    from monty_kernel.headless.files_out import FilesOut
    from monty_kernel.headless.page import PageOptions
    from monty_kernel.headless.run_terms import RunOptions
    from monty_kernel.headless.session_pool import SessionPool

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
        "--files-out",
        metavar="DIR",
        type=Path,
        help="write what the notebook leaves in its working folder into DIR, which must be new or empty; of several "
        "notebooks, each into a folder of its own name in DIR",
    )
    run.add_argument(
        "--to",
        choices=("notebook", "html"),
        default="notebook",
        help="what to write: notebooks, or pages that are safe to open, whoever wrote the notebook [notebook]",
    )
    run.add_argument("--template", choices=("lab", "classic", "basic"), help="how a page looks, as in nbconvert [lab]")
    run.add_argument("--no-input", action="store_true", help="leave the source of code cells out of a page")
    run.add_argument(
        "-p",
        "--parameter",
        metavar="NAME=VALUE",
        type=words.equation,
        action="append",
        default=[],
        help="assign a parameter, in a cell after the one tagged `parameters`; "
        "a VALUE that looks like a number, True, False or None is one, all else is text",
    )
    run.add_argument(
        "-r",
        "--raw-parameter",
        metavar=("NAME", "VALUE"),
        nargs=2,
        action="append",
        default=[],
        help="assign a parameter whose VALUE is text, whatever it looks like, as in -r zip 02134",
    )
    run.add_argument("--parameters", metavar="FILE", type=Path, help="the parameters in a YAML or JSON file")
    run.add_argument(
        "--timeout",
        metavar="SECONDS",
        type=words.seconds,
        help="how long each cell may take, sleep included [no limit]",
    )
    run.add_argument(
        "--own-workers",
        action="store_true",
        help="give each notebook a worker process that no other notebook had; for notebooks of strangers, 8 ms more "
        "for each",
    )
    run.add_argument("--allow-errors", action="store_true", help="go on after a cell that failed")
    run.add_argument(
        "--max-output",
        metavar="BYTES",
        type=words.size,
        default=100_000_000,
        help="characters of output that each notebook may make; one that makes more is stopped [100M]",
    )
    run.add_argument(
        "--from",
        metavar="ID[@N]",
        dest="start",
        help="start from the state after cell N of a session that `monty-kernel sessions list` shows [where it "
        "stopped]",
    )
    run.add_argument(
        "--incremental",
        action="store_true",
        help="run only from the first cell on that changed since an earlier run with this option, and keep this run for "
        "the next one",
    )
    run.add_argument(
        "--replay",
        action="store_true",
        help="with --incremental, do not run cells again either that asked for the time, random numbers, input, files "
        "or tools: they keep the answers that they got",
    )
    _add_options(run)
    run.add_argument("-j", "--jobs", metavar="N", type=words.jobs, default=1, help="how many notebooks run at once [1]")
    run.add_argument("--report", metavar="FILE", type=Path, help="write the result of each notebook to a JSON file")
    run.add_argument("-q", "--quiet", action="store_true", help="say nothing of notebooks that ran well")
    run.set_defaults(run=_run)


def _add_options(run: argparse.ArgumentParser) -> None:
    limits = run.add_argument_group("limits", "A notebook can only tighten them, with %limits.")
    limited = {kind.option for kind in KINDS.values()}
    others = run.add_argument_group(
        "options of the kernel", "What is not given here is as in Jupyter's configuration folders."
    )
    for name, option in OPTIONS.items():
        if option.flag:
            text = f"{option.help}{option.only_in_run}{_default(name, option)}".replace("%", "%%")
            (limits if name in limited else others).add_argument(option.flag, dest=name, help=text, **_kind(option))


def _kind(option: Option) -> dict[str, Any]:
    if option.unit:
        kinds = {"BYTES": words.size, "SECONDS": words.seconds}
        return {"metavar": option.unit, "type": kinds.get(option.unit, partial(words.count, least=option.least or 0))}
    if isinstance(option.default, bool):
        return {"action": argparse.BooleanOptionalAction}
    if isinstance(option.default, (tuple, Mapping)):
        return {"metavar": option.form, "action": "append"}
    return {"choices": option.choices} if option.choices else {"metavar": option.form}


def _default(name: str, option: Option) -> str:
    value = vars(HEADLESS)[name]
    if option.unit:
        shown = option.none if value is None else show_size(value) if option.unit == "BYTES" else f"{value:,}"
        return f" [{shown}]"
    return f" [{value}]" if option.choices and value else ""


def _run(args: argparse.Namespace) -> int:
    if args.output is not None and len(args.notebooks) > 1:
        raise UsageError("-o takes one notebook; for several, --output-dir names a folder.")
    if args.stdout and len(args.notebooks) > 1:
        raise UsageError("--stdout takes one notebook; for several, --output-dir names a folder.")
    if args.replay and not args.incremental:
        raise UsageError("--replay is for runs with --incremental.")
    if args.incremental and args.start is not None:
        raise UsageError("--incremental runs a notebook from its first cell on, so --from does not go with it.")
    _require_page_makes_sense(args)
    from monty_kernel.headless.session_pool import SessionPool

    settings = _settings(args)
    jobs = min(args.jobs, len(args.notebooks))
    pool = SessionPool(
        warm=jobs, most=jobs, walls=settings.walls, memory=settings.max_memory, own_workers=args.own_workers
    )
    try:
        # workers start while the rest is imported and checked
        warming = threading.Thread(target=_warm_up, args=(pool,), name="warm up")
        warming.start()
        try:
            return _run_in(pool, args, settings)
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


def _warm_up(pool: SessionPool) -> None:
    with suppress(Exception):  # each notebook will fail in the same way, and its line says how
        pool.warm_up()


def _run_in(pool: SessionPool, args: argparse.Namespace, settings: Settings) -> int:
    from monty_kernel.headless.batch import Batch, Targets
    from monty_kernel.headless.report import as_json, exit_status, watch

    with ExitStack() as opened:
        targets = Targets(opened)
        tasks = _tasks(args, targets)
        report = None if args.report is None else targets.add(args.report, "the report", "write the report")
        _require_audit(settings)
        options, parameters = _options(args, settings), _parameters(args)
        with watch(len(tasks), quiet=args.quiet) as seen:
            batch = Batch(tasks, pool, options, parameters, on_read=seen.on_read, on_cell=seen.on_cell)
            stopped = _Stopped(batch)
            with stopped:
                done = batch.run(seen.on_done, seen.on_refused)
        status = stopped.status or exit_status(done)
        if report is not None:
            try:
                report.write(as_json(done, status))
            except OSError as error:
                raise UsageError(f"cannot write the report {args.report}: {error.strerror}.") from error
        return status


def _require_audit(settings: Settings) -> None:
    if not settings.audit_file:
        return
    from monty_kernel.grants.audit import AuditFailed, require_writable

    try:
        require_writable(Path(settings.audit_file).expanduser())
    except AuditFailed as error:
        raise UsageError(f"cannot log to {settings.audit_file}: {error}.") from error


class _Stopped:
    """While it is entered, Ctrl-C, SIGTERM and SIGHUP end the batch in good order; a second one ends the process."""

    def __init__(self, batch: Any) -> None:
        self._batch = batch
        self._before: dict[int, Any] = {}
        self.status = 0

    def __enter__(self) -> None:
        for number in (signal.SIGINT, signal.SIGTERM, getattr(signal, "SIGHUP", signal.SIGTERM)):
            # an ignored signal stays ignored, as for a command in the background or under nohup
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
        raise UsageError("standard input can hold only one notebook.")
    if args.output_dir is not None:
        try:
            args.output_dir.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise UsageError(f"cannot make the folder {args.output_dir}: {error.strerror}.") from error
    tasks: list[Task] = []
    for name in args.notebooks:
        source = None if name == "-" else Path(name)
        if source is None and (args.inplace or args.output_dir is not None):
            raise UsageError("a notebook from standard input has no file name; use -o or --stdout.")
        files = _files_out(args, source, targets)
        if args.inplace and source is not None:
            targets.check_source(source)
            tasks.append(Task(source, source, page=_page(args), files=files))
            continue
        target = args.output
        if args.output_dir is not None and source is not None:
            target = args.output_dir / (source.name if args.to == "notebook" else f"{source.stem}.html")
        place = None if target is None else targets.add(target, name, only_files=args.output_dir is not None)
        tasks.append(Task(source, target, args.stdout, _page(args), place, files))
    return tasks


def _files_out(args: argparse.Namespace, source: Path | None, targets: Targets) -> FilesOut | None:
    """Where the files of a notebook go."""
    if args.files_out is None:
        return None
    if len(args.notebooks) == 1:
        return targets.add_files(args.files_out)
    if source is None:
        raise UsageError("a notebook from standard input has no name, which --files-out needs of several notebooks.")
    return targets.add_files(args.files_out / source.stem)


def _options(args: argparse.Namespace, settings: Settings) -> RunOptions:
    from monty_kernel.headless.incremental import Wanted
    from monty_kernel.headless.run_terms import RunOptions
    from monty_kernel.headless.session_pool import NoSuchStart, start_of

    try:
        start = None if args.start is None else start_of(args.start)
    except NoSuchStart as error:
        raise UsageError(f"--from: {error}.") from error
    return RunOptions(
        settings=settings,
        timeout=args.timeout,
        allow_errors=args.allow_errors,
        max_output=args.max_output,
        start=start,
        incremental=Wanted("", replay=args.replay, cleans=True) if args.incremental else None,
    )


def _settings(args: argparse.Namespace) -> Settings:
    """The settings of the run.

    The command line prevails over the configuration, option by option, and for permissions tool by tool.
    """
    settings = configured()
    given = {name: value for name, option in OPTIONS.items() if option.flag and (value := vars(args)[name]) is not None}
    if "tools" in given:
        # a kernel needs an absolute path, since its working folder is the notebook's; here the person chose the folder
        given["tools"] = [os.path.abspath(tool) if tool.endswith(".py") else tool for tool in given["tools"]]
    if "tool_permissions" in given:
        given["tool_permissions"] = {**settings.tool_permissions, **dict(map(_permission, given["tool_permissions"]))}
        if not (given.get("tools") or settings.tools):
            raise UsageError("--tool-permission is for tools; --tools FILE.py gives some.")
    return settings.but(**given)


def _permission(text: str) -> tuple[str, str]:
    name, _, permission = text.rpartition("=")
    if not name or permission not in OPTIONS["tool_permissions"].choices:
        raise UsageError(f"--tool-permission takes NAME=allow or NAME=deny, not {text!r}.")
    return name, permission


def _parameters(args: argparse.Namespace) -> dict[str, Any]:
    if not args.parameter and not args.raw_parameter and args.parameters is None:
        return {}
    from monty_kernel.headless.parameters import assignment, read_file, require_name

    found = {} if args.parameters is None else read_file(args.parameters)
    for name, _ in args.raw_parameter:
        require_name(name, "-r takes NAME VALUE")
    return found | dict(assignment(text) for text in args.parameter) | dict(args.raw_parameter)
