"""The same code in the sandbox and in CPython: what its last expression gives, what it prints, what it raises."""

from __future__ import annotations

import ast
import contextlib
import io
from collections.abc import Iterator
from typing import NamedTuple

import pytest

from tests.support.engine_session import Session


class Ended(NamedTuple):
    """How code ended: the `repr` of its last expression, its stdout, and the exception's name and message."""

    result: str | None
    printed: str
    raised: tuple[str, str] | None


class Sandboxed:
    """A session in the sandbox. Each code finds what the codes before it left."""

    def __init__(self) -> None:
        self._session = Session()

    def run(self, code: str) -> Ended:
        """Run code as a cell."""
        tree = ast.parse(code)
        last = tree.body[-1]
        if isinstance(last, ast.Expr):  # shown as text: lists in the display would be broken into lines
            tree.body[-1] = ast.Expr(ast.Call(ast.Name("repr"), [last.value], []))
            code = ast.unparse(ast.fix_missing_locations(tree))
        ran = self._session.run(code)
        result = ast.literal_eval(ran.result) if ran.result is not None else None
        return Ended(result, ran.printed, ran.failure and (ran.failure.ename, ran.failure.evalue))

    def agrees(self, code: str, *, messages: bool = True) -> None:
        """Fail unless the sandbox and CPython give, print and raise the same.

        messages: Whether what an exception says has to be the same, beside its type.
        """
        here, there = self.run(code), in_cpython(code)
        if not messages and here.raised and there.raised:
            here, there = (each._replace(raised=(each.raised[0], "")) for each in (here, there) if each.raised)
        here, there = (each._replace(result=_as_read(each.result)) for each in (here, there))
        assert here == there, code

    def close(self) -> None:
        """End the worker."""
        self._session.engine.close()


def _as_read(result: str | None) -> str | None:
    """The text of a value, as CPython writes it: Monty's last digit of a float may be another that reads the same."""
    try:
        return None if result is None else repr(ast.literal_eval(result))
    except (ValueError, SyntaxError):  # it is no literal
        return result


def in_cpython(code: str) -> Ended:
    """Run code in CPython, with nothing of what ran before."""
    tree = ast.parse(code)
    last = tree.body.pop() if isinstance(tree.body[-1], ast.Expr) else None
    names: dict[str, object] = {"__name__": "__main__"}
    result, raised = None, None
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        try:
            exec(compile(tree, "<cell>", "exec"), names)
            if isinstance(last, ast.Expr):
                value = eval(compile(ast.Expression(last.value), "<cell>", "eval"), names)
                result = repr(value)
        except Exception as error:
            raised = (type(error).__name__, str(error))
    return Ended(result, printed.getvalue(), raised)


@pytest.fixture(scope="module")
def sandboxed() -> Iterator[Sandboxed]:
    """One session for the tests of a file."""
    session = Sandboxed()
    yield session
    session.close()
