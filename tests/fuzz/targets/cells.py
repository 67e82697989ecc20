"""Cells: any text becomes steps to run or a syntax error, and every place in what is run leads back into the text."""

from __future__ import annotations

import ast
import warnings

from monty_kernel.engine.source import NOTHING_KNOWN, Action, CellSource, ipython, statements  # noqa: F401 - loaded now, to be traced
from monty_kernel.engine.source.cell import CellOptions, Feed, expression, parse
from monty_kernel.engine.source.rewrites import rewritten
from monty_kernel.engine.source.source_map import SourceMap
from monty_kernel.magics.registry import Magics
from tests.fuzz.target import Target, mixtures, text_of

MAGICS = Magics()
WORDS = (
    "%time ", "%%time", "%timeit -n1 ", "%%timeit -n1 -r1\n", "%%html\n", "%who", "%reset -f", "%undo", "%restore 3", "%nothing", "%mount /a /b", "!ls",
    "!!", "?", "??", "x?", "%time?", "x = ", "= %time 1", "x = !", "from IPython.display import HTML", "import IPython", "as h", ">>> ", "... ", "In [1]: ",
    "\n", "\n\n", "\n    ", "\n\t", "\r\n", "\r", "\\\n", "\x0c", " ", "if x:", "for i in x:", "def f():", "class A:", "with x:", "try:", "except:", "else:",
    "match x:\n case 1:", "lambda x: ", "await f()", "async def f():", "return", "yield", "exec(", "eval(", "_3", "_i2", "_", "exit", "quit()",
    '"""', "'''", '"', "'", "f'{", "f'''{", "}'", "{{", "!r", ":>{", "rb'", "(", ")", "[", "]", "{", "}", "#", ";", ":", ",", ":=", "->", "@", "*", "**",
    "1", "x", "x.y", "0x", "1e", "é", "漢", "🐍", "\u2028", "\x85", "\x1c", "\ufeff", "\0", "\udc80", "\xa0", "\u200b",
)  # fmt: skip


def check_cell(data: bytes) -> None:
    """Parse a cell as the kernel does, and follow every place of its feeds back."""
    text = text_of(data)
    lines = text.split("\n")
    for options in (CellOptions(1), CellOptions(0, show=False, begin=False)):
        try:
            cell = parse(CellSource("In[1]", text), lambda: MAGICS, options)
        except SyntaxError as error:
            assert "\0" in text or not text.isprintable(), f"refused for no reason: {error}"
            assert error.lineno is not None and 1 <= error.lineno <= len(lines)
            continue
        assert cell.source.text == text
        feeds = [step for step in cell.steps if isinstance(step, Feed)]
        assert all(isinstance(step, (Feed, Action)) for step in cell.steps)
        for feed in feeds:
            _leads_back(feed, lines)
        tree = _tree(text)
        if tree is not None and ipython.unpasted(text) is None and "IPython" not in text:
            assert cell.python == text, "Python without magics is not left as it is"
            assert len(feeds) == 1 and len(cell.steps) == 1
            _is_the_same(_tree(_readable(text, tree)), feeds[0].text)


def check_expression(data: bytes) -> None:
    """Make a feed of one expression, as `user_expressions` are."""
    text = text_of(data)
    try:
        feed = expression(CellSource("In[1]", text))
    except SyntaxError:
        return
    _leads_back(feed, text.split("\n"))


def _leads_back(feed: Feed, lines: list[str]) -> None:
    fed = feed.text.split("\n")
    for number in {*range(1, min(len(fed), 40) + 1), len(fed)}:
        width = len(fed[number - 1])
        for column in {1, 2, width // 2 + 1, width + 1}:
            for span in ((number, column, number, column + 1), (number, 1, len(fed), column)):
                first, start, last, end = feed.to_cell(*span)
                assert 1 <= first <= last <= len(lines), (span, (first, start, last, end))
                assert 1 <= start <= len(lines[first - 1]) + 1, (span, (first, start, last, end))
                assert 1 <= end <= len(lines[last - 1]) + 1, (span, (first, start, last, end))
                assert (first, start) <= (last, end), (span, (first, start, last, end))


def _tree(text: str) -> ast.Module | None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return ast.parse(text)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return None


def _readable(text: str, tree: ast.Module) -> str:
    """The text with what Monty reads in place of what it does not; whether that means the same is tested elsewhere."""
    return SourceMap(text, rewritten(text, tree, NOTHING_KNOWN).edits).text


def _is_the_same(tree: ast.Module | None, fed: str) -> None:
    """All that the person's code says, the feed says: its statements are there, the last perhaps wrapped."""
    made = _tree(fed)
    assert tree is not None, f"what was rewritten cannot be read: {fed!r}"
    assert made is not None, f"Python became what is none: {fed!r}"
    there = [ast.dump(statement) for statement in made.body]
    for statement in tree.body[:-1]:
        assert ast.dump(statement) in there, f"{ast.unparse(statement)!r} is not in {fed!r}"
    if tree.body:
        last = tree.body[-1]
        wanted = ast.dump(last.value if isinstance(last, ast.Expr) else last)
        assert wanted in "".join(there), f"the end is not in {fed!r}"


CELLS = Target(
    "cells",
    "any text becomes steps or a SyntaxError; places lead back into the cell; Python without magics says what it said",
    check_cell,
    mixtures(WORDS),
    (
        b"x = 1\nx", b"%time x = f(1)\nif x:\n    %who\n    !ls\n", b"%%timeit -n1 a = 2\nfor i in a:\n    '''\n  %who\n'''\n", b"y = %who_ls\n%reset -f\ny?",
        b"from IPython.display import HTML, display as d\nd(HTML('<b>'))", b">>> def f():\n...     return 1\n>>> f()\n1\n", b"f'{x!r:>{n}}' + _3 ;",
        b"In [1]: x = (\n   ...: 1)\n", "é = '漢🐍'; é\r\nx\x0c".encode(), b"async def f():\n    await g()\nawait f()", b"%%html\n<b>x</b>", b"x = \\\n  !ls\n",
    ),
    tuple(word.encode("utf-8", "surrogateescape") for word in WORDS),
    )  # fmt: skip
EXPRESSIONS = Target(
    "expressions",
    "any text is a feed or a SyntaxError, and places lead back into it",
    check_expression,
    mixtures(WORDS, 10),
    (b"x", b" (x +\n 1) ", b"f'{x!r}'", b"# c\nx", b"x) + (y", b"'''\n'''"),
    tuple(word.encode("utf-8", "surrogateescape") for word in WORDS),
)
