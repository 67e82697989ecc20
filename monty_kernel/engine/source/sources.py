"""The text that a person typed, places in it, and failures. Tracebacks and introspection speak in these terms."""

from __future__ import annotations

from typing import Literal, NamedTuple


class CellSource(NamedTuple):
    """A cell as the person typed it. `label` is what tracebacks call it: `In[3]`, or `<user expression>`."""

    label: str
    text: str


class SourceFrame(NamedTuple):
    """One frame of a traceback, as the person sees the code.

    Lines and columns count characters from 1; `end_column` is exclusive.

    Attributes:
        cell: None for code without a cell: a string given to `eval` or `exec`.
        function: Its name; `<module>` at the top level.
    """

    cell: CellSource | None
    line: int
    column: int
    end_line: int
    end_column: int
    function: str


class Failure(NamedTuple):
    """Why a cell did not succeed.

    Attributes:
        kind: `raised`: the code raised. `syntax`: CPython or Monty could not parse it. `interrupted`: the person
            stopped it while it computed. `crashed`: the worker died. `memory`, `time`, `limit`: it hit a limit.
        ename: The name of the exception.
        evalue: Its message.
        frames: The outermost first; for `syntax` one frame, the place of the error.
        note: One more line for the person, such as that the session was restored.
    """

    kind: Literal["raised", "syntax", "interrupted", "crashed", "memory", "time", "limit"]
    ename: str
    evalue: str
    frames: tuple[SourceFrame, ...] = ()
    note: str | None = None
