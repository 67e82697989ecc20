"""Makes a Cell of source text: magics are expanded, imports of IPython led to the prelude, the last expression is
caught."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Sequence
from typing import NamedTuple

from . import NOTHING_KNOWN, Action, CellRewrite, CellSource, MagicTable, Rewrite, SessionNames
from .ipython import import_edits, line_edits, recalled, unpasted
from .needs import NOTHING, needed, refreshed
from .source_map import ByteOffsets, Edit, Rewritten, SourceMap, line_starts
from .statements import last_statement, lines_inside_strings, logical_lines, weight
from .syntax_trees import TooCostly, parse_tree, require_expression, syntax_tree

_LARGE = 1 << 17
"""Characters of code above which only a cell's last statement is parsed, or nothing if that is as long: `ast` takes 24
s and 5 GB for 10 MB."""

MOST_BYTES = 1 << 22
"""Bytes of a cell's text, in UTF-8: 64 MiB have to hold the several copies of it that there are while a cell starts."""

_MOST_MAGICS = 10_000
_MOST_INDENTED = 100_000  # lines below a magic that indents them: each needs an edit of some 300 bytes

_MAGIC = re.compile(
    r"(?P<indent>[ \t]*)(?P<target>[A-Za-z_][\w, \t]*=[ \t]*)?"
    r"(?:%(?P<name>%?[\w.]+)[ \t]*(?P<args>.*)|(?P<shell>!!?)(?P<command>.*)"
    r"|(?P<query>\?\??)[ \t]*+(?P<topic>[%*\w.]*+)[ \t]*+)\Z",
    re.DOTALL,
)
_QUERY = re.compile(r"(?P<indent>[ \t]*)(?P<topic>%{0,2}[A-Za-z_*][\w.*]*)[ \t]*(?P<query>\?\??)[ \t]*\Z")
_CELL_MAGIC = re.compile(r"\s*(?:%%(?P<name>[\w.!]+)|(?P<shell>!!))(?P<args>[^\n]*)(?:\n|\Z)")
_LEAVE = re.compile(r"\s*(?:exit|quit)")  # people type it without brackets, as in IPython
MAY_BE_REWRITTEN = re.compile(
    r"\(|\b(?:args|assert|del|environ|errno|except|getenv|import|progress|strerror)\b"
    r"|\.\s*(?:UTC|VERBOSE|X|__name__|denominator|imag|lastgroup|numerator|parents|real)\b"
)
_QUIET = re.compile(r"(?:[ \t\f]|\\\r?\n)*+;")


class Feed(NamedTuple):
    """Source for one feed of the session.

    Attributes:
        cell: The cell that it belongs to.
        maps: They lead back to the cell, the first from `text`, the last to what the person typed.
        parts: The names of the prelude's parts that it needs.
    """

    cell: CellSource
    text: str
    maps: tuple[SourceMap, ...]
    parts: frozenset[str]

    def to_cell(self, line: int, column: int, end_line: int, end_column: int) -> tuple[int, int, int, int]:
        """The place in the cell that a place in `text` comes from. Lines and columns count from 1."""
        span = line, column, end_line, end_column
        for source_map in self.maps:
            span = source_map.lines_and_columns(*span)
        return span

    def last_line(self) -> Feed:
        """A feed of the line that shows the value, to show it again; its place is that of the last expression."""
        wrapped = self.maps[0]
        last = wrapped.edits[-1]
        line = last.text.rpartition("\n")[2]  # the cell may go on behind it, with comments and empty lines
        alone = SourceMap(wrapped.original, [Edit(0, len(wrapped.original), line, last.blame)])
        return Feed(self.cell, alone.text, (alone, *self.maps[1:]), NOTHING)


class Cell(NamedTuple):
    """A cell ready to run: its feeds, and the actions between them. `python` is its source without magics."""

    source: CellSource
    steps: tuple[Feed | Action, ...]
    python: str


class CellOptions(NamedTuple):
    """How a cell is to run.

    Attributes:
        number: Its execution count; 0 leaves no record of it.
        show: Whether its last expression is shown.
        begin: Whether this is the cell's first feed, which records its source.
        names: What is known of the session's names.
    """

    number: int = 0
    show: bool = True
    begin: bool = True
    names: SessionNames = NOTHING_KNOWN


