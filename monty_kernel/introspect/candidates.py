"""Questions for Monty that the modules and types of CPython do not suggest: names, statements and samples of types."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

DOTTED_MODULES = ("os.path", "collections.abc", "concurrent.futures", "importlib.resources", "urllib.parse")
HOST_MODULES_NOT_IMPORTED = frozenset(
    {"antigravity", "this", "idlelib", "turtle", "tkinter", "turtledemo", "test", "lib2to3"}
)

NEWER: Mapping[str, tuple[str, ...]] = {
    # names in later versions of CPython, which the running one may lack
    "builtins": ("PythonFinalizationError",), "asyncio": ("Runner", "TaskGroup", "timeout"), "copy": ("replace",),
    "datetime": ("UTC",), "functools": ("Placeholder",), "hashlib": ("file_digest",), "itertools": ("batched",),
    "math": ("cbrt", "exp2", "fma", "sumprod"), "random": ("binomialvariate",), "re": ("NOFLAG", "PatternError"),
    "typing": ("LiteralString", "NotRequired", "Required", "Self", "Unpack", "override"),
}  # fmt: skip

DUNDERS = ("__name__", "__file__", "__debug__", "__import__")

STATEMENTS: Mapping[str, str] = {
    # the smallest use of every keyword, to see which ones Monty's parser supports
    "False": "False", "None": "None", "True": "True", "and": "1 and 1", "as": "import math as m", "assert": "assert 1",
    "async": "async def f(): pass", "await": "async def f(): await f()", "break": "for i in []: break",
    "case": "match 1:\n case 1: pass", "class": "class A: pass", "continue": "for i in []: continue",
    "def": "def f(): pass", "del": "x = 1\ndel x", "elif": "if 0: pass\nelif 1: pass", "else": "if 1: pass\nelse: pass",
    "except": "try: pass\nexcept ValueError: pass", "finally": "try: pass\nfinally: pass", "for": "for i in []: pass",
    "from": "from math import pi", "global": "def f():\n global x", "if": "if 1: pass", "import": "import math",
    "in": "1 in []", "is": "1 is 1", "lambda": "lambda: 1", "match": "match 1:\n case 1: pass",
    "nonlocal": "def f():\n x = 1\n def g():\n  nonlocal x", "not": "not 1", "or": "1 or 1", "pass": "pass",
    "raise": "try: raise ValueError\nexcept ValueError: pass", "return": "def f(): return 1",
    "try": "try: pass\nfinally: pass", "type": "type X = int", "while": "while 0: pass",
    "with": "def f(x):\n with x: pass", "yield": "def f(): yield 1",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Sample:
    """A builtin type: its name, source that makes a value of it in Monty, and its name in CPython if that differs."""

    key: str
    value: str
    owner: str = ""
    extra: tuple[str, ...] = ()


SAMPLES = (
    Sample("str", "'a'"),
    Sample("bytes", "b'a'"),
    Sample("list", "[1]"),
    Sample("dict", "{1: 1}"),
    Sample("set", "{1}"),
    Sample("frozenset", "frozenset()"),
    Sample("tuple", "(1,)"),
    Sample("int", "(1)"),
    Sample("float", "(1.0)"),
    Sample("bool", "True"),
    Sample("complex", "(1j)"),
    Sample("range", "range(3)"),
    Sample("slice", "slice(1)"),
    Sample("ValueError", "ValueError('x')"),
    Sample("function", "(lambda: 1)", "types.FunctionType"),
    Sample("builtin_function_or_method", "len", "types.BuiltinFunctionType"),
    Sample("NoneType", "None", "types.NoneType"),
    Sample("io.TextIOWrapper", "open('/x')"),
    Sample("io.BufferedReader", "open('/x', 'rb')"),
    Sample("collections.deque", "collections.deque([1])"),
    Sample("collections.Counter", "collections.Counter('a')"),
    Sample("collections.defaultdict", "collections.defaultdict(list)"),
    Sample("csv.DictReader", "csv.DictReader(['a', 'b'])"),
    Sample("csv.DictWriter", "csv.DictWriter(open('/x', 'w'), ['a'])"),
    Sample("csv.reader", "csv.reader(['a'])", "_csv.Reader", ("line_num", "dialect")),
    Sample("csv.writer", "csv.writer(open('/x', 'w'))", "_csv.Writer", ("writerow", "writerows", "dialect")),
    Sample("datetime.date", "datetime.date(2020, 1, 1)"),
    Sample("datetime.datetime", "datetime.datetime(2020, 1, 1)"),
    Sample("datetime.time", "datetime.time(1)"),
    Sample("datetime.timedelta", "datetime.timedelta(1)"),
    Sample("datetime.timezone", "datetime.timezone(datetime.timedelta(0))"),
    Sample("decimal.Decimal", "decimal.Decimal(1)"),
    Sample("decimal.Context", "decimal.getcontext()"),
    Sample("functools.partial", "functools.partial(len, [])"),
    Sample("hashlib.md5", "hashlib.md5(b'')", "_hashlib.HASH"),
    Sample("pathlib.Path", "pathlib.Path('a')"),
    Sample("random.Random", "random.Random(1)"),
    Sample("re.Match", "re.match('a', 'a')"),
    Sample("re.Pattern", "re.compile('a')"),
    Sample("time.struct_time", "time.gmtime(0)"),
    Sample("itertools.count", "itertools.count()"),
    Sample("itertools.chain", "itertools.chain([1])"),
)

ALIASES: Mapping[str, str] = {
    # the names of these types in jedi's stubs
    "_csv._reader": "csv.reader", "_csv._writer": "csv.writer", "_csv.Reader": "csv.reader",
    "_csv.Writer": "csv.writer", "_decimal.Decimal": "decimal.Decimal", "_io.TextIOWrapper": "io.TextIOWrapper",
    "_io.BufferedReader": "io.BufferedReader", "_hashlib.HASH": "hashlib.md5", "hashlib._Hash": "hashlib.md5",
    "pathlib.PosixPath": "pathlib.Path", "pathlib.PurePath": "pathlib.Path", "types.NoneType": "NoneType",
    "typing.Match": "re.Match", "typing.Pattern": "re.Pattern", "typing.TextIO": "io.TextIOWrapper",
    "typing.BinaryIO": "io.BufferedReader",
}  # fmt: skip

SILENT_SIGNATURES: Mapping[str, tuple[str, ...]] = {
    # keyword arguments of builtins without a signature in CPython
    "dict.update": (), "exec": (), "property": (), "int": ("base",), "max": ("default", "key"),
    "min": ("default", "key"), "bytes": ("encoding", "errors", "source"), "str": ("encoding", "errors", "object"),
    "datetime.date": ("year", "month", "day"),
    "datetime.datetime": ("year", "month", "day", "hour", "minute", "second", "microsecond", "tzinfo", "fold"),
    "datetime.time": ("hour", "minute", "second", "microsecond", "tzinfo", "fold"),
    "datetime.timedelta": ("days", "seconds", "microseconds", "milliseconds", "minutes", "hours", "weeks"),
    "datetime.datetime.replace": ("year", "month", "day", "hour", "minute", "second", "microsecond", "tzinfo", "fold"),
    "datetime.date.replace": ("year", "month", "day"), "itertools.zip_longest": ("fillvalue",),
    "itertools.product": ("repeat",), "collections.deque": ("iterable", "maxlen"),
    "collections.defaultdict": ("default_factory",), "functools.partial": (),
}  # fmt: skip
