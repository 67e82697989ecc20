"""What a magic makes of its line or cell: sandbox code around the person's own code, or an action between two feeds."""

from __future__ import annotations

from typing import NamedTuple, Protocol


class Action(NamedTuple):
    """Something the host does to the session between two feeds, such as `%reset`; it stands on a line of its own.

    changes: whether the session may be another one afterwards.
    """

    name: str
    args: str
    changes: bool = True


class Rewrite(NamedTuple):
    """The code that takes a line magic's place.

    before, after: sandbox source put around the kept code; may span lines, indented as the magic's line is.
    keep: the span of the magic's arguments (offsets into `args`) that is the person's code, None for none.
    parts: the parts of the prelude that the code calls.
    is_expression: the whole can stand to the right of `name =`.
    value: an expression that follows on a line of its own and is the line's value; `name =` moves in front of it.
    blame: the span of `args` that an error belongs to when nothing is kept; by default the whole line.
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
    """The code that takes a cell magic's place.

    before: sandbox source put in front of the body. indent: put in front of each line of the body.
    keep: the span of the magic's arguments that is the person's code; it stands between `before` and `between`.
    finish: runs when the body is done, before its last expression is shown. after: put behind the body.
    keep_body: whether the body is the person's Python; if not, `before` alone is run.
    blame_args, blame_body: the span of the magic's arguments, or of the body, that an error belongs to when nothing is
    kept; by default the magic's line.
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
    """Turns magics into code. Never raises for what a notebook says: a bad magic becomes code that raises when run."""

    def line(self, name: str, args: str) -> Rewrite:
        """The rewrite of `%name args`.

        `name` is `!` for a shell line, `?` and `??` for help on `args`, `%name` for a cell magic below the first line,
        `=` for a value asked of the magic `args` that has none, `alone` for the action `args` inside a block.
        """

    def cell(self, name: str, args: str, body: str) -> CellRewrite:
        """The rewrite of `%%name args` over `body`; `name` is `!` for `!!` and the like."""
