"""Hints for the errors of real Monty cells: there where Monty lacks something, and only there."""

from __future__ import annotations

import ast
import builtins
import importlib
import re
import sys
from collections.abc import Iterator
from typing import Any, cast

import pytest

from monty_kernel.engine.budget import NAMES
from monty_kernel.engine.errors import unsupported
from monty_kernel.engine.errors.hints import hint
from monty_kernel.engine.errors.tracebacks import render
from monty_kernel.engine.limits import KINDS, LimitKind
from monty_kernel.engine.source import CellSource, Failure, SourceFrame
from tests.support.failing_cells import Cells, monty_cells


@pytest.fixture
def cells() -> Iterator[Cells]:
    with monty_cells() as cells:
        yield cells


# What Monty lacks: the cell, the message Monty gives, words of the hint -------------------------------------------------

UNSUPPORTED = "The monty syntax parser does not yet support "

DECK = "class Deck:\n    def __getitem__(self, i): return [1, 2, 3][i]\n"
CARD = "class Card:\n    def __format__(self, spec): return 'P' + spec\n"

SYNTAX = [
    ("del x", "the 'del' statement", "no 'del' for this yet: assign None"),
    ("def g(xs):\n    del xs[0]", "the 'del' statement", ".pop()"),
    ("def g():\n    yield 1", "yield expressions", "no generators yet"),
    ("lambda: (yield)", "yield expressions", "no generators yet"),
    ("async def g():\n    yield 1", "yield expressions", "no generators yet"),
    ("def g():\n    yield from []", "yield from expressions", "no generators yet"),
    ("class A(object): pass", "class inheritance and metaclasses", "leave '(object)' out"),
    ("class A(B): pass", "class inheritance and metaclasses", "no inheritance yet: write the class without bases"),
    ("class A(metaclass=M): pass", "class inheritance and metaclasses", "no inheritance yet: write the class without"),
    ("class Missing(Exception):\n    pass", "class inheritance and metaclasses", "no exceptions of your own yet"),
    ("class Missing(app.errors.AppError): pass", "class inheritance and metaclasses", "no exceptions of your own yet"),
    ("class Missing(KeyboardInterrupt): pass", "class inheritance and metaclasses", "no exceptions of your own yet"),
    ("class Colour(enum.Enum, str):\n    RED = 'r'", "class inheritance and metaclasses", "no enums yet"),
    ("class Row(NamedTuple):\n    a: int\n    def f(self): return 1", "class inheritance and metaclasses", "collections.namedtuple"),
    ("class Row(Generic[T]): pass", "class inheritance and metaclasses", "it changes nothing when code runs"),
    ("class Row(BaseModel): pass", "class inheritance and metaclasses", "@dataclass"),
    ("class A:\n    @property\n    def x(self): return 1", "method decorators (classmethod/staticmethod/property)", "an ordinary method"),
    ("class A:\n    @staticmethod\n    @print\n    def x(): return 1", "method decorators (classmethod/staticmethod/property)", "a function outside"),
    ("class A:\n    class B: pass", "class bodies containing anything other than methods and simple class variables", "in front of the class"),
    ("class A:\n    if 1:\n        x = 1", "class bodies containing anything other than methods and simple class variables", "only methods"),
    ("class A:\n    a, b = 1, 2", "complex class variable targets (only `name = <expr>` is allowed)", "one name at a time"),
    ("class A:\n    x = (y := 1)", "assignment expressions (`:=`) in class bodies", "no ':=' in class bodies"),
    ("class A:\n    x: int\n    __annotations__ = {}", "assigning `__annotations__` in a class body with annotated names", "keep one of the two"),
    ("type Pair = tuple[int, int]", "type aliases", "a plain assignment"),
    ("try:\n    pass\nexcept* ValueError:\n    pass", "exception groups (try*/except*)", "no exception groups yet"),
    ("t'{1}'", "template strings (t-strings)", "use an f-string"),
    ("async def f():\n    async for x in y: pass", "async for loops", "no 'async for' yet"),
    ("async def f():\n    return [x async for x in y]", "async comprehensions", "no 'async for' yet"),
    ("async def f():\n    async with x: pass", "async context managers (async with)", "no 'async with' yet"),
    ("x = *[1]", "starred expressions (*expr)", "write [*values]"),
    ("from __future__ import annotations as a", "aliasing a `__future__` feature", "Leave the 'as' out"),
]  # fmt: skip

