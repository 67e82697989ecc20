"""Lets Python 3.11 parse newer f-strings: Monty takes `f"{d["key"]}"` (PEP 701), and `ast` does so from Python 3.12 on.

Only the places of statements matter here, so each f-string may be an ordinary string in the tree.
"""

from __future__ import annotations

import ast
import re
import sys

from .syntax_trees import expression_tree, syntax_tree

_STRING = re.compile(r"""(?P<prefix>\b[A-Za-z]{1,2})?(?P<quote>\"\"\"|'''|"|')""")


def parse_tree(text: str) -> tuple[ast.Module, str]:
    """The tree of a text, and the text that its places refer to, which has the same length, line by line.

    Raises:
        SyntaxError, ValueError, RecursionError, MemoryError: as `ast.parse`.
    """
    try:
        return syntax_tree(text), text
    except SyntaxError:
        if not _may_be_newer(text):
            raise
        plain = without_fstrings(text)
        return syntax_tree(plain), plain


def require_expression(text: str) -> None:
    """Do nothing if the text is one expression.

    Raises:
        SyntaxError, ValueError, RecursionError, MemoryError: as `ast.parse`.
    """
    try:
        expression_tree(text)
    except SyntaxError:
        if not _may_be_newer(text):
            raise
        expression_tree(without_fstrings(text).strip())


def _may_be_newer(text: str) -> bool:
    return sys.version_info < (3, 12) and re.search(r"\b[rR]?[fF][rR]?[\"']", text) is not None


def without_fstrings(text: str) -> str:
    """The text with every f-string replaced by an ordinary string of the same length and with the same line breaks."""
    pieces: list[str] = []
    position = 0
    while (match := _next_string(text, position)) is not None:
        end = _end_of_string(text, match)
        pieces.append(text[position : match.start()])
        literal = text[match.start() : end]
        finished = end <= len(text) and end - match.end() >= len(match["quote"]) and literal.endswith(match["quote"])
        pieces.append(_ordinary(literal, match) if finished and "f" in (match["prefix"] or "").lower() else literal)
        position = end
    return "".join(pieces) + text[position:]


def _next_string(text: str, position: int) -> re.Match[str] | None:
    while True:
        match = _STRING.search(text, position)
        comment = text.find("#", position)
        if match is None or comment < 0 or comment > match.start():
            return match
        position = text.find("\n", comment)
        if position < 0:
            return None


def _end_of_string(text: str, match: re.Match[str]) -> int:
    quote, prefix = match["quote"], (match["prefix"] or "").lower()
    position = match.end()
    while position < len(text):
        if text.startswith(quote, position):
            return position + len(quote)
        character = text[position]
        if character == "\\":
            position += 2
        elif character == "{" and "f" in prefix:
            position = position + 2 if text[position + 1 : position + 2] == "{" else _end_of_field(text, position + 1)
        elif character == "\n" and len(quote) == 1:
            return position
        else:
            position += 1
    return len(text) + 1  # unfinished


def _end_of_field(text: str, position: int) -> int:
    depth = 0
    while position < len(text):
        character = text[position]
        if character in "\"'":
            match = _STRING.match(text, position)
            assert match is not None  # it begins with a quote
            head = re.search(r"\b[A-Za-z]{1,2}\Z", text[max(0, position - 3) : position])
            match = _STRING.match(text, position - len(head[0])) if head else match
            assert match is not None
            position = _end_of_string(text, match)
            continue
        if character in "([{":
            depth += 1
        elif character == "}" and depth == 0:
            return position + 1
        elif character in ")]}":
            depth -= 1
        position += 1
    return len(text) + 1  # unfinished


def _ordinary(literal: str, match: re.Match[str]) -> str:
    quote, prefix = match["quote"], match["prefix"]
    inside = literal[len(prefix) + len(quote) : -len(quote)]
    filled = "x" * (len(prefix) - 1) + re.sub(r"[^\n]", "x", inside)
    if len(quote) == 1:
        filled = re.sub(r"x\n", r"\\\n", filled)  # a line break in a short string needs a backslash
    return "r" + quote + filled + quote
