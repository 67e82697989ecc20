"""Which of the checker's findings to believe. Those go that Monty itself, or the way notebooks are written, proves wrong.

The checker (ty) knows Monty's library by trimmed stubs of the standard one, and some of what Monty has is not in them: there
the installed Monty has the last word. It does not see what functions do to globals and attributes either, nor that a `try`
around a line says that the line may fail.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from monty_kernel.introspect.facts import Facts

from .checker import Said
from .outline import Outline

INFORMATION = frozenset({"revealed-type"})
"""What the cell asked the checker to say: nothing is wrong."""

# of style, or of annotations, which Monty does not look at; or the cell's own error will say it
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
"""What is a list in Monty, and can do all that lists can."""

_PUTS_IN = re.compile(
    r"Invalid subscript assignment|bound method `?(?:list|set|dict|deque|Counter|defaultdict)\b|"
    r"Operator `(?:\+|\||-|&|\^)=` is not supported between objects of type `(?:list|set|dict|deque|Counter|defaultdict)\["
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
_OF_CALLS = frozenset(
    {
        "invalid-argument-type",
        "missing-argument",
        "no-matching-overload",
        "parameter-already-assigned",
        "too-many-positional-arguments",
        "unknown-argument",
    }
)
_SURE = INFORMATION | {"unresolved-reference", "unresolved-import"}
_TYPE_ERRORS = ("TypeError", "ValueError", "AttributeError")


@dataclass(frozen=True, slots=True)
class Known:
    """What is known besides the cell. attributes: names of attributes that cells assign from outside of classes.

    modules: what cells may import by the person's leave. executes: whether the cell may bind names that nobody sees. live: the
    session's names. annotated: names and attributes that have an annotation. from_inside: names that functions bind by `global`.
    """

    facts: Facts
    attributes: Collection[str]
    modules: Collection[str]
    executes: bool
    live: Collection[str]
    annotated: Collection[str]
    from_inside: frozenset[str]


@dataclass(frozen=True, slots=True)
class Placed:
    """Something that the checker said, and where: offsets in the text that the outline is of.

    marked: what stands there. line: the line it begins in. span: its place in the cell, as lines and columns from 1.
    """

    said: Said
    start: int
    end: int
    marked: str
    line: str
    span: tuple[int, int, int, int]


def believed(all_said: Iterable[Placed], seen: Outline, known: Known) -> list[Placed]:
    """Those that are to be shown."""
    rest = [each for each in all_said if not _OF_STYLE.fullmatch(each.said.rule)]
    kept = [each for each in rest if not (_mixes(each, known) or _rebinds(each, seen))]
    if len(kept) < len(rest):
        # the checker goes on with the type that it had in mind: of what was given, of what is read from the container
        kept = [each for each in kept if each.said.rule in _SURE]
    return [each for each in kept if _is_true(each, seen, known)]


def _rebinds(placed: Placed, seen: Outline) -> bool:
    """Whether it minds that a name becomes something else: one that nobody annotated may, as in `from time import time; time = time()`."""
    return placed.said.rule == "invalid-assignment" and _within(placed.start, placed.end, seen.loose)


def ignored(rule: str, line: str) -> bool:
    """Whether a comment on the line says so. The checker minds such comments itself, but not behind a cell's last expression."""
    return any(
        found["rules"] is None or rule in (each.strip() for each in found["rules"].split(","))
        for found in _IGNORED.finditer(line)
    )


def _mixes(placed: Placed, known: Known) -> bool:
    """Whether it is about a container of which nobody said what may be in it: the checker has that from its first elements."""
    if not _PUTS_IN.search(placed.said.message):
        return False
    return not any(word in known.annotated for word in _WORD.findall(placed.line))


