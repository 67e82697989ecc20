"""A cell's source: the values that speak of it. The modules rewrite it, and know where each character came from."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Literal, NamedTuple, Protocol


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


# What magics become: code around the person's own code, or an action between two feeds --------------------------------


class Action(NamedTuple):
    """Something that the host does to the session between two feeds, such as `%reset`. It has a line of its own.

    Attributes:
        name: The magic's name.
        args: Its arguments.
        changes: Whether the session may be another one afterwards.
    """

    name: str
    args: str
    changes: bool = True


class Rewrite(NamedTuple):
    """The code that replaces a line magic.

    Attributes:
        before: Source put before the kept code. It may have several lines, which are indented like the magic's line.
        keep: The span of the magic's arguments (offsets into `args`) that is the person's code; None if no part is.
        after: Source put after the kept code.
        parts: The names of the prelude's parts that the code calls.
        is_expression: Whether the whole can stand to the right of `name =`.
        action: What the host does instead.
        value: An expression that follows on a line of its own and is the line's value; `name =` moves in front of it.
        blame: The span of `args` that an error belongs to when nothing is kept; by default the whole line.
    """

    before: str = ""
    keep: tuple[int, int] | None = None
    after: str = ""
    parts: frozenset[str] = frozenset()
    is_expression: bool = False
    action: Action | None = None
    value: str = ""
    blame: tuple[int, int] | None = None


class CellRewrite(NamedTuple):
    """The code that replaces a cell magic.

    Attributes:
        before: Source put in front of the body.
        keep: The span of the magic's arguments that is the person's code, put between `before` and `between`.
        between: Source put after the kept arguments.
        indent: Put in front of each line of the body.
        finish: Source that runs after the body, before its last expression is shown.
        after: Source put behind the body.
        keep_body: Whether the body is the person's Python. If it is not, only `before` runs.
        parts: The names of the prelude's parts that the code calls.
        blame_args: The span of the arguments that an error belongs to when nothing is kept.
        blame_body: The same of the body. Without either it is the magic's line.
    """

    before: str = ""
    keep: tuple[int, int] | None = None
    between: str = ""
    indent: str = ""
    finish: str = ""
    after: str = ""
    keep_body: bool = True
    parts: frozenset[str] = frozenset()
    blame_args: tuple[int, int] | None = None
    blame_body: tuple[int, int] | None = None


class MagicTable(Protocol):
    """Makes code of magics. Never raises for what a notebook says: a wrong magic becomes code that raises when it
    runs."""

    def line(self, name: str, args: str) -> Rewrite:
        """The rewrite of `%name args`.

        `name` is `!` for a shell line, `?` and `??` for help on `args`, `%name` for a cell magic below the first line,
        `=` for a value asked of the magic `args` that has none, `alone` for the action `args` inside a block.
        """

    def cell(self, name: str, args: str, body: str) -> CellRewrite:
        """The rewrite of `%%name args` over `body`; `name` is `!` for `!!` and similar lines."""


# What rewriting asks ----------------------------------------------------------------------------------------------------


class SessionNames(Protocol):
    """What is known of the session's names before a cell runs."""

    def undefined(self, names: frozenset[str]) -> frozenset[str]:
        """Those of the names that the session does not define; all if it cannot be asked."""

    def asking(self) -> frozenset[str] | None:
        """Those that may lead a call to the host; None if that is unknown."""

    @property
    def remembers_errors(self) -> bool:
        """Whether a cell may have made exceptions with other arguments than one text."""

    @property
    def granted(self) -> Mapping[str, Collection[str]]:
        """The modules that the person granted, with the names in each."""


class NothingKnown:
    """For a cell that is read without its session: names may be anything."""

    def undefined(self, names: frozenset[str]) -> frozenset[str]:
        """All of them."""
        return names

    def asking(self) -> None:
        """Any may."""

    remembers_errors = False

    @property
    def granted(self) -> Mapping[str, Collection[str]]:
        """None."""
        return {}


NOTHING_KNOWN = NothingKnown()
