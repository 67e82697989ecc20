"""How a magic is declared: a small function and its arguments. Parsing, help and documentation follow from them.

A family is a module with a `Family`, whose decorators declare magics of these kinds:

- `line` and `cell` magics return a `Rewrite` or `CellRewrite`: code that runs in the sandbox.
- `host` magics run on the host when the cell reaches them, and return plain data, the value of their line.
- `action` magics stand on a line of their own and act on the session between two feeds.
"""

from __future__ import annotations

import argparse
import inspect
import re
import shlex
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import Any, Literal, NoReturn, TypeVar

from monty_kernel.engine.frontend import UsageError

F = TypeVar("F", bound=Callable[..., Any])
Kin = Literal["", "states", "names"]
_WORD = re.compile(r"\s*(\S+)")
_LONG = 10_000  # characters that `shlex` splits in 3 ms
_MANY = 500  # words; `argparse` takes time that grows with the square of them


@dataclass(frozen=True, slots=True)
class Argument:
    """One argument, as `ArgumentParser.add_argument` takes it."""

    flags: tuple[str, ...]
    settings: Mapping[str, Any]


def argument(*flags: str, **settings: Any) -> Argument:
    """Declare an option or a positional argument; the same as for `ArgumentParser.add_argument`."""
    return Argument(flags, settings)


class BadCode(Exception):
    """A magic's code is not valid Python.

    `span` gives its offsets in the magic's arguments or, with `in_body`, in the body.
    """

    def __init__(self, message: str, span: tuple[int, int], *, in_body: bool = False) -> None:
        super().__init__(message)
        self.span = span
        self.in_body = in_body


@dataclass(frozen=True, slots=True)
class Code:
    """The person's code on a magic's line, verbatim. `start` is its offset in the line's arguments."""

    text: str
    start: int

    @property
    def span(self) -> tuple[int, int]:
        """Its start and end in the line's arguments."""
        return self.start, self.start + len(self.text)


@dataclass(frozen=True)
class Magic:
    """A declared magic.

    Attributes:
        code: help's name for the code that follows the options, such as `CODE`, in brackets if it is optional; empty if
            the line takes no code. Code is never split into words: the function gets it as the argument `code`.
        changes: whether an action may leave a different session than it found.
        words: what its arguments may begin with, for completion.
        kin: what else they may be, which only the session knows: its states, or the names of states.
        mid_cell: whether an action only looks at what the host has, so that a running cell may ask for it.
        looks: whether it only looks at the session, so that %undo passes over it.
    """

    name: str
    kind: Literal["line", "cell", "host", "action"]
    function: Callable[..., Any]
    arguments: tuple[Argument, ...] = ()
    code: str = ""
    changes: bool = True
    words: tuple[str, ...] = ()
    kin: Kin = ""
    mid_cell: bool = False
    looks: bool = False

    @property
    def takes_python(self) -> bool:
        """Whether its arguments are Python."""
        return self.code in ("CODE", "NAME", "[SETUP]")

    @property
    def typed(self) -> str:
        """The magic as it is typed, `%time` or `%%time`."""
        return ("%%" if self.kind == "cell" else "%") + self.name

    @property
    def summary(self) -> str:
        """What it does, in one sentence."""
        text = " ".join((inspect.getdoc(self.function) or "").partition("\n\n")[0].split())
        return text.partition(". ")[0].rstrip(".").replace("`", "") + "."

    @cached_property
    def parser(self) -> argparse.ArgumentParser:
        parser = _Parser(self)
        for each in self.arguments:
            parser.add_argument(*each.flags, **each.settings)
        return parser

    @property
    def options(self) -> list[str]:
        """The options as they are typed: `-n`, `-r`."""
        return [flag for each in self.arguments for flag in each.flags if flag.startswith("-")]

    @property
    def choices(self) -> list[str]:
        """The words it chooses from, if an argument takes one of a fixed set."""
        return [choice for each in self.arguments for choice in each.settings.get("choices", ())]

    @property
    def usage(self) -> str:
        """One line: the magic and its arguments."""
        return " ".join([*self.parser.format_usage().split(), *([self.code] if self.code else [])])

    @property
    def help(self) -> str:
        """The help page: usage, docstring, arguments."""
        page = self.parser.format_help()
        return self.usage + page[page.index("\n\n") :].rstrip() if "\n\n" in page else self.usage

    def parse(self, args: str) -> argparse.Namespace:
        """The arguments on a line.

        Raises:
            UsageError: they do not match the declaration.
        """
        if not self.code:
            if len(args) > _LONG:
                self.refuse(f"more than {_LONG:,} characters of arguments")
            try:
                words = shlex.split(args)
            except ValueError as error:
                self.refuse(str(error).lower())
            if len(words) > _MANY:
                self.refuse(f"more than {_MANY} arguments")
            return self.parser.parse_args(words)
        words, start = self._leading_options(args)
        parsed = self.parser.parse_args(words)
        parsed.code = Code(args[start:].rstrip(), start)
        if not parsed.code.text and not self.code.startswith("["):
            self.refuse(f"{self.code} is missing")
        return parsed

    def _leading_options(self, args: str) -> tuple[list[str], int]:
        values = {flag: "action" not in each.settings for each in self.arguments for flag in each.flags}
        words: list[str] = []
        position = 0
        while match := _WORD.match(args, position):
            word = match[1]
            if word == "--":
                position = match.end()
                break
            flag = word.partition("=")[0] if word.startswith("--") else word[:2]
            if flag not in values:  # not an option: the code may begin with a minus sign
                break
            if position > _LONG or len(words) > _MANY:
                self.refuse(f"more than {_LONG:,} characters or {_MANY} words of options")
            words.append(word)
            position = match.end()
            if values[flag] and word == flag and (value := _WORD.match(args, position)):
                words.append(value[1])
                position = value.end()
        return words, len(args) - len(args[position:].lstrip())

    def refuse(self, why: str) -> NoReturn:
        """Raise a UsageError with the reason and the usage line."""
        raise UsageError(f"{self.typed}: {shortened(why)}\n{self.usage}")


