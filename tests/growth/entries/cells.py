"""Cells that run: their parsing, magics and bodies of cell magics, expressions, type checks."""

from __future__ import annotations

from contextlib import suppress
from functools import cache

from monty_kernel.engine.errors.failures import stray
from monty_kernel.engine.source import CellSource, SourceFrame
from monty_kernel.engine.source.asking import AskingNames
from monty_kernel.engine.source.cell import Cell, CellOptions, Feed, expression, parse
from monty_kernel.engine.source.syntax_trees import parse_tree
from monty_kernel.introspect.facts import load_facts
from monty_kernel.jupyter.vscode import is_housekeeping
from monty_kernel.magics.registry import Magics
from monty_kernel.session.cell_runner import first_line
from monty_kernel.typecheck import cell_check, checker, suppressions
from monty_kernel.typecheck.checker import Diagnostic
from monty_kernel.typecheck.outline import outline
from monty_kernel.typecheck.program import Program, checked_feeds, definitions, joined, past, stub

from ..entry import MAGICS, MEBI, PYTHON, Entry
from ..shapes import Shape

TABLE = Magics()
_LIMIT = 8 * MEBI


def run_cell(text: str) -> Cell | None:
    """All that is done with a cell before the sandbox gets it, and to lead a few places back."""
    is_housekeeping(text, store_history=False)
    first_line(text)
    try:
        cell = parse(CellSource("In[1]", text), lambda: TABLE, CellOptions(1))
    except SyntaxError:
        return None
    stray(cell)
    AskingNames().of([cell.source], {"tools": ["price"]})
    for feed in cell.steps:
        if isinstance(feed, Feed):
            last = feed.text.count("\n") + 1
            for line in (1, last // 2 + 1, last):
                feed.to_cell(line, 1, line, 5)
    return cell


def _expression(text: str) -> object:
    with suppress(SyntaxError):
        return expression(CellSource("<user expression>", text))
    return None


@cache
def _known() -> suppressions.Context:
    return suppressions.Context(load_facts(), frozenset(), (), False, (), frozenset(), frozenset())


def _checked(text: str) -> object:
    """The text that the checker gets for a cell, the stub of what a cell defines, and the way back of what was said."""
    cell = run_cell(text)
    if cell is None or len(text) > 1 << 15:  # `CellCheck.check` refuses more
        return definitions(text)
    feeds = checked_feeds(cell)
    whole = joined(feeds)
    with suppress(SyntaxError, ValueError, RecursionError, MemoryError):
        seen = outline(*parse_tree(whole))
        program = Program(feeds, seen, {}, {}, ())
        for at in (0, len(whole) // 2, len(whole)):
            program.in_cell(at, at + 3)
    known = definitions(text)
    return stub(past([known], [False]), {})


def _suppressed(text: str) -> object:
    """What the checker may say: its messages quote the notebook."""
    source = CellSource("In[1]", text)
    rules = (
        "unresolved-reference",
        "unresolved-import",
        "unresolved-attribute",
        "invalid-assignment",
        "invalid-argument-type",
        "not-iterable",
    )
    span = (1, 1, 1, 9)
    placed = [
        suppressions.Placed(Diagnostic(rule, text, 1, 1, 1, 9), 0, 9, text[:1000], text[:2000], span) for rule in rules
    ]
    seen = outline(parse_tree("x = 1")[0], "x = 1")
    suppressions.trusted(placed, seen, _known())
    suppressions.ignored("x", text)
    finding = cell_check.Finding(SourceFrame(source, *span, "<module>"), "x", text)
    return cell_check.warning([finding] * 3), cell_check.refusal([finding] * 3)


_FOUND = (
    Shape("\n"), Shape(" \n"), Shape("\n", tail="x"), Shape(" \n", tail=" x"), Shape("\t\n"), Shape("x = 1\n"), Shape("_1 "), Shape("%who\n"), Shape(" ", tail="%"), Shape("a, ", tail="= %"), Shape("a ", tail="x"), Shape("\\\n", "%x "),
    Shape("''"), Shape("'''"), Shape("f'{"), Shape("f'''{"), Shape("f'{x}' "), Shape("import IPython\n"), Shape("x = %time 1\n"), Shape("return "), Shape(" return;"), Shape("#\n", "return"), Shape(":;", tail="return"), Shape("x;", "a:"), Shape("é; ", tail="x"),
    Shape(" \\\n", tail=";"), Shape("if x:\n  %time 1\n"), Shape("%reset -f\n"), Shape("\r"), Shape("x\r"), Shape("=", "a"), Shape("; ", "x"),
    Shape("del a;"), Shape("a[0],", "del "), Shape("a,", "del "), Shape(" ", tail="del a;" * 99), Shape("if x: del a; a\n"), Shape("open() as a, ", "with ", "x as y: a"), Shape("class C(object): x = 1\n"), Shape("from math import *\n"), Shape("list(open()),"), Shape("f(key=a.get),"), Shape(".get", "f(key=a", tail=")"),
)  # fmt: skip
_PASTED = (">>> ", ">>> x\n", "... ", "... x\n", "...", "In [1]: ", "In [1]: x\n", "   ...: ", "...:", "1\n", " ", "\n")
_MESSAGES = ("Name `", "`", "Cannot resolve imported module `", "Module `a` has no member `", "Object of type `", "` has no attribute `", "Literal[", '"', "]", "[", "(", ")", " | ", "Expected `", "assignable to attribute `x` of type `", "# type: ignore", "# ty: ignore[", "x.", ",", "list[", "int")  # fmt: skip

ENTRIES = (
    Entry("execute_request: cell", run_cell, (*PYTHON, *MAGICS), (("if x:\n ", ""), ("lambda: ", "x")), _FOUND, _LIMIT),
    Entry("execute_request: magics in a cell", lambda text: run_cell("%who\n" + text), (*MAGICS, "\n", "x\n"), (), _FOUND, _LIMIT),
    Entry("execute_request: indented cell", lambda text: run_cell("  x\n" + text), ("  ", "  x\n", "\n", "\t", " \n", "x\n"), (), (), _LIMIT),
    Entry("execute_request: console's prompts", lambda text: run_cell(">>> x\n" + text), _PASTED, (), (Shape("\n"), Shape(" ", tail="x")), _LIMIT),
    Entry("execute_request: IPython's prompts", lambda text: run_cell("In [1]: x\n" + text), _PASTED, (), (Shape("."), Shape("...\n")), _LIMIT),
    Entry("execute_request: user_expressions", _expression, PYTHON, (), (Shape("f'{"), Shape("("))),
    Entry("execute_request: NUL and surrogates", lambda text: (run_cell(text + "\0"), run_cell(text + "\ud800")), PYTHON),
    Entry("type check: cell", _checked, PYTHON, (), (Shape("a = 1\n"), Shape("def f(a): pass\n"), Shape("_mkN "), Shape("__mk_stop")), 1 << 17),
    Entry("type check: messages", _suppressed, _MESSAGES, (("[", "]"), ("(", ")"), ("Literal[", "]")), (Shape("["), Shape("(", closing=")", middle="x", head="`", tail="`"), Shape("[", closing="]", head="Expected `", tail="`")), checker._LONGEST),
)  # fmt: skip
