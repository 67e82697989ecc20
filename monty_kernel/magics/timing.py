"""%time, %%time, %timeit, %%timeit: the clock is read inside the sandbox, beside the code that is timed."""

from __future__ import annotations

import argparse
import ast
from collections.abc import Iterator
from dataclasses import dataclass

from monty_kernel.engine import prelude
from monty_kernel.engine.frontend import UsageError
from monty_kernel.engine.source import CellRewrite, Rewrite
from monty_kernel.engine.source.source_map import ByteOffsets, line_starts
from monty_kernel.engine.source.statements import logical_lines
from monty_kernel.engine.source.syntax_trees import syntax_tree

from .declare import BadCode, Code, Family, argument

family = Family("Measuring time")

_PARTS = frozenset({prelude.TIMING})
_START = "__mk_started = __mk_tic()\n"
_STOP = "__mk_toc(__mk_started)"

_LONG = 1 << 17  # characters, for which `ast` blocks the kernel for 0.1 s
_TOO_DEEP = (ValueError, RecursionError, MemoryError)
_STRAY = {ast.Return: "'return' outside function", ast.Break: "'break' outside loop"}
_STRAY |= {ast.Continue: "'continue' not properly in loop", ast.Yield: "'yield' outside function"}
_STRAY |= {ast.YieldFrom: "'yield' outside function"}
_AWAITS = (ast.Await, ast.AsyncFor, ast.AsyncWith)


def loops(text: str) -> int:
    """A number of loops or runs, at least 1."""
    return _whole(text, 1, 10**15)


def digits(text: str) -> int:
    """A number of significant digits."""
    return _whole(text, 1, 17)


_OPTIONS = (
    argument("-n", dest="number", type=loops, metavar="N", help="loops in a run [as many as take 0.2 s]"),
    argument("-r", dest="repeat", type=loops, metavar="R", default=7, help="runs [7]"),
    argument("-p", dest="precision", type=digits, metavar="P", default=3, help="digits of the times shown [3]"),
    argument("-q", dest="quiet", action="store_true", help="print nothing"),
    argument(
        "-o", dest="give", action="store_true", help="return the result as a value with its average, best, timings ..."
    ),
)


@family.line("time", code="CODE")
def time(arguments: argparse.Namespace) -> Rewrite:
    """Run code and print how long it took.

    An expression's value is the line's value: `x = %time f()` assigns it, and so does `%time x = f()`.
    """
    code, snippet = _examined(arguments)
    if snippet.expression is None:
        return Rewrite(_START, code.span, "\n" + _STOP, _PARTS)
    first, last = snippet.expression
    span = code.start + first, code.start + last
    return Rewrite("__mk_toc_value(__mk_tic(), (\n", span, "\n))" + ";" * snippet.quiet, _PARTS, is_expression=True)


@family.cell("time", argument("line", nargs="*", help=argparse.SUPPRESS))
def time_cell(arguments: argparse.Namespace, _: str) -> CellRewrite:
    """Run the cell and print how long it took, then show its last expression."""
    if arguments.line:
        raise UsageError("%%time: put the code on the lines below, or use %time for code on the line")
    return CellRewrite(before=_START, finish=_STOP, parts=_PARTS)


@family.line("timeit", *_OPTIONS, code="CODE")
def timeit(arguments: argparse.Namespace) -> Rewrite:
    """Run code many times and print how long it takes: the mean and the standard deviation of the runs.

    Its assignments stay inside it. The times include the loop's own, about 20 ns.
    """
    code, snippet = _examined(arguments)
    before, after = _loop(snippet)
    call = _report(arguments, snippet)
    if arguments.give:
        return Rewrite(before, code.span, after, _PARTS, value=call)
    return Rewrite(before, code.span, f"{after}\n{call}", _PARTS)


@family.cell("timeit", *_OPTIONS, code="[SETUP]")
def timeit_cell(arguments: argparse.Namespace, body: str) -> CellRewrite:
    """Run the cell many times and print how long it takes: the mean and the standard deviation of the runs.

    Setup code on the first line runs once before each run and is not timed. The cell's assignments stay inside it.
    """
    snippet = _examined_body(body)
    if snippet.empty:
        raise UsageError("%%timeit: put the code on the lines below, or use %timeit for code on the line")
    setup = _examined(arguments)[1] if arguments.code.text else Snippet()
    awaits = Snippet(awaits=snippet.awaits or setup.awaits)
    before, after = _loop(awaits, indent="")
    head, _, loop = before.partition("\n")
    return CellRewrite(
        before=head + "\n    ",
        keep=arguments.code.span,
        between="\n" + loop,
        indent=" " * 8,
        after=f"{after}\n{_report(arguments, awaits)}",
        parts=_PARTS,
    )


