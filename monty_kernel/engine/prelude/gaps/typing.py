"""What Monty's `typing` lacks: names for annotations, which mean nothing when the code runs, `NamedTuple`, `TypedDict`, `cast`, `NewType`.

Lacks: `get_type_hints` and what else looks at annotations, which Monty does not keep.
"""

from collections import namedtuple
from typing import Any

LACKS = {
    "get_type_hints": "Monty keeps no annotations: write down what you need of them.",
    "get_origin": "Monty keeps no annotations: write down what you need of them.",
    "get_args": "Monty keeps no annotations: write down what you need of them.",
}


OVERRIDES = ("TypeVar",)


def TypeVar(name, *constraints, **options):
    return Any


class _NamedTuple:
    def __call__(self, typename, fields=(), /):
        return namedtuple(typename, [name for name, _ in fields])

    def _made_(self, *names):
        def made(kind):
            defaults = [getattr(kind, name) for name in names if hasattr(kind, name)]
            return namedtuple(kind.__name__, names, defaults=defaults)

        return made


class _TypedDict:
    def __call__(self, typename, fields=None, /, *, total=True):
        return dict

    def _made_(self, *names):
        return lambda kind: dict


NamedTuple = _NamedTuple()
TypedDict = _TypedDict()


def NewType(name, tp):
    return lambda value: value


def cast(typ, val):
    return val


def overload(func):
    return func


def runtime_checkable(cls):
    return cls


def final(f):
    return f


def no_type_check(arg):
    return arg


def assert_never(arg, /):
    raise AssertionError(f"Expected code to be unreachable, but got: {arg!r}")


def ParamSpec(name, **options):
    return Any


TypeAlias = Any
Text = str
AnyStr = Any
Awaitable = Any
Coroutine = Any
AsyncIterator = Any
Deque = Any
DefaultDict = Any
OrderedDict = Any
Counter = Any
IO = Any
TextIO = Any
Hashable = object
Sized = Any
Collection = Any
Container = Any
MutableMapping = Any
MutableSequence = Any
MutableSet = Any
AbstractSet = Any
Concatenate = Any
Required = Any
NotRequired = Any
TypeGuard = Any
SupportsInt = Any
SupportsFloat = Any
Pattern = Any
Match = Any
