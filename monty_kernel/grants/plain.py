"""What passes between a cell and a tool: plain data, and an exception as its type and one line.

It is checked, copied and shown in short, and never run.
"""

from __future__ import annotations

import datetime
import decimal
import inspect
import pathlib
import re
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, get_args

import pydantic_monty as monty

from monty_kernel.engine.questions import Part
from monty_kernel.outputs.visible_text import readable, visible_line

if TYPE_CHECKING:
    from pydantic_monty import ExternalExceptionData

MOST_BYTES = 1 << 26
"""Bytes for the arguments or the result of one call, estimated."""
MOST_ITEMS = 1_000_000
_DEPTH = 200

_ATOMS: tuple[Any, ...] = (bool, int, float, complex, str, bytes)
_LEAVES: tuple[type, ...] = (
    datetime.date,
    datetime.time,
    datetime.timedelta,
    datetime.timezone,
    decimal.Decimal,
    pathlib.PurePosixPath,
)
_BOXES: tuple[Any, ...] = (list, tuple, set, frozenset)

# values that exist only in the sandbox arrive as their repr, which cannot be told from text
_STAND_IN = re.compile(
    r"<(?P<what>function|module|coroutine|bound method|built-in function|\w+(?= object))\b(?:[^<>]|<\w+>){0,200}>"
    r"|(?P<kind>range)\(-?\d+, -?\d+(?:, -?\d+)?\)|(?P<part>slice)\([^(),]+, [^(),]+, [^(),]+\)"
    r"|(?P<view>dict_keys|dict_values|dict_items)\(\[.*\]\)",
    re.DOTALL,
)


class NotPlain(TypeError):
    """A value is not plain data, or is too large; the message says what it is or holds."""


def plain_copy(value: object, *, from_cell: bool = False) -> Any:
    """A copy of exact built-in types: a named tuple becomes a tuple, an `IntEnum` an int, and so on.

    Args:
        value: what to copy.
        from_cell: whether it comes from the sandbox, where functions, iterators and ranges become the text of their
            repr. Such text is refused.

    Raises:
        NotPlain: it contains something else or a cycle, or is larger than a call may carry.
    """
    return _Copier(from_cell).copy(value, 0)


class _Copier:
    def __init__(self, from_cell: bool) -> None:
        self._from_cell = from_cell
        self._items = 0
        self._bytes = 0

    def copy(self, value: object, depth: int) -> Any:
        if value is None or type(value) is bool:
            return value
        self._count(value)
        if isinstance(value, str):
            return self._text(str.__str__(value) if type(value) is not str else value)
        for kind in _ATOMS[1:]:
            if isinstance(value, kind):
                return value if type(value) is kind else kind.__new__(kind, value)
        if isinstance(value, _LEAVES):
            return value
        if depth == _DEPTH:
            raise NotPlain(f"is nested more than {_DEPTH} levels deep, or holds itself")
        if isinstance(value, dict):
            return {self.copy(key, depth + 1): self.copy(each, depth + 1) for key, each in dict.items(value)}
        for box in _BOXES:
            if isinstance(value, box):
                return box(self.copy(each, depth + 1) for each in value)
        raise NotPlain(_what(value))

    def _count(self, value: object) -> None:
        self._items += 1
        self._bytes += (
            len(value) if isinstance(value, (str, bytes)) else value.bit_length() // 8 if isinstance(value, int) else 8
        )
        if self._items > MOST_ITEMS or self._bytes > MOST_BYTES:
            raise NotPlain(f"is more than {MOST_ITEMS:,} values or {MOST_BYTES >> 20} MiB")

    def _text(self, text: str) -> str:
        try:
            text.encode()
        except UnicodeEncodeError:
            raise NotPlain("holds a lone surrogate, which is no text") from None
        if self._from_cell and text[:1] in ("<", "r", "s", "d") and (found := _STAND_IN.fullmatch(text)):
            raise NotPlain(f"is or holds a {next(filter(None, found.groups()))}, or text that looks like one")
        return text


