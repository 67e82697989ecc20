"""Hints about objects: attributes and methods that Monty's values lack, and special methods that it does not call."""

from __future__ import annotations

import io
import re

from ..source import Failure
from .cell_code import class_named, defines, failing_text, line_of
from .unsupported import EXCEPTION_BASE, MISSING_METHODS, SYNTAX, host_type, instead_of_attribute, is_native

_PROBED = {"str", "bytes", "int", "float", "complex", "list", "dict", "set", "frozenset", "tuple", "range", "bool"}
_OF_EVERY_CLASS = {
    f"__{name}__" for name in ["dict", "module", "qualname", "mro", "bases", "subclasses", "annotations"]
}
_OF_INSTANCES = {
    "json.JSONDecodeError": {"msg", "doc", "pos", "lineno", "colno"},
    "function": {"__self__", "__func__"},  # a bound method is a function too
}
_FILES = {"_io.TextIOWrapper", "_io.BufferedReader", "_io.BufferedWriter"}
_OTHERWISE = "write what it does by hand, or do without."
_MISSING_OF_FILES = {
    **dict.fromkeys(["detach", "errors", "getbuffer", "line_buffering", "newlines", "raw", "reconfigure"], _OTHERWISE),
    **dict.fromkeys(["read1", "readinto", "readinto1"], "use .read(size)."),
    "__iter__": "loop over the file with 'for'.",
    "__next__": "call next(file).",
    "buffer": "open the file with 'rb' or 'wb' for bytes.",
    "fileno": "the host opens the file, and cells have no number for it.",
    "isatty": "a file is no terminal.",
    "peek": "read, and then .seek() back.",
    "truncate": "open the file with 'w', and write what shall remain of it.",
    "writelines": "use .write() with the lines joined, as in .write(''.join(lines)).",
}
"""What Monty's opened files lack, whether it is called or not, and what to do instead."""
_NO_METHODS = "Monty's sys.stdout and sys.stderr have no methods yet: use print(text, end='', file=sys.stderr)."
_ORDER = {"<": "__lt__", ">": "__gt__", "<=": "__le__", ">=": "__ge__"}
_IN_PLACE = {
    "+": "add", "-": "sub", "*": "mul", "/": "truediv", "//": "floordiv", "%": "mod", "**": "pow",
    "&": "and", "|": "or", "^": "xor", "<<": "lshift", ">>": "rshift", "@": "matmul",
}  # fmt: skip


def missing_attribute(failure: Failure, type_name: str, name: str) -> str | None:
    if type_name in _FILES:
        return _file_attribute(failing_text(failure), type_name, name)
    host = None if class_named(failure, type_name) else host_type(type_name)
    if host is None:
        return _own_class_attribute(failure, type_name, name)
    if name not in dir(host) and name not in _OF_INSTANCES.get(type_name, ()):
        return None
    if type_name == "json.JSONDecodeError":
        return "An exception in Monty carries its message only: str(error) is 'what: line 1 column 2 (char 1)'."
    if issubclass(host, BaseException):
        return "An exception in Monty carries its message only: str(error) gives it."
    if type_name in _PROBED and name not in _missing(type_name) and not name.startswith("__"):
        return _asked_for_help(failure) or _not_handed_out(name)
    return _python_has(type_name, name)


def _asked_for_help(failure: Failure) -> str | None:
    """The hint for `help(str.split)`, whose argument Monty cannot make."""
    asked = failing_text(failure)
    line = line_of(failure.frames[-1]) if failure.frames else None
    if re.search(rf"\bhelp\(\s*{re.escape(asked)}\s*\)", line or "") and re.fullmatch(r"[\w.]+", asked):
        return f"Monty cannot pass on the methods of built-in values, not even to help(): write help({asked!r})."
    return None


def _not_handed_out(name: str) -> str:
    return (
        f"Monty cannot pass on the methods of built-in values: "
        f"call .{name}(...) here, or wrap it as in 'lambda value: thing.{name}(value)'."
    )


def _file_attribute(text: str, type_name: str, name: str) -> str | None:
    if name not in dir(getattr(io, type_name.removeprefix("_io."))):
        return None
    if "sys.std" in text:
        return _NO_METHODS
    if name in _MISSING_OF_FILES:
        return f"Python's files have {name!r}, but Monty's do not yet: {_MISSING_OF_FILES[name]}"
    if text.endswith(")"):  # an opened file's methods do work when called
        return _NO_METHODS
    return _not_handed_out(name)


def _own_class_attribute(failure: Failure, type_name: str, name: str) -> str | None:
    if not is_native(type_name) and defines(failure, type_name, "__getattr__", "__getattribute__"):
        return "Monty does not call __getattr__ of your own classes yet: write a method such as get(name) and call it."
    return _object_attribute(name)


def _object_attribute(name: str) -> str | None:
    if name.startswith("__") and (name in dir(object) or name in _OF_EVERY_CLASS):
        return f"Monty's objects and classes have no {name} yet: {instead_of_attribute('object', name)}"
    return None


def missing_type_attribute(failure: Failure, type_name: str, name: str) -> str | None:
    host = None if class_named(failure, type_name) else host_type(type_name)
    if host is None:
        return _object_attribute(name)
    if name not in dir(host):
        return None
    if type_name in _PROBED and name not in _missing(type_name) and not name.startswith("__"):
        return _asked_for_help(failure) or (
            f"Monty has the methods of a built-in type only on its values: write value.{name}(), "
            f"or 'lambda value: value.{name}()' to pass it on."
        )
    return _python_has(type_name, name)


