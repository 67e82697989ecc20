"""The table of magics: finds a magic, turns it into code, runs its host side, and answers questions about magics."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

from monty_kernel.engine.frontend import UsageError
from monty_kernel.engine.source import Action, CellRewrite, Rewrite

from . import MagicContext, environment, files, granted, help, history, rich, session, stock, timing, travel
from .declare import BadCode, Family, Kin, Magic, shortened

FAMILIES: tuple[Family, ...] = tuple(
    module.family for module in (travel, session, granted, timing, history, rich, files, environment, help, stock)
)

_USAGE = "!usage"
"""The host-side name under which a wrong magic raises its UsageError when the cell reaches it."""

_CALLS = {"!line": "_called_line", "!cell": "_called_cell", "!last": "_last"}
"""The names under which the methods of `get_ipython()` ask, by the methods here that answer."""

_SYNTAX = "!syntax"
"""The same for code that is not valid Python: it raises SyntaxError."""


MEANT = {
    "revert": "undo", "rollback": "undo", "back": "undo", "forward": "redo", "checkpoint": "snapshot", "goto": "restore",
    "checkout": "restore", "branch": "snapshots", "states": "snapshots", "variables": "whos",
}  # fmt: skip
"""What people call some magics elsewhere."""


class Magics:
    """Implements the engine's `MagicTable` and introspection's `MagicCatalogue`.

    All text comes from a notebook: it is parsed, never evaluated here.
    """

    def __init__(self, families: Iterable[Family] = FAMILIES) -> None:
        self._families = tuple(families)
        self._line: dict[str, Magic] = {}
        self._cell: dict[str, Magic] = {}
        self._refused: dict[str, str] = {}
        for family in self._families:
            self._refused.update(family.refused)
            for magic in family.magics:
                (self._cell if magic.kind == "cell" else self._line)[magic.name] = magic

    # MagicTable

    def line(self, name: str, args: str) -> Rewrite:
        """The rewrite of `%name args`; see `MagicTable`. Never raises."""
        try:
            magic = self._find_line(name, args)
            parsed = magic.parse(args)
            if magic.kind == "action":
                return Rewrite(action=Action(name, args, magic.changes))
            if magic.kind == "host":
                return Rewrite(before=host_call(name, args), is_expression=True)
            rewrite: Rewrite = magic.function(parsed)
            return rewrite
        except UsageError as error:
            return Rewrite(before=host_call(_USAGE, str(error)), is_expression=True)
        except BadCode as error:
            return Rewrite(before=host_call(_SYNTAX, str(error)), is_expression=True, blame=error.span)

    def cell(self, name: str, args: str, body: str) -> CellRewrite:
        """The rewrite of `%%name args` over `body`; see `MagicTable`. Never raises."""
        try:
            magic = self._find_cell(name)
            rewrite: CellRewrite = magic.function(magic.parse(args), body)
            return rewrite
        except UsageError as error:
            return CellRewrite(before=host_call(_USAGE, str(error)), keep_body=False)
        except BadCode as error:
            raising = host_call(_SYNTAX, str(error))
            if error.in_body:
                return CellRewrite(before=raising, keep_body=False, blame_body=error.span)
            return CellRewrite(before=raising, keep_body=False, blame_args=error.span)

    # What the kernel calls, on the sandbox thread

    def run(self, name: str, args: str, context: MagicContext) -> object:
        """Run a host magic that a cell reached. Returns its value, which is plain data.

        Raises:
            UsageError: it cannot be used like this.
            SyntaxError: the line's code is not valid Python.
        """
        if name == _USAGE:
            raise UsageError(args)
        if name == _SYNTAX:
            raise SyntaxError(args)
        if name in _CALLS:
            return getattr(self, _CALLS[name])(args, context)
        magic = self._line.get(name)
        if magic is None or magic.kind != "host":
            # a cell called __mk_magic itself
            raise UsageError(f"%{shortened(name)} has nothing to run on the host")
        value: object = magic.function(magic.parse(args), context)
        return value

    def _called_line(self, text: str, context: MagicContext) -> object:
        """The value of `get_ipython().run_line_magic(name, args)`; text: both, on two lines."""
        name, _, args = text.partition("\n")
        magic = self._find_line(name, args)
        if magic.kind == "line" or (magic.kind == "action" and not magic.mid_cell):
            typed = shortened(f"%{name} {args}".strip())
            raise UsageError(f"%{name} cannot be called from within a cell: write {typed} on a line of its own.")
        value: object = magic.function(magic.parse(args), context)
        return value

    def _called_cell(self, text: str, context: MagicContext) -> str:
        """The code that `get_ipython().run_cell_magic(name, args, body)` runs."""
        name, _, rest = text.partition("\n")
        args, _, body = rest.partition("\n")
        magic = self._find_cell(name)
        rewrite: CellRewrite = magic.function(magic.parse(args), body)
        if rewrite.keep_body:
            raise UsageError(f"%%{name} cannot be called from within a cell: put it on the first line of a cell.")
        return rewrite.before

    def _last(self, _: str, context: MagicContext) -> str | None:
        """Why the cell before failed, if it did."""
        return context.last_failure

    def act(self, action: Action, context: MagicContext) -> None:
        """Carry out an action that `line` returned.

        Raises:
            UsageError: it cannot be done.
        """
        magic = self._line[action.name]
        magic.function(magic.parse(action.args), context)

    # Questions about magics

    def groups(self) -> list[tuple[str, list[tuple[str, str]]]]:
        """Families by title: each magic as it is typed, with what it does in one sentence."""
        return [
            (family.title, [(magic.typed, magic.summary) for magic in family.magics if magic.name[0].isalpha()])
            for family in self._families
        ]

    @property
    def looking(self) -> list[str]:
        """The names of the line magics that only look at the session."""
        return [magic.name for magic in self._line.values() if magic.looks]

    def line_names(self) -> list[str]:
        """The names of the line magics, without `%`."""
        return sorted(name for name in self._line if name[0].isalpha())

    def cell_names(self) -> list[str]:
        """The names of the cell magics, without `%%`."""
        return sorted(self._cell)

    def options(self, name: str) -> list[str]:
        """The options of a magic as they are typed, empty for an unknown magic. `name` may begin with `%` or `%%`."""
        return sorted({option for magic in self._named(name) for option in magic.options})

    def words(self, name: str) -> list[str]:
        """What the arguments of a magic may begin with; empty if they may be anything."""
        return [word for magic in self._named(name) for word in (*magic.words, *magic.choices)]

    def kin(self, name: str) -> Kin:
        """What else the arguments of a magic may be, which only the session knows."""
        return next((magic.kin for magic in self._named(name)), "")

    def takes_python(self, name: str) -> bool:
        """Whether the arguments of a magic are Python."""
        return any(magic.takes_python for magic in self._named(name))

    def help(self, name: str) -> str | None:
        """The help page of a magic, or the reason why it is refused. `name` may begin with `%` or `%%`."""
        pages = [magic.help for magic in self._named(name)]
        return "\n\n".join(pages) or self._refused.get(name.lstrip("%"))

    def _named(self, name: str) -> list[Magic]:
        bare = name.lstrip("%")
        tables = (self._cell,) if name.startswith("%%") else (self._line, self._cell)
        return [table[bare] for table in tables if bare in table]

    def _find_line(self, name: str, args: str) -> Magic:
        if name == "=":
            raise UsageError(f"{_typed(args)} has no value to assign")
        if name == "alone":
            raise UsageError(f"{_typed(args)} acts on the session: put it on a line of its own, not inside a block")
        if name.startswith("%"):
            raise UsageError(f"%{shortened(name)} must be the first line of its cell")
        if name not in self._line:
            if name in self._refused:
                raise UsageError(f"{_typed(name)}: {self._refused[name]}")
            also = f" The cell magic %%{name} exists: put it on the first line." if name in self._cell else ""
            raise UsageError(f"There is no magic %{shortened(name)} here.{also or self._nearest('%', name)}")
        return self._line[name]

    def _find_cell(self, name: str) -> Magic:
        if name not in self._cell:
            if name in self._refused:
                raise UsageError(f"{_typed(name, '%%')}: {self._refused[name]}")
            also = f" The line magic %{name} exists." if name in self._line else ""
            raise UsageError(f"There is no cell magic %%{shortened(name)} here.{also or self._nearest('%%', name)}")
        return self._cell[name]

    def _nearest(self, sign: str, name: str) -> str:
        known = self.cell_names() if sign == "%%" else self.line_names()
        if sign == "%" and name in MEANT:
            return f" Did you mean %{MEANT[name]}?"
        near = difflib.get_close_matches(name[:100], known, n=1, cutoff=0.7)
        return f" Did you mean {sign}{near[0]}?" if near else " %lsmagic lists all magics."


def host_call(name: str, args: str) -> str:
    """Sandbox code that runs a host magic when the cell reaches it."""
    return f"__mk_magic({name!r}, {args!r})"


def _typed(name: str, sign: str = "%") -> str:
    if name in ("?", "??"):
        return f"name{name}"
    return "!command" if name == "!" else shortened(sign + name)
