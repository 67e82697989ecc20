"""What introspection asks of others, and the answers it gives: the contract with the kernel, the engine and the magics."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from monty_kernel.engine.source.sources import CellSource

Kind = Literal["function", "class", "instance", "module", "keyword", "param", "property", "magic", "path"]
"""What JupyterLab draws an icon for."""


class Session(Protocol):
    """What introspection may ask of the engine."""

    def cells(self) -> Sequence[CellSource]:
        """The sources of the cells that ran so far, and of one that is running, oldest first, as plain Python, without magics.

        They may hold errors and syntax Monty does not have. A `label` is what tracebacks call the cell: `In[3]`.
        """
        ...

    async def ask(self, expression: str) -> object | None:
        """The plain-data value of an expression that calls functions of `INTROSPECTION_PRELUDE`, from the idle sandbox.

        The session was fed the engine's prelude, then `prelude.guarded(INTROSPECTION_PRELUDE)`.

        None when the session is busy running a cell, is gone, or took longer than about 50 ms; also when the
        expression raised. It is evaluated at module level, leaves no name behind and counts as no cell.
        """
        ...


class MagicCatalogue(Protocol):
    """What introspection may ask of the magics. Names come without `%`."""

    def line_names(self) -> Sequence[str]: ...

    def cell_names(self) -> Sequence[str]: ...

    def options(self, name: str) -> list[str]:
        """The options of a magic as they are typed: `['-n', '-r', '--quiet']`; empty for an unknown magic."""
        ...

    def words(self, name: str) -> Sequence[str]:
        """What the arguments of a magic may begin with: `['off', 'on', 'strict']`; none if they may be anything."""
        ...

    def help(self, name: str) -> str | None:
        """The magic's help page as plain text; None for an unknown magic."""
        ...


@dataclass(frozen=True, slots=True)
class Completions:
    """Texts that may replace `code[cursor_start:cursor_end]`. Offsets count code points, as the protocol's do since 5.2."""

    matches: tuple[str, ...]
    cursor_start: int
    cursor_end: int
    types: Mapping[str, Kind] = field(default_factory=dict)

    def metadata(self) -> dict[str, Any]:
        """The `metadata` of a complete_reply: types for JupyterLab's icons."""
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
    """What is known of the thing at the cursor, as an inspect_reply has it. `data` is a MIME bundle."""

    found: bool
    data: Mapping[str, str] = field(default_factory=dict)
    metadata: Mapping[str, Any] = field(default_factory=dict)


NOTHING_FOUND = Inspection(False)
