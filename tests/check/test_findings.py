"""`check_notebook`: each kind of gap, where it is, and what is no gap."""

from __future__ import annotations

import copy

import nbformat
import pytest

from monty_kernel import check_notebook
from monty_kernel.check.finding import CODES
from monty_kernel.engine.errors.unsupported import INSTEAD_OF_MEMBER, SYNTAX

from .findings import book, found_in, places

GAPS = [
    ("import math, numpy as np", 1, 14, "missing-module"),
    ("def f():\n    import numpy.linalg\nf()", 2, 12, "missing-module"),
    ("from collections import Counter, UserDict", 1, 34, "missing-member"),
    ("import os\nos.system('ls')", 2, 1, "missing-member"),
    ("import functools as f\n@f.total_ordering\nclass C: pass", 2, 2, "missing-member"),
    ("import operator\noperator.iadd([], [1])", 2, 1, "missing-member"),
    ("import operator as op\ndef f(): return op.iadd([], [1])\nf()", 2, 17, "missing-member"),
    ("from operator import add, iadd", 1, 1, "missing-member"),
    ("from functools import wraps, total_ordering", 1, 1, "missing-member"),
    ("print(globals())", 1, 7, "missing-builtin"),
    ("b'a b'.expandtabs()", 1, 1, "missing-attribute"),
    ("text = b'a'\nprint(text.strip().expandtabs())", 2, 7, "missing-attribute"),
    ("for size in [2.5, 3.5]:\n    size.fromhex('1')", 2, 5, "missing-attribute"),
    ("def f():\n    n = 2.5\n    return n.hex()\nf()", 3, 12, "missing-attribute"),
    ("f = str.lower", 1, 5, "missing-attribute"),
    ("d = {}\nf = d.get", 2, 5, "missing-attribute"),
    ("def f(g): return g.__dict__\nf(f)", 1, 18, "missing-attribute"),
    ("def f(): pass\nf.__doc__", 2, 1, "missing-attribute"),
    ("def logged(g):\n    return lambda: g.__doc__\n@logged\ndef f(): pass", 2, 20, "missing-attribute"),
    ("def f(): pass\nf.calls = 0", 2, 1, "missing-attribute"),
    ("try:\n    1 / 0\nexcept ZeroDivisionError as e:\n    e.__cause__", 4, 5, "missing-attribute"),
    ("import json\njson.dumps({}, default=str)", 2, 24, "missing-argument"),
    (
        "import asyncio\nasync def f(): pass\nawait asyncio.gather(f(), return_exceptions=True)",
        3,
        45,
        "missing-argument",
    ),
    ("from dataclasses import dataclass\n@dataclass(order=True)\nclass P:\n    x: int", 2, 2, "missing-argument"),
    ("class C:\n    def __len__(self): return 1\nc = C()\nlen(c)", 4, 1, "unsupported-use"),
    ("class C:\n    def __len__(self): return 1\n    def f(self): return len(self)\nC().f()", 3, 25, "unsupported-use"),
    ("class C:\n    def __lt__(self, other): return True\nsorted([C(), C()])", 3, 1, "unsupported-use"),
    ("class C:\n    def __gt__(self, other): return True\n1 < C()", 3, 1, "unsupported-use"),
    ("class C:\n    def __getitem__(self, i): return 1\nlist(C())", 3, 1, "unsupported-use"),
    ("class C:\n    def __format__(self, s): return s\nf'{C():x}'", 3, 4, "unsupported-use"),
    ("class C:\n    def __getattr__(self, n): return 1\nC().x", 3, 1, "unsupported-use"),
    ("class Oops: pass\nraise Oops", 2, 7, "unsupported-use"),
    ("next(n for n in [1])", 1, 1, "unsupported-use"),
    ("x = 3\nf'{x:age} {x:>3}'", 2, 6, "syntax"),
    ("from typing import List\nRow = List[int]", 2, 7, "unsupported-use"),
    ("'é'.encode('latin-1')", 1, 12, "unsupported-use"),
    ("with open('data.csv') as f:\n    f.read()", 1, 6, "missing-file"),
    ("from pathlib import Path\nPath('a.txt').read_text()", 2, 1, "missing-file"),
    ("x = 1\n!ls", 2, 1, "magic"),
    ("%gui qt", 1, 1, "magic"),
    ("%%bash\nls", 1, 1, "magic"),
    ("%load_ext sql", 1, 1, "magic"),
    ("pip install numpy", 1, 5, "syntax"),
    ("def f():\n    yield 1", 2, 5, "syntax"),
    ("%%time\nx = 1\nclass A(B): pass", 3, 1, "syntax"),
    (">>> import math\n>>> import numpy", 2, 12, "missing-module"),
]


@pytest.mark.parametrize(("text", "line", "column", "code"), GAPS)
def test_a_gap(text: str, line: int, column: int, code: str) -> None:
    assert (0, line, column, code) in places(text)


def test_the_cases_have_every_code() -> None:
    assert {code for *_, code in GAPS} == set(CODES)


