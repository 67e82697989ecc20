"""The tree of an expression in Vega's language: what it is written as, whether it is a number, and how large its value may be.

The tree has no node for what does more than compute. A text that is added to itself in forty steps fills any memory, so `size`
bounds what a tree may evaluate to, given a bound for what its names stand for.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from . import Refused

WIDEST = 100_000
"""Characters, numbers and the like that an expression's value may hold."""
SHORT = 64
"""What a date, a colour or a number takes as text."""
MOST_PADDED = 200
MOST_IN_SEQUENCE = 1_000

_COMPARING = frozenset(("==", "!=", "===", "!==", "<", ">", "<=", ">="))
_EITHER = frozenset(("||", "&&"))


@dataclass(frozen=True, slots=True)
class Literal:
    value: str | float | int | bool | None


@dataclass(frozen=True, slots=True)
class Name:
    """`datum`, a parameter or a constant."""

    name: str


@dataclass(frozen=True, slots=True)
class Member:
    """key: a literal, or a tree that is a number."""

    owner: Node
    key: Node


@dataclass(frozen=True, slots=True)
class Call:
    function: str
    arguments: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Unary:
    operator: str
    argument: Node


@dataclass(frozen=True, slots=True)
class Binary:
    operator: str
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Conditional:
    test: Node
    yes: Node
    no: Node


@dataclass(frozen=True, slots=True)
class Array:
    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Object:
    pairs: tuple[tuple[str, Node], ...]


Node = Literal | Name | Member | Call | Unary | Binary | Conditional | Array | Object


@cache
def functions() -> dict[str, str]:
    """What each function that may be called gives: the lists of `functions.json`, but for its constants."""
    lists = json.loads(Path(__file__).with_name("functions.json").read_text())
    return {name: kind for kind, names in lists.items() if kind != "constants" for name in names}


@cache
def constants() -> frozenset[str]:
    """Names of numbers."""
    return frozenset(json.loads(Path(__file__).with_name("functions.json").read_text())["constants"])


def write(node: Node) -> str:
    """The text of a tree, in ASCII. Parsed, it is the same tree."""
    match node:
        case Literal(value):
            return json.dumps(value)
        case Name(name):
            return name
        case Member(owner, key):
            return f"{write(owner)}[{write(key)}]"
        case Call(function, arguments):
            return f"{function}({', '.join(map(write, arguments))})"
        case Unary(operator, argument):
            return f"({operator} {write(argument)})"
        case Binary(operator, left, right):
            return f"({write(left)} {operator} {write(right)})"
        case Conditional(test, yes, no):
            return f"({write(test)} ? {write(yes)} : {write(no)})"
        case Array(items):
            return f"[{', '.join(map(write, items))}]"
        case Object(pairs):
            return "{" + ", ".join(f"{json.dumps(key)}: {write(value)}" for key, value in pairs) + "}"


def is_number(node: Node) -> bool:
    """Whether a tree can be nothing but a number, whatever its names stand for."""
    match node:
        case Literal(value):
            return isinstance(value, (int, float)) and not isinstance(value, bool)
        case Name(name):
            return name in constants() or name in ("width", "height")
        case Call(function):
            return functions()[function] == "number"
        case Unary(operator):
            return operator != "!"
        case Binary(operator):
            return operator not in _COMPARING | _EITHER | {"+"} or (
                operator == "+" and is_number(node.left) and is_number(node.right)
            )
        case Conditional(_, yes, no):
            return is_number(yes) and is_number(no)
    return False


def size(node: Node, of_names: int, is_number_field: Callable[[str], bool]) -> int:
    """How large a tree's value may be at most, in characters as text. of_names: the same for what its names stand for.
    is_number_field: whether a field of `datum` is a number in each row.

    Raises:
        Refused: larger than `WIDEST`, here or on the way.
    """
    inside = [size(each, of_names, is_number_field) for each in _parts(node)]
    found = SHORT
    match node:
        case Literal(value):
            found = len(value) if isinstance(value, str) else SHORT
        case Name(name):
            found = SHORT if name in constants() else of_names
        case Member():
            found = inside[0]
        case Call("join"):
            found = inside[0] * (1 + sum(inside[1:]))
        case Call(function):
            given = functions()[function]
            if given not in ("number", "boolean", "short"):
                found = (3 if function in ("upper", "lower") else 1) * sum(inside) + _PRODUCED.get(function, 0)
        case Binary(operator):
            found = max(inside) if operator in _EITHER else sum(inside) if operator == "+" else SHORT
        case Conditional():
            found = max(inside[1:])
        case Array() | Object():
            found = 2 + sum(inside) + 4 * len(inside) + sum(len(key) for key, _ in getattr(node, "pairs", ()))
    if found > WIDEST:
        raise Refused("makes texts or lists that are too long")
    return SHORT if _adds_numbers(node, is_number_field) else found


def _adds_numbers(node: Node, is_number_field: Callable[[str], bool]) -> bool:
    """Whether a tree is a field that is a number, or adds two that are."""
    match node:
        case Member(Name("datum"), Literal(str() as field)):
            return is_number_field(field)
        case Binary("+", left, right):
            return all(isinstance(each, Member) and _adds_numbers(each, is_number_field) for each in (left, right))
    return False


_PRODUCED = {
    "pad": MOST_PADDED,
    "sequence": 24 * MOST_IN_SEQUENCE,
    "format": 400,
    "timeFormat": 2_000,
    "utcFormat": 2_000,
    "replace": SHORT,
}
"""What these add to their arguments."""


def _parts(node: Node) -> tuple[Node, ...]:
    match node:
        case Member(owner, key):
            return owner, key
        case Call(_, arguments):
            return arguments
        case Unary(_, argument):
            return (argument,)
        case Binary(_, left, right):
            return left, right
        case Conditional(test, yes, no):
            return test, yes, no
        case Array(items):
            return items
        case Object(pairs):
            return tuple(value for _, value in pairs)
    return ()
