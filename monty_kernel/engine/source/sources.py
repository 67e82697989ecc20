"""Where code came from: the text a person typed, and places in it. Tracebacks and introspection speak in these terms."""

from __future__ import annotations

from typing import Literal, NamedTuple


class CellSource(NamedTuple):
    """A cell as the person typed it. `label` is what tracebacks call it: `In[3]`, or `<user expression>`."""

    label: str
    text: str


class SourceFrame(NamedTuple):
    """One traceback frame, in the person's coordinates.

    Lines and columns are 1-based and count characters; `end_column` is exclusive. `cell` is None for
    code that has no cell: a string given to `eval` or `exec`.
    """

    cell: CellSource | None
    line: int
    column: int
    end_line: int
    end_column: int
    function: str  # '<module>' at the top level


class Failure(NamedTuple):
    """Why a cell did not finish.

    kind: `raised` the code raised; `syntax` it could not be parsed (by CPython's rules or Monty's);
    `interrupted` the person stopped a computing cell; `crashed` the worker died; `memory` / `time` / `limit` a limit was hit.
    frames: outermost first; for `syntax` one frame, the place of the error.
    note: one more line for the person, e.g. that the session was restored; None if there is nothing to say.
    """

    kind: Literal["raised", "syntax", "interrupted", "crashed", "memory", "time", "limit"]
    ename: str
    evalue: str
    frames: tuple[SourceFrame, ...] = ()
    note: str | None = None