def _examined(arguments: argparse.Namespace) -> tuple[Code, Snippet]:
    code: Code = arguments.code
    if code.text[:1] in "%!":
        raise UsageError("only Python can be timed, no other magic")
    try:
        return code, examine(code.text)
    except BadCode as error:
        raise BadCode(str(error), (code.start + error.span[0], code.start + error.span[1])) from None


def _examined_body(body: str) -> Snippet:
    try:
        return examine(body)
    except BadCode as error:
        raise BadCode(str(error), error.span, in_body=True) from None


def _loop(snippet: Snippet, indent: str = " " * 8) -> tuple[str, str]:
    # in a function the code's assignments are local, and it reads the names in scope where the magic stands
    head = ("async " if snippet.awaits else "") + "def __mk_run(__mk_n):"
    loop = f"    __mk_started = __mk_tic()\n    for __mk_i in __mk_b_range(__mk_n):\n{indent}"
    return f"{head}\n{loop}", "\n    return __mk_tic() - __mk_started"


def _report(arguments: argparse.Namespace, snippet: Snippet) -> str:
    times = f"__mk_run, {arguments.number or 0}, {arguments.repeat}"
    measured = f"await __mk_times_awaiting({times})" if snippet.awaits else f"__mk_times({times})"
    return f"__mk_timeit({measured}, {arguments.precision}, {arguments.quiet}, {arguments.give})"


def _whole(text: str, low: int, high: int) -> int:
    number = int(text)
    if not low <= number <= high:
        raise argparse.ArgumentTypeError(f"{number} is not between {low} and {high}")
    return number


@dataclass(frozen=True, slots=True)
class Snippet:
    """Code that can be spliced into a cell on its own lines: no bracket, string or continuation runs past its end.

    CPython's parser may refuse code that Monty accepts. Such code counts as statements, and Monty judges it.

    Attributes:
        expression: the span of its only expression, or None if it is anything else.
        quiet: whether a semicolon follows the expression.
        awaits: whether it awaits outside of any function in it.
        empty: whether it has nothing but comments.
    """

    expression: tuple[int, int] | None = None
    quiet: bool = False
    awaits: bool = False
    empty: bool = False


def examine(text: str) -> Snippet:
    """Examine code before it is spliced.

    Raises:
        BadCode: it would run into the code that follows it, or leave the function that it is put into.
    """
    if len(text) > _LONG:
        raise BadCode(f"the code is longer than {_LONG:,} characters", (0, len(text)))
    try:
        tree = syntax_tree(text)
    except SyntaxError as error:
        if _spills_over(text):
            raise BadCode(error.msg, _span(text, error)) from None
        return Snippet()
    except _TOO_DEEP:
        raise BadCode("the code is too large, or nested too deeply", (0, len(text))) from None
    places = ByteOffsets(text)
    for node in _own_level(tree):
        if type(node) in _STRAY:
            raise BadCode(_STRAY[type(node)], places.span(node))
    awaits = any(
        isinstance(node, _AWAITS) or (isinstance(node, ast.comprehension) and node.is_async)
        for node in _own_level(tree)
    )
    if len(tree.body) == 1 and isinstance(tree.body[0], ast.Expr):
        start, end = places.span(tree.body[0])
        return Snippet((start, end), text[end:].lstrip(" \t\f").startswith(";"), awaits)
    return Snippet(awaits=awaits, empty=not tree.body)


def _spills_over(text: str) -> bool:
    # a comment after the code is a line of its own only if the code is complete
    probe = text + "\n#"
    return "\r" in text or list(logical_lines(probe))[-1] != (len(text) + 1, len(probe))


def _own_level(tree: ast.AST, in_loop: bool = False) -> Iterator[ast.AST]:
    """The nodes that run when the code runs, without `break` and `continue` inside of loops."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
            continue
        if isinstance(node, (ast.Break, ast.Continue)) and in_loop:
            continue
        yield node
        yield from _own_level(node, in_loop or isinstance(node, (ast.For, ast.AsyncFor, ast.While)))


def _span(text: str, error: SyntaxError) -> tuple[int, int]:
    starts = line_starts(text)
    start = starts[min(error.lineno or 1, len(starts)) - 1] + max(0, (error.offset or 1) - 1)
    start = max(0, min(start, len(text) - 1))
    return start, min(start + 1, len(text))
