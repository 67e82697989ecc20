"""Magics: any name with any arguments is a rewrite that is Python, or a UsageError when its cell comes to it."""

from __future__ import annotations

import argparse
import ast
import warnings
from contextlib import suppress

from hypothesis import strategies as st

from monty_kernel.engine.frontend import UsageError
from monty_kernel.engine.source import CellRewrite, Rewrite
from monty_kernel.magics.declare import BadCode
from monty_kernel.magics.registry import Magics
from tests.fuzz.target import Target, mixtures, text_of
from tests.support.nobody import Nobody

TABLE = Magics()
NAMES = sorted({*TABLE.line_names(), *TABLE.cell_names(), "!", "?", "??", "nothing", "!usage", "!syntax", "=", "alone"})
WORDS = (
    *(f"{name}\n" for name in NAMES), "-n", "-r", "-o", "-f", "-q", "--", "-", "--quiet", "-n1", "-r-1", "-n1e9", "-n", "-l", "-g *x*", "-g", "/a", ":ro", ":rw", "~", "..",
    "1-3", "~1/2", "~999999999999/1-~2/", "1", "-1", "0", "99999999999999999999", "1.5", "nan", "x", "x = 1", "a.b", "'", '"', "\\", "\n", "    ", "\t", "[", "{", "(", "lambda: 0",
    "memory=1M", "seconds=", "output=1e9", "depth=0", "strict", "on", "off", "--reset", "str list", "None", "é", "\0", "\udc80", "$x", "{x}", "%", "%time", "'''", "f'{", "#", ";",
)  # fmt: skip


def check_magic(data: bytes) -> None:
    """The first line names a magic, the second has its arguments, the rest is a cell magic's body."""
    name, _, rest = text_of(data).partition("\n")
    args, _, body = rest.partition("\n")
    line = TABLE.line(name, args)
    assert isinstance(line, Rewrite)
    if line.keep is not None:
        assert 0 <= line.keep[0] <= line.keep[1] <= len(args)
        _is_python(line.before + "0" + line.after + ("\n" + line.value if line.value else ""))
    elif line.action is None:
        _is_python(line.before + line.after + ("\n" + line.value if line.value else ""))
    cell = TABLE.cell(name, args, body)
    assert isinstance(cell, CellRewrite)
    if not cell.keep_body:
        _is_python(cell.before)
    for magic in TABLE._named(name):
        try:
            parsed = magic.parse(args)
            assert isinstance(parsed, argparse.Namespace)
        except UsageError as error:
            assert len(str(error)) < 2000, "a message as long as its notebook likes"
        except BadCode:
            pass
    TABLE.help(name), TABLE.options(name)
    with suppress(UsageError, SyntaxError):
        TABLE.run(name, args, Nobody(confirms=False))  # type: ignore[arg-type]
    if line.action is not None:
        with suppress(UsageError):
            TABLE.act(line.action, Nobody(confirms=False))  # type: ignore[arg-type]


def _is_python(code: str) -> None:
    if "\0" in code or any("\ud800" <= character <= "\udfff" for character in code):
        return  # no cell gets here with these
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            ast.parse(code)
        except (RecursionError, MemoryError):
            return
        except SyntaxError as error:
            raise AssertionError(f"{code!r} is no Python") from error


MAGICS = Target(
    "magics",
    "any name and arguments make Python, an action or a UsageError of bounded length; running one refuses or does",
    check_magic,
    st.builds(lambda name, rest: f"{name}\n".encode() + rest, st.sampled_from(NAMES), mixtures(WORDS, 8)),
    tuple(
        f"{name}\n{args}\nbody = 1".encode()
        for name in NAMES
        for args in ("", "-n 3 -r2 x = 1", "1-3 ~1/2", "name", "'a b' c ro", "-f")
    ),
    tuple(word.encode("utf-8", "surrogateescape") for word in WORDS),
)