LACKING = [
    # syntax that Monty refuses in other words
    ("from math import *", "Wildcard imports (`from ... import *`) are not supported", "name what you need"),
    ("x = 1\nx @= 2", "matrix multiplication augmented assignment (@=) is not yet supported", "write a = a @ b"),
    ("exec('del x')", UNSUPPORTED + "the 'del' statement", "no 'del' for this yet"),
    # modules
    ("import numpy as np", "No module named 'numpy'", "no module 'numpy', and none can be installed."),
    ("import numpy", "No module named 'numpy'", "Packages with compiled code cannot be loaded."),
    ("from pandas import DataFrame", "No module named 'pandas'", "csv"),
    ("import seaborn as sns", "No module named 'seaborn'", "matplotlib.pyplot draws"),
    ("import matplotlib.dates as mdates", "No module named 'matplotlib'", "matplotlib.pyplot draws"),
    ("def f():\n    import requests\nf()", "No module named 'requests'", "no network"),
    ("import socket", "No module named 'socket'", "no network"),
    ("import urllib.request", "No module named 'urllib'", "no network"),
    ("from js import document", "No module named 'js'", "neither a page nor its JavaScript"),
    ("import micropip", "No module named 'micropip'", "are all there are"),
    ("import ipywidgets", "No module named 'ipywidgets'", "no widgets"),
    ("import subprocess", "No module named 'subprocess'", "no processes"),
    ("import xml.etree.ElementTree as ET", "No module named 'xml'", "no module 'xml'"),
    ("import my_own_module", "No module named 'my_own_module'", "no module 'my_own_module'"),
    ("import bookshop", "No module named 'bookshop'", "start the kernel with --tools bookshop.py"),
    ("import jsn", "No module named 'jsn'", "Did you mean 'json'?"),
    ("exec('import numpy')", "No module named 'numpy'", "no module 'numpy'"),
    ("try:\n    import numpy\nexcept ImportError as error:\n    raise error", "No module named 'numpy'", "no module 'numpy'"),
    ("from IPython.core.magic import magics_class", "No module named 'IPython'", "from IPython.display import display"),
    # members of modules
    ("import os\nos.system('ls')", "module 'os' has no attribute 'system'", "cannot start processes"),
    ("import sys\nsys.exit()", "module 'sys' has no attribute 'exit'", "raise an exception to end it early"),
    ("import sys\nsys.stdin.read()", "module 'sys' has no attribute 'stdin'", "input()"),
    ("import asyncio\nasyncio.create_task(1)", "module 'asyncio' has no attribute 'create_task'", "asyncio.gather"),
    ("import asyncio\nasyncio.Queue()", "module 'asyncio' has no attribute 'Queue'", "Python's asyncio has 'Queue', but Monty's does not"),
    ("from functools import total_ordering", "cannot import name 'total_ordering' from 'functools' (unknown location)", "no 'total_ordering' in functools here. "),
    ("exec('import operator')", "No module named 'operator'", "write `import operator` in the cell itself"),
    ("__import__('json')", "name '__import__' is not defined", "write an import statement"),
    ("import importlib", "No module named 'importlib'", "Write an import statement."),
    # built-in names
    ("callable(len)", "name 'callable' is not defined", "TypeError"),
    ("vars", "name 'vars' is not defined", "Python has the built-in 'vars'"),
    ("class A:\n    def m(self): return super().m()\nA().m()", "name 'super' is not defined", "no super() yet"),
    ("raise IOError('disk')", "name 'IOError' is not defined", "OSError"),
    ("try:\n    1 / 0\nexcept FloatingPointError:\n    pass", "name 'FloatingPointError' is not defined", "use Exception"),
    ("import asyncio\nasyncio.TimeoutError", "module 'asyncio' has no attribute 'TimeoutError'", "use TimeoutError, which is the same exception"),
    ("import asyncio\nasyncio.wait_for(1, 2)", "module 'asyncio' has no attribute 'wait_for'", "await the coroutine itself"),
    ("import urllib.parse", "No module named 'urllib'", "Split the address"),
    ("from urllib.parse import quote", "No module named 'urllib'", "Split the address"),
    ("import zlib", "No module named 'zlib'", "no module 'zlib', and none can be installed. Write what you need of it in a cell."),
    # lines for a shell, and magics without their %
    ("ls", "name 'ls' is not defined", "there is no shell: os.listdir(folder)"),
    ("if 1:\n    ls -la", "name 'ls' is not defined", "os.listdir(folder)"),
    ("ls /data", "name 'ls' is not defined", "os.listdir(folder)"),
    ("x = 1\npwd", "name 'pwd' is not defined", "os.getcwd()"),
    ("who", "name 'who' is not defined", "write %who"),
    # the outside world
    ("open('/etc/passwd')", "Permission denied: '/etc/passwd'", "cannot open files of this computer, '/etc/passwd'"),
    ("from pathlib import Path\nPath('x').read_text()", "Permission denied: '/x'", "cannot open files of this computer"),
    ("import os\nos.listdir('.')", "Permission denied: '/'", "cannot open files of this computer"),
    ("import os\nos.environ['HOME']", "'os.environ' is not supported in this environment", "os.environ.update"),
    ("import os\nos.getenv('HOME')", "'os.getenv' is not supported in this environment", "os.environ.update"),
    ("import os\nos.urandom(4)", "'os.urandom' is not supported in this environment", "os.urandom needs the machine"),
    ("from pathlib import Path\nPath('x').read_text(encoding='utf-8')", "read_text() takes no keyword arguments", "text is UTF-8"),
    ("from pathlib import Path\nPath('x').write_text('a', encoding='utf-8')", "write_text() takes exactly one argument (1 given)", "leave it out"),
    ("open('x', encoding='latin-1')", "'encoding' argument is not yet supported", "mode 'rb'"),
    ("open('x', errors='ignore')", "'errors' argument is not yet supported", "no errors= yet"),
    ("from pathlib import Path\nPath('x').touch()", "'PosixPath' object has no attribute 'touch'", "open(path, 'a').close()"),
    ("import tempfile", "No module named 'tempfile'", "open('/tmp/name', 'w')"),
    ("import glob", "No module named 'glob'", ".glob('*.csv')"),
    ("open('x', 'r+')", "update modes ('+') are not yet supported", "open it twice"),
    ("import sys\nsys.stdout.write('a')", "'_io.TextIOWrapper' object has no attribute 'write'", "use print(text, end=''"),
    ("import sys\nout = sys.stderr\nout.flush()", "'_io.TextIOWrapper' object has no attribute 'flush'", "use print(text, end=''"),
    ("__builtins__", "name '__builtins__' is not defined", "there by their names"),
    ("import datetime\ndatetime.datetime.utcnow()", "type object 'datetime.datetime' has no attribute 'utcnow'", "use .now(), which is in UTC here"),
    # methods of built-in values
    ("xs = [2, 1]\nxs.sort", "'list' object has no attribute 'sort'", "cannot pass on the methods of built-in values: call .sort(...) here"),
    ("list(map(', '.join, [['a']]))", "'str' object has no attribute 'join'", "lambda"),
    ("d = {}\nmax('ab', key=d.get)", "'dict' object has no attribute 'get'", "lambda"),
    ("sorted(['b'], key=str.lower)", "type object 'str' has no attribute 'lower'", "lambda value: value.lower()"),
    ("help(str.lower)", "type object 'str' has no attribute 'lower'", "write help('str.lower')"),
    ("w = ['b']\nhelp( w.append )", "'list' object has no attribute 'append'", "write help('w.append')"),
    ("(0.5).as_integer_ratio()", "'float' object has no attribute 'as_integer_ratio'", "Decimal(number).as_integer_ratio()"),
    ("b'a'.expandtabs()", "'bytes' object has no attribute 'expandtabs'", "Python's bytes has 'expandtabs', but Monty's does not yet"),
    ("(5).bit_length", "'int' object has no attribute 'bit_length'", "len(f'{number:b}')"),
    ("True.bit_length", "'bool' object has no attribute 'bit_length'", "len(f'{number:b}')"),
    ("(1.5).is_integer()", "'float' object has no attribute 'is_integer'", "int(number)"),
    ("range(3).stop", "'range' object has no attribute 'stop'", "keep the number"),
    ("[1].__len__()", "'list' object has no attribute '__len__'", "the built-in function that it stands for"),
    ("(lambda: 1).__name__", "'function' object has no attribute '__name__'", "write the name out"),
    ("def f(): pass\nf.__annotations__", "'function' object has no attribute '__annotations__'", "but Monty's does not yet"),
    ("def f(): pass\nf.cache = {}", "'function' object has no attribute 'cache' and no __dict__ for setting new attributes", "in a dict"),
    ("from pathlib import Path\nPath('a').expanduser()", "'PosixPath' object has no attribute 'expanduser'", "Python's PosixPath has"),
    ("ValueError('a').add_note('b')", "'ValueError' object has no attribute 'add_note'", "its message only"),
    ("OSError('a').errno", "'OSError' object has no attribute 'errno'", "its message only"),
    ("e = ValueError('a')\ne.code = 1", "'ValueError' object has no attribute 'code' and no __dict__ for setting new attributes", "its message only"),
    ("class A:\n    def f(self): pass\nA().f.__self__", "'function' object has no attribute '__self__'", "Python's function has '__self__'"),
    ("import json\ntry:\n    json.loads('{')\nexcept ValueError as error:\n    error.msg", "'json.JSONDecodeError' object has no attribute 'msg'", "str(error) is 'what: line 1 column 2 (char 1)'"),
    ("import json\ntry:\n    json.loads('')\nexcept ValueError as error:\n    error.pos", "'json.JSONDecodeError' object has no attribute 'pos'", "its message only"),
    ("s = {1}\ns.update([2], [3])", "set.update() takes exactly one argument (2 given)", "as in s.update(a); s.update(b)"),
    ("{1}.union([2], [3], [4])", "set.union() takes exactly one argument (3 given)", "as in s.union(a).union(b)"),
    ("frozenset([1]).intersection()", "frozenset.intersection() takes exactly one argument (0 given)", "write .copy()"),
    ("from pathlib import Path\nsorted([Path('b'), Path('a')])", "'<' not supported between instances of 'PosixPath' and 'PosixPath'", "key=lambda path: path.parts"),
    ("from pathlib import Path\nmax([Path('b'), Path('a')])", "'>' not supported between instances of 'PosixPath' and 'PosixPath'", "key=lambda path: path.parts"),
    ("from typing import Tuple\nPoint = Tuple[int, int]", "'typing._SpecialForm' object is not subscriptable", "write tuple for Tuple, as in tuple[int, int]"),
    ("import typing\ntyping.List[int]", "'typing._SpecialForm' object is not subscriptable", "as in list[int]"),
    ("from typing import Callable\nF = Callable[[int], int]", "'typing._SpecialForm' object is not subscriptable", "put the type into quotes"),
    ("import asyncio\nasync def f(): return 1\nawait asyncio.gather(f(), return_exceptions=True)", "gather() does not yet support keyword arguments", "'except Exception as error: return error'"),
    # classes of one's own
    (DECK + "list(Deck())", "'Deck' object is not iterable", "__getitem__ of your own classes to iterate yet: define __iter__"),
    (DECK + "for card in Deck(): pass", "'Deck' object is not iterable", "define __iter__"),
    (DECK + "a, b, c = Deck()", "cannot unpack non-iterable Deck object", "define __iter__"),
    (DECK + "[*Deck()]", "Value after * must be an iterable, not Deck", "define __iter__"),
    (DECK + "2 in Deck()", "argument of type 'Deck' is not a container or iterable", "define __iter__"),
    (DECK + "reversed(Deck())", "'Deck' object is not reversible", "reverse a list of its items"),
    (CARD + "f'{Card():age}'", "Invalid format specifier 'age'", "calls no __format__"),
    (CARD + "'{:age}'.format(Card())", "Invalid format specifier 'age' for object of type 'Card'", "does not call __format__"),
    (CARD + "format(Card(), 'age')", "Invalid format specifier 'age' for object of type 'Card'", "does not call __format__"),
    ("class A:\n    def __len__(self): return 3\nlen(A())", "object of type 'A' has no len()", "does not call __len__ of your own classes yet: write"),
    ("class A:\n    def __lt__(self, other): return True\nsorted([A(), A()])", "'<' not supported between instances of 'A' and 'A'", "__lt__"),
    ("class A:\n    def __ge__(self, other): return True\n1 <= A()", "'<=' not supported between instances of 'int' and 'A'", "__ge__"),
    ("class A:\n    def __reversed__(self): return []\nreversed(A())", "'A' object is not reversible", "__reversed__"),
    ("class A:\n    def __getattr__(self, name): return 1\nA().x", "'A' object has no attribute 'x'", "__getattr__"),
    ("class A:\n    def __iadd__(self, other): return self\na = A()\na += 1", "unsupported operand type(s) for +=: 'A' and 'int'", "define __add__"),
    ("class A:\n    def __ipow__(self, other): return self\na = A()\na **= 1", "unsupported operand type(s) for ** or pow(): 'A' and 'int'", "define __pow__"),
    ("class A:\n    def __bytes__(self): return b''\nbytes(A())", "cannot convert 'A' object to bytes", "__bytes__"),
    ("class A: pass\nA().__dict__", "'A' object has no attribute '__dict__'", "have no __dict__ yet"),
    ("class Oops:\n    def __init__(self, what): pass\nraise Oops('x')", "exceptions must derive from BaseException", "no exceptions of your own"),
    ("class Oops: pass\ntry:\n    1 / 0\nexcept Oops:\n    pass", "catching classes that do not inherit from BaseException is not allowed", "no exceptions of your own"),
    ("object()", "cannot create 'object' instances", "class Marker"),
    ("class A:\n    x = property(len)", "cannot create 'property' instances", "an ordinary method"),
    ("type('X', (object,), {})", "type() bases are not supported", "no inheritance"),
    ("class A:\n    def write(self, text): pass\nprint(1, file=A())", "print() 'file' argument must be sys.stdout or sys.stderr, not A", ".write(text)"),
    # calls
    ("raise ValueError('a', 'b')", "Internal error in monty: exceptions can only be called with zero or one string argument", "one f-string"),
    ("raise ValueError(1)", "Internal error in monty: exceptions can only be called with zero or one string argument", "one f-string"),
    ("next(x for x in [1])", "'list' object is not an iterator", "next(iter(...))"),
    ("numbers = (x for x in [1])\nnext(numbers)", "'list' object is not an iterator", "numbers = iter(numbers) once"),
    ("def f(given): return next(given)\nf(map(int, '1'))", "'list' object is not an iterator", "If `given` is from a gen"),
    ("next(map(int, '1'), None)", "'list' object is not an iterator", "next(iter(...))"),
    ("bytes([1, 2])", "cannot convert 'list' object to bytes", "bytes.fromhex"),
    ("import json\njson.dumps({1}, default=list)", "JSONEncoder.__init__() got an unexpected keyword argument 'default'", "no default= yet"),
    ("b'a'.decode('cp1252')", "unknown encoding: cp1252", "utf-16"),
    ("'é'.encode('latin-1')", "unknown encoding: latin-1", "utf-16"),
    ("from dataclasses import dataclass\n@dataclass(order=True)\nclass A:\n    x: int", "dataclass() does not yet support the order option", "sort with key="),
    ("from typing import TypeVar\nT = TypeVar('T')", "'typing._SpecialForm' object is not callable", "type variables"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "what", "words"), SYNTAX)