def parse(source: CellSource, magics: Callable[[], MagicTable], options: CellOptions | None = None) -> Cell:
    """Make a cell of what the person typed. What is not Python is left for Monty to refuse.

    Args:
        magics: Gives the table of magics, when the cell may hold one, so that it is not loaded before.

    Raises:
        SyntaxError: The text holds a lone surrogate or NUL, which Python source cannot; or it is longer than
            `MOST_BYTES`, or holds too many magics.
    """
    options = options or CellOptions()
    _refuse_too_long(source.text)
    _refuse_impossible(source.text)
    pasted = unpasted(source.text)
    if pasted is None:
        return _parse(source, magics, options)
    cell = _parse(CellSource(source.label, pasted.text), magics, options)
    steps = (
        step._replace(cell=source, maps=(*step.maps, pasted)) if isinstance(step, Feed) else step for step in cell.steps
    )
    return Cell(source, tuple(steps), cell.python)


def _parse(source: CellSource, magics: Callable[[], MagicTable], options: CellOptions) -> Cell:
    text = source.text
    match = _CELL_MAGIC.match(text) if "%%" in text or "!!" in text else None
    if match and not _QUERY.match(match[0].strip()):
        return _cell_magic(source, match, magics, options)
    edits, parts, cuts = _line_magics(text, 0, magics)
    steps: list[Feed | Action] = []
    position = passed = 0
    for start, end, action in [*cuts, (len(text), len(text), None)]:
        first = passed  # of the edits, which are in the order of the text, as the cuts are
        while passed < len(edits) and edits[passed].end <= start:
            passed += 1
        if text[position:start].strip() or (action is None and not steps):
            inside = edits[first:passed]
            outside = [Edit(0, position, ""), Edit(start, len(text), "")]
            now = options._replace(show=options.show and action is None, begin=options.begin and not steps)
            steps.append(_feed(source, [*outside, *inside], parts, now))
        if action is not None:
            steps.append(action)
        position = end
    blanked = SourceMap(
        text, [*(_blank(text, edit) for edit in edits), *(Edit(start, end, "") for start, end, _ in cuts)]
    ).text
    return Cell(source, tuple(steps), blanked)


def expression(source: CellSource) -> Feed:
    """A feed that shows the value of one expression, as `user_expressions` asks for.

    Raises:
        SyntaxError: It is not an expression.
    """
    _refuse_impossible(source.text)
    text = source.text.strip()
    if _is_large(text):
        raise SyntaxError(f"the expression is longer than {_LARGE:,} characters")
    try:
        require_expression(text)
    except (ValueError, RecursionError, MemoryError) as error:
        raise SyntaxError(str(error)) from error
    wrapped = SourceMap(
        source.text, [Edit(0, 0, "__mk_value = (\n"), Edit(len(source.text), len(source.text), "\n)\n__mk_show(0)")]
    )
    return Feed(source, wrapped.text, (wrapped,), needed(text))


def _refuse_too_long(text: str) -> None:
    if len(text) > MOST_BYTES or (4 * len(text) > MOST_BYTES and len(text.encode(errors="replace")) > MOST_BYTES):
        raise SyntaxError(
            f"this cell has more than {MOST_BYTES >> 20} MiB of text, the most that is read: split it, "
            "or read the data from a mounted file",
            _place_of(text, 0),
        )


def _refuse_impossible(text: str) -> None:
    try:
        text.encode()
        position, what = text.find("\0"), "a NUL character"
    except UnicodeEncodeError as error:
        position, what = error.start, f"a lone surrogate (U+{ord(text[error.start]):04X})"
    if position >= 0:
        raise SyntaxError(f"source code cannot contain {what}", _place_of(text, position))


def _place_of(text: str, position: int) -> tuple[str, int, int, None, int, int]:
    """A place as a SyntaxError takes it."""
    line = text.count("\n", 0, position) + 1
    column = position - (text.rfind("\n", 0, position) + 1) + 1
    return "<cell>", line, column, None, line, column + 1


def _is_large(text: str) -> bool:
    return len(text) > _LARGE and weight(text) > _LARGE


def _blank(text: str, edit: Edit) -> Edit:
    # a statement that is kept stays on its line; what is put around it goes
    kept = edit.blame is not None and (edit.blame[0] >= edit.end or edit.blame[1] <= edit.start)
    lines = "\n" * text.count("\n", edit.start, edit.end)
    return Edit(edit.start, edit.end, lines if kept or edit.start == edit.end else "None" + lines)


