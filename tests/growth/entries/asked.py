"""What front ends ask about code: completion, inspection, completeness, history."""

from __future__ import annotations

import asyncio
import logging
import tempfile
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from unittest.mock import patch

from monty_kernel.engine.source import CellSource
from monty_kernel.history.history import History
from monty_kernel.introspect import analysis
from monty_kernel.introspect.introspector import Introspector
from monty_kernel.magics.registry import Magics

from ..entry import MAGICS, PYTHON, Entry
from ..shapes import Shape

_CELLS = ("import json\nx = [1, {'k': 2}]\nd = {'key': 1, 'k2': {'k3': []}}\n", "def f(a, *b, c=1):\n    return a\n")
_EXPRESSION = ("x.", "x", "f(", ")", "[", "]", "['", "']", "'", '"', "a=1, ", ", ", "(", ".", " ", "\n", "\\\n", "{", "}", "f'{", ":", "import ", "from ", "a.b.", ", a", " as x", "lambda x:", "for e in ", "x, ", "=", ":=", "def f(", "@x\n", "é", "- ", "not ", "1", "_")  # fmt: skip
_GLOB = ("*", "?", "[a-z]", "[^a]", "[", "]", "*a", "a", "\\", "x = 1", "**", "*?")


class Idle:
    """Introspection's `Session` of two cells, which answers nothing."""

    def cells(self) -> Sequence[CellSource]:
        return [CellSource(f"In[{number}]", text) for number, text in enumerate(_CELLS, 1)]

    async def ask(self, expression: str) -> object | None:
        return None


@cache
def _introspector() -> Introspector:
    """One without jedi, which is asked where it can be killed: what is tried here is all that stays in the kernel."""
    patch.object(analysis, "_ask_jedi", return_value=None).start()  # for good: this process only measures
    return Introspector(Idle(), Magics())


def _complete(text: str, at: int) -> object:
    return asyncio.run(_introspector().complete(text, at))


def _inspect(text: str, at: int) -> object:
    return asyncio.run(_introspector().inspect(text, at, 1))


@cache
def _history() -> History:
    folder = tempfile.TemporaryDirectory(prefix="growth")
    history = History(Path(folder.name) / "history.sqlite", logging.getLogger("growth"))
    history.add(1, "a" * 20_000 + "b")
    history.add(2, "x = 1\n" * 5_000)
    history._folder = folder  # type: ignore[attr-defined] - as long as the history is there
    return history


def _searched(text: str) -> object:
    return _history().search(text, n=10, unique=True)


def _remembered(text: str) -> object:
    history = History(None, logging.getLogger("growth"))
    history.add(1, text)
    history.add_output(1, text)
    return history.search("*a*b*"), history.tail(1), history.range(0, 1)


_WORDS_LINE = (
    Shape("a"),
    Shape(" a", "x."),
    Shape("é"),
    Shape("x."),
    Shape("f("),
    Shape("["),
    Shape("x["),
    Shape("a, "),
    Shape(" "),
    Shape(" \n", "x"),
    Shape("\\\n", "x."),
    Shape("\n"),
    Shape("x\n"),
    Shape("("),
    Shape("'"),
    Shape("\\'", "'"),
)
_HOSTILE_MAGIC = (
    Shape(" -a", "%timeit"), Shape(" -a1", "%timeit"), Shape(" -a 1", "%timeit"), Shape("-a.", "%timeit -a"), Shape(".", "%timeit -a "), Shape("1", "%timeit -n"), Shape(" ", "%timeit"), Shape(" ", "?"), Shape(" ", tail="?"), Shape("x", tail="?"), Shape(" ", "x = "),
    Shape("a, ", tail="= %"), Shape("a ", tail="x"), Shape(" ", "x =", tail="?"), Shape("a."), Shape("-", "%timeit "), Shape("\t-a\t1", "%timeit"), Shape("=1 -a", "%timeit -a"), Shape(" -a", "%timeit", tail="!"), Shape("?"), Shape("%"), Shape("x = %y\n"), Shape("x?\n"), Shape(" x\n"),
)  # fmt: skip

REQUESTS = {
    "complete_request": (
        Entry("complete_request: at the end", lambda text: _complete(text, len(text)), _EXPRESSION, (), _WORDS_LINE),
        Entry("complete_request: at the beginning", lambda text: _complete(text, 0), _EXPRESSION, (), _WORDS_LINE),
        Entry("complete_request: in the middle", lambda text: _complete(text, len(text) // 2), (*PYTHON, *MAGICS), (), _WORDS_LINE),
        Entry("complete_request: magics", lambda text: _complete(text, len(text)), MAGICS, (), _HOSTILE_MAGIC),
        Entry("complete_request: argument", lambda text: _complete("f(" + text + ", ", len(text) + 4), _EXPRESSION, (), _WORDS_LINE),
        Entry("complete_request: import", lambda text: _complete("import " + text, len(text) + 7), ("a", "a.", ", ", " as b", "a, ", " ", "*", "\n"), (), (Shape("a, "), Shape("a as b, "), Shape("a", tail="!"), Shape(" "))),
        Entry("complete_request: from", lambda text: _complete("from " + text, len(text) + 5), ("a", "a.", ", ", " import ", " as b", "a, ", " ", "(", "\n"), (), (Shape("a, ", "a import "), Shape(" ", "a import "), Shape("\n", "a import ("))),
        Entry("complete_request: key", lambda text: _complete("d['" + text, len(text) + 3), ("a", "\\", "\\x", "é", "{", "'", '"', "\\N{"), (), (Shape("a"), Shape("\\"))),
    ),
    "inspect_request": (
        Entry("inspect_request: at the end", lambda text: _inspect(text, len(text)), _EXPRESSION, (), _WORDS_LINE),
        Entry("inspect_request: in the middle", lambda text: _inspect(text, len(text) // 2), (*PYTHON, *MAGICS), (), _WORDS_LINE),
        Entry("inspect_request: magics", lambda text: _inspect(text, len(text)), MAGICS, (), _HOSTILE_MAGIC),
        Entry("inspect_request: name?", lambda text: asyncio.run(_introspector().describe(text, 1)), _EXPRESSION),
    ),
    "is_complete_request": (
        Entry("is_complete_request", lambda text: asyncio.run(_introspector().is_complete(text)), (*PYTHON, *MAGICS), (), (Shape("\n"), Shape(" \n"), Shape("\\\n"), Shape(" "), Shape("if x:\n"), Shape("(\n"), Shape("\\"), Shape("\n", tail="x:"), *_HOSTILE_MAGIC)),
    ),
    "history_request": (
        Entry("history_request: pattern", _searched, _GLOB, (), (Shape("*a"), Shape("*a", tail="c"), Shape("?*"), Shape("[a-z]*"), Shape("*["))),
        Entry("history_request: inputs", _remembered, ("a", "b", "x = 1\n", "ab", "\ud800"), (), (Shape("ab"), Shape("\n"))),
    ),
}  # fmt: skip
"""The entries of each request that asks something. A test compares them with the kernel's own list."""

WITHOUT_TEXT = frozenset(
    {"kernel_info_request", "comm_info_request", "comm_open", "comm_msg", "comm_close"}  # a comm's data is not read
)
"""Requests of which no text is read: the one has none, and of the other's name there is never a comm."""

ENTRIES = tuple(entry for entries in REQUESTS.values() for entry in entries)