def test_syntax_that_monty_lacks(cells: Cells, text: str, what: str, words: str) -> None:
    failure = cells.fail(text)
    assert (failure.kind, failure.ename, failure.evalue) == ("syntax", "NotImplementedError", UNSUPPORTED + what)
    advice = hint(failure)
    assert advice is not None and words in advice


@pytest.mark.parametrize(("text", "message", "words"), LACKING)
def test_what_else_monty_lacks(cells: Cells, text: str, message: str, words: str) -> None:
    failure = cells.fail(text)
    assert failure.evalue == message
    advice = hint(failure)
    assert advice is not None and words in advice
    assert "\n" not in advice


# Everybody's errors: no hint --------------------------------------------------------------------------------------------

ORDINARY = [
    "def f(): return ls\nf()",
    "ls + [1]",
    "ls.sort()",
    "time",
    "for x in 3: pass",
    "class A: pass\nlist(A())",
    "class A:\n    def __iter__(self): return 3\n    def __getitem__(self, i): return 1\nlist(A())",
    "class A: pass\n'{:x}'.format(A())",
    "{1}.add(2, 3)",
    "undefined_name",
    "pritn(1)",
    "class A:\n    def m(self): return slef.x\nA().m()",
    "def f():\n    print(x)\n    x = 1\nf()",
    "x =",
    "print 'x'",
    "1 = 2",
    "eval('1 +')",
    "1 / 0",
    "assert 1 == 2, 'no'",
    "[1][5]",
    "{}['a']",
    "int('x')",
    "'a' + 1",
    "len(5)",
    "len(None)",
    "import datetime\nlen(datetime.date.today())",
    "class A: pass\nlen(A())",
    "class A:\n    def size(self): return 1\nlen(A())",
    "1 < 'a'",
    "sorted([1, 'a'])",
    "sorted([None, 1])",
    "class A: pass\nA() < A()",
    "class A: pass\n1 < A()",
    "class A: pass\na = A()\na += 1",
    "class A: pass\nA().x",
    "class A: pass\nA.x",
    "class A: pass\nreversed(A())",
    "class Counter: pass\nCounter().most_common",
    "'a'.nosuch()",
    "[].nosuch",
    "int.nosuch",
    "(lambda: 1).nosuch",
    "ValueError('a').nosuch",
    "ValueError.nosuch",
    "{}.a = 1",
    "import re\nre.match('a', 'b').group()",
    "import math\nmath.nosuch",
    "from math import nosuch",
    "from . import x",
    "import json\njson.dumps({1})",
    "import json\njson.dumps(1, nosuch=1)",
    "import json\njson.loads('{a}')",
    "'a'.encode('nosuch')",
    "next([1])",
    "numbers = [1]\nnext(numbers)",
    "raise 'x'",
    "try:\n    1 / 0\nexcept 'x':\n    pass",
    "print(1, file=1)",
    "bytes(1.5)",
    "def f(a): pass\nf()",
    "def r(n): return r(n)\nr(0)",
    "f = 5\nf()",
    "with 5: pass",
    "for x in 5: pass",
    "raise NotImplementedError('x')",
    "raise NotImplementedError",
    f"raise NotImplementedError(\"{UNSUPPORTED}the 'del' statement\")",
    "raise ModuleNotFoundError(\"No module named 'numpy'\")",
    "raise ImportError('need numpy')",
    "raise AttributeError(\"'list' object has no attribute 'sort'\")",
    "raise TypeError(\"object of type 'A' has no len()\")",
    "def check():\n    raise PermissionError(\"Permission denied: '/x'\")\ncheck()",
    "raise RuntimeError(\"'os.environ' is not supported in this environment\")",
    "def dir(): raise NameError(\"name 'vars' is not defined\")\ndir()",
    "__init__",
    "raise KeyboardInterrupt",
    "raise SystemExit",
]


