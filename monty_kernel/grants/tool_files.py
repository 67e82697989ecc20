"""Tools files: `@tool`, and a file or an importable module read as a module of tools.

The file is run once, on the host, with everything the person may do: it is theirs. Nothing of it is read again later.
"""

from __future__ import annotations

import importlib
import inspect
import os
import sys
import typing
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any, Literal, TypeVar, overload

from . import type_hints
from .plain import NotPlain, plain_copy

Permission = Literal["allow", "ask", "deny"]
MARK = "__monty_tool__"

_RESERVED = frozenset({"IPython", "getpass"})

F = TypeVar("F", bound=Callable[..., Any])


@overload
def tool(function: F, /) -> F: ...
@overload
def tool(*, ask: bool = False, deny: bool = False) -> Callable[[F], F]: ...
def tool(function: F | None = None, /, *, ask: bool = False, deny: bool = False) -> F | Callable[[F], F]:
    """Mark a function as a tool, even if another module defines it. Use it as `@tool` or `@tool(ask=True)`.

    Args:
        function: the function that notebooks may call.
        ask: ask the person before each call.
        deny: deny every call, unless the configuration says otherwise.
    """
    permission: Permission = "deny" if deny else "ask" if ask else "allow"

    def mark(marked: F) -> F:
        setattr(marked, MARK, permission)
        return marked

    return mark if function is None else mark(function)


class ToolsRefused(ValueError):
    """A tools file cannot be used; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Tool:
    """A function that cells may call. `hints` are the resolved annotations of its parameters and of `return`."""

    module: str
    name: str
    function: Callable[..., Any]
    permission: Permission
    signature: inspect.Signature
    hints: Mapping[str, object]

    @property
    def qualified(self) -> str:
        """Its name in cells and in the configuration, such as `tools.pay`."""
        return f"{self.module}.{self.name}"

    @property
    def is_async(self) -> bool:
        """Whether its calls are awaited."""
        return inspect.iscoroutinefunction(self.function)

    @property
    def doc(self) -> str | None:
        """The docstring without its indentation."""
        return inspect.getdoc(self.function)

    def bind(self, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> inspect.BoundArguments:
        """The arguments of a call as plain data, checked against the annotations.

        Raises:
            TypeError: an argument does not fit; the message names the parameter.
        """
        try:
            bound = self.signature.bind(*args, **kwargs)
        except TypeError as error:
            raise TypeError(
                f"{self.name}() {error}" if not str(error).startswith(f"{self.name}()") else str(error)
            ) from None
        for name, value in bound.arguments.items():
            kind = self.signature.parameters[name].kind
            try:
                bound.arguments[name] = plain = plain_copy(value, from_cell=True)
            except NotPlain as error:
                raise TypeError(f"{self.name}() argument {name!r} {error}; a tool takes plain data only") from None
            hint = self.hints.get(name, Any)
            each = (
                plain
                if kind is inspect.Parameter.VAR_POSITIONAL
                else plain.values()
                if kind is inspect.Parameter.VAR_KEYWORD
                else (plain,)
            )
            if not all(type_hints.fits(one, hint) for one in each):
                raise TypeError(
                    f"{self.name}() argument {name!r} must be {type_hints.spelled(hint)}, not {_type_of(plain)}"
                )
        return bound

    @property
    def stub(self) -> str:
        """The function's declaration in a `.pyi` file, with its docstring."""
        parts: list[str] = []
        star = False
        parameters = list(self.signature.parameters.values())
        for number, each in enumerate(parameters):
            if each.kind is each.KEYWORD_ONLY and not star:
                parts.append("*")
                star = True
            prefix = "*" if each.kind is each.VAR_POSITIONAL else "**" if each.kind is each.VAR_KEYWORD else ""
            star = star or each.kind is each.VAR_POSITIONAL
            default = " = ..." if each.default is not each.empty else ""
            parts.append(f"{prefix}{each.name}: {type_hints.spelled(self.hints.get(each.name, Any))}{default}")
            following = parameters[number + 1 :]
            if each.kind is each.POSITIONAL_ONLY and (not following or following[0].kind is not each.POSITIONAL_ONLY):
                parts.append("/")
        gives = type_hints.spelled(self.hints.get("return", Any))
        head = f"{'async ' if self.is_async else ''}def {self.name}({', '.join(parts)}) -> {gives}:"
        return f"{head}\n    {self.doc!r}\n" if self.doc else f"{head} ...\n"


@dataclass(frozen=True, slots=True)
class ToolModule:
    """A module of tools, which cells import by its name."""

    name: str
    doc: str | None = None
    tools: Mapping[str, Tool] = field(default_factory=dict)
    constants: Mapping[str, Any] = field(default_factory=dict)
    origin: Path | None = None
    """The file that it was loaded from, by the given path."""

    @property
    def namespace(self) -> ModuleType:
        """A module object with the constants and with stand-ins for the functions, for inspection and completion."""
        module = ModuleType(self.name, self.doc)
        vars(module).update(self.constants)
        vars(module).update({name: _documented(tool) for name, tool in self.tools.items()})
        return module

    @property
    def stub(self) -> str:
        """The module's `.pyi` file."""
        constants = "".join(f"{name}: {_type_of(value)}\n" for name, value in self.constants.items())
        return type_hints.IMPORTS + constants + "".join(tool.stub for tool in self.tools.values())


