"""Whether a console should run what was typed or wait for more, by the rules that users of IPython know."""

from __future__ import annotations

import ast
import codeop
import io
import re
import tokenize
import warnings
from typing import Literal

from .place import as_python

Status = Literal["complete", "incomplete", "invalid", "unknown"]

_LONGEST = 200_000
"""Characters above which nothing is compiled, since nobody types that much at a prompt."""


def judge(code: str) -> tuple[Status, str]:
    """The status and, for `incomplete`, the indentation of the next line.

    A block or a cell magic is complete once a blank line follows it. Code that this Python cannot parse is `invalid`,
    even if Monty's newer grammar accepts it; a console runs it anyway.
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
            warnings.simplefilter("ignore")  # warnings about a notebook's code do not belong on the kernel's stderr
            compiled = compiler(text, "<console>", "exec")
    except (SyntaxError, OverflowError, ValueError, RecursionError, MemoryError):
        return "invalid", ""
    if compiled is None:
        return "incomplete", _indent(code)
    if not last_line_blank and _ends_in_block(text):
        return "incomplete", _indent(code)
    return "complete", ""


def judged(code: str) -> tuple[tuple[Status, str], str]:
    """The helper process's job: judge code that may take long."""
    return judge(code), ""


def _without_leading_indent(code: str) -> str:
    """Remove the indentation of code that was pasted from inside a function, as IPython does."""
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
    """The indentation of the last line, one level deeper after a colon."""
    line = next((line for line in reversed(code.split("\n")) if line.strip()), "")
    spaces = len(line.expandtabs(4)) - len(line.expandtabs(4).lstrip())
    if line.rstrip().endswith(":"):
        spaces += 4
    return " " * spaces
