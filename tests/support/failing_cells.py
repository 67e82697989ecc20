"""A Monty session whose cells fail, and the Failures they fail with, in the coordinates of what was typed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pydantic_monty as monty

from monty_kernel.engine.errors.tracebacks import render
from monty_kernel.engine.source import CellSource, Failure, SourceFrame


class Cells:
    """Runs cells one after another; the n-th is `In[n]`."""

    def __init__(self, session: monty.MontySession) -> None:
        self._session = session
        self._sources: dict[str, CellSource] = {}

    def run(self, text: str) -> Any:
        """The value of the cell's last expression. Raises what Monty raises."""
        number = len(self._sources)
        self._sources[f"<python-input-{number}>"] = CellSource(f"In[{number + 1}]", text)
        state = self._session.feed_start(text, print_callback=lambda stream, printed: None)
        while not isinstance(state, monty.MontyComplete):
            if isinstance(state, monty.NameLookupSnapshot):
                state = state.resume()
            elif isinstance(state, monty.FutureSnapshot):
                raise AssertionError("nothing here waits")
            elif state.is_os_function:
                state = state.resume_not_handled()
            else:
                undefined = NameError(f"name {state.function_name!r} is not defined")
                state = state.resume({"exception": undefined})
        return state.output

    def fail(self, *texts: str) -> Failure:
        """Run cells, the last of which must fail; why it did."""
        for text in texts[:-1]:
            self.run(text)
        try:
            self.run(texts[-1])
        except (monty.MontyRuntimeError, monty.MontySyntaxError) as error:
            return self._failure(error)
        raise AssertionError(f"does not fail: {texts[-1]!r}")

    def _failure(self, error: monty.MontyRuntimeError | monty.MontySyntaxError) -> Failure:
        frames = tuple(
            SourceFrame(
                self._sources.get(frame.filename),
                frame.line,
                frame.column,
                frame.end_line,
                frame.end_column,
                frame.function_name or "<module>",
            )
            for frame in error.traceback()
        )
        ename = error.display("type-msg").partition(":")[0]
        evalue = error.display("msg")
        unparsed = len(frames) == 1 and error.traceback()[0].function_name is None
        by_parser = unparsed or isinstance(error, monty.MontySyntaxError)
        return Failure("syntax" if by_parser else "raised", ename, evalue, frames)


@contextmanager
def monty_cells() -> Iterator[Cells]:
    """Cells in a session of their own."""
    limits = {"max_memory": 1 << 28, "max_suspensions": 10**9}
    with monty.Monty(min_processes=1, max_processes=1) as pool, pool.checkout(limits=limits) as session:  # type: ignore[arg-type]
        yield Cells(session)


ANSI = re.compile(r"\x1b\[[0-9;]*m")


def shown(failure: Failure) -> str:
    """What a front end prints: the parts joined with newlines, without colours."""
    return ANSI.sub("", "\n".join(render(failure).traceback))


def body(failure: Failure) -> str:
    """The same without the rule, the headline and the message."""
    return ANSI.sub("", "\n".join(render(failure).traceback[2:-1]))


def in_cell(
    text: str, line: int, column: int, end_column: int, function: str = "<module>", label: str = "In[1]"
) -> SourceFrame:
    return SourceFrame(CellSource(label, text), line, column, line, end_column, function)


def raised(*frames: SourceFrame, evalue: str = "oops") -> Failure:
    return Failure("raised", "ValueError", evalue, frames)
