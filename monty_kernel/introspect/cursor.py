"""The surroundings of the cursor, from the text alone: strings, comments, brackets, f-strings, statements.

The code may be half-typed, so this is not a parser: it reads forward once and never fails.
"""

from __future__ import annotations

import keyword
import re
from dataclasses import dataclass
from typing import Literal

WORD = re.compile(r"[^\W\d]\w*")
_SIGNIFICANT = re.compile(r"""[#"'()\[\]{}\n;\\:]""")
_CLOSES = {")": "(", "]": "[", "}": "{"}
_PREFIX = re.compile(r"(?<![\w])(?:[rR][bBfFtT]?|[bBfFtT][rR]?|[uU])\Z")
_STRING_END = {
    '"': re.compile(r'[^"\\\n]*+(?:\\.[^"\\\n]*+)*+(?:(")|(?=\n)|\Z)', re.DOTALL),
    "'": re.compile(r"[^'\\\n]*+(?:\\.[^'\\\n]*+)*+(?:(')|(?=\n)|\Z)", re.DOTALL),
    '"""': re.compile(r'[^"\\]*+(?:(?:\\.|"(?!""))[^"\\]*+)*+(?:(""")|\Z)', re.DOTALL),
    "'''": re.compile(r"[^'\\]*+(?:(?:\\.|'(?!''))[^'\\]*+)*+(?:(''')|\Z)", re.DOTALL),
}
_TEMPLATE = re.compile(r"""\\N\{[^}\n]*\}|\\.|\{\{|\}\}|[{}\n"']""", re.DOTALL)
_BEGINS_STATEMENT = re.compile(r"(?:def|class|import|from|for|while|with|if|try|return|async|@)\b|@")
_CONTINUES_STATEMENT = re.compile(r"(?:else|elif|except|finally)\b|[)\]}#\s]|\Z")


@dataclass(frozen=True, slots=True)
class Opened:
    """An open bracket, string or comment, with its start (including a prefix) and its quotes.

    The kind `f{` is the expression in an f-string's braces, and `spec` is the format after its colon.
    """

    kind: Literal["(", "[", "{", "f{", "spec", "string", "template", "comment"]
    start: int
    quote: str = ""
    prefix: str = ""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """The surroundings of `cursor`. All offsets count characters from the beginning of the text.

    Attributes:
        cursor: the offset of the cursor.
        stack: what is open at the cursor, outermost first.
        line_start: the start of the simple statement.
        chunk_start: the start of the statement in the first column, including its decorators.
        pairs: the end of each closed bracket or string -> its start.
    """

    cursor: int
    stack: tuple[Opened, ...]
    line_start: int
    chunk_start: int
    pairs: dict[int, int]

    @property
    def inside(self) -> Opened | None:
        """The innermost open bracket, string or comment."""
        return self.stack[-1] if self.stack else None

    @property
    def template(self) -> Opened | None:
        """The outermost f-string that the cursor is in."""
        return next((each for each in self.stack if each.kind == "template"), None)


def surroundings(text: str, cursor: int, begin: int = 0) -> Surroundings:
    """Read `text[begin:cursor]`, where `begin` must be the beginning of a statement."""
    stack: list[Opened] = []
    pairs: dict[int, int] = {}
    line_start = chunk_start = begin
    decorated = text.startswith("@", begin)
    position = begin
    while position < cursor:
        top = stack[-1].kind if stack else ""
        if top in ("template", "spec"):
            position = _read_template(text, position, cursor, stack, pairs)
            continue
        match = _SIGNIFICANT.search(text, position, cursor)
        if match is None:
            break
        character = match[0]
        at, position = match.start(), match.end()
        if character in "\"'":
            position = _read_string(text, at, cursor, stack, pairs)
        elif character == "#":
            end = text.find("\n", position, cursor)
            if end < 0:
                stack.append(Opened("comment", at))
                break
            position = end
        elif character in "([{":
            stack.append(Opened(character, at))  # type: ignore[arg-type]
        elif character in ")]}":
            if top == _CLOSES[character]:
                pairs[position] = stack.pop().start
            elif top == "f{" and character == "}":
                stack.pop()
        elif character == "\\":
            position += 1
        elif character == ":":
            if top == "f{" and not text.startswith("=", position):
                stack.append(Opened("spec", at, stack[-1].quote))
        elif character == ";":
            if not stack:
                line_start = position
        else:  # a new line
            begins = _BEGINS_STATEMENT.match(text, position, cursor) is not None
            if stack and (begins or (top == "f{" and len(stack[-1].quote) == 1)):
                stack.clear()  # a bracket left open above is a mistake and must not swallow the rest
            if not stack:
                line_start = position
                if not _CONTINUES_STATEMENT.match(text, position, cursor):
                    if not decorated:
                        chunk_start = position
                    decorated = text.startswith("@", position)
    return Surroundings(cursor, tuple(stack), line_start, chunk_start, pairs)


