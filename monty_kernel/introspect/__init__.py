"""Completion, inspection and is-complete: the front end's questions about code, answered without running it.

Here is the contract: what introspection asks of the engine and the magics, and the answers that it gives.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, Protocol

if TYPE_CHECKING:
    from monty_kernel.engine.source import CellSource

Kind = Literal["function", "class", "instance", "module", "keyword", "param", "property", "magic", "path"]
"""The kinds for which JupyterLab shows an icon."""


class Session(Protocol):
    """What introspection may ask of the engine."""

    def cells(self) -> Sequence[CellSource]:
        """The sources of the cells that ran so far and of the running one, oldest first, without magics.

        They may have errors, and syntax that Monty does not support. A `label` is the cell's name in tracebacks, such
        as `In[3]`.
        """
        ...

    async def ask(self, expression: str) -> object | None:
        """Evaluate an expression that calls functions of `INTROSPECTION_PRELUDE` in the idle sandbox.

        The session must have been fed the engine's prelude, then `prelude.guarded(INTROSPECTION_PRELUDE)`. The
        expression is evaluated at module level, leaves no name behind and does not count as a cell.

        Returns:
            Its value as plain data. None if the session is busy or gone, takes longer than about 50 ms, or the
            expression raises.
        """
        ...


class MagicCatalogue(Protocol):
    """What introspection may ask about the magics. Names come without `%`."""

    def line_names(self) -> Sequence[str]: ...

    def cell_names(self) -> Sequence[str]: ...

    def groups(self) -> Sequence[tuple[str, Sequence[tuple[str, str]]]]:
        """The magics by what they are for: each as it is typed, with what it does in one sentence."""
        ...

    @property
    def looking(self) -> Sequence[str]:
        """The names of the line magics that only look at the session."""
        ...

    def options(self, name: str) -> list[str]:
        """The options of a magic as they are typed, such as `['-n', '-r', '--quiet']`; empty for an unknown magic."""
        ...

    def words(self, name: str) -> Sequence[str]:
        """What a magic's arguments may begin with, such as `['off', 'on', 'strict']`; empty if they may be anything."""
        ...

    def kin(self, name: str) -> str:
        """What else its arguments may be, which only the session knows: `states`, `names` of states; or empty."""
        ...

    def takes_python(self, name: str) -> bool:
        """Whether its arguments are Python."""
        ...

    def help(self, name: str) -> str | None:
        """The magic's help page as plain text; None for an unknown magic."""
        ...


@dataclass(frozen=True, slots=True)
class Completions:
    """Texts that may replace `code[cursor_start:cursor_end]`.

    Offsets count code points, as in the protocol since 5.2.
    """

    matches: tuple[str, ...]
    cursor_start: int
    cursor_end: int
    types: Mapping[str, Kind] = field(default_factory=dict)

    def metadata(self) -> dict[str, Any]:
        """The `metadata` of a complete_reply, with the types for JupyterLab's icons."""
        if not self.matches:
            return {}
        return {
            "_jupyter_types_experimental": [
                {
                    "start": self.cursor_start,
                    "end": self.cursor_end,
                    "text": text,
                    "type": self.types.get(text, "<unknown>"),
                    "signature": "",
                }
                for text in self.matches
            ]
        }


@dataclass(frozen=True, slots=True)
class Inspection:
    """The content of an inspect_reply. `data` is a MIME bundle."""

    found: bool
    data: Mapping[str, str] = field(default_factory=dict)
    metadata: Mapping[str, Any] = field(default_factory=dict)


NOTHING_FOUND = Inspection(False)