def _what(value: object) -> str:
    kind = type(value)
    if kind.__name__ in ("MontyClassProxy", "MontyClassTypeProxy", "MontyStdTypeProxy", "ExternalModule"):
        name = getattr(value, "name", None)
        what = "an object of class " if kind.__name__ == "MontyClassProxy" else ""
        return f"is or holds {what}{short(name or 'a module', 80)}"
    if isinstance(value, type):
        return f"is or holds the class {value.__name__}"
    return f"is or holds {'an' if kind.__name__[:1].lower() in 'aeiou' else 'a'} {kind.__name__}"


_LEVELS = 6
"""Levels of nesting that are shown."""


def short(value: object, most: int = 200) -> str:
    """A plain value on one line of about `most` characters, with the number of items left out at each level.

    Characters that would deceive the eye are escaped, see `readable`. The time is bounded as well, whatever the
    value's size.
    """
    return _Shortener(most).show(value, _LEVELS)


class _Shortener:
    """Shows one value within a number of characters."""

    def __init__(self, most: int) -> None:
        self._left = most

    def show(self, value: object, levels: int) -> str:
        if isinstance(value, (str, bytes)):
            return self._text(value)
        if isinstance(value, int) and not isinstance(value, bool) and value.bit_length() > 1024:
            return self._taken(f"an int of {value.bit_length():,} bits")
        if isinstance(value, dict):
            return self._items(value.items(), len(value), "{}", self._pair, levels)
        if isinstance(value, _BOXES):
            brackets = "[]" if isinstance(value, list) else "()" if isinstance(value, tuple) else "{}"
            return self._items(value, len(value), brackets, self.show, levels)
        if value is None or isinstance(value, (*_ATOMS, *_LEAVES)):
            return self._cut(repr(value))
        return self._taken(f"<{visible_line(type(value).__name__)}>")

    def _pair(self, pair: tuple[object, object], levels: int) -> str:
        return f"{self.show(pair[0], levels)}: {self.show(pair[1], levels)}"

    def _text(self, value: str | bytes) -> str:
        room = max(1, self._left)
        length = min(room, len(value))
        while len(shown := readable(repr(value[:length]))) > room + 20 and length > 1:
            length = max(1, length // 2)  # it is full of characters that are escaped
        self._left -= len(shown)
        what = "characters" if isinstance(value, str) else "bytes"
        return shown if length >= len(value) else f"{shown} … ({len(value) - length:,} more {what})"

    def _cut(self, text: str) -> str:
        room = max(10, self._left)
        if len(text) <= room + 40:
            return self._taken(readable(text))
        return f"{self._taken(readable(text[:room]))} … ({len(text) - room:,} more characters)"

    def _taken(self, text: str) -> str:
        self._left -= len(text)
        return text

    def _items(
        self, values: Iterable[Any], length: int, brackets: str, show: Callable[[Any, int], str], levels: int
    ) -> str:
        parts: list[str] = []
        for number, each in enumerate(values):
            if self._left <= 0 or levels <= 0:
                parts.append(f"… ({length - number:,} more)" if number else f"… ({length:,} {_items(length)})")
                break
            self._left -= 4  # for a comma and brackets
            parts.append(show(each, levels - 1))
        inside = ", ".join(parts) + ("," if brackets == "()" and length == 1 else "")
        return f"{brackets[0]}{inside}{brackets[1]}"


def _items(count: int) -> str:
    return "item" if count == 1 else "items"


_OF_A_CALL = 900
"""Characters that the arguments of a call share in a question, without the notes on values that were cut."""
_LEAST_SHOWN = 30
_LAID_OUT = 20_000
"""Characters that the arguments of a call share where they are laid out."""


def arguments_shown(bound: inspect.BoundArguments) -> str:
    """The arguments on one line with their parameters' names, each shortened so that it cannot hide the next ones."""
    shown, more = _named(bound)
    share = min(200, max(_LEAST_SHOWN, _OF_A_CALL // max(1, len(shown))))
    named = (f"{name and name + '='}{short(value, share)}" for name, value in shown)
    return ", ".join([*named, *([f"… ({more:,} more)"] if more else [])])


def arguments_laid_out(bound: inspect.BoundArguments) -> tuple[Part, ...]:
    """The arguments one by one, each as long as a person may want to read it."""
    shown, more = _named(bound)
    share = _LAID_OUT // max(1, len(shown))
    parts = tuple(Part(name, short(value, share)) for name, value in shown)
    return (*parts, Part("…", f"{more:,} more")) if more else parts


def _named(bound: inspect.BoundArguments) -> tuple[list[tuple[str, object]], int]:
    """The arguments with their parameters' names, empty for those without, and how many more there are."""
    shown: list[tuple[str, object]] = []
    more = 0
    for name, value in bound.arguments.items():
        kind = bound.signature.parameters[name].kind
        if kind is inspect.Parameter.VAR_POSITIONAL:
            shown += [("", each) for each in value[:20]]
            more += max(0, len(value) - 20)
        elif kind is inspect.Parameter.VAR_KEYWORD:
            shown += [(_keyword(key), each) for key, each in list(value.items())[:20]]
            more += max(0, len(value) - 20)
        else:
            shown.append((name, value))
    return shown, more


def call_shown(args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> str:
    """The arguments of a call that fits no tool, on one line."""
    named = [f"{_keyword(key)}={short(each, 80)}" for key, each in list(kwargs.items())[:10]]
    return ", ".join([*(short(each, 80) for each in args[:10]), *named])


def _keyword(name: str) -> str:
    # with `**` any text can be a keyword, even one that imitates the end of this question and the start of another
    return name if name.isascii() and name.isidentifier() and len(name) <= 80 else short(name, 80)


def one_line(text: str, most: int = 500) -> str:
    """The text on one line of about `most` characters at most, with control characters escaped."""
    cut = text[: 4 * most]
    line = visible_line(" ".join(cut.split()))
    return line if len(line) <= most and len(text) <= 4 * most else line[:most] + " …"


_READ = 2000  # characters of a message; the rest is dropped
_KNOWN = frozenset(get_args(monty.ExcType))
_NOT_THESE = frozenset({"Exception", "BaseException", "KeyboardInterrupt", "SystemExit"})
_LONG_PATH = re.compile(r"(?<![\w:/\\.…])(?:~|[A-Za-z]:)?(?:[/\\]++[^/\\\s'\"<>:;,()]++)*[/\\]++(?=[^/\\\s'\"<>:;,()])")
_FILE_ADDRESS = re.compile(r"\bfile:/+(?=[^/\s])", re.IGNORECASE)
_SPACED = re.compile(r"(?P<quote>['\"])(?:~|[A-Za-z]:)?[/\\](?:[^'\"]*[/\\])?(?=[^'\"/\\]*(?P=quote))")


def exception_for_cell(error: BaseException) -> ExternalExceptionData:
    """The exception as it is raised in the cell.

    It keeps its type if Monty has that type. Otherwise it becomes the nearest base class that Monty has, and its
    message begins with the name of the original type. Folders of the host are removed from the message.
    """
    own = _name(type(error))
    for kind in type(error).__mro__:
        name = _name(kind)
        if name in _KNOWN and name not in _NOT_THESE:
            break
    else:
        name = "RuntimeError"
    message = _message(error)
    if name != own:
        message = f"{type(error).__name__}: {message}" if message else type(error).__name__
    return {"exc_type": name, "message": message}  # type: ignore[typeddict-item]


def without_folders(text: str) -> str:
    """The text with every absolute path cut to its last part."""
    text = _FILE_ADDRESS.sub("/", text)
    return _LONG_PATH.sub("…/", _SPACED.sub(r"\g<quote>…/", text))


def _message(error: BaseException) -> str:
    try:
        if isinstance(error, OSError) and error.strerror:
            text = f"[Errno {error.errno}] {error.strerror}" if isinstance(error.errno, int) else str(error.strerror)
        elif isinstance(error, KeyError) and len(error.args) == 1:
            text = str(error.args[0])
        else:
            text = str(error)
        return one_line(without_folders(text[:_READ]))
    except BaseException as broken:  # its own __str__ may do anything, also sys.exit()
        return f"its message could not be made ({type(broken).__name__})"


def _name(kind: type) -> str:
    if kind.__module__ in ("builtins", "exceptions"):
        return kind.__name__
    module = {"json.decoder": "json", "re._constants": "re", "re": "re", "sre_constants": "re"}.get(
        kind.__module__, kind.__module__
    )
    return f"{module}.{'PatternError' if (module, kind.__name__) == ('re', 'error') else kind.__name__}"