class _Parser(argparse.ArgumentParser):
    """An argument parser that raises UsageError, where argparse prints and exits."""

    def __init__(self, magic: Magic) -> None:
        super().__init__(
            magic.typed,
            add_help=False,
            allow_abbrev=False,
            description=inspect.getdoc(magic.function),
            formatter_class=partial(argparse.RawDescriptionHelpFormatter, width=88),
        )
        self._magic = magic

    def error(self, message: str) -> NoReturn:
        self._magic.refuse(message)


def shortened(text: str) -> str:
    """Text from a notebook, cut to fit an error message."""
    return text if len(text) <= 200 else text[:200] + " ..."


@dataclass(frozen=True)
class Family:
    """Magics that belong together, what they are for, and names that are refused with a reason."""

    title: str = ""
    magics: list[Magic] = field(default_factory=list)
    refused: dict[str, str] = field(default_factory=dict)

    def line(self, name: str, *arguments: Argument, code: str = "", looks: bool = False) -> Callable[[F], F]:
        """Declare `%name`: a function of the parsed arguments that returns a `Rewrite`.

        `looks` says whether it only looks at the session.
        """
        return self._declare(name, "line", arguments, code, looks=looks)

    def cell(self, name: str, *arguments: Argument, code: str = "") -> Callable[[F], F]:
        """Declare `%%name`: a function of the parsed arguments and the body that returns a `CellRewrite`."""
        return self._declare(name, "cell", arguments, code)

    def host(
        self, name: str, *arguments: Argument, code: str = "", words: tuple[str, ...] = (), looks: bool = False
    ) -> Callable[[F], F]:
        """Declare `%name`: a function of the parsed arguments and a `MagicContext` that runs on the host.

        `words` are what completion offers for its arguments. `looks` says whether it only looks at the session.
        """
        return self._declare(name, "host", arguments, code, words=words, looks=looks)

    def action(
        self,
        name: str,
        *arguments: Argument,
        code: str = "",
        changes: bool = True,
        kin: Kin = "",
        mid_cell: bool = False,
    ) -> Callable[[F], F]:
        """Declare `%name`: a function of the parsed arguments and a `MagicContext` that acts on the session.

        `changes` says whether it may leave a different session than it found; for `kin` and `mid_cell` see `Magic`.
        """
        return self._declare(name, "action", arguments, code, changes, kin=kin, mid_cell=mid_cell, looks=not changes)

    def refuse(self, names: str, reason: str) -> None:
        """Make these names, separated by blanks, raise a UsageError with the reason, as line and as cell magics."""
        self.refused.update(dict.fromkeys(names.split(), reason))

    def _declare(
        self,
        name: str,
        kind: Literal["line", "cell", "host", "action"],
        arguments: tuple[Argument, ...],
        code: str,
        changes: bool = True,
        words: tuple[str, ...] = (),
        kin: Kin = "",
        mid_cell: bool = False,
        looks: bool = False,
    ) -> Callable[[F], F]:
        def declare(function: F) -> F:
            self.magics.append(Magic(name, kind, function, arguments, code, changes, words, kin, mid_cell, looks))
            return function

        return declare
