"""A real Monty session behind introspection's `Session`, with none of the kernel around it."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence, Set
from typing import Any

import pydantic_monty

from monty_kernel.engine import prelude
from monty_kernel.engine.parts import missing
from monty_kernel.engine.source import CellSource
from monty_kernel.engine.source.module_imports import MAY_IMPORT, module_edits
from monty_kernel.engine.source.source_map import ByteOffsets, SourceMap
from monty_kernel.engine.source.syntax_trees import syntax_tree
from monty_kernel.introspect import Completions, Inspection
from monty_kernel.introspect.introspector import Introspector
from monty_kernel.introspect.live import INTROSPECTION_PRELUDE


class MontySession:
    """Feeds cells to a checked-out session. `printed` is all that ever came out of it, `refused` what it could not evaluate."""

    def __init__(self, monty: Any) -> None:
        self._monty = monty
        self._parts: set[str] = set()
        self._feed_parts({prelude.RECORD, prelude.SHOWING, prelude.NAMES, prelude.SHELL})
        self._has_prelude = False
        self._cells: list[CellSource] = []
        self.printed: list[str] = []
        self.refused: list[str] = []
        self.busy = False

    def run(self, code: str, python: str | None = None) -> None:
        """Run a cell; `python` is its text as introspection is to see it, where that differs."""
        self._cells.append(CellSource(f"In[{len(self._cells) + 1}]", code if python is None else python))
        if MAY_IMPORT.search(code):
            modules = module_edits(code, syntax_tree(code), ByteOffsets(code), ())
            self._feed_parts(modules.parts)
            code = SourceMap(code, modules.edits).text
        self._monty.feed_run(code + "\nNone", print_callback=lambda _, text: self.printed.append(text))

    def _feed_parts(self, parts: Set[str]) -> None:
        for part, text in missing(parts, self._parts):
            self._monty.feed_run(text + "\nNone")
            self._parts.add(part)

    def remember(self, code: str) -> None:
        """A cell that failed before it did anything."""
        self._cells.append(CellSource(f"In[{len(self._cells) + 1}]", code))

    def cells(self) -> Sequence[CellSource]:
        return tuple(self._cells)

    async def ask(self, expression: str) -> object | None:
        if self.busy:
            return None
        try:
            if not self._has_prelude:
                self._feed(prelude.guarded(INTROSPECTION_PRELUDE) + "\nNone")
                self._has_prelude = True
            return self._feed(expression)
        except pydantic_monty.MontyError as error:
            self.refused.append(f"{expression}: {error}")
            return None

    def _feed(self, code: str) -> object:
        return self._monty.feed_run(code, print_callback=lambda _, text: self.printed.append(text))


class Catalogue:
    """A few magics."""

    def line_names(self) -> list[str]:
        return ["history", "limits", "lsmagic", "time", "timeit", "who", "whos"]

    def cell_names(self) -> list[str]:
        return ["time", "timeit"]

    looking: Sequence[str] = ()

    def groups(self) -> list[tuple[str, list[tuple[str, str]]]]:
        return [("Magics", [(f"%{name}", "What it does.") for name in self.line_names()])]

    def options(self, name: str) -> list[str]:
        return {"timeit": ["-n", "-r", "--quiet"]}.get(name, [])

    def words(self, name: str) -> list[str]:
        return {"limits": ["memory=", "seconds="], "typecheck": ["off", "on", "strict"]}.get(name, [])

    def kin(self, name: str) -> str:
        return "states" if name == "restore" else ""

    def takes_python(self, name: str) -> bool:
        return name in ("time", "timeit")

    def help(self, name: str) -> str | None:
        return f"%{name}: what it does" if name in self.line_names() else None


class Notebook:
    """A session and its introspector; `|` marks the cursor in code."""

    def __init__(self, session: MontySession) -> None:
        self.session = session
        self.introspector = Introspector(session, Catalogue(), known=lambda kin: ["first", "2", "1"] if kin else [])

    def run(self, *cells: str) -> Notebook:
        for cell in cells:
            self.session.run(cell)
        return self

    def completions(self, marked: str) -> Completions:
        code, cursor = unmarked(marked)
        return asyncio.run(self.introspector.complete(code, cursor))

    def complete(self, marked: str) -> list[str]:
        """The matches. What they replace is checked to be something that ends at the cursor."""
        code, cursor = unmarked(marked)
        found = asyncio.run(self.introspector.complete(code, cursor))
        assert 0 <= found.cursor_start <= found.cursor_end == cursor
        assert set(found.types) <= set(found.matches)
        return list(found.matches)

    def inspection(self, marked: str, detail_level: int = 0) -> Inspection:
        code, cursor = unmarked(marked)
        return asyncio.run(self.introspector.inspect(code, cursor, detail_level))

    def inspect(self, marked: str, detail_level: int = 0) -> str:
        """The page without its colours; empty if nothing was found."""
        return plain(self.inspection(marked, detail_level).data.get("text/plain", ""))

    def describe(self, name: str, detail_level: int = 0) -> str | None:
        page = asyncio.run(self.introspector.describe(name, detail_level))
        return None if page is None else plain(page)


def unmarked(marked: str) -> tuple[str, int]:
    """The code and the cursor: at the `|`, or at the end."""
    before, bar, after = marked.partition("|")
    return before + after, len(before) if bar else len(marked)


def plain(text: str) -> str:
    return re.sub(r"\x1b\[[0-9;]*m", "", text)
