"""The check of one cell, from what the session holds to the findings that a person sees."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import pydantic_monty as monty

from monty_kernel.engine import prelude
from monty_kernel.engine.engine import Engine
from monty_kernel.engine.errors.tracebacks import marked_line
from monty_kernel.engine.source import CellSource, Failure, SourceFrame
from monty_kernel.engine.source.cell import Cell, Feed
from monty_kernel.engine.source.statements import weight
from monty_kernel.engine.source.syntax_trees import parse_tree
from monty_kernel.engine.workers import only_by_name
from monty_kernel.introspect.facts import load_facts
from monty_kernel.outputs.visible_text import cut, visible

from . import suppressions
from .checker import Checker, CheckFailed, Diagnostic
from .outline import Outline, outline
from .program import NOTEBOOK, SUPPLIED, KnownCells, Past, Program, checked_feeds, definitions, joined, past, stub

ERROR = "TypeCheckError"
MOST = 20
"""Findings that are shown of one cell. The others are only counted."""

_LONGEST = 500


_CODE = 1 << 15
"""Characters of code, without strings and comments, above which the checker would take too long."""

_LARGE = 1 << 18  # characters of a cell, strings and comments included
_WORD = re.compile(r"[^\W\d]\w*")
_SCOPE = prelude.guarded("locals()")
_MOST_NAMES = 5_000
_MOST_DIAGNOSTICS = 200
"""Messages about one cell that are considered: nobody reads more."""

_LONGEST_PIECE = 200  # characters without a blank that are normalized
_AROUND = 1_000  # characters of a line that are considered around a finding

_FREE = ("exit", "quit", "get_ipython")


@dataclass(frozen=True, slots=True)
class Finding:
    """A fault that the checker found in a cell. `rule` is the name that `# ty: ignore[rule]` takes."""

    frame: SourceFrame
    rule: str
    message: str

    @property
    def sentence(self) -> str:
        """The message and its rule."""
        return f"{visible(cut(self.message, _LONGEST))} [{self.rule}]"


@dataclass(frozen=True, slots=True)
class Checked:
    """The result of a check. `note` tells the person why a cell could not be checked; None otherwise."""

    findings: tuple[Finding, ...] = ()
    note: str | None = None

    @property
    def is_faulty(self) -> bool:
        """Whether the cell has a fault."""
        return any(finding.rule not in suppressions.INFORMATION for finding in self.findings)


class CellCheck:
    """Checks the cells of one session, on the sandbox thread between two feeds."""

    def __init__(self, engine: Engine, checker: Checker) -> None:
        self._engine = engine
        self._checker = checker
        self._known = KnownCells()
        self._failed: set[CellSource] = set()
        self._faulty: set[str] = set()

    def ran(self, cell: Cell, *, failed: bool) -> None:
        """Take note of a cell that has run. Its definitions are certain only if it did not fail."""
        source = CellSource(cell.source.label, cell.python)
        self._failed.discard(source)
        if failed:
            self._failed.add(source)

    def faulty(self, cell: Cell) -> None:
        """Take note of a cell with findings, so that later cells do not report its names as unknown again and again."""
        self._faulty.update(definitions(cell.python).last)

    def check(self, cell: Cell) -> Checked:
        """Check a cell that has not run yet.

        Raises:
            KeyboardInterrupt: the person interrupted the check.
        """
        feeds = checked_feeds(cell)
        text = joined(feeds)
        if not text.strip() or not cell.python.strip():
            return Checked()
        if len(text) > _LARGE or (len(text) > _CODE and weight(text) > _CODE):
            return Checked(note=f"it has more than {_CODE:,} characters of code")
        try:
            tree, same = parse_tree(text)
        except SyntaxError:
            return Checked()  # the cell itself will raise it
        except (ValueError, RecursionError, MemoryError):
            return Checked(note="it is too large, or nested too deeply")
        seen = outline(tree, same)
        try:
            return self._check(feeds, text, seen)
        except CheckFailed as error:
            return Checked(note=str(error))

    def _check(self, feeds: list[Feed], text: str, seen: Outline) -> Checked:
        words = set(_WORD.findall(text if text.isascii() else f"{text} {_normalized(text)}"))
        cells = self._engine.session.cells
        before = past(self._known.of(cells), [cell in self._failed for cell in cells])
        kinds = self._kinds(before, words)
        if kinds is None:
            return Checked(note="the session does not say what its names are")
        unknown = [*_FREE, *sorted(self._faulty | before.from_inside | before.last.keys())]
        unknown = [name for name in unknown if name in words and name not in kinds]
        source, lines = stub(before, kinds)
        mentioned = {name: kind for name, kind in kinds.items() if name in words}
        mentioned |= {name: "function" for name in SUPPLIED if name in words and name not in kinds}
        lines |= {name: "" for name in mentioned if name not in lines}
        program = Program(feeds, seen, mentioned, lines, unknown)
        granted = self._engine.access.modules
        modules = {**granted, NOTEBOOK: monty.ExternalModule({"nothing": only_by_name}, stubs=source)}
        asked = self._checker.ask(program.text, modules, self)
        try:
            diagnostics = self._engine.interrupts.wait_for(asked)
        except KeyboardInterrupt:
            self._checker.give_up(self)
            raise
        if any(each.rule == "invalid-syntax" and "async" not in each.message for each in diagnostics):
            return Checked()
        rest = [each for each in diagnostics if program.stop not in each.message]
        if not rest:
            return Checked()
        context = suppressions.Context(
            load_facts(),
            before.attributes | seen.attributes,
            granted.keys(),
            not words.isdisjoint({"exec", "eval"}),
            kinds.keys(),
            seen.annotated | before.annotated,
            seen.from_inside | before.from_inside,
        )
        placed = [each for one in rest[:_MOST_DIAGNOSTICS] if (each := _placed(one, program, text)) is not None]
        return Checked(tuple(_findings(suppressions.trusted(placed, seen, context), feeds[0].cell)))

    def _kinds(self, before: Past, words: Iterable[str]) -> dict[str, str] | None:
        """The kind of each name among these words and of the names they need; None if the session cannot tell."""
        kinds: dict[str, str] = {}
        asked: set[str] = set()
        wanted = set(words)
        while wanted:
            names = sorted(before.needed_by(wanted) - asked)[:_MOST_NAMES]
            found = self._ask([name for name in names if not name.startswith("__mk_")])
            if found is None:
                return None
            kinds |= found
            asked |= wanted | set(names)
            wanted = {kind[1:] for kind in found.values() if kind.startswith("=")} - asked
        return kinds

    def _ask(self, names: list[str]) -> dict[str, str] | None:
        parts = {prelude.OVERVIEW: prelude.source(prelude.OVERVIEW)}
        found = self._engine.session.evaluate(f"__mk_kinds({_SCOPE}, {names!a})", parts)
        if not isinstance(found, dict):
            return None
        wanted = set(names)
        # the answer comes from a notebook, which may claim anything: only names pass
        return {
            name: kind
            for name, kind in found.items()
            if name in wanted and isinstance(kind, str) and (kind == "" or kind.removeprefix("=").isidentifier())
        }


def _normalized(text: str) -> str:
    """The non-ASCII words of the text as Python compares names. Long runs without a blank are left out."""
    # consecutive accents are sorted by insertion: 100,000 of them would hold the GIL for seconds
    pieces = (each for each in text.split() if len(each) <= _LONGEST_PIECE and not each.isascii())
    return " ".join(unicodedata.normalize("NFKC", each) for each in pieces)


def _placed(diagnostic: Diagnostic, program: Program, text: str) -> suppressions.Placed | None:
    """The message with its place in the cell, or None if the person did not type what is there."""
    start = program.offset(diagnostic.row, diagnostic.column)
    end = program.offset(diagnostic.end_row, diagnostic.end_column)
    span = program.in_cell(start, end)
    if span is None:
        return None
    before = text[max(0, start - _AROUND) : start].rpartition("\n")[2]
    after = text[start : start + _AROUND].partition("\n")[0]
    return suppressions.Placed(diagnostic, start, end, text[start : min(end, start + _AROUND)], before + after, span)


def _findings(placed: list[suppressions.Placed], cell: CellSource) -> list[Finding]:
    lines = cell.text.split("\n")
    found = [
        Finding(SourceFrame(cell, *each.span, "<module>"), each.diagnostic.rule, each.diagnostic.message)
        for each in placed
        if not any(suppressions.ignored(each.diagnostic.rule, lines[line - 1]) for line in (each.span[0], each.span[2]))
    ]
    return sorted(dict.fromkeys(found), key=lambda finding: (finding.frame.line, finding.frame.column))


def warning(findings: Sequence[Finding]) -> str:
    """The findings as text for standard error, without a final line break."""
    return "\n".join([*map(_shown, findings[:MOST]), *_rest(findings)])


def refusal(findings: Sequence[Finding]) -> Failure:
    """The failure of a cell that was not run because of these findings."""
    first, others = findings[0], findings[1:]
    notes = ["The cell was not run because %typecheck is strict."]
    if others:
        notes = [*map(_shown, others[: MOST - 1]), *_rest(findings), *notes]
    return Failure("syntax", ERROR, first.sentence, (first.frame,), "\n".join(notes))


def _shown(finding: Finding) -> str:
    frame = finding.frame
    head = f"Type check: {frame.cell.label if frame.cell else '<string>'}, line {frame.line}: {finding.sentence}"
    marked = marked_line(frame)
    return head if marked is None else "\n    ".join((head, *marked))


def _rest(findings: Sequence[Finding]) -> list[str]:
    more = len(findings) - MOST
    return [f"Type check: {more} more {'finding' if more == 1 else 'findings'}."] if more > 0 else []