@pytest.mark.parametrize(
    "text",
    [
        "try:\n    import numpy\nexcept ImportError:\n    numpy = None",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import numpy",
        "def f(x: 'np.ndarray') -> list[int]: return x",
        "from typing import List\ndef f(x: List[int]) -> List[int]: return x\nrow: List[int] = []",
        "class T:\n    def hex(self): return 1\ndef f(x): return x.hex()\nf(T())",
        "from dataclasses import dataclass\n@dataclass\nclass Z:\n    real: int\ndef f(x): return x.real\nf(Z(1))",
        "from collections import namedtuple\nZ = namedtuple('Z', 'real, imag')\ndef f(x): return x.real\nf(Z(1, 2))",
        "class C: pass\ndef f(x): return x.__class__\nf(C())",
        "sorted(['b'], key=str.lower)",
        "d = {}\nmax([1], key=d.get, default=0)",
        "x = 'a' if input else [1]\nx.append",
        "globals = lambda: 1\nglobals()",
        "x = 'a'\nx = [1]\nx.pop()",
        "class C:\n    def __len__(self): return 1\n    def size(self): return 1\nC().size()",
        "class str2:\n    def expandtabs(self, t): return t\nstr2().expandtabs(1)",
        "open('made.txt', 'w').close()\nopen('made.txt').read()",
        "%mount . /data\nopen('/data/a.csv')",
        "try:\n    open('data.csv')\nexcept FileNotFoundError:\n    pass",
        "try:\n    b'a'.expandtabs()\nexcept AttributeError:\n    pass",
        "del x[0]\ndel y\nclass C(object): pass",
        "from math import *\nsqrt(2)",
        "import operator\noperator.add(1, operator.itemgetter(0)([2]))",
        "from operator import add, itemgetter as got\nsorted([(1, 2)], key=got(1))",
        "from operator import *\nadd(1, 2)",
        "from functools import wraps, reduce\n@wraps(len)\ndef f(x): return x",
        "import functools\n@functools.wraps(len)\ndef f(x): return x",
        "%time x = 1\n%who",
        "import json\njson.dumps({}, nosuch=1)",
        "from math import nosuch",
        "x =",
        "undefined + 1",
    ],
)
def test_no_gap(text: str) -> None:
    assert found_in(text) == []


def test_names_of_an_import_that_fails_are_found_once_at_the_cause() -> None:
    assert places("import numpy as np", "a = np.zeros(3)", "np.mean(a)\na.sum()") == [(0, 1, 8, "missing-module")]


def test_what_follows_a_refusal_is_found_too() -> None:
    text = "class A(B):\n    @property\n    def x(self):\n        yield 1\nimport numpy\nasync def f():\n    async with f() as g:\n        b'a'.expandtabs()"
    assert [(line, code) for _, line, _, code in places(text)] == [
        (1, "syntax"), (2, "syntax"), (4, "syntax"), (5, "missing-module"), (7, "syntax"), (8, "missing-attribute"),
    ]  # fmt: skip


def test_a_name_is_what_it_is_where_it_is_used() -> None:
    assert places("x = b'a'", "x.expandtabs()", "x = 2.5", "x.hex()") == [
        (1, 1, 1, "missing-attribute"), (3, 1, 1, "missing-attribute"),
    ]  # fmt: skip


def test_message_and_advice_are_those_of_the_cell_that_runs() -> None:
    (finding,) = found_in("def f():\n    yield 1")
    assert finding["message"].startswith("NotImplementedError: The monty syntax parser does not yet support yield")
    assert finding["write"] == SYNTAX["yield expressions"]
    (finding,) = found_in("import os\nos.system('ls')")
    assert INSTEAD_OF_MEMBER["os.system"] in finding["write"]


def test_a_name_that_a_module_lacks_has_its_sentence() -> None:
    (found,) = found_in("import operator\noperator.iadd([], [1])")
    assert found["message"] == "AttributeError: 'module' object has no attribute 'iadd'"
    assert found["write"] == "There is no 'iadd' in operator here. Write a += b, or a.extend(b)."


def test_cells_are_counted_as_in_the_notebook_and_as_they_run() -> None:
    made = book("x = 1", "import numpy")
    made.cells.insert(1, nbformat.v4.new_markdown_cell("import pandas"))  # type: ignore[no-untyped-call]
    skipped = nbformat.v4.new_code_cell("import torch", metadata={"tags": ["skip-execution"]})  # type: ignore[no-untyped-call]
    made.cells.insert(2, skipped)
    before = copy.deepcopy(made)
    (finding,) = check_notebook(made)["findings"]
    assert (finding["cell"], finding["execution_count"]) == (3, 2)
    assert made == before


def test_nothing_of_the_notebook_runs() -> None:
    started = book("while True: pass", "print('x' * 10**9)", "import numpy")
    assert len(check_notebook(started)["findings"]) == 1


def test_a_notebook_of_another_language_is_refused() -> None:
    made = book("x <- 3")
    made.metadata["kernelspec"] = {"name": "ir", "language": "R", "display_name": "R"}
    with pytest.raises(ValueError, match="written in r"):
        check_notebook(made)
