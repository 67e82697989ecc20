"""Python source lines in IPython's colours.

One regular expression instead of pygments: building that lexer takes 80 ms, and the first error of a session
should not wait for it. The colours are those of IPython's `neutral` theme.
"""

from __future__ import annotations

import keyword
import re
from collections.abc import Sequence
from functools import cache

_COLOURS = {
    "keyword": ("\x1b[38;5;28;01m", "\x1b[39;00m"),
    "comment": ("\x1b[38;5;66;03m", "\x1b[39;00m"),
    "string": ("\x1b[33m", "\x1b[39m"),
    "number": ("\x1b[32m", "\x1b[39m"),
}


@cache
def _token() -> re.Pattern[str]:
    # A string whose end is missing runs to the end of its line, or of the excerpt if it is triple-quoted.
    return re.compile(
        rf"""
        (?P<string>(?<![\w])[rRbBuUfFtT]{{0,2}}(?:
            \"{{3}}(?:[^\\]|\\.)*?(?:\"{{3}}|\Z) | '{{3}}(?:[^\\]|\\.)*?(?:'{{3}}|\Z)
            | "(?:[^"\\\n]|\\.)*(?:"|$|\Z) | '(?:[^'\\\n]|\\.)*(?:'|$|\Z) ))
        | (?P<comment>\#[^\n]*)
        | (?P<keyword>\b(?:{"|".join(keyword.kwlist)})\b)
        | (?P<number>(?<![\w.])(?:0[xXoObB][\da-fA-F_]+|(?:\d[\d_]*\.?[\d_]*|\.\d[\d_]*)(?:[eE][+-]?\d[\d_]*)?[jJ]?))
        | \w+
        """,
        re.VERBOSE | re.DOTALL | re.MULTILINE,
    )


def highlight(lines: Sequence[str]) -> list[str]:
    """`lines` with ANSI colours. Each line stands alone: a colour that runs on is closed and opened again."""
    return _token().sub(_coloured, "\n".join(lines)).split("\n")


def _coloured(match: re.Match[str]) -> str:
    kind = match.lastgroup
    if kind is None:
        return match[0]
    start, end = _COLOURS[kind]
    return "\n".join(f"{start}{part}{end}" if part else "" for part in match[0].split("\n"))