def check_spec(spec: str) -> None:
    """Check that `spec` is the absolute path of a `.py` file, or a dotted module name. Loads nothing.

    Raises:
        ToolsRefused: it is neither.
    """
    if _is_path(spec):
        if not os.path.isabs(os.path.expanduser(spec)):
            raise ToolsRefused(
                f"use the absolute path of the tools file {spec!r}, since a kernel starts in the notebook's folder"
            )
        if not os.path.isfile(os.path.expanduser(spec)):
            raise ToolsRefused(f"there is no tools file {spec!r}")
    elif not all(part.isidentifier() for part in spec.split(".")):
        raise ToolsRefused(f"{spec!r} is neither a FILE.py nor the name of a module")
    _check_name(Path(spec).stem if _is_path(spec) else spec.rpartition(".")[2])


def load(spec: str) -> ToolModule:
    """Run a tools file, or import a module, and collect its tools.

    Tools are the public functions that it defines itself, and those marked with `@tool`. Constants are public names in
    capitals whose values are plain data. If it has `__all__`, exactly those names count.

    Raises:
        ToolsRefused: it cannot be used, or it raised.
    """
    check_spec(spec)
    try:
        module = _run_file(Path(spec).expanduser()) if _is_path(spec) else _import(spec)
    except (Exception, SystemExit) as error:
        raise ToolsRefused(f"the tools {spec!r} could not be loaded: {type(error).__name__}: {error}") from error
    name = Path(spec).stem if _is_path(spec) else spec.rpartition(".")[2]
    origin = Path(os.path.abspath(module.__file__)) if module.__file__ else None
    return _taken(name, module, origin)


def _taken(name: str, module: ModuleType, origin: Path | None) -> ToolModule:
    tools: dict[str, Tool] = {}
    constants: dict[str, Any] = {}
    listed = getattr(module, "__all__", None)
    names = list(vars(module)) if listed is None else list(listed)
    for each in names:
        value = getattr(module, each)
        wanted = listed is not None
        if each.startswith("_"):
            if wanted:
                raise ToolsRefused(f"{name}.{each} cannot be a tool: its name begins with an underscore")
        elif inspect.isfunction(value) and (wanted or MARK in vars(value) or value.__module__ == module.__name__):
            tools[each] = _tool(name, each, value)
        elif wanted or (each.isupper() and not callable(value)):
            try:
                constants[each] = plain_copy(value)
            except NotPlain as error:
                if wanted:
                    raise ToolsRefused(f"{name}.{each} {error}: tools are functions and plain data") from None
    if not tools and not constants:
        raise ToolsRefused(f"there are no tools in {name}: it defines no public function")
    return ToolModule(name, inspect.getdoc(module), tools, constants, origin)


def _documented(tool: Tool) -> Callable[..., Any]:
    def stand_in() -> None: ...

    stand_in.__doc__ = tool.doc
    vars(stand_in)["__signature__"] = tool.signature
    return stand_in


def _tool(module: str, name: str, function: Callable[..., Any]) -> Tool:
    if inspect.isgeneratorfunction(function) or inspect.isasyncgenfunction(function):
        raise ToolsRefused(
            f"{module}.{name} is a generator: let the tool return all of its values, for example as a list"
        )
    try:
        hints = typing.get_type_hints(function, include_extras=True)
        signature = inspect.signature(function, eval_str=True)
    except Exception:  # annotations with names that exist only for type checkers
        hints, signature = {}, inspect.signature(function)
    return Tool(module, name, function, getattr(function, MARK, "allow"), signature, hints)


def _run_file(path: Path) -> ModuleType:
    module = ModuleType(f"_monty_tools_{path.stem}")
    module.__file__ = str(path)
    # compiled from the source, since an import would prefer the __pycache__ beside it
    code = compile(path.read_bytes(), str(path), "exec", dont_inherit=True)
    sys.modules[module.__name__] = module  # dataclasses and type hints look the module up there
    try:
        exec(code, vars(module))  # noqa: S102 - the person's own file, by their own word
    except BaseException:
        del sys.modules[module.__name__]
        raise
    return module


def _import(name: str) -> ModuleType:
    with _trusted_path():
        return importlib.import_module(name)


@contextmanager
def _trusted_path() -> Iterator[None]:
    # nothing is imported from the working directory, which is the notebook's folder in a kernel
    here = os.getcwd()
    before = sys.path[:]
    sys.path[:] = [entry for entry in sys.path if entry and os.path.realpath(entry) != os.path.realpath(here)]
    try:
        yield
    finally:
        sys.path[:] = before


def _check_name(name: str) -> None:
    from monty_kernel.engine.errors.unsupported import MODULES

    if not name.isidentifier() or name.startswith("_"):
        raise ToolsRefused(f"cells cannot import a module named {name!r}: rename the file")
    if name in _RESERVED or name in MODULES or name in sys.stdlib_module_names:
        raise ToolsRefused(f"a module of tools cannot be named {name}: Python has one of that name")


def _is_path(spec: str) -> bool:
    return spec.endswith(".py") or "/" in spec or os.sep in spec


def _type_of(value: object) -> str:
    return "None" if value is None else type(value).__name__