def _line_magics(
    text: str, offset: int, table: Callable[[], MagicTable], block: str = ""
) -> tuple[list[Edit], set[str], list[tuple[int, int, Action]]]:
    edits: list[Edit] = []
    parts: set[str] = set()
    cuts: list[tuple[int, int, Action]] = []
    if not any(text.find(sign, offset) >= 0 for sign in "%!?"):
        return edits, parts, cuts
    magics = table()
    for start, end in logical_lines(text[offset:]):
        start, end = start + offset, end + offset
        if len(edits) + len(cuts) > _MOST_MAGICS:
            raise SyntaxError(f"this cell holds more than {_MOST_MAGICS:,} magics: split it", _place_of(text, start))
        line = text[start:end]
        match = _QUERY.match(line) if line.rstrip()[-1:] == "?" else None
        if match is None and (line.lstrip()[:1] in "%!?" or "=" in line):
            match = _MAGIC.match(line)
        if match is None or not (stripped := line.strip()) or stripped[0] == "#":
            continue
        found = match.groupdict()
        indent, target = found["indent"], found.get("target") or ""
        if found.get("name"):
            args_at = start + match.start("args")
            rewrite = magics.line(found["name"], found["args"].rstrip())
        elif found.get("shell"):
            args_at = start + match.start("command")
            rewrite = magics.line("!", found["command"].strip())
        else:
            args_at = start + match.start("topic")
            rewrite = magics.line(found["query"], found["topic"])
        if target and not rewrite.is_expression and not rewrite.value:
            rewrite = magics.line("=", found.get("name") or "!")
        parts |= rewrite.parts
        action = rewrite.action
        if action is not None and not indent and not target:
            cuts.append((start, end, action))
            continue
        if action is not None:
            rewrite = magics.line("alone", action.name)
        if not rewrite.value:
            start, target = start + len(target), ""
        edits += _around(rewrite, start + len(indent), end, args_at, block + indent, target)
    return edits, parts, cuts


def _around(rewrite: Rewrite, start: int, end: int, args_at: int, indent: str, target: str = "") -> list[Edit]:
    value = "\n" + target + rewrite.value if rewrite.value else ""
    before, after = (part.replace("\n", "\n" + indent) for part in (rewrite.before, rewrite.after + value))
    if rewrite.keep is None:
        return [Edit(start, end, before + after, _shifted(rewrite.blame, args_at))]
    first, last = args_at + rewrite.keep[0], args_at + rewrite.keep[1]
    stop = (max(first, last - 1), last)  # an error at the end of the code is reported in the text after it
    return [Edit(start, first, before, blame=(first, last)), Edit(last, end, after, blame=stop)]


def _shifted(span: tuple[int, int] | None, offset: int) -> tuple[int, int] | None:
    return span and (span[0] + offset, span[1] + offset)


def _cell_magic(
    source: CellSource, match: re.Match[str], table: Callable[[], MagicTable], options: CellOptions
) -> Cell:
    text, args, magics = source.text, match["args"], table()
    body_at = match.end()
    rewrite = magics.cell(match["name"] or "!", args.strip(), text[body_at:])
    head = (match.end("args") - len(match[0].lstrip().partition("\n")[0]), match.end("args"))
    args_at = match.start("args") + len(args) - len(args.lstrip())
    if not rewrite.keep_body:
        blame = _shifted(rewrite.blame_args, args_at) or _shifted(rewrite.blame_body, body_at) or head
        only = Edit(0, len(text), rewrite.before, blame)
        return Cell(source, (_feed(source, [only], set(rewrite.parts), options._replace(show=False)),), "")
    edits, parts, cuts = _line_magics(text, body_at, table, rewrite.indent)
    for start, end, action in cuts:
        edits += _around(magics.line("alone", action.name), start, end, start, rewrite.indent)
    blanked = SourceMap(text, [Edit(0, body_at, ""), *(_blank(text, edit) for edit in edits)]).text
    if rewrite.keep is None:
        edits.append(Edit(0, body_at, rewrite.before, blame=head))
    else:
        first, last = args_at + rewrite.keep[0], args_at + rewrite.keep[1]
        edits.append(Edit(0, first, rewrite.before, blame=(first, last)))
        edits.append(Edit(last, body_at, rewrite.between, blame=(first, last)))
    if rewrite.indent:
        edits += _indented(text, body_at, blanked, edits, rewrite.indent)
    stop = len(text.rstrip())
    edits.append(Edit(len(text), len(text), rewrite.after, blame=(max(body_at, stop - 1), max(body_at, stop))))
    return Cell(source, (_feed(source, edits, parts | rewrite.parts, options, rewrite),), blanked)


