"""Writes the tables of docs/magics.md from the declarations of the magics: python docs/magics_tables.py [--check]

A table stands between `<!-- magics: FAMILY -->` and `<!-- end -->`, where FAMILY is a module of `monty_kernel/magics`.
"""

from __future__ import annotations

import inspect
import re
import sys
from importlib import import_module
from pathlib import Path

from monty_kernel.magics.declare import Magic

PAGE = Path(__file__).with_name("magics.md")
_TABLE = re.compile(r"(<!-- magics: (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)


def with_tables(page: str) -> str:
    """The page with all of its tables made anew."""
    return _TABLE.sub(lambda found: found[1] + _table(found[2]) + found[3], page)


def _table(family: str) -> str:
    magics: list[Magic] = import_module(f"monty_kernel.magics.{family}").family.magics
    rows = [_row(magic) for magic in magics if magic.name[0].isalpha()]
    return "\n".join(["| magic | what it does |", "| --- | --- |", *rows, ""])


def _row(magic: Magic) -> str:
    usage = magic.usage.removeprefix("usage: ")
    cells = f"`{usage}`", " ".join((inspect.getdoc(magic.function) or "").split())
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


if __name__ == "__main__":
    before = PAGE.read_text(encoding="utf-8")
    after = with_tables(before)
    if "--check" not in sys.argv:
        PAGE.write_text(after, encoding="utf-8")
    elif after != before:
        sys.exit("The tables of docs/magics.md are out of date. Run python docs/magics_tables.py.")
