"""`monty-kernel check`: every gap between notebooks and Monty, found without running them."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from monty_kernel.check.shown import Checked
    from monty_kernel.headless.session_pool import SessionPool

    Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]

_EPILOG = """\
examples:
  monty-kernel check report.ipynb
  monty-kernel check --json notebooks/*.ipynb >gaps.json
  monty-kernel check --sarif notebooks/*.ipynb >gaps.sarif
  monty-kernel check --github notebooks/*.ipynb      (marks the lines of a pull request)

The exit status is 0 if there is no gap, 1 if there is one, and 2 if a notebook could not be read or the command makes
no sense.
"""


def add_parser(commands: Subparsers) -> None:
    """Add `check`."""
    check = commands.add_parser(
        "check",
        help="list what notebooks need that the sandbox lacks, without running them",
        description="List every gap between notebooks and Monty: where it is, what is missing, what to write. "
        "Nothing of the notebooks runs.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    check.add_argument("notebooks", metavar="NOTEBOOK", nargs="+", help="a notebook's file; - for standard input")
    form = check.add_mutually_exclusive_group()
    form.add_argument("--json", dest="form", action="store_const", const="json", help="write the findings as JSON")
    form.add_argument("--sarif", dest="form", action="store_const", const="sarif", help="write them as SARIF 2.1.0")
    form.add_argument(
        "--github", dest="form", action="store_const", const="github", help="write them as annotations of GitHub"
    )
    check.add_argument(
        "--tools",
        metavar="FILE.py",
        action="append",
        default=[],
        help="functions that the cells will have; may be repeated",
    )
    check.set_defaults(run=_run, form=None)


def _run(args: argparse.Namespace) -> int:
    from monty_kernel.check.shown import FORMATS, as_text, exit_status
    from monty_kernel.engine.frontend import UsageError
    from monty_kernel.grants.tool_files import ToolsRefused
    from monty_kernel.headless.session_pool import SessionPool

    pool = SessionPool(warm=1, most=2)
    try:
        # as for `run`: the person chose the folder
        tools = [os.path.abspath(tool) if tool.endswith(".py") else tool for tool in args.tools]
        checked = [_checked(name, pool, tools) for name in args.notebooks]
    except (RuntimeError, ToolsRefused) as error:
        raise UsageError(str(error)) from error
    except KeyboardInterrupt:
        return 130
    finally:
        pool.close()
    if args.form is None:
        sys.stdout.write(as_text(checked))
    else:
        # data, and for GitHub commands: they pass by the guard of the log, and their texts are escaped
        sys.stdout.flush()
        sys.stdout.buffer.write(FORMATS[args.form](checked))
        sys.stdout.buffer.flush()
    return exit_status(checked)


def _checked(name: str, pool: SessionPool, tools: list[str]) -> Checked:
    from monty_kernel.check.finding import CheckedNotebook
    from monty_kernel.check.notebook import check
    from monty_kernel.check.shown import Checked, source_lines
    from monty_kernel.headless.notebook_file import MOST_BYTES, from_json, read_notebook
    from monty_kernel.headless.notebook_shape import NotebookUnreadable

    shown = "<stdin>" if name == "-" else name
    try:
        data = sys.stdin.buffer.read(MOST_BYTES + 1) if name == "-" else read_notebook(Path(name))
        book = from_json(data, shown)
        return Checked(check(book, shown, pool, tools), source_lines(data))
    except OSError as error:
        return Checked(CheckedNotebook(shown, problem=error.strerror or str(error)))
    except NotebookUnreadable as error:
        return Checked(CheckedNotebook(shown, problem=str(error)))
