"""What IPython allows in a cell and Monty does not: prompts of pasted code, names such as `_3`, imports of IPython."""

from __future__ import annotations

import ast
import contextlib
import re
from collections.abc import Iterable, Iterator

from .source_map import ByteOffsets, Edit, SourceMap, line_starts
from .statements import logical_lines
from .syntax_trees import syntax_tree

_INDENT = re.compile(r"(?:[ \t]*\n)*(?P<indent>[ \t]+)\S")
_PROMPTS = (
    (re.compile(r"\A\s*>>> ?"), re.compile(r"^[ \t]*(?:>>>|\.\.\.)(?: |$)", re.MULTILINE)),
    (re.compile(r"\A\s*In \[\d+\]: ?"), re.compile(r"^[ \t]*(?:In \[\d+\]:|\.\.\.+:)(?: |$)", re.MULTILINE)),
)


_LARGE = 1 << 17  # characters: nobody pastes more, and each line would be an edit

NAMES = (
    "DisplayHandle", "HTML", "Image", "JSON", "Latex", "Markdown", "Math", "Pretty", "SVG",
    "clear_output", "display", "update_display",
)  # fmt: skip
MEDIA = (
    "Audio", "Code", "DisplayObject", "FileLink", "FileLinks", "GeoJSON", "IFrame", "Javascript", "ProgressBar",
    "ScribdDocument", "TextDisplayObject", "Video", "VimeoVideo", "YouTubeVideo", "display_html", "display_javascript",
    "display_jpeg", "display_json", "display_latex", "display_markdown", "display_pdf", "display_png",
    "display_pretty", "display_svg", "publish_display_data",
)  # fmt: skip
"""The other names of `IPython.display`, which a part of the prelude of their own has."""
PACKAGE = (
    "InteractiveShell", "__version__", "core", "embed", "embed_kernel", "extract_module_locals", "get_ipython", "lib",
    "paths", "release", "start_ipython", "sys_info", "testing", "utils", "version_info",
)  # fmt: skip
"""The names of the package IPython, beside `display`."""
_ALL = frozenset((*NAMES, *MEDIA))
_IMPORT = re.compile(r"[ \t]*+(?P<line>(?:import|from)[ \t]+(?=[^#\n]{0,999}IPython)(?s:.){1,9999})\Z")
_MOST = 1_000
MODULES = {"IPython.display", "IPython.core.display", "IPython.core.display_functions", "IPython.lib.display"}
_MOST_RECALLED = 1_000  # names such as `_1` and `_i2` in one cell; more are ordinary names
_RECALLED = re.compile(r"(?<![\w.])(_i?)([1-9]\d{0,6})\b")
RECALL = {
    "_": "try:\n    {name}\nexcept NameError:\n    if {number} in __mk_Out: {name} = __mk_Out[{number}]\n",
    "_i": "try:\n    {name}\nexcept NameError:\n    if {number} < len(__mk_In): {name} = __mk_In[{number}]\n",
}
"""`_3` and `_i3` are bound when a cell first names them: two more globals for each cell would make every snapshot
larger."""


def unpasted(text: str) -> SourceMap | None:
    """The text without the prompts or the common indentation of a paste; None if it has none, or is longer than any
    paste."""
    if len(text) > _LARGE:
        return None
    for first, every in _PROMPTS:
        if first.match(text):
            prompts = (every.match(text, at) for at in line_starts(text))
            edits = [Edit(*prompt.span(), "") for prompt in prompts if prompt]
            return SourceMap(text, edits)
    indented = _INDENT.match(text)
    if indented is None:
        return None
    indent = indented["indent"]
    return SourceMap(text, [Edit(at, at + len(indent), "") for at in line_starts(text) if text.startswith(indent, at)])


def import_edits(text: str, body: Iterable[ast.stmt]) -> Iterator[Edit]:
    """The edits that replace imports of IPython in a parsed text by assignments from the prelude, which stands in for
    it."""
    places = ByteOffsets(text)
    for statement in body:
        for node in ast.walk(statement):
            if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "IPython" and not node.level:
                yield _edit(places, node, _from(node))
            elif isinstance(node, ast.Import) and any(alias.name.split(".")[0] == "IPython" for alias in node.names):
                yield _edit(places, node, "; ".join(map(_plain, node.names)))


def line_edits(text: str) -> Iterator[Edit]:
    """The same for a text that is too long to parse: the first thousand imports that have lines of their own."""
    found = 0
    for start, end in logical_lines(text):
        match = _IMPORT.match(text, start, end)
        if match is None:
            continue
        found += 1
        if found > _MOST:
            return
        at, line = match.start("line"), match["line"]
        with contextlib.suppress(SyntaxError, ValueError, RecursionError, MemoryError):
            for edit in import_edits(line, syntax_tree(line).body):
                yield Edit(edit.start + at, edit.end + at, edit.text)


def _edit(places: ByteOffsets, node: ast.stmt, replacement: str) -> Edit:
    return Edit(*places.span(node), replacement)


def _plain(alias: ast.alias) -> str:
    if alias.name == "IPython" or (alias.name in MODULES and not alias.asname):
        return f"{alias.asname or 'IPython'} = __mk_ipython"
    if alias.name in MODULES:
        return f"{alias.asname} = __mk_names"
    return f"import {alias.name}" + (f" as {alias.asname}" if alias.asname else "")


def _from(node: ast.ImportFrom) -> str:
    if node.module == "IPython":
        known, owner = {*PACKAGE, "display"}, "__mk_ipython"
    elif node.module in MODULES:
        known, owner = set(_ALL), "__mk_names"
    else:
        return f'raise ModuleNotFoundError("No module named {node.module!r}")'
    names = [(alias.name, alias.asname or alias.name) for alias in node.names]
    if names == [("*", "*")]:
        names = [(name, name) for name in sorted(known)]
    missing = [name for name, _ in names if name not in known]
    if missing:
        return _refuse(node, missing)
    return "; ".join(f"{target} = {owner}.{name}" for name, target in names)


def _refuse(node: ast.ImportFrom, missing: list[str]) -> str:
    return f"raise ImportError({f'cannot import name {missing[0]!r} from {node.module!r}'!r})"


def recalled(text: str) -> list[str]:
    """The code that binds the names of earlier inputs and outputs that a cell uses."""
    names = {match[0]: match for match in _RECALLED.finditer(text)}
    few = sorted(names.items())[:_MOST_RECALLED]
    return [RECALL[match[1]].format(name=name, number=match[2]) for name, match in few]
