"""What the Python that runs the kernel has, by the names that Monty's messages use.

Hints compare: only what Python has and Monty has not is worth one. Nothing but modules from Monty's own list is imported,
so no name in a notebook decides what the kernel loads.
"""

from __future__ import annotations

import builtins
import sys
import types
from importlib import import_module

from .. import shipped_names
from .unsupported import MODULES

NAMED = {
    "function": types.FunctionType,
    "builtin_function_or_method": types.BuiltinFunctionType,
    "coroutine": types.CoroutineType,
    "module": types.ModuleType,
    "NoneType": type(None),
    "ellipsis": type(...),
    "NotImplementedType": type(NotImplemented),
    "dict_keys": type({}.keys()),
    "dict_values": type({}.values()),
    "dict_items": type({}.items()),
    "generator": types.GeneratorType,
}
IN_MODULES = {"PosixPath": "pathlib", "PurePosixPath": "pathlib", "Counter": "collections", "Random": "random"}

OF_PYTHON = (
    *MODULES,
    "os.path",
    "posixpath",
    *(name for name in shipped_names.MODULES if name.partition(".")[0] in sys.stdlib_module_names),
)
"""The modules of Python's standard library that cells can import."""


def host_type(name: str) -> type | None:
    """Python's type for a type name in a message of Monty's: `list`, `re.Match`, `function`; None if it has none."""
    found: object = getattr(builtins, name, None) or NAMED.get(name)
    module, _, attribute = name.rpartition(".")
    if name in IN_MODULES:
        module, attribute = IN_MODULES[name], name
    if found is None and module in MODULES:
        found = getattr(import_module(module), attribute, None)
    return found if isinstance(found, type) else None


def is_native(type_name: str) -> bool:
    """Whether a type name is that of one of Monty's own types, and not of a class in a cell."""
    return "." in type_name or type_name.endswith("iterator") or host_type(type_name) is not None


def has_member(module: str, name: str) -> bool:
    """Whether Python's `module`, one of those that cells can import too, holds `name`."""
    return module in OF_PYTHON and hasattr(import_module(module), name)


def has_submodule(name: str) -> bool:
    """Whether a module of that name belongs to Python's standard library."""
    return name.partition(".")[0] in sys.stdlib_module_names
