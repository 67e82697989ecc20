"""Type annotations of tools: whether an argument fits one, and how a stub spells it.

Supported are the built-in types of plain data, their containers with parameters, unions, `Literal` and `Any`. Every
value fits any other annotation, such as a `Protocol` or a class of the person's, and a stub spells it `Any`.
"""

from __future__ import annotations

import collections.abc
import datetime
import decimal
import pathlib
import types
import typing
from typing import Any, Literal, Union, get_args, get_origin

_SIMPLE: dict[object, str] = {
    bool: "bool",
    int: "int",
    float: "float",
    complex: "complex",
    str: "str",
    bytes: "bytes",
    None: "None",
    type(None): "None",
    object: "object",
    list: "list[Any]",
    tuple: "tuple[Any, ...]",
    dict: "dict[Any, Any]",
    set: "set[Any]",
    frozenset: "frozenset[Any]",
    datetime.date: "datetime.date",
    datetime.datetime: "datetime.datetime",
    datetime.time: "datetime.time",
    datetime.timedelta: "datetime.timedelta",
    decimal.Decimal: "decimal.Decimal",
    pathlib.Path: "pathlib.Path",
    pathlib.PurePath: "pathlib.Path",
    pathlib.PurePosixPath: "pathlib.Path",
}
_SEQUENCES: dict[object, tuple[type, ...]] = {
    list: (list,),
    set: (set,),
    frozenset: (frozenset,),
    collections.abc.Sequence: (list, tuple, str, bytes),
    collections.abc.Iterable: (list, tuple, set, frozenset, dict, str, bytes),
    collections.abc.Collection: (list, tuple, set, frozenset, dict, str, bytes),
    collections.abc.Set: (set, frozenset),
}
_MAPPINGS = (dict, collections.abc.Mapping, collections.abc.MutableMapping)
_ALSO = {float: (int, float), complex: (int, float, complex)}  # as type checkers see it

IMPORTS = "import datetime, decimal, pathlib\nfrom collections.abc import *\nfrom typing import Any, Literal\n"
"""The first lines of a stub that uses these spellings."""


def fits(value: object, annotation: object) -> bool:
    """Whether a plain value fits the annotation. Checks every item of a container."""
    origin, parameters = get_origin(annotation), get_args(annotation)
    if origin is typing.Annotated:
        return fits(value, parameters[0])
    if origin in (Union, types.UnionType):
        return any(fits(value, each) for each in parameters)
    if origin is Literal:
        return any(type(value) is type(each) and value == each for each in parameters)
    if origin is tuple:
        return isinstance(value, tuple) and _fits_tuple(value, parameters)
    if origin in _MAPPINGS:
        key, item = parameters
        return isinstance(value, dict) and all(fits(k, key) and fits(v, item) for k, v in value.items())
    if origin in _SEQUENCES:
        if isinstance(value, (str, bytes)) or not isinstance(value, (list, tuple, set, frozenset, dict)):
            return isinstance(value, _SEQUENCES[origin])
        return isinstance(value, _SEQUENCES[origin]) and all(fits(each, parameters[0]) for each in value)
    if annotation is None or annotation is type(None):
        return value is None
    if not isinstance(annotation, type) or annotation not in _SIMPLE:
        return True
    if issubclass(annotation, pathlib.PurePath):
        return isinstance(value, pathlib.PurePath)
    return isinstance(value, _ALSO.get(annotation, annotation))


def _fits_tuple(value: tuple[object, ...], parameters: tuple[object, ...]) -> bool:
    if len(parameters) == 2 and parameters[1] is Ellipsis:
        return all(fits(each, parameters[0]) for each in value)
    return len(value) == len(parameters) and all(map(fits, value, parameters))


def spelled(annotation: object) -> str:
    """The annotation as a stub spells it."""
    origin, parameters = get_origin(annotation), get_args(annotation)
    if origin is typing.Annotated:
        return spelled(parameters[0])
    if origin in (Union, types.UnionType):
        return " | ".join(spelled(each) for each in parameters)
    if origin is Literal:
        return f"Literal[{', '.join(map(repr, parameters))}]" if all(map(_is_literal, parameters)) else "Any"
    if origin is tuple and parameters:
        return f"tuple[{', '.join('...' if each is Ellipsis else spelled(each) for each in parameters)}]"
    if origin in (*_MAPPINGS, *_SEQUENCES) and origin is not None:
        return f"{origin.__name__}[{', '.join(map(spelled, parameters))}]"
    try:
        return _SIMPLE.get(annotation, "Any")
    except TypeError:  # not hashable
        return "Any"


def _is_literal(value: Any) -> bool:
    return value is None or type(value) in (bool, int, str, bytes)