def _is_true(placed: Placed, seen: Outline, known: Known) -> bool:
    said, start, end = placed.said, placed.start, placed.end
    if seen.expects(start, end, _CAUGHT.get(said.rule, _TYPE_ERRORS)):
        return False
    if said.rule not in _SURE and _may_be_changed(placed.marked, seen, known):
        return False
    match said.rule:
        case "unresolved-reference":
            name = _NAME.match(said.message)
            return name is None or not (known.executes or name[1] in known.facts.builtins)
        case "unresolved-import":
            member = _MODULE_MEMBER.match(said.message)
            if member is not None:
                return member[2] not in known.facts.of_module(member[1])
            module = _MODULE.match(said.message)
            return module is None or not (module[1] in known.facts.modules or module[1] in known.modules)
        case "unresolved-attribute":
            return _lacks(said.message, known)
        case "invalid-assignment":
            attribute = _TO_ATTRIBUTE.search(said.message)
            if attribute is not None and attribute[1] not in known.annotated:
                return False
        case "not-subscriptable" | "not-iterable" | "call-non-callable":
            # it may be one of several types, and the message does not say: only what is one thing for sure is believed
            subject = seen.subjects.get((start, end))
            if subject is None or (subject and (subject in seen.bound or subject not in known.live)):
                return False
        case rule if rule in _OF_CALLS:
            # `max(counts, key=counts.get)`: the checker minds the None that `get` never gives there
            if _within(start, end, seen.lenient):
                return False
            # which argument it is, and of which type, the message does not say
            if rule == "no-matching-overload" and not _within(start, end, seen.plain):
                return False
    return not (_is_vague(said.message) or _LISTS.search(said.message) or _differs_in_numbers(said.message))


def _may_be_changed(text: str, seen: Outline, known: Known) -> bool:
    """Whether it is about what a call in between may have changed, which the checker does not consider: `d["k"] = 1; put(d); d["k"].upper()`."""
    if any(path in text for path in seen.paths):
        return True
    words = _WORD.findall(text)
    return any(word in known.from_inside or word in known.attributes for word in words)


def _within(start: int, end: int, spans: Iterable[tuple[int, int]]) -> bool:
    return any(first <= start and end <= last for first, last in spans)


def _is_vague(message: str) -> bool:
    """Whether what is found fault with may be of several types, of which only one may ever come.

    The values of `{"name": "a", "size": 1}` are strings or numbers to the checker, each of them; and `re.match` may always give None.
    """
    if any(" | " in _without_brackets(shown) for shown in _TYPE.findall(_WANTED.sub("", message))):
        return True
    return _SEVERAL.search(message) is not None


def _without_brackets(shown: str) -> str:
    """A type without its brackets and what is in them."""
    kept: list[str] = []
    opened: list[int] = []  # how much had been kept where each bracket opened
    for part in _BRACKETS.split(shown):
        if part in ("]", ")") and opened:
            del kept[opened.pop() :]
            continue
        if part in ("[", "("):
            opened.append(len(kept))
        kept.append(part)
    return "".join(kept)


def _differs_in_numbers(message: str) -> bool:
    """Whether it only minds a list of ints where one of floats is wanted: nobody can tell the difference when it runs."""
    both = _EXPECTED.search(message)
    return both is not None and "[" in both[1] and _INT.sub("float", both[1]) == _INT.sub("float", both[2])


def _lacks(message: str, known: Known) -> bool:
    if message.startswith("Unresolved attribute"):  # it is being made
        return False
    of_module = _MODULE_MEMBER.match(message)
    if of_module is not None:
        return of_module[2] not in known.facts.of_module(of_module[1]) and of_module[2] not in known.attributes
    if _LISTS.search(message):
        return False
    member = _MEMBER.match(message)
    if member is None:
        return True
    if member["name"] in known.attributes or _is_vague(message):
        return False
    attributes = known.facts.of_value(_type_name(member["type"])) if member["type"] else None
    return attributes is None or member["name"] not in attributes


def _type_name(shown: str) -> str:
    literal = _LITERAL.match(shown)
    if literal is not None:
        return str(literal.lastgroup)
    return shown.partition("[")[0]
