"""`monty-kernel dialect`: what a language model must know to write code for the sandbox."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]


def add_parser(commands: Subparsers) -> None:
    """Add `dialect`."""
    dialect = commands.add_parser(
        "dialect",
        help="print what a language model must know to write code for the sandbox",
        description="Print a prompt for language models: what Monty's Python lacks, and what to write instead. "
        "It is made from the tables behind the hints, and has at most 6,000 characters.",
    )
    dialect.add_argument("--long", action="store_true", help="say for everything what to write instead")
    dialect.set_defaults(run=_run)


def _run(args: argparse.Namespace) -> int:
    from monty_kernel.check.dialect import dialect

    sys.stdout.flush()
    sys.stdout.buffer.write(dialect(long=args.long).encode())  # data: the guard of logs would change its lists
    sys.stdout.buffer.flush()
    return 0
