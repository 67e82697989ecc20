"""`python -m browser.conformance.magics`: prints what the native kernel makes of many magics, right and wrong ones."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from typing import Any

from monty_kernel.engine.source import CellRewrite, Rewrite
from monty_kernel.magics.registry import FAMILIES, Magics

_EVERYWHERE = (
    "", "x", "1", "-1", "1.5", "x y", "x y z", "-x", "--unknown", "-f", "-a", "-n", "-n 3", "-n3", "-n x", "-n=3",
    "-r 0", "-r 2 -n 10 -q -o len('abc')", "-qo 1 + 1", "-qx 1", "-oq -n5 f(1)", "-p 20 1", "-p 3 1", "-n 1_000 1",
    "-n 9999999999999999999 1", "--", "-- -x", "-- x", "-- -1 + 2", "--append", "-a file.txt", "file.txt -a", "a b -a",
    "--append=1 x", "--cell", "--cell output=1", "output=1", "output=1 asleep=2", "-f now", "--force", "-l", "-l 5",
    "-l x", "-g", "-g a b", "-g a -u", "-gn a", "-n -o 4-6", "4 -n", "4-6 ~2/ 7", "--remove", "--remove v1", "v1",
    "v1 --remove", "--isolated", "--isolated x", "int str", "'unclosed", "un\\", '"a\\"b" c', "'' x", "a'b'c", "ro",
    ". /data ro", ". /data xx", "folder rw", "off", "on", "strict", "loud", "NAME=VALUE", "A = {1 + 1}", "A {x!r:>10}",
    "A=$x and $$y and {{z}}", "A={", "A=}", "A={x:{y}}", "A={x!z}", "A={x[}]}", "A={not python", "A\0=1", "=1", "A ",
    "x = 1", "for i in range(3): break", "break", "return 1", "yield 1", "lambda: (yield)", "await f()",
    "[x async for x in y]", "(1", "'''", "1;", "1 ; # done", "# nothing", "%time 1", "!ls", "ä = 'ü'", "'😀'; (",
    "a" * 300, "x " * 600, "b" * 10_001,
)  # fmt: skip
_BODIES = (
    "",
    "x",
    "x = 1\nx + 1\n",
    "for i in y:\n    break\n",
    "break",
    "(",
    "# only\n",
    "await f()",
    "<b>'😀'</b>\n",
)
_NAMES = (
    "nothing", "tiem", "revert", "whoo", "ls", "pip", "store", "whose", "!", "%time", "=", "alone", "edit", "snapshto",
    "r" * 300, "javascript", "env2", "lsmagics", "writefiel", "htlm", "prun", "ä",
)  # fmt: skip


def lines() -> Iterator[dict[str, Any]]:
    """Each line magic with each of the arguments."""
    table = Magics()
    known = [magic.name for family in FAMILIES for magic in family.magics if magic.kind != "cell"]
    for name in (*known, *_NAMES):
        for args in _EVERYWHERE if name in known else ("", "x", "?", "!"):
            yield {"name": name, "args": args, "made": _line(table.line(name, args.strip(" \t\n\r")))}


def cells() -> Iterator[dict[str, Any]]:
    """Each cell magic with each of the arguments, and with each of the bodies."""
    table = Magics()
    for name in (*table.cell_names(), *_NAMES, "who"):
        pairs = [(args, "x\n") for args in _EVERYWHERE] + [(args, body) for args in ("", "x") for body in _BODIES]
        for args, body in pairs if name in table.cell_names() else [("", "x")]:
            yield {"name": name, "args": args, "body": body, "made": _cell(table.cell(name, args.strip(), body))}


def catalogue() -> Mapping[str, Any]:
    """What the table says of itself."""
    table = Magics()
    names = [*table.line_names(), *(f"%%{name}" for name in table.cell_names()), "%time", "%pip", "%nothing", "pip"]
    return {
        "groups": table.groups(),
        "looking": sorted(table.looking),
        "lines": table.line_names(),
        "cells": table.cell_names(),
        "each": {
            name: [
                table.options(name),
                table.words(name),
                table.kin(name),
                table.takes_python(name),
                table.help(name),
            ]
            for name in names
        },
    }


def _line(rewrite: Rewrite) -> dict[str, Any]:
    action = rewrite.action
    return {
        "before": rewrite.before,
        "keep": rewrite.keep,
        "after": rewrite.after,
        "parts": sorted(rewrite.parts),
        "isExpression": rewrite.is_expression,
        "action": None if action is None else action._asdict(),
        "value": rewrite.value,
        "blame": rewrite.blame,
    }


def _cell(rewrite: CellRewrite) -> dict[str, Any]:
    return {
        "before": rewrite.before,
        "keep": rewrite.keep,
        "between": rewrite.between,
        "indent": rewrite.indent,
        "finish": rewrite.finish,
        "after": rewrite.after,
        "keepBody": rewrite.keep_body,
        "parts": sorted(rewrite.parts),
        "blameArgs": rewrite.blame_args,
        "blameBody": rewrite.blame_body,
    }


if __name__ == "__main__":
    json.dump({"lines": list(lines()), "cells": list(cells()), "catalogue": catalogue()}, sys.stdout)
