"""Each magic there is, as a line and as a cell: its options, its arguments, its body, and its run on the host."""

from __future__ import annotations

from contextlib import suppress

from monty_kernel.engine.frontend import UsageError
from monty_kernel.magics.declare import BadCode
from monty_kernel.magics.registry import Magics
from tests.support.nobody import Nobody

from ..entry import PYTHON, Entry
from ..shapes import Shape
from .cells import run_cell

TABLE = Magics()
NAMES = sorted(
    {*TABLE.line_names(), *TABLE.cell_names(), "!", "?", "??", "!usage", "!syntax", "=", "alone", "nothing", "bash"}
)
"""All magics, and the names that stand for the rest: those that are refused, and those that are not there."""

_ARGUMENTS = (
    "-n ",
    "-n1 ",
    "-",
    "--",
    "--x=",
    "-g ",
    "*",
    "?",
    "[a-",
    "1-3 ",
    "~1/2 ",
    "~",
    "/",
    "1",
    "9",
    ":ro",
    ":rw",
    "memory=1M ",
    "x ",
    "'",
    '"',
    "\\",
    "$x",
    "{x}",
    "a.",
    "%",
    "=",
    ",",
    "\\ ",
    "''",
)


def _used(name: str, text: str) -> None:
    """The magic with these arguments, in a cell and by itself, and with this body."""
    nobody = Nobody(confirms=True)
    nobody.history.add(1, "x = 1\n" * 100)
    line = TABLE.line(name, text)
    with suppress(UsageError, SyntaxError, BadCode):
        TABLE.run(name, text, nobody)  # type: ignore[arg-type]
    if line.action is not None:
        with suppress(UsageError):
            TABLE.act(line.action, nobody)  # type: ignore[arg-type]
    TABLE.cell(name, text, "x")
    TABLE.help(name + text), TABLE.options(name + text), TABLE.words(name + text)
    run_cell(f"%{name} {text}")


def _entries(name: str) -> tuple[Entry, ...]:
    found = [
        Entry(
            f"magic: %{name}",
            lambda text: _used(name, text),
            (*_ARGUMENTS, *PYTHON),
            (),
            (Shape(" "), Shape("\\"), Shape("\\\n"), Shape("-n 1 "), Shape("-q ")),
            1 << 20,
        )
    ]
    if name in TABLE.cell_names():
        body = lambda text: (TABLE.cell(name, "", text), run_cell(f"%%{name}\n{text}"))  # noqa: E731
        found.append(
            Entry(
                f"magic: body of %%{name}",
                body,
                PYTHON,
                (),
                (
                    Shape("\n"),
                    Shape(" \n"),
                    Shape("%who\n"),
                    Shape("'''\n'''\n"),
                    Shape("x = 1\n"),
                    Shape("%who \\\n\n"),
                ),
            )
        )
    return tuple(found)


ENTRIES = (
    *(entry for name in NAMES for entry in _entries(name)),
    Entry("magic: any name", lambda text: (TABLE.line(text, ""), TABLE.cell(text, "", ""), TABLE.help(text), TABLE.help("%%" + text), run_cell("%" + text), run_cell("%%" + text)), ("%", "a", "time", "%%", ".", "_", "é")),
)  # fmt: skip