@pytest.mark.parametrize("text", ORDINARY)
def test_ordinary_errors_get_no_hint(cells: Cells, text: str) -> None:
    failure = cells.fail(text)
    assert hint(failure) is None
    assert "Hint" not in "".join(render(failure).traceback)


def test_a_class_that_the_traceback_does_not_show_gets_an_if(cells: Cells) -> None:
    advice = hint(cells.fail("class Stack:\n    def __len__(self): return 3\ns = Stack()", "len(s)"))
    assert advice is not None and "if 'Stack' defines it, write a method" in advice


def test_an_opened_files_methods_are_told_from_those_of_stdout() -> None:
    cell = CellSource("In[1]", "f.write\nsys.stdout.write")
    message = "'_io.TextIOWrapper' object has no attribute 'write'"
    of_file = Failure("raised", "AttributeError", message, (SourceFrame(cell, 1, 1, 1, 8, "<module>"),))
    of_stdout = Failure("raised", "AttributeError", message, (SourceFrame(cell, 2, 1, 2, 17, "<module>"),))
    assert "cannot pass on the methods" in (hint(of_file) or "")
    assert "use print(" in (hint(of_stdout) or "")


@pytest.mark.parametrize(
    ("kind", "name", "advice"),
    [
        ("TextIOWrapper", "truncate", "Python's files have 'truncate', but Monty's do not yet: open the file with 'w'"),
        ("TextIOWrapper", "isatty", "a file is no terminal"),
        ("BufferedWriter", "writelines", "join(lines)"),
        ("BufferedReader", "peek", ".seek() back"),
    ],
)
def test_what_opened_files_lack_is_not_taken_for_a_method_of_stdout(kind: str, name: str, advice: str) -> None:
    cell = CellSource("In[1]", f"f.{name}()")
    message = f"'_io.{kind}' object has no attribute '{name}'"
    failure = Failure(
        "raised", "AttributeError", message, (SourceFrame(cell, 1, 1, 1, len(cell.text) + 1, "<module>"),)
    )
    assert advice in (hint(failure) or "")


