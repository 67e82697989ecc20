"""Suppresses the checker's messages that Monty itself, or the way notebooks are written, proves wrong.

The checker (ty) knows Monty's library from trimmed stubs of the standard library, which lack some of what Monty has;
there the installed Monty decides. The checker also does not see what functions do to globals and attributes, nor that
a `try` around a line says that the line may fail.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from monty_kernel.introspect.facts import Facts

from .checker import Diagnostic
from .outline import Outline

INFORMATION = frozenset({"revealed-type"})
"""Messages that the cell asked for, which are no faults."""

# about style, or about annotations, which Monty ignores; or the cell will raise the error itself
_OF_STYLE = re.compile(
    r"possibly-.*|deprecated|redundant-.*|unused-.*|.*ignore-comment.*|undefined-reveal|"
    r"invalid-syntax|unsupported-base|invalid-type-form"
)
_IGNORED = re.compile(r"#\s*+(?:type:\s*+ignore\b|ty:\s*+ignore\b(?:\[(?P<rules>[^\]#]*+)\])?)")
_NAME = re.compile(r"Name `(\w+)` used when not defined")
_MODULE = re.compile(r"Cannot resolve imported module `([\w.]+)`")
_MODULE_MEMBER = re.compile(r"Module `([\w.]+)` has no member `(\w+)`")
_MEMBER = re.compile(r"(?:Object of type `(?P<type>[^`]+)` has no attribute|Attribute) `(?P<name>\w+)`")
_LITERAL = re.compile(r'Literal\[(?:(?P<str>")|(?P<bytes>b")|(?P<bool>True|False)|(?P<int>-?\d))')
_TYPE = re.compile(r"`([^`]*)`")
_LISTS = re.compile(r"`(?:zip|enumerate|reversed|map|filter|Generator|GeneratorType)\[")
"""Types that are lists in Monty, with all methods of lists."""

_PUTS_IN = re.compile(
    r"Invalid subscript assignment|bound method `?(?:list|set|dict|deque|Counter|defaultdict)\b|"
    r"Operator `(?:\+|\||-|&|\^)=` is not supported between objects of type "
    r"`(?:list|set|dict|deque|Counter|defaultdict)\["
)
_TO_ATTRIBUTE = re.compile(r"is not assignable to attribute `(\w+)`")
_EXPECTED = re.compile(r"[Ee]xpected `([^`]*)`, found `([^`]*)`")
_INT = re.compile(r"\bint\b")
_SEVERAL = re.compile(r"""Literal\[(?:"[^"]*+"|[^\[\]",])*+,""")
_WORD = re.compile(r"[^\W\d]\w*")
_WANTED = re.compile(r"(?:[Ee]xpected|assignable to(?: attribute `\w+` of type)?) `[^`]*`")
_BRACKETS = re.compile(r"([\[\]()])")
_BROAD = ("Exception", "BaseException")
_CAUGHT = {
    "unresolved-reference": ("NameError", *_BROAD),
    "unresolved-import": ("ImportError", "ModuleNotFoundError", *_BROAD),
    "unresolved-attribute": ("AttributeError",),
    "index-out-of-bounds": ("IndexError",),
}
_OF_CALLS = frozenset({
    "invalid-argument-type", "missing-argument", "no-matching-overload", "parameter-already-assigned",
    "too-many-positional-arguments", "unknown-argument",
})  # fmt: skip
_SURE = INFORMATION | {"unresolved-reference", "unresolved-import"}
_TYPE_ERRORS = ("TypeError", "ValueError", "AttributeError")


@dataclass(frozen=True, slots=True)
class Context:
    """What is known about the session of the cell.

    Attributes:
        facts: what the installed Monty has.
        attributes: names of attributes that cells assign from outside of classes.
        modules: modules of tools that cells may import.
        executes: whether the cell calls `exec` or `eval`, and so may bind names that the checker cannot see.
        live: the session's names.
        annotated: names and attributes that have an annotation.
        from_inside: names that functions bind by `global`.
    """

    facts: Facts
    attributes: Collection[str]
    modules: Collection[str]
    executes: bool
    live: Collection[str]
    annotated: Collection[str]
    from_inside: Collection[str]


@dataclass(frozen=True, slots=True)
class Placed:
    """A message of the checker and its place, as offsets in the outlined text.

    Attributes:
        marked: the code at that place.
        line: the line that it begins in.
        span: its place in the cell: line, column, end line, end column, counted from 1.
    """

    diagnostic: Diagnostic
    start: int
    end: int
    marked: str
    line: str
    span: tuple[int, int, int, int]


def trusted(diagnostics: Iterable[Placed], seen: Outline, context: Context) -> list[Placed]:
    """The messages to show."""
    rest = [each for each in diagnostics if not _OF_STYLE.fullmatch(each.diagnostic.rule)]
    kept = [each for each in rest if not (_mixes(each, context) or _rebinds(each, seen))]
    if len(kept) < len(rest):
        # the checker goes on with the type that it inferred, so its later messages may be wrong as well
        kept = [each for each in kept if each.diagnostic.rule in _SURE]
    return [each for each in kept if _is_true(each, seen, context)]


def _rebinds(placed: Placed, seen: Outline) -> bool:
    """Whether it objects to a new type for a name without annotation, as in `from time import time; time = time()`."""
    return placed.diagnostic.rule == "invalid-assignment" and _within(placed.start, placed.end, seen.loose)


def ignored(rule: str, line: str) -> bool:
    """Whether a comment on the line suppresses the rule.

    The checker honours such comments, except after a cell's last expression.
    """
    return any(
        found["rules"] is None or rule in (each.strip() for each in found["rules"].split(","))
        for found in _IGNORED.finditer(line)
    )


def _mixes(placed: Placed, context: Context) -> bool:
    """Whether it is about a container without annotation, whose type the checker inferred from the first elements."""
    if not _PUTS_IN.search(placed.diagnostic.message):
        return False
    return not any(word in context.annotated for word in _WORD.findall(placed.line))


def _is_true(placed: Placed, seen: Outline, context: Context) -> bool:
    diagnostic, start, end = placed.diagnostic, placed.start, placed.end
    if seen.expects(start, end, _CAUGHT.get(diagnostic.rule, _TYPE_ERRORS)):
        return False
    if diagnostic.rule not in _SURE and _may_be_changed(placed.marked, seen, context):
        return False
    match diagnostic.rule:
        case "unresolved-reference":
            name = _NAME.match(diagnostic.message)
            return name is None or not (context.executes or name[1] in context.facts.builtins)
        case "unresolved-import":
            member = _MODULE_MEMBER.match(diagnostic.message)
            if member is not None:
                return member[2] not in context.facts.of_module(member[1])
            module = _MODULE.match(diagnostic.message)
            return module is None or not (module[1] in context.facts.modules or module[1] in context.modules)
        case "unresolved-attribute":
            return _lacks(diagnostic.message, context)
        case "invalid-assignment":
            attribute = _TO_ATTRIBUTE.search(diagnostic.message)
            if attribute is not None and attribute[1] not in context.annotated:
                return False
        case "not-subscriptable" | "not-iterable" | "call-non-callable":
            # the object may be one of several types, which the message does not say: show only what is certain
            subject = seen.subjects.get((start, end))
            if subject is None or (subject and (subject in seen.bound or subject not in context.live)):
                return False
        case rule if rule in _OF_CALLS:
            # `max(counts, key=counts.get)`: the checker objects to a None that `get` never returns there
            if _within(start, end, seen.lenient):
                return False
            # the message names neither the argument nor its type
            if rule == "no-matching-overload" and not _within(start, end, seen.plain):
                return False
    return not (
        _is_vague(diagnostic.message) or _LISTS.search(diagnostic.message) or _differs_in_numbers(diagnostic.message)
    )


def _may_be_changed(text: str, seen: Outline, context: Context) -> bool:
    """Whether a call in between may have changed the object, as in `d["k"] = 1; put(d); d["k"].upper()`.

    The checker ignores that.
    """
    if any(path in text for path in seen.paths):
        return True
    words = _WORD.findall(text)
    return any(word in context.from_inside or word in context.attributes for word in words)


def _within(start: int, end: int, spans: Iterable[tuple[int, int]]) -> bool:
    return any(first <= start and end <= last for first, last in spans)


def _is_vague(message: str) -> bool:
    """Whether the object may be of several types, of which perhaps only one ever occurs.

    To the checker, each value of `{"name": "a", "size": 1}` is a string or a number, and `re.match` may always return
    None.
    """
    if any(" | " in _without_brackets(shown) for shown in _TYPE.findall(_WANTED.sub("", message))):
        return True
    return _SEVERAL.search(message) is not None


def _without_brackets(shown: str) -> str:
    """A type without its brackets and their content."""
    kept: list[str] = []
    opened: list[int] = []  # the length of `kept` at each open bracket
    for part in _BRACKETS.split(shown):
        if part in ("]", ")") and opened:
            del kept[opened.pop() :]
            continue
        if part in ("[", "("):
            opened.append(len(kept))
        kept.append(part)
    return "".join(kept)


def _differs_in_numbers(message: str) -> bool:
    """Whether it only objects to a list of ints in place of floats, which makes no difference when it runs."""
    both = _EXPECTED.search(message)
    return both is not None and "[" in both[1] and _INT.sub("float", both[1]) == _INT.sub("float", both[2])


def _lacks(message: str, context: Context) -> bool:
    if message.startswith("Unresolved attribute"):  # the assignment creates it
        return False
    of_module = _MODULE_MEMBER.match(message)
    if of_module is not None:
        return of_module[2] not in context.facts.of_module(of_module[1]) and of_module[2] not in context.attributes
    if _LISTS.search(message):
        return False
    member = _MEMBER.match(message)
    if member is None:
        return True
    if member["name"] in context.attributes or _is_vague(message):
        return False
    attributes = context.facts.of_value(_type_name(member["type"])) if member["type"] else None
    return attributes is None or member["name"] not in attributes


def _type_name(shown: str) -> str:
    literal = _LITERAL.match(shown)
    if literal is not None:
        return str(literal.lastgroup)
    return shown.partition("[")[0]
