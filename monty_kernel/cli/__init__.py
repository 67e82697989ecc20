"""The `monty-kernel` command. Each subcommand has a module of its own, which adds its parser and runs it.

Such a module has a function `add_parser(commands)`. It adds a parser and sets the parser's default `run` to a function
that takes the parsed arguments and returns the exit status, or raises `UsageError`.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import NoReturn

from monty_kernel import __version__
from monty_kernel.engine.frontend import UsageError
from monty_kernel.outputs.log_text import guard_output
from monty_kernel.startup import forget_relative

COMMAND_MODULES = {
    "monty_kernel.cli.install": ("install", "remove"),
    "monty_kernel.cli.run": ("run",),
    "monty_kernel.cli.check": ("check",),
    "monty_kernel.cli.dialect": ("dialect",),
    "monty_kernel.cli.sessions": ("sessions",),
    "monty_kernel.cli.doctor": ("doctor",),
}
"""The modules, and the commands that each adds."""

_EXAMPLES = """\
examples:
  monty-kernel install --user
  monty-kernel install --sys-prefix --name monty-small -- --MontyKernel.max_memory=268435456
  monty-kernel remove --user
  monty-kernel run report.ipynb --inplace
  monty-kernel check report.ipynb
  monty-kernel sessions list
  monty-kernel doctor
"""


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        sys.stderr.write(f"{self.prog}: {message}; see `{self.prog} --help`.\n")
        raise SystemExit(2)


def parser(command: str | None = None) -> argparse.ArgumentParser:
    """The parser of the whole command line, or of one `command`, whose module alone is then imported."""
    top = _Parser(
        prog="monty-kernel",
        description="Install and manage the Monty kernel, and run notebooks in it: Jupyter notebooks in a sandboxed "
        "Python.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    top.add_argument("--version", action="version", version=f"monty-kernel {__version__}")
    commands = top.add_subparsers(title="commands", metavar="COMMAND", required=True)
    wanted = [name for name, its in COMMAND_MODULES.items() if command in its]
    for name in wanted or COMMAND_MODULES:
        import_module(name).add_parser(commands)
    return top


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command line, by default the process's own.

    Returns:
        The command's exit status, or 2 for a mistake that the person can correct.
    """
    forget_relative()
    if argv is None:
        guard_output()  # for good, so that it covers what Python prints at the end of the process
    words = list(sys.argv[1:] if argv is None else argv)
    kernel_options: list[str] | None = None
    if "--" in words and words[0] not in ("run", "check"):  # for these it ends the options, as usual
        cut = words.index("--")
        words, kernel_options = words[:cut], words[cut + 1 :]
    top = parser(words[0] if words else None)
    args = top.parse_args(words)
    if kernel_options is not None and not getattr(args, "takes_kernel_options", False):
        top.error("only `install` takes options of the kernel after `--`")
    args.kernel_options = kernel_options or []
    try:
        status: int = args.run(args)
    except UsageError as error:
        print(f"monty-kernel: {error}", file=sys.stderr)
        return 2
    return status
