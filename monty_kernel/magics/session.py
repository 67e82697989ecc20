"""%reset and %limits: the session as a whole."""

from __future__ import annotations

import argparse

from .context import MagicContext
from .declare import Family, argument

family = Family()


@family.action("reset", argument("-f", dest="force", action="store_true", help="do not ask first"))
def reset(arguments: argparse.Namespace, context: MagicContext) -> None:
    """Begin a new, empty session: every variable is gone. The execution count goes on.

    Asks first; where nobody can answer, the answer is no.
    """
    question = "Once deleted, variables cannot be recovered. Proceed (y/[n])? "
    if arguments.force or context.confirm(question):
        context.reset()
    else:
        context.print("Nothing done. %reset -f resets without asking.")


@family.host("limits")
def limits(_: argparse.Namespace, context: MagicContext) -> None:
    """Show how much memory and time a cell may use, and how that is set."""
    now = context.limits
    memory = "no limit" if now.memory is None else f"{now.memory:,} bytes ({_binary(now.memory)})"
    seconds = "no limit" if now.seconds is None else f"{now.seconds:g} s of computing"
    depth = "Monty's default" if now.recursion is None else f"{now.recursion:,} calls"
    context.print(
        f"memory of the session    {memory:<34}  --MontyKernel.max_memory=BYTES\n"
        f"time of one cell         {seconds:<34}  --MontyKernel.max_cell_seconds=SECONDS\n"
        f"depth of recursion       {depth:<34}  --MontyKernel.max_recursion_depth=CALLS\n"
        "\n"
        "They are set where the kernel is started, on its command line or in monty_kernel_config.py in one of\n"
        "Jupyter's configuration folders: c.MontyKernel.max_memory = 4 << 30. A notebook cannot raise them."
    )


def _binary(size: float) -> str:
    for unit in ("bytes", "KiB", "MiB", "GiB"):
        if size < 1024 or unit == "GiB":
            break
        size /= 1024
    return f"{size:.4g} {unit}"
