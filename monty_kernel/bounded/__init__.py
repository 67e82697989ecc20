"""Work on a stranger's text where it can be killed: in a helper process with limits of its own.

A text can make CPython's parser, jedi and the sanitizers slow or large, and they may hold the GIL meanwhile, so that the kernel
hears no interrupt. A text that is not modest goes to a helper as plain data, and plain data comes back: see `helper_pool`.

Measured with CPython 3.11 over 7,000 texts of repeated fragments: parsing 4,096 characters costs at most 8 ms and 7 MiB, whatever
they are. The parser copies a dotted name once for each of its dots, so 32,000 characters of `import a.a.a…` take 280 MiB and
60,000 take 1 GiB. Nesting made nothing slower there, but it has in other versions of Python.
"""

from __future__ import annotations

import re

MOST_CHARACTERS = 4_096
MOST_LEVELS = 50
"""Brackets open at a time. CPython itself refuses more than 200."""

_BRACKET = re.compile(r"[()\[\]{}]")


def is_modest(text: str) -> bool:
    """Whether CPython's parser may be given the text in this process: it is short and not deeply nested. Takes linear time."""
    if len(text) > MOST_CHARACTERS:
        return False
    if text.count("(") + text.count("[") + text.count("{") <= MOST_LEVELS:
        return True
    level = 0
    for match in _BRACKET.finditer(text):  # brackets in strings count too: in f-strings they are code
        level = level + 1 if match[0] in "([{" else max(0, level - 1)
        if level > MOST_LEVELS:
            return False
    return True
