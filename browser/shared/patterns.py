r"""Writes Python's regular expressions as JavaScript reads them.

The result has the flag `u`, so that both count characters alike, and spells out what the two languages disagree about: which
characters `\s` and `\w` are, and what ignoring case means. What it does not know it refuses.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterable

# Python has no public parser of its patterns
from re import _constants as sre  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

_SPACE = r"\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
_CATEGORIES = {
    sre.CATEGORY_SPACE: (_SPACE, r"\t-\r\x20"),
    sre.CATEGORY_WORD: (r"\p{L}\p{N}_", "A-Za-z0-9_"),
    sre.CATEGORY_DIGIT: (r"\p{Nd}", "0-9"),
}
"""What is in a class of characters, in Unicode and in ASCII."""
_OTHERS = {
    sre.CATEGORY_NOT_SPACE: sre.CATEGORY_SPACE,
    sre.CATEGORY_NOT_WORD: sre.CATEGORY_WORD,
    sre.CATEGORY_NOT_DIGIT: sre.CATEGORY_DIGIT,
}
"""What is not in a class, by itself."""
_ANYTHING = [(sre.CATEGORY, sre.CATEGORY_SPACE), (sre.CATEGORY, sre.CATEGORY_NOT_SPACE)]
"""`[\\s\\S]`."""
_SYNTAX = frozenset("^$\\.*+?()[]{}|/")
_KNOWN_FLAGS = re.UNICODE | re.ASCII | re.IGNORECASE | re.DOTALL


class Untranslatable(ValueError):
    """A pattern says something that this module cannot say in JavaScript."""


def javascript(pattern: re.Pattern[str]) -> str:
    """The source of the same pattern for `new RegExp(source, 'u')`. Groups keep their numbers and names.

    Raises:
        Untranslatable: There is none.
    """
    if pattern.flags & ~_KNOWN_FLAGS:
        raise Untranslatable(f"flags of {pattern.pattern!r}")
    return _Translation(pattern).source()


class _Translation:
    def __init__(self, pattern: re.Pattern[str]) -> None:
        self._pattern = pattern
        self._ascii = bool(pattern.flags & re.ASCII)
        self._any_case = bool(pattern.flags & re.IGNORECASE)
        self._dot_all = bool(pattern.flags & re.DOTALL)
        self._names = {number: name for name, number in pattern.groupindex.items()}

    def source(self) -> str:
        return self._sequence(list(parser.parse(self._pattern.pattern, self._pattern.flags)), None)

    def _sequence(self, items: list[Any], after: Any) -> str:
        return "".join(
            self._item(kind, value, items[index + 1] if index + 1 < len(items) else after)
            for index, (kind, value) in enumerate(items)
        )

    def _item(self, kind: Any, value: Any, after: Any) -> str:
        if kind is sre.LITERAL:
            return self._literal(value)
        if kind is sre.NOT_LITERAL:
            return f"[^{self._in_class(value)}]"
        if kind is sre.ANY:
            return "[^]" if self._dot_all else r"[^\n]"
        if kind is sre.IN:
            return self._class(value)
        if kind is sre.BRANCH:
            return "(?:" + "|".join(self._sequence(list(each), after) for each in value[1]) + ")"
        if kind is sre.SUBPATTERN:
            return self._group(value, after)
        if kind is sre.GROUPREF:
            return f"(?:\\{value})"
        if kind is sre.AT and value in (sre.AT_BEGINNING, sre.AT_BEGINNING_STRING):
            return "^"
        if kind is sre.AT and value is sre.AT_END_STRING:
            return "$"
        if kind in (sre.ASSERT, sre.ASSERT_NOT):
            direction, inner = value
            mark = ("<" if direction < 0 else "") + ("=" if kind is sre.ASSERT else "!")
            return f"(?{mark}{self._sequence(list(inner), None)})"
        if kind in (sre.MAX_REPEAT, sre.MIN_REPEAT, sre.POSSESSIVE_REPEAT):
            return self._repeat(kind, value, after)
        raise self._unknown(kind)

    def _group(self, value: Any, after: Any) -> str:
        number, added, removed, inner = value
        if added or removed:
            raise self._unknown("flags inside")
        name = self._names.get(number)
        mark = "?:" if number is None else f"?<{name}>" if name else ""
        return f"({mark}{self._sequence(list(inner), after)})"

    def _repeat(self, kind: Any, value: Any, after: Any) -> str:
        least, most, inner = value
        items = list(inner)
        # JavaScript takes back what a possessive repeat keeps. That makes no difference where nothing follows that could use it.
        if kind is sre.POSSESSIVE_REPEAT and not self._stays(items, after):
            raise self._unknown("a possessive repeat that may be taken back")
        text = self._sequence(items, after)
        if len(items) != 1 or items[0][0] not in (
            sre.LITERAL,
            sre.NOT_LITERAL,
            sre.ANY,
            sre.IN,
            sre.SUBPATTERN,
            sre.BRANCH,
        ):
            text = f"(?:{text})"
        often = {(0, sre.MAXREPEAT): "*", (1, sre.MAXREPEAT): "+", (0, 1): "?"}.get((least, most))
        if often is None:
            often = f"{{{least},{'' if most is sre.MAXREPEAT else most}}}" if least != most else f"{{{least}}}"
        return text + often + ("?" if kind is sre.MIN_REPEAT else "")

    def _stays(self, items: list[Any], after: Any) -> bool:
        if len(items) != 1 or items[0][0] not in (sre.IN, sre.LITERAL, sre.NOT_LITERAL):
            return False
        if after is None:
            return True
        kind, value = after
        if kind is sre.POSSESSIVE_REPEAT and len(value[2]) == 1:  # such as `;?+` behind digits
            kind, value = value[2][0]
        if kind is not sre.LITERAL:
            return False
        return re.fullmatch(self._python(items[0]), chr(value)) is None

    def _python(self, item: Any) -> str:
        """A character of a set, as Python's own pattern: to ask what is in it."""
        kind, value = item
        if kind is sre.LITERAL:
            return re.escape(chr(value))
        if kind is sre.NOT_LITERAL:
            return f"[^{re.escape(chr(value))}]"
        return "".join(self._python_parts(value))

    def _python_parts(self, items: Iterable[Any]) -> Iterable[str]:
        yield "["
        for kind, value in items:
            if kind is sre.NEGATE:
                yield "^"
            elif kind is sre.LITERAL:
                yield re.escape(chr(value))
            elif kind is sre.RANGE:
                yield f"{re.escape(chr(value[0]))}-{re.escape(chr(value[1]))}"
            else:
                yield {sre.CATEGORY_SPACE: r"\s", sre.CATEGORY_WORD: r"\w", sre.CATEGORY_DIGIT: r"\d"}[value]
        yield "]"

    def _literal(self, code: int) -> str:
        if self._any_case and chr(code).lower() != chr(code).upper():
            return f"[{self._in_class(code)}]"
        return _written(code)

    def _class(self, items: list[Any]) -> str:
        if items == _ANYTHING:
            return "[^]"
        if len(items) == 1 and items[0][1] in _OTHERS:
            return f"[^{_CATEGORIES[_OTHERS[items[0][1]]][self._ascii]}]"
        negated = items[0][0] is sre.NEGATE
        parts = [self._member(kind, value) for kind, value in (items[1:] if negated else items)]
        return f"[{'^' if negated else ''}{''.join(parts)}]"

    def _member(self, kind: Any, value: Any) -> str:
        if kind is sre.LITERAL:
            return self._in_class(value)
        if kind is sre.RANGE:
            first, last = value
            return f"{_member(first)}-{_member(last)}" + self._other_case(first, last)
        if kind is sre.CATEGORY and value in _CATEGORIES:
            return _CATEGORIES[value][self._ascii]
        raise self._unknown(value)

    def _in_class(self, code: int) -> str:
        if not self._any_case:
            return _member(code)
        return "".join(
            sorted({_member(ord(case)) for case in (chr(code).lower(), chr(code).upper()) if len(case) == 1})
        )

    def _other_case(self, first: int, last: int) -> str:
        if not self._any_case or not (chr(first) + chr(last)).isalpha():
            return ""
        if last > 127:
            raise self._unknown("a range that ignores case")
        other = chr(first).swapcase(), chr(last).swapcase()
        return f"{other[0]}-{other[1]}"

    def _unknown(self, what: object) -> Untranslatable:
        return Untranslatable(f"{what} in {self._pattern.pattern!r}")


def _written(code: int, syntax: Container[str] = _SYNTAX) -> str:
    if chr(code) in syntax:
        return "\\" + chr(code)
    if 32 <= code < 127:
        return chr(code)
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\u{{{code:x}}}"


def _member(code: int) -> str:
    """A character in a set, where a hyphen has a meaning."""
    return _written(code, _SYNTAX | {"-"})