def test_a_folder_granted_for_reading() -> None:
    failure = Failure("raised", "PermissionError", "[Errno 30] Read-only file system: '/data/x'")
    assert hint(failure) == "'/data/x' is mounted for reading only."


def test_endings_of_the_worker() -> None:
    assert "code is not to blame" in (hint(Failure("crashed", "MontyCrashedError", "gone")) or "")
    assert "--MontyKernel.max_memory=" in (hint(Failure("memory", "MemoryError", "limit")) or "")
    assert "--MontyKernel.max_cell_seconds=" in (hint(Failure("time", "TimeoutError", "limit")) or "")
    assert hint(Failure("interrupted", "KeyboardInterrupt", "")) is None


@pytest.mark.parametrize("kind", [kind for kind in KINDS.values() if kind.name != "recursion"])
def test_a_limit_is_raised_by_its_option(kind: LimitKind) -> None:
    ends = {"memory": ("memory", "MemoryError"), "seconds": ("time", "TimeoutError")}
    failure_kind, ename = ends.get(kind.name) or ("limit", NAMES[cast(Any, kind.name)])
    said = hint(Failure(cast(Any, failure_kind), ename, f"more than {kind.option} = 5")) or ""
    assert f"--MontyKernel.{kind.option}={kind.unit}" in said and f"--{kind.option.replace('_', '-')}. " in said
    said = hint(Failure(cast(Any, failure_kind), ename, f"more than %limits {kind.name} = 5")) or ""
    assert "--MontyKernel" not in said and "restart the kernel" in said


