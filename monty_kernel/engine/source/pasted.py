"""Cells pasted from elsewhere: a common indentation and the prompts of a console are taken off, as IPython does."""

from __future__ import annotations

import re

from .source_map import Edit, SourceMap, line_starts

_INDENT = re.compile(r"(?:[ \t]*\n)*(?P<indent>[ \t]+)\S")
_PROMPTS = (
    (re.compile(r"\s*>>> ?"), re.compile(r"[ \t]*(?:>>>|\.\.\.)(?: |$)", re.MULTILINE)),
    (re.compile(r"\s*In \[\d+\]: ?"), re.compile(r"[ \t]*(?:In \[\d+\]:|\.\.\.+:)(?: |$)", re.MULTILINE)),
)


_LARGE = 1 << 17  # characters; nobody pastes more, and each line would be an edit


def unpasted(text: str) -> SourceMap | None:
    """The text without what a paste brought along; None if it brought nothing, or is longer than any paste."""
    if len(text) > _LARGE:
        return None
    for first, every in _PROMPTS:
        if first.match(text):
            edits = [Edit(match.start(), match.end(), "") for match in map(every.match, *_lines(text)) if match]
            return SourceMap(text, edits)
    indented = _INDENT.match(text)
    if indented is None:
        return None
    indent = indented["indent"]
    return SourceMap(text, [Edit(at, at + len(indent), "") for at in line_starts(text) if text.startswith(indent, at)])


def _lines(text: str) -> tuple[list[str], list[int]]:
    starts = line_starts(text)
    return [text] * len(starts), starts
