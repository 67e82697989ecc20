"""%typecheck: whether cells go through the type checker before they run."""

from __future__ import annotations

import argparse

from monty_kernel.engine.frontend import UsageError
from monty_kernel.typecheck.modes import MODES, TooLenient

from .context import MagicContext
from .declare import Family, argument

family = Family()

_SAID = {
    "off": "Cells are not type-checked.",
    "on": "Cells are type-checked before they run. Findings are shown, and the cell runs all the same.",
    "strict": "Cells are type-checked before they run. A cell with findings does not run.",
}


@family.host("typecheck", argument("mode", nargs="?", choices=MODES, help="[say how it is now]"))
def typecheck(arguments: argparse.Namespace, context: MagicContext) -> None:
    """Type-check each cell from the next one on: `on` shows what is found and runs the cell, `strict` does not run it.

    Where the person asked for the one or the other when they started the session, a notebook cannot ask for less.
    """
    mode = context.type_check
    if arguments.mode is not None:
        try:
            mode.set(arguments.mode)
        except TooLenient as error:
            raise UsageError(f"%typecheck {arguments.mode}: {error}.") from None
    context.print(_SAID[mode.now])