def test_the_hint_is_the_last_line_after_the_note(cells: Cells) -> None:
    failure = cells.fail("import os\nos.getenv('A')")
    noted = Failure(failure.kind, failure.ename, failure.evalue, failure.frames, "A note.")
    parts = render(noted).traceback
    assert parts[-2] == "A note."
    assert re.fullmatch("\x1b\\[1mHint:\x1b\\[22m The session's own os.environ, .*", parts[-1])


def test_a_hostile_message_is_looked_at_only_in_part() -> None:
    for message in (
        "No module named '" + "a" * 10_000_000,
        "'" * 1_000_000,
        "name '\x1b[31m' is not defined",
        "unknown encoding: a\0",
    ):
        for ename in ("ModuleNotFoundError", "AttributeError", "NameError", "TypeError", "LookupError"):
            render(Failure("raised", ename, message))


# The tables against Monty -------------------------------------------------------------------------------------------------


def test_every_refusal_of_the_parser_was_tried() -> None:
    assert {what for _, what, _ in SYNTAX} == set(unsupported.SYNTAX)


def test_the_modules_are_those_that_monty_has(cells: Cells) -> None:
    present = []
    for name in sorted(sys.stdlib_module_names):
        try:
            cells.run(f"import {name}")
        except Exception:
            continue
        present.append(name)
    assert [name for name in present if name != "posixpath"] == sorted(unsupported.MODULES)


