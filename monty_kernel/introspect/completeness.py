"""Whether a console should run what was typed or wait for more, by the rules IPython's users are used to."""

from __future__ import annotations

import ast
import codeop
import io
import re
import tokenize
import warnings
from typing import Literal

from .magic_lines import as_python

Status = Literal["complete", "incomplete", "invalid", "unknown"]

_LONGEST = 200_000
"""Characters above which nothing is compiled: no one typed that at a prompt."""


def judge(code: str) -> tuple[Status, str]:
    """The status and, with `incomplete`, the indent the next line may begin with.

    A block is complete once a blank line follows it; a cell magic likewise. What this Python cannot parse is `invalid`, though
    Monty, whose grammar is newer, may take it: a console runs it all the same.
    """
    if len(code) > _LONGEST:
        return "unknown", ""
    code = code.replace("\r\n", "\n").replace("\r", "\n")
    last_line_blank = "\n" in code and not code[code.rfind("\n") :].strip()
    if code.lstrip().startswith("%%"):
        return ("complete", "") if last_line_blank else ("incomplete", _indent(code))
    code = _without_leading_indent(as_python(code))
    if not code.strip():
        return "complete", ""
    if re.search(r"\\\n?[ \t]*\Z", code) and not code.endswith("\n\n"):
        return "incomplete", _indent(code)
    compiler = codeop.CommandCompiler()
    compiler.compiler.flags |= ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
    text = code.rstrip() + "\n"
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the kernel's stderr is no place for what a notebook's code deserves
            compiled = compiler(text, "<console>", "exec")
    except (SyntaxError, OverflowError, ValueError, RecursionError, MemoryError):
        return "invalid", ""
    if compiled is None:
        return "incomplete", _indent(code)
    if not last_line_blank and _ends_in_block(text):
        return "incomplete", _indent(code)
    return "complete", ""


def judged(code: str) -> tuple[tuple[Status, str], str]:
    """The job of a helper: judge code that is not modest."""
    return judge(code), ""


def _without_leading_indent(code: str) -> str:
    """As IPython does with code pasted from inside a function."""
    indent = re.match(r"[ \t]*", code)
    if not indent or not indent[0]:
        return code
    return re.sub("^" + indent[0], "", code, flags=re.MULTILINE)


def _ends_in_block(text: str) -> bool:
    try:
        kinds = [token.type for token in tokenize.generate_tokens(io.StringIO(text).readline)]
    except (tokenize.TokenError, SyntaxError):
        return False
    return tokenize.DEDENT in kinds[-3:-1]


def _indent(code: str) -> str:
    """The last line's indent, a level deeper after a colon."""
    line = next((line for line in reversed(code.split("\n")) if line.strip()), "")
    spaces = len(line.expandtabs(4)) - len(line.expandtabs(4).lstrip())
    if line.rstrip().endswith(":"):
        spaces += 4
    return " " * spaces
