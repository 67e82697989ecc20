"""`await` where Python has none: in a function that is not asynchronous, and in a lambda."""

from __future__ import annotations

import ast

import pytest

from monty_kernel.engine.errors.failures import stray
from monty_kernel.engine.source import CellSource
from monty_kernel.engine.source.cell import CellOptions, parse
from monty_kernel.magics.registry import Magics
from tests.engine.test_locate import ANSI
from tests.support.kernel_client import Kernel

CODES = [
    "def plain():\n    return await twice(2)",
    "sorted([2, 1], key=lambda n: await twice(n))",
    "async def a():\n    def b():\n        await c()",
    "async def a():\n    return [await b(n) for n in c]",
    "async def a():\n    return lambda: await b()",
    "def a():\n    async with b: pass",
    "def a():\n    async for b in c: pass",
    "def a():\n    return [b async for b in c]",
    "def a():\n    async def b():\n        await c()",
    "await a()",
    "class A:\n    async def b(self):\n        async with self: await self.c()",
    "async def a(b=lambda: 1):\n    await b()",
    "def outer(): return 1\nawait outer()",
]


@pytest.mark.parametrize("code", CODES)
def test_it_is_refused_where_cpython_refuses_it(code: str) -> None:
    cell = parse(CellSource("In[1]", code), Magics, CellOptions(1))
    refused = stray(cell)
    found = refused and (refused.evalue, refused.frames[0].line, refused.frames[0].column)
    assert found == _said_by_cpython(code)


def _said_by_cpython(code: str) -> tuple[str, int | None, int | None] | None:
    try:
        compile(code, "<cell>", "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, dont_inherit=True)
    except SyntaxError as error:
        return error.msg, error.lineno, error.offset
    return None


def test_an_await_in_a_comprehension_is_refused_too(kernel: Kernel) -> None:
    # which of the two CPython names first depends on its version
    assert kernel.run("def a():\n    return [await b for b in c]").reply["ename"] == "SyntaxError"


def test_nothing_of_such_a_cell_runs(kernel: Kernel) -> None:
    answer = kernel.run("%%time\nprint('ran')\ndef plain():\n    return await twice(2)")
    assert answer.text() == ""
    assert (answer.reply["ename"], answer.reply["evalue"]) == ("SyntaxError", "'await' outside async function")
    assert ANSI.sub("", answer.reply["traceback"][0]).split("\n")[1:3] == [
        "    return await twice(2)",
        "           ^^^^^^^^^^^^^^",
    ]