def test_advice_is_for_what_is_missing(cells: Cells) -> None:
    for name in unsupported.INSTEAD_OF_MODULE:
        assert cells.fail(f"import {name}").ename == "ModuleNotFoundError"
    for name in unsupported.BUILTINS:
        assert hasattr(builtins, name)
        assert cells.fail(name).ename == "NameError"
    for name in unsupported.INSTEAD_OF_MEMBER:
        module, _, member = name.rpartition(".")
        assert cells.fail(f"import {module}\n{name}").ename == "AttributeError"
        assert hasattr(importlib.import_module(module), member) or member == "startfile"


VALUES = {
    "str": "'ab'", "bytes": "b'ab'", "int": "5", "bool": "True", "float": "1.5", "complex": "(1 + 2j)", "list": "[1]",
    "dict": "{'a': 1}", "set": "{1}", "frozenset": "frozenset([1])", "tuple": "(1,)", "range": "range(3)",
}  # fmt: skip
ARGUMENTS = ["", "1", "'a'", "b'a'", "[1]", "{1}", "1, 1", "'a', 'b'"]


@pytest.mark.parametrize("type_name", VALUES)
def test_the_missing_methods_are_those_that_no_call_finds(cells: Cells, type_name: str) -> None:
    missing = set()
    for name in dir(getattr(builtins, type_name)):
        if name.startswith("_"):
            continue
        calls = " or ".join(f"tried(lambda: ({VALUES[type_name]}).{name}({arguments}))" for arguments in ARGUMENTS)
        found = cells.run(
            "def tried(call):\n    try:\n        call()\n    except AttributeError:\n        return False\n"
            f"    except Exception:\n        return True\n    return True\n{calls}"
        )
        missing |= set() if found else {name}
    known = unsupported.MISSING_METHODS.get("int" if type_name == "bool" else type_name, frozenset())
    assert missing == {name for name in known if hasattr(getattr(builtins, type_name), name)}, (
        "older Pythons have fewer"
    )


