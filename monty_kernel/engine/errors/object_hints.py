"""Hints about objects: attributes and methods that Monty's values lack, and special methods that it does not call."""

from __future__ import annotations

import io
import re

from ..source import Failure
from .cell_code import class_named, defines, failing_text, line_of
from .host_python import host_type, is_native
from .sentences import say
from .unsupported import EXCEPTION_BASE, INSTEAD_OF_METHOD, MISSING_METHODS, SYNTAX, instead_of_attribute

PROBED = {"str", "bytes", "int", "float", "complex", "list", "dict", "set", "frozenset", "tuple", "range", "bool"}
OF_EVERY_CLASS = {f"__{name}__" for name in ["dict", "module", "qualname", "mro", "bases", "subclasses", "annotations"]}
OF_INSTANCES = {
    "json.JSONDecodeError": {"msg", "doc", "pos", "lineno", "colno"},
    "function": {"__self__", "__func__"},  # a bound method is a function too
}
FILES = {"_io.TextIOWrapper", "_io.BufferedReader", "_io.BufferedWriter"}
MISSING_OF_FILES = {
    **dict.fromkeys(
        ["detach", "errors", "getbuffer", "line_buffering", "newlines", "raw", "reconfigure"], say("otherwise")
    ),
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
ORDER = {"<": "__lt__", ">": "__gt__", "<=": "__le__", ">=": "__ge__"}
IN_PLACE = {
    "+": "add", "-": "sub", "*": "mul", "/": "truediv", "//": "floordiv", "%": "mod", "**": "pow",
    "&": "and", "|": "or", "^": "xor", "<<": "lshift", ">>": "rshift", "@": "matmul",
}  # fmt: skip


def missing_attribute(failure: Failure, type_name: str, name: str) -> str | None:
    if type_name in FILES:
        return _file_attribute(failing_text(failure), type_name, name)
    host = None if class_named(failure, type_name) else host_type(type_name)
    if host is None:
        return _own_class_attribute(failure, type_name, name)
    if name not in dir(host) and name not in OF_INSTANCES.get(type_name, ()):
        return None
    if type_name == "json.JSONDecodeError":
        return say("no_error_parts")
    if issubclass(host, BaseException):
        instead = INSTEAD_OF_METHOD.get(name)
        return say("message_only") if instead is None else say("no_error_attribute", name, instead)
    if type_name in PROBED and name not in _missing(type_name) and not name.startswith("__"):
        return _asked_for_help(failure) or say("no_methods_on", name)
    return _python_has(type_name, name)


def _asked_for_help(failure: Failure) -> str | None:
    """The hint for `help(str.split)`, whose argument Monty cannot make."""
    asked = failing_text(failure)
    line = line_of(failure.frames[-1]) if failure.frames else None
    if re.search(rf"\bhelp\(\s*{re.escape(asked)}\s*\)", line or "") and re.fullmatch(r"[\w.]+", asked):
        return say("help_by_name", asked)
    return None


def _file_attribute(text: str, type_name: str, name: str) -> str | None:
    if name not in dir(getattr(io, type_name.removeprefix("_io."))):
        return None
    if "sys.std" in text:
        return say("no_standard_methods")
    if name in MISSING_OF_FILES:
        return say("no_file_attribute", name, MISSING_OF_FILES[name])
    if text.endswith(")"):  # an opened file's methods do work when called
        return say("no_standard_methods")
    return say("no_methods_on", name)


def _own_class_attribute(failure: Failure, type_name: str, name: str) -> str | None:
    if not is_native(type_name) and defines(failure, type_name, "__getattr__", "__getattribute__"):
        return say("no_getattr")
    return _object_attribute(name)


def _object_attribute(name: str) -> str | None:
    if name.startswith("__") and (name in dir(object) or name in OF_EVERY_CLASS):
        return say("no_object_attribute", name, instead_of_attribute("object", name))
    return None


def missing_type_attribute(failure: Failure, type_name: str, name: str) -> str | None:
    host = None if class_named(failure, type_name) else host_type(type_name)
    if host is None:
        return _object_attribute(name)
    if name not in dir(host):
        return None
    if type_name in PROBED and name not in _missing(type_name) and not name.startswith("__"):
        return _asked_for_help(failure) or say("methods_of_values", name)
    return _python_has(type_name, name)


def _missing(type_name: str) -> frozenset[str]:
    return MISSING_METHODS.get("int" if type_name == "bool" else type_name, frozenset())


def _python_has(type_name: str, name: str) -> str:
    key = "int" if type_name == "bool" else type_name
    return say("no_member", type_name, name, instead_of_attribute(key, name))


def new_attribute(failure: Failure, type_name: str) -> str | None:
    if type_name == "function":
        return say("no_function_attributes")
    host = host_type(type_name)
    if host is not None and issubclass(host, BaseException):
        return say("message_holds_all")
    return None


def no_len(failure: Failure, type_name: str) -> str | None:
    return _uncalled(failure, type_name, "__len__", say("instead_of_len"))


def not_reversible(failure: Failure, type_name: str) -> str | None:
    instead = say("instead_of_reversed")
    return _uncalled(failure, type_name, "__reversed__", instead) or _uncalled(
        failure, type_name, "__getitem__", instead
    )


def no_order(failure: Failure, operator: str, left: str, right: str) -> str | None:
    if left == right == "PosixPath":
        return say("paths_unordered")
    method, reflected = ORDER[operator], ORDER[operator.translate(str.maketrans("<>", "><"))]
    key = say("instead_of_order")
    return _uncalled(failure, left, method, key) or _uncalled(failure, right, reflected, key)


def _uncalled(failure: Failure, type_name: str, method: str, instead: str, *, to_iterate: bool = False) -> str | None:
    """The hint for a special method that Monty never calls. It says "if" where the class is not in the traceback."""
    if is_native(type_name):
        return None
    defined = defines(failure, type_name, method)
    if defined is False:
        return None
    why = "_to_iterate" if to_iterate else ""
    if defined:
        return say(f"uncalled{why}", method, instead)
    return say(f"perhaps_uncalled{why}", method, type_name, instead)


def in_place_operator(failure: Failure, operator: str, left: str) -> str | None:
    name = IN_PLACE.get(operator.removesuffix("="))
    if name and defines(failure, left, f"__i{name}__") and not defines(failure, left, f"__{name}__"):
        return say("no_in_place", name)
    return None


def not_raisable(failure: Failure) -> str | None:
    return EXCEPTION_BASE if re.match(r"[A-Za-z_]", failing_text(failure)) else None


def no_instances(failure: Failure, type_name: str) -> str | None:
    if type_name == "object":
        return say("no_bare_objects")
    return SYNTAX["method decorators (classmethod/staticmethod/property)"] if type_name == "property" else None


def bytes_of(failure: Failure, type_name: str) -> str | None:
    if type_name in ("list", "tuple", "range", "set", "frozenset"):
        return say("no_bytes_of_numbers")
    return _uncalled(failure, type_name, "__bytes__", say("instead_of_bytes"))


def print_file(failure: Failure, type_name: str) -> str | None:
    if type_name != "_io.TextIOWrapper" and not defines(failure, type_name, "write"):
        return None
    return say("print_to_standard")


def not_iterable(failure: Failure, type_name: str) -> str | None:
    if defines(failure, type_name, "__iter__"):
        return None
    return _uncalled(failure, type_name, "__getitem__", say("instead_of_items"), to_iterate=True)


def no_container(failure: Failure, type_name: str) -> str | None:
    return not_iterable(failure, type_name) or _uncalled(failure, type_name, "__getitem__", say("instead_of_contains"))


def set_method(failure: Failure, kind: str, method: str, given: str) -> str | None:
    if method not in ("union", "intersection", "difference", "update", "difference_update", "intersection_update"):
        return None
    if given == "0":
        return say("no_set_update" if method.endswith("update") else "no_set", kind, method)
    each = f"s.{method}(a); s.{method}(b)" if method.endswith("update") else f"s.{method}(a).{method}(b)"
    return say("one_set", kind, method, each)


def no_format(failure: Failure, type_name: str) -> str | None:
    return _uncalled(failure, type_name, "__format__", say("instead_of_format"))


def format_specifier(failure: Failure) -> str | None:
    return say("few_formats") if failure.kind == "syntax" else None


ALIASES = {
    "List": "list[int]", "Dict": "dict[str, int]", "Tuple": "tuple[int, int]", "Set": "set[int]", "Type": "type[int]",
    "FrozenSet": "frozenset[int]",
}  # fmt: skip


def type_alias(failure: Failure) -> str | None:
    name = re.match(r"(?:\w+\.)*(\w+)", failing_text(failure))
    builtin = ALIASES.get(name[1]) if name else None
    if builtin and name:
        return say("builtin_for_alias", builtin.partition("[")[0], name[1], builtin)
    return say("quoted_type")
