"""Expressions of Vega's language, parsed into a tree of what only computes. `write` makes the text anew from the tree.

What a name may be is asked while parsing: `datum`, a parameter of the specification, a constant, or a function of
`functions.json`. A name behind a dot or in brackets is a literal that no object of JavaScript has by itself, or a number.
Regular expressions are left out: a hostile one takes for ever.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Collection

from . import UNSAYABLE, Refused
from .strings import checked_format
from .tree import (
    MOST_IN_SEQUENCE,
    MOST_PADDED,
    SHORT,
    Array,
    Binary,
    Call,
    Conditional,
    Literal,
    Member,
    Name,
    Node,
    Object,
    Unary,
    constants,
    functions,
    is_number,
)

LONGEST = 4_000
"""Characters of an expression."""
DEEPEST = 40
"""Levels of nesting."""

_LEVELS = (
    ("||",),
    ("&&",),
    ("|",),
    ("^",),
    ("&",),
    ("==", "!=", "===", "!=="),
    ("<", ">", "<=", ">="),
    ("<<", ">>", ">>>"),
    ("+", "-"),
    ("*", "/", "%"),
)
"""Binary operators, from those that bind least to those that bind most."""
_TOKEN = re.compile(
    r"""\s*(?:(?P<number>0[xX][0-9a-fA-F]{1,13}|(?:(?:0|[1-9]\d*)(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,4})?)(?![\w$\\])
    |(?P<name>[A-Za-z_$][\w$]*)
    |(?P<text>"(?:[^"\\\n\r\u2028\u2029]|\\.)*"|'(?:[^'\\\n\r\u2028\u2029]|\\.)*')
    |(?P<sign>===|!==|>>>|==|!=|<=|>=|<<|>>|&&|\|\||[-+*/%!~<>&|^?:,.()\[\]{}]))""",
    re.VERBOSE | re.ASCII,
)
_ESCAPE = re.compile(r"\\(u\{[0-9a-fA-F]{1,6}\}|u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|0(?!\d)|[^ux\d])")
_ESCAPED = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f", "v": "\v", "0": "\0"}
_PLAIN_NAME = re.compile(r"[A-Za-z_]\w{0,39}", re.ASCII)


def parse(text: str, parameters: Collection[str] = ()) -> Node:
    """The tree of an expression.

    Args:
        text: the expression.
        parameters: the names that the specification gives to its parameters.

    Raises:
        Refused: it says something that may not be said, or is no expression.
    """
    if len(text) > LONGEST:
        raise Refused("is too long")
    return _Parser(_tokens(text), parameters).whole()


# Parsing --------------------------------------------------------------------------------------------------------------


def _tokens(text: str) -> list[tuple[str, str]]:
    found = []
    place, end = 0, len(text.rstrip())
    while place < end:
        token = _TOKEN.match(text, place)
        if token is None or token.lastgroup is None:
            what = text[place:].lstrip()[:1]
            raise Refused("uses an escape in a name" if what == "\\" else "cannot be read")
        found.append((token.lastgroup, token[token.lastgroup]))
        place = token.end()
    return found


class _Parser:
    def __init__(self, tokens: list[tuple[str, str]], parameters: Collection[str]) -> None:
        self._tokens = tokens
        self._parameters = parameters
        self._place = 0
        self._depth = 0

    def whole(self) -> Node:
        node = self._conditional()
        if self._place < len(self._tokens):
            raise Refused(self._unexpected())
        return node

    def _unexpected(self) -> str:
        _, sign = self._next_token()
        if sign == "/":
            return "uses a regular expression"
        return "is not an expression of one value"

    def _next_token(self) -> tuple[str, str]:
        return self._tokens[self._place] if self._place < len(self._tokens) else ("end", "")

    def _is(self, sign: str) -> bool:
        return self._next_token() == ("sign", sign)

    def _take(self, sign: str) -> bool:
        if self._is(sign):
            self._place += 1
            return True
        return False

    def _expect(self, sign: str) -> None:
        if not self._take(sign):
            raise Refused(self._unexpected())

    def _conditional(self) -> Node:
        self._depth += 1
        if self._depth > DEEPEST:
            raise Refused("is nested too deeply")
        node = self._binary(0)
        if self._take("?"):
            yes = self._conditional()
            self._expect(":")
            node = Conditional(node, yes, self._conditional())
        self._depth -= 1
        return node

    def _binary(self, level: int) -> Node:
        if level == len(_LEVELS):
            return self._unary()
        node = self._binary(level + 1)
        steps = 0
        while self._next_token()[0] == "sign" and self._next_token()[1] in _LEVELS[level]:
            steps += 1
            if steps > DEEPEST:
                raise Refused("is nested too deeply")
            _, operator = self._next_token()
            self._place += 1
            node = Binary(operator, node, self._binary(level + 1))
        return node

    def _unary(self) -> Node:
        for operator in "+-!~":
            if self._take(operator):
                self._depth += 1
                if self._depth > DEEPEST:
                    raise Refused("is nested too deeply")
                node = Unary(operator, self._unary())
                self._depth -= 1
                return node
        return self._member()

    def _member(self) -> Node:
        node = self._primary()
        steps = 0
        while self._is(".") or self._is("["):
            steps += 1
            if steps > DEEPEST:
                raise Refused("is nested too deeply")
            if self._take("."):
                what, name = self._next_token()
                if what != "name":
                    raise Refused(self._unexpected())
                self._place += 1
                node = Member(node, Literal(sayable(name)))
            else:
                self._expect("[")
                node = Member(node, self._key())
                self._expect("]")
        if self._is("("):
            raise Refused("calls a method")
        return node

    def _key(self) -> Node:
        key = self._conditional()
        if isinstance(key, Literal) and isinstance(key.value, str):
            sayable(key.value)
        elif not is_number(key):
            raise Refused("looks up a name that it computes")
        return key

    def _primary(self) -> Node:
        what, text = self._next_token()
        self._place += 1
        if what == "number":
            return Literal(_number(text))
        if what == "text":
            return Literal(_unescaped(text[1:-1]))
        if what == "name":
            return self._named(text)
        if text == "(" and what == "sign":
            node = self._conditional()
            self._expect(")")
            return node
        if text == "[" and what == "sign":
            return Array(self._until("]"))
        if text == "{" and what == "sign":
            return self._object()
        self._place -= 1
        raise Refused(self._unexpected())

    def _until(self, closing: str) -> tuple[Node, ...]:
        found: list[Node] = []
        while not self._take(closing):
            if found:
                self._expect(",")
            found.append(self._conditional())
        return tuple(found)

    def _object(self) -> Node:
        pairs: dict[str, Node] = {}
        while not self._take("}"):
            if pairs:
                self._expect(",")
            what, text = self._next_token()
            if what not in ("name", "text"):
                raise Refused(self._unexpected())
            self._place += 1
            key = sayable(text if what == "name" else _unescaped(text[1:-1]))
            self._expect(":")
            pairs[key] = self._conditional()
        return Object(tuple(pairs.items()))

    def _named(self, name: str) -> Node:
        if name in _WORDS:
            return Literal(_WORDS[name])
        if self._take("("):
            if name not in functions():
                raise Refused(f"calls {name if _PLAIN_NAME.fullmatch(name) else 'a function'}")
            return _checked_call(name, self._until(")"))
        if name == "datum" or name in constants() or name in ("width", "height") or name in self._parameters:
            return Name(name)
        shown = f" ({name})" if _PLAIN_NAME.fullmatch(name) else ""
        raise Refused(f"uses a name that is no parameter of this chart{shown}")


_WORDS: dict[str, bool | None] = {"true": True, "false": False, "null": None}


def sayable(name: str) -> str:
    """The name of a field or key as it is.

    Raises:
        Refused: any object of JavaScript has something of that name.
    """
    if name in UNSAYABLE:
        raise Refused(f"uses the name {name}")
    return name


def _number(text: str) -> float | int:
    number = int(text, 16) if text[:2] in ("0x", "0X") else float(text)
    if not math.isfinite(number):
        raise Refused("holds a number that is too large")
    return int(number) if float(number).is_integer() and abs(number) < 2**53 else number


def _unescaped(text: str) -> str:
    def character(found: re.Match[str]) -> str:
        said = found[1]
        if len(said) > 1:
            code = int(said[1:].strip("{}"), 16)
            if code > 0x10FFFF:
                raise Refused("cannot be read")
            return chr(code)
        return _ESCAPED.get(said, said)

    if "\\" not in text:
        return text
    plain = _ESCAPE.sub(character, text)
    if "\\" in _ESCAPE.sub("", text):
        raise Refused("uses an escape that cannot be read")
    return plain.encode("utf-16", "surrogatepass").decode("utf-16", "surrogatepass")


# Calls ----------------------------------------------------------------------------------------------------------------


def _checked_call(name: str, arguments: tuple[Node, ...]) -> Call:
    check = _CHECKS.get(name)
    if check is not None:
        check(name, arguments)
    elif name == "if" and len(arguments) != 3:
        raise Refused("calls if without three arguments")
    return Call(name, arguments)


def _text_argument(name: str, arguments: tuple[Node, ...], place: int) -> str:
    given = arguments[place] if len(arguments) > place else None
    if not isinstance(given, Literal) or not isinstance(given.value, str):
        raise Refused(f"calls {name} with a text that is not written out")
    return given.value


def _format(name: str, arguments: tuple[Node, ...]) -> None:
    _check_format(name, _text_argument(name, arguments, 1))


def _check_format(name: str, given: str) -> None:
    try:
        checked_format(given)
    except Refused as error:
        raise Refused(f"calls {name} with {error}") from error


def _time_format(name: str, arguments: tuple[Node, ...]) -> None:
    if len(arguments) > 1 or name in ("timeParse", "utcParse"):
        _check_format(name, _text_argument(name, arguments, 1))


def _number_argument(name: str, node: Node, most: int) -> float:
    sign = 1
    while isinstance(node, Unary) and node.operator in "+-":
        sign, node = (-sign if node.operator == "-" else sign), node.argument
    value = node.value if isinstance(node, Literal) else None
    if isinstance(value, (bool, str)) or value is None:
        raise Refused(f"calls {name} with a number that is not written out")
    if abs(value) > most:
        raise Refused(f"calls {name} with a number that is too large")
    return sign * value


def _pad(name: str, arguments: tuple[Node, ...]) -> None:
    if len(arguments) < 2:
        raise Refused(f"calls {name} without a length")
    _number_argument(name, arguments[1], MOST_PADDED)
    if len(arguments) > 2 and len(_text_argument(name, arguments, 2)) > 1:
        raise Refused(f"calls {name} with more than one character")


def _truncate(name: str, arguments: tuple[Node, ...]) -> None:
    if len(arguments) > 3:
        _text_argument(name, arguments, 3)


def _replace(name: str, arguments: tuple[Node, ...]) -> None:
    if len(arguments) != 3 or "$" in (put := _text_argument(name, arguments, 2)) or len(put) > SHORT:
        raise Refused(f"calls {name} with a text that may multiply")


def _sequence(name: str, arguments: tuple[Node, ...]) -> None:
    if not 1 <= len(arguments) <= 3:
        raise Refused(f"calls {name} without its numbers")
    numbers = [_number_argument(name, each, 1_000_000_000) for each in arguments]
    start, stop, step = (0.0, numbers[0], 1.0) if len(numbers) == 1 else (*numbers, 1.0)[:3]
    if step == 0 or abs(stop - start) / abs(step) > MOST_IN_SEQUENCE:
        raise Refused(f"calls {name} for more than {MOST_IN_SEQUENCE:,} numbers")


_CHECKS: dict[str, Callable[[str, tuple[Node, ...]], None]] = {
    "format": _format, "timeFormat": _time_format, "utcFormat": _time_format, "timeParse": _time_format, "utcParse": _time_format,
    "pad": _pad, "truncate": _truncate, "replace": _replace, "sequence": _sequence,
}  # fmt: skip
