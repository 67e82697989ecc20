"""What a magic makes of its line or cell: code around the person's own code, or an action between two feeds."""

from __future__ import annotations

from typing import NamedTuple, Protocol


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