@pytest.mark.parametrize(
    "text",
    [
        "x = None",
        "class Colour:\n    RED = 1\nassert Colour.RED == 1",
        "from collections import namedtuple\nassert namedtuple('Name', 'field other')(1, 2).other == 2",
        "assert len(f'{13:b}') == 4 and bin(13).count('1') == 3",
        "s = {1, 2}\ns -= {1}\ns &= {2}\ns ^= {3}\nassert s == {2, 3}",
        "assert b''.join([b'a', b'b']) == b'ab'",
        "assert bytes.fromhex(''.join(f'{n:02x}' for n in [1, 255])) == b'\\x01\\xff'",
        "assert next(iter(x for x in [1])) == 1",
        "xs = []\nf = lambda value: xs.append(value)\nf(1)\nassert xs == [1]",
        "assert sorted(['b', 'A'], key=lambda value: value.lower()) == ['A', 'b']",
        "Pair = tuple[int, int]",
        "assert 'x{a}'.format(**{'a': 1}) == 'x1'",
        "import bisect\nitems = [3]\nbisect.insort(items, 1)\nassert items == [1, 3]",
        "import csv\nassert list(csv.reader(['a,b'])) == [['a', 'b']]",
        "import json\nassert json.loads(json.dumps({'a': 1}, indent=2)) == {'a': 1}",
        "import random\nassert random.getrandbits(128) >= 0",
        "import sys\nprint('x', end='', file=sys.stderr)",
        "import datetime\ndatetime.timezone(datetime.timedelta(hours=2)), datetime.timezone.utc",
        "from typing import Iterable, Mapping, Callable",
        "import asyncio\nasync def f(): return 1\nassert await asyncio.gather(f(), f()) == [1, 1]",
        "import asyncio\nasync def f(): return 1\nassert asyncio.run(f()) == 1",
        "class Marker: pass\nMarker()",
        "class A:\n    def __add__(self, other): return 5\na = A()\na += 1\nassert a == 5",
        "assert 'list' in str(type([]))",
        "assert {'a': 1} | {'b': 2} == {'a': 1, 'b': 2}",
        "assert isinstance(list(locals()), list)",
        "try:\n    5()\nexcept TypeError:\n    pass",
        "raised = None\ntry:\n    raise OSError('what happened')\nexcept OSError as error:\n    raised = str(error)\nassert raised == 'what happened'",
        "class A:\n    def __enter__(self): return 1\n    def __exit__(self, *error): return None\nwith A() as one:\n    assert one == 1",
    ],
)
def test_what_hints_advise_works_in_monty(cells: Cells, text: str) -> None:
    ast.parse(text)
    cells.run(text)


def test_the_encodings_named_are_known(cells: Cells) -> None:
    for name in re.findall(r"[\w-]+", unsupported.ENCODINGS.replace("and", "")):
        cells.run(f"'a'.encode({name!r})")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("ls x", "os.listdir(folder)"),
        ("x = 1\ncd ..", "write paths in full"),
        ("cat notes.txt", "print(open(path).read())"),
        ("git clone x", "no network access"),
        ("timeit sum([1])", "write %timeit"),
    ],
)
def test_lines_for_a_shell_and_magics_without_the_percent_sign(cells: Cells, text: str, words: str) -> None:
    # in a kernel, the message of a syntax error is CPython's
    assert words in (hint(cells.fail(text)._replace(evalue="invalid syntax")) or "")


@pytest.mark.parametrize(
    "text", ["pip install numpy", "x = 1\nconda install -y x", "python -m pip install x", "pip3 list"]
)
def test_installing_without_the_percent_sign(cells: Cells, text: str) -> None:
    assert "Nothing can be installed" in (hint(cells.fail(text)._replace(evalue="invalid syntax")) or "")


@pytest.mark.parametrize("text", ["x y", "pip = 1 2", "x = pip numpy"])
def test_other_syntax_errors_get_no_such_hint(cells: Cells, text: str) -> None:
    assert hint(cells.fail(text)._replace(evalue="invalid syntax")) is None