def _read_string(text: str, at: int, cursor: int, stack: list[Opened], pairs: dict[int, int]) -> int:
    quote = text[at] * 3 if text.startswith(text[at] * 3, at, cursor) else text[at]
    found = _PREFIX.search(text, max(0, at - 2), at)
    prefix = found[0] if found else ""
    start = at - len(prefix)
    content = at + len(quote)
    if "f" in prefix.lower() or "t" in prefix.lower():
        stack.append(Opened("template", start, quote, prefix))
        return content
    match = _STRING_END[quote].match(text, content, cursor)
    if match is None:  # a backslash is the last character before the cursor
        stack.append(Opened("string", start, quote, prefix))
        return cursor
    end = match.end()
    if match[1]:
        pairs[end] = start
    elif end >= cursor:
        stack.append(Opened("string", start, quote, prefix))
    return end


def _read_template(text: str, position: int, cursor: int, stack: list[Opened], pairs: dict[int, int]) -> int:
    """Read the text of an f-string up to an expression, its end, or the cursor."""
    quote = stack[-1].quote
    in_spec = stack[-1].kind == "spec"
    while position < cursor:
        match = _TEMPLATE.search(text, position, cursor)
        if match is None:
            return cursor
        found, position = match[0], match.end()
        if found == "{{" and in_spec:
            found, position = "{", position - 1
        elif found == "}}" and in_spec:
            found, position = "}", position - 1
        if found == "{":
            stack.append(Opened("f{", match.start(), quote))
            return position
        if found == "}" and in_spec:
            stack.pop()  # the format
            stack.pop()  # its expression
            return position
        if found == "\n" and len(quote) == 1:
            while stack.pop().kind != "template":
                pass
            return match.start()
        if found in "\"'" and text.startswith(quote, match.start(), cursor):
            while (opened := stack.pop()).kind != "template":
                pass
            end = match.start() + len(quote)
            pairs[end] = opened.start
            return end
    return cursor


def identifier_before(text: str, cursor: int) -> int:
    """The start of the identifier that ends at `cursor`; `cursor` if there is none."""
    start = cursor
    while start > 0 and ("a" + text[start - 1]).isidentifier():
        start -= 1
    return start


def identifier_after(text: str, cursor: int) -> int:
    """The end of the identifier that continues at `cursor`."""
    end = cursor
    while end < len(text) and ("a" + text[end]).isidentifier():
        end += 1
    return end


def space_before(text: str, end: int, newlines: bool) -> int:
    """The start of the blanks before `end`.

    A newline counts as a blank after a backslash or, with `newlines`, anywhere.
    """
    while end > 0:
        if text[end - 1] in " \t" or (newlines and text[end - 1] == "\n"):
            end -= 1
        elif text[end - 1] == "\n" and text[max(0, end - 2) : end] == "\\\n":
            end -= 2
        else:
            break
    return end


def primary_before(text: str, end: int, around: Surroundings) -> int:
    """The start of the expression that ends at `end`: names, attributes, calls, subscripts, strings, brackets.

    `end` itself if there is none.
    """
    position = end
    newlines = bool(around.stack)
    while True:
        here = space_before(text, position, newlines)
        if here <= around.line_start:
            return position
        if here in around.pairs:
            position = around.pairs[here]
            if text[here - 1] in "\"'}" or not _is_trailer(text, position, around):
                return position
            continue
        start = max(identifier_before(text, here), around.line_start)
        if start == here or text[start:here] in _NOT_OPERANDS:
            return position
        position = start
        before = space_before(text, start, newlines)
        if before <= around.line_start or text[before - 1] != "." or text[max(0, before - 2) : before] == "..":
            return position
        position = before - 1


_NOT_OPERANDS = frozenset({*keyword.kwlist, "case"}) - {"False", "None", "True"}


def _is_trailer(text: str, position: int, around: Surroundings) -> bool:
    """Whether the bracket at `position` is a call or a subscript, rather than a list or a tuple."""
    if position <= around.line_start:
        return False
    before = text[position - 1]
    if before in ")]}\"'":
        return True
    start = identifier_before(text, position)
    return start < position and text[start:position] not in _NOT_OPERANDS


def arguments_before(text: str, opening: int, end: int, around: Surroundings) -> tuple[int, frozenset[str]] | None:
    """The number of positional arguments and the keywords of the call that opens at `opening`, up to `end`.

    None if no argument begins at `end`.
    """
    closed = {start: stop for stop, start in around.pairs.items()}
    position = begin = opening + 1
    arguments: list[str] = []
    while position < end:
        if position in closed and closed[position] <= end:
            position = closed[position]
            continue
        if text[position] == ",":
            arguments.append(text[begin:position])
            begin = position + 1
        position += 1
    if text[begin:end].strip():
        return None
    keywords = [match[1] for each in arguments if (match := _KEYWORD.match(each))]
    return len(arguments) - len(keywords), frozenset(keywords)


_KEYWORD = re.compile(r"\s*([^\W\d]\w*)\s*=(?!=)")