def _missing(type_name: str) -> frozenset[str]:
    return MISSING_METHODS.get("int" if type_name == "bool" else type_name, frozenset())


def _python_has(type_name: str, name: str) -> str:
    key = "int" if type_name == "bool" else type_name
    return f"Python's {type_name} has {name!r}, but Monty's does not yet: {instead_of_attribute(key, name)}"


def new_attribute(failure: Failure, type_name: str) -> str | None:
    if type_name == "function":
        return "Functions take no attributes in Monty yet: keep the value in a dict, or in an object of your own class."
    host = host_type(type_name)
    if host is not None and issubclass(host, BaseException):
        return "An exception in Monty carries its message only: put everything into that message."
    return None


def no_len(failure: Failure, type_name: str) -> str | None:
    return _uncalled(failure, type_name, "__len__", "write a method such as size() and call that")


def not_reversible(failure: Failure, type_name: str) -> str | None:
    instead = "reverse a list of its items"
    return _uncalled(failure, type_name, "__reversed__", instead) or _uncalled(
        failure, type_name, "__getitem__", instead
    )


def no_order(failure: Failure, operator: str, left: str, right: str) -> str | None:
    if left == right == "PosixPath":
        return "Monty does not order paths yet: sort with key=lambda path: path.parts, or compare path.parts."
    method, reflected = _ORDER[operator], _ORDER[operator.translate(str.maketrans("<>", "><"))]
    key = "compare a key instead, as in sorted(items, key=lambda item: item.name)"
    return _uncalled(failure, left, method, key) or _uncalled(failure, right, reflected, key)


def _uncalled(failure: Failure, type_name: str, method: str, instead: str, why: str = "") -> str | None:
    """The hint for a special method that Monty never calls. It says "if" where the class is not in the traceback."""
    if is_native(type_name):
        return None
    defined = defines(failure, type_name, method)
    if defined is False:
        return None
    condition = "" if defined else f"if {type_name!r} defines it, "
    call = f"call {method} of your own classes{' ' + why if why else ''}"
    return f"Monty does not {call} yet: {condition}{instead}."


def in_place_operator(failure: Failure, operator: str, left: str) -> str | None:
    name = _IN_PLACE.get(operator.removesuffix("="))
    if name and defines(failure, left, f"__i{name}__") and not defines(failure, left, f"__{name}__"):
        return f"Monty does not call __i{name}__ of your own classes yet: define __{name}__."
    return None


def not_raisable(failure: Failure) -> str | None:
    return EXCEPTION_BASE if re.match(r"[A-Za-z_]", failing_text(failure)) else None


def no_instances(failure: Failure, type_name: str) -> str | None:
    if type_name == "object":
        return "Monty makes no bare objects yet: write 'class Marker: pass' and use Marker()."
    return SYNTAX["method decorators (classmethod/staticmethod/property)"] if type_name == "property" else None


def bytes_of(failure: Failure, type_name: str) -> str | None:
    if type_name in ("list", "tuple", "range", "set", "frozenset"):
        return "Monty makes no bytes from numbers yet: write bytes.fromhex(''.join(f'{n:02x}' for n in numbers))."
    return _uncalled(failure, type_name, "__bytes__", "write a method that returns the bytes and call that")


def print_file(failure: Failure, type_name: str) -> str | None:
    if type_name != "_io.TextIOWrapper" and not defines(failure, type_name, "write"):
        return None
    return "Monty's print() writes only to sys.stdout and sys.stderr: for anything else call its .write(text)."


def not_iterable(failure: Failure, type_name: str) -> str | None:
    if defines(failure, type_name, "__iter__"):
        return None
    instead = "define __iter__, such as 'def __iter__(self): return iter(self.items)'"
    return _uncalled(failure, type_name, "__getitem__", instead, "to iterate")


def no_container(failure: Failure, type_name: str) -> str | None:
    return not_iterable(failure, type_name) or _uncalled(failure, type_name, "__getitem__", "define __contains__")


def set_method(failure: Failure, kind: str, method: str, given: str) -> str | None:
    if method not in ("union", "intersection", "difference", "update", "difference_update", "intersection_update"):
        return None
    if given == "0":
        return f"Monty's {kind}.{method}() takes one argument yet: " + (
            "leave the call out." if method.endswith("update") else "write .copy()."
        )
    each = f"s.{method}(a); s.{method}(b)" if method.endswith("update") else f"s.{method}(a).{method}(b)"
    return f"Monty's {kind}.{method}() takes one argument yet: call it for each, as in {each}."


_FORMAT = "write a method that returns the text and call it, as in f'{value.formatted()}'"


def no_format(failure: Failure, type_name: str) -> str | None:
    return _uncalled(failure, type_name, "__format__", _FORMAT)


def format_specifier(failure: Failure) -> str | None:
    if failure.kind != "syntax":
        return None
    return f"Monty knows the format specifiers of numbers, texts and dates only, and calls no __format__: {_FORMAT}."


_ALIASES = {
    "List": "list[int]", "Dict": "dict[str, int]", "Tuple": "tuple[int, int]", "Set": "set[int]", "Type": "type[int]",
    "FrozenSet": "frozenset[int]",
}  # fmt: skip


def type_alias(failure: Failure) -> str | None:
    name = re.match(r"(?:\w+\.)*(\w+)", failing_text(failure))
    builtin = _ALIASES.get(name[1]) if name else None
    return "Monty has the names of typing in annotations only: " + (
        f"write {builtin.partition('[')[0]} for {name[1]}, as in {builtin}."
        if builtin and name
        else "put the type into quotes, or leave it out, since it changes nothing when code runs."
    )
