"""is_complete agrees with IPython's, which console users know."""

from __future__ import annotations

import pytest
from IPython.core.inputtransformer2 import TransformerManager

from monty_kernel.introspect.completeness import judge

SAME = [
    "", "1", "x = 1", "def f():", "def f():\n  pass", "def f():\n  pass\n", "def f():\n  pass\n  ", "for i in x: pass",
    "if x:\n    y", "if x:\n    y\n", "if x:\n    y\nelse:", "foo(", "foo(\n1,", "foo(1)", '"""abc', '"""abc"""', "'abc",
    "x = \\", "x = \\\n", "x = 1 + \\\n  2", "@dec", "@dec\n", "@dec\ndef f():", "%%time\nx=1", "%%time", "%time x",
    "x = %time y", "!ls", "foo?", "foo??", "?foo", "a b", "x = = 1", ")", "await x", "async def f():\n    await y",
    "class A:\n    def m(self):\n        pass", "class A:\n    def m(self):\n        pass\n", "try:\n  x\n", "try:\n  x",
    "x = [1,\n2", "x = {", "import ", "from x import (", "for i in range(3):\n    print(i)\n\n", "if True: x", "with a as b:",
    "while 1:\n\tpass", "# comment", "x # c", "def f(): return 1", "return 1", "raise", 'print("a")\nfor i in x:', "x; y",
    'x = """\n', 'f"""{', "match x:", "match x:\n  case 1: pass", "  x=1", "x\n  y", "1 +", "a = 5,", "\n\n", "a\n\n",
    "%time\n", "%%html\n<b>\n\n", "def f():\n  x = (1,", "0x", "x = 1 if", "x y z\n", "if 1:\n  pass\nelif 2:\n  pass",
]  # fmt: skip


@pytest.mark.parametrize("code", SAME)
def test_as_in_ipython(code: str) -> None:
    status, indent = TransformerManager().check_complete(code)
    assert judge(code) == (status, " " * (indent or 0))


def test_one_blank_line_ends_a_cell_magic_as_it_ends_a_block() -> None:
    assert judge("%%time\nx=1\n") == ("complete", "")
    assert judge("def f():\n  x\n") == ("complete", "")


@pytest.mark.parametrize("code", ["\0", "x = '\0'", "\ud800", "'\ud800'", "(" * 5000, "x = " + "-" * 100_000 + "1"])
def test_what_no_parser_takes_is_invalid(code: str) -> None:
    assert judge(code)[0] in ("invalid", "incomplete")


def test_long_code_is_not_compiled() -> None:
    assert judge("x = 1\n" * 200_000) == ("unknown", "")


def test_windows_line_ends() -> None:
    assert judge("def f():\r\n  pass") == ("incomplete", "  ")
    assert judge("def f():\r\n  pass\r\n") == ("complete", "")


def test_nothing_is_printed(capfd: pytest.CaptureFixture[str], recwarn: pytest.WarningsRecorder) -> None:
    judge(r"'\d' is 1")
    assert capfd.readouterr() == ("", "")
    assert not recwarn.list