def _indented(text: str, body_at: int, blanked: str, edits: Sequence[Edit], indent: str) -> list[Edit]:
    if text.count("\n") > _MOST_INDENTED:
        raise SyntaxError(f"a cell with this magic can have at most {_MOST_INDENTED:,} lines", _place_of(text, 0))
    # lines inside a string are not indented: they are data
    inside: set[int] = set()
    try:
        if _is_large(blanked):
            raise TooCostly
        for node in ast.walk(syntax_tree(blanked)):
            if isinstance(node, (ast.Constant, ast.JoinedStr)) and node.end_lineno and node.end_lineno > node.lineno:
                inside.update(range(node.lineno + 1, node.end_lineno + 1))
    except TooCostly:
        inside = lines_inside_strings(blanked)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        pass  # Monty reports what is wrong with it
    replaced = sorted((edit.start, edit.end) for edit in edits if edit.end > body_at)
    found, passed = [], 0
    for number, start in enumerate(line_starts(text[body_at:]), 1):
        at = body_at + start
        while passed < len(replaced) and replaced[passed][1] <= at:
            passed += 1
        within = passed < len(replaced) and replaced[passed][0] < at  # a magic with continuation lines
        if number not in inside and text[at : at + 1] not in ("", "\n") and not within:
            found.append(Edit(at, at, indent))
    return found


def _feed(
    source: CellSource, edits: Sequence[Edit], parts: set[str], options: CellOptions, rewrite: CellRewrite | None = None
) -> Feed:
    maps = [SourceMap(source.text, edits)] if any(edit.text or edit.end > edit.start for edit in edits) else []
    text = maps[0].text if maps else source.text
    finish = rewrite.finish + "\n" if rewrite and rewrite.finish else ""
    caught, more = _catch_last(text, options, finish)
    wrapped = SourceMap(text, caught)
    return Feed(source, wrapped.text, (wrapped, *maps), (needed(text) | parts | more) or NOTHING)


def _parsed_end(text: str) -> tuple[int, tuple[ast.Module, str] | None]:
    """Where the parsed end of the text begins, and what `parse_tree` gives for it, or None if it does not parse.

    It is the whole text, or its last statement where parsing all of it would cost too much.
    """
    start = 0
    try:
        if not _is_large(text):
            try:
                return 0, parse_tree(text)
            except TooCostly:
                pass
        start = last_statement(text)
        return start, None if _is_large(text[start:]) else parse_tree(text[start:])
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return start, None


def _rewritten(text: str, tree: ast.Module, names: SessionNames, head: str) -> Rewritten:
    if not MAY_BE_REWRITTEN.search(text):
        return Rewritten([])
    from .rewrites import rewritten  # with all that it needs, 50 KB of code

    return rewritten(text, tree, names, head)


def _catch_last(text: str, options: CellOptions, finish: str) -> Rewritten:
    record = f"__mk_begin({options.number})\n" if options.number and options.begin else ""
    if "_" in text:
        record += "".join(recalled(text)) + refreshed(text, options.number)
    edits = [Edit(0, 0, record)]
    nothing = Edit(len(text), len(text), f"\n{finish}None")
    tail_at, parsed = _parsed_end(text)
    if tail_at and "IPython" in text:
        edits += line_edits(text[:tail_at])
    if parsed is None:
        return Rewritten([*edits, nothing])
    tree, tail = parsed
    body = tree.body
    if _LEAVE.fullmatch(text):
        return Rewritten([*edits, Edit(len(text), len(text), "()\nNone")])
    if "IPython" in tail:
        edits += (edit.moved(tail_at) for edit in import_edits(tail, body))
    inside, parts = _rewritten(tail, tree, options.names, text[:tail_at])
    inside = [edit.moved(tail_at) for edit in inside]
    if not body or not options.show or not isinstance(body[-1], ast.Expr) or isinstance(body[-1].value, ast.Starred):
        return Rewritten([*edits, *inside, nothing], parts)
    last = body[-1]
    places = ByteOffsets(tail)
    start, end = places.span(last)
    if _QUIET.match(tail, end):
        return Rewritten([*edits, *inside, nothing], parts)
    column = start - places.starts[last.lineno - 1]
    span = (start + tail_at, end + tail_at)
    opening = Edit(span[0], span[0], "__mk_value = (\n" + " " * column, span, opens=len(text) + 1)
    closing = Edit(span[1], span[1], f"\n)\n{finish}__mk_show({options.number})", span, closes=-1)
    return Rewritten([*edits, *inside, opening, closing], parts)
