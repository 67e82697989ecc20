"""Statements that Monty does not read run as they do in CPython, and their places are those of what was typed."""

from __future__ import annotations

import ast
import builtins
import importlib
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from monty_kernel.engine.errors.hints import hint
from monty_kernel.engine.shipped_names import GAPS
from monty_kernel.engine.source import NOTHING_KNOWN, cell
from monty_kernel.engine.source.rewrites import rewritten
from monty_kernel.engine.source.source_map import Rewritten
from monty_kernel.engine.source.star_names import STAR_NAMES
from tests.support.engine_session import Session
from tests.support.kernel_client import Kernel


@pytest.fixture(scope="module")
def session() -> Iterator[Session]:
    session = Session()
    yield session
    session.engine.close()


def in_cpython(text: str) -> tuple[str | None, str, str]:
    """The repr of the last expression, and the error's name and message."""
    tree = ast.parse(text)
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    scope: dict[str, Any] = {"__name__": "__main__"}
    try:
        exec(compile(tree, "cell", "exec"), scope)
        value = None if last is None else eval(compile(ast.Expression(last.value), "cell", "eval"), scope)
    except Exception as error:
        return None, type(error).__name__, str(error)
    return None if value is None else repr(value), "", ""


def in_session(session: Session, text: str) -> tuple[str | None, str, str]:
    ran = session.run(text)
    return ran.result, ran.failure.ename if ran.failure else "", ran.failure.evalue if ran.failure else ""


OWN = """\
class Shelf:
    def __init__(self):
        self.gone = []
    def __getitem__(self, key):
        return self.gone
    def __delitem__(self, key):
        if key == 'glued':
            raise ValueError('it does not come off')
        self.gone.append(key)
s = Shelf()
"""


@pytest.mark.parametrize(
    "text",
    [
        # items
        "d = {'a': 1, 'b': 2}\ndel d['a']\nd",
        "d = {'a': 1}\ndel d['zz']",
        "d = {}\ndel d[5]",
        "d = {(1, 2): 3}\ndel d[1, 2]\nd",
        "d = {'a': {'b': {'c': 1}}}\ndel d['a']['b']['c']\nd",
        "x = [1, 2, 3]\ndel x[0], x[-1]\nx",
        "x = [1, 2, 3]\ndel (x[0], [x[0]])\nx",
        "x = [1, 2, 3]\ndel[x[0]]\nx",
        "x = [1, 2, 3]\ndel (x)[0], ((x)[0])\nx",
        "x = [1, 2, 3]\ndel x [  # [which\n    0\n]\nx",
        "x = [1, 2, 3]\ndel x[0], \\\n  x[1]\nx",
        "x = [1, 2, 3]\ndel \\\n  x[0]\nx",
        "x = [1, 2, 3]\ndel x[True]\nx",
        "x = [1, 2, 3]\ndel x[n := 1]\nx, n",
        "x = [1]\ndel x[1]",
        "x = [1]\ndel x[-2]",
        "x = [1]\ndel x['a']",
        "x = [1]\ndel x[0.5]",
        "x = list(range(9))\ndel x[2:5], x[:1], x[-1:], x[5:2]\nx",
        "x = list(range(9))\ndel x[::2]\ndel x[::-3]\nx",
        "x = list(range(9))\ny = x\ndel x[:]\ny, y is x",
        "x = list(range(9))\ny = x\ndel x[1::2]\ny, y is x",
        "x = (1, 2)\ndel x[0]",
        "x = 'ab'\ndel x[0]",
        "from collections import Counter\nc = Counter('aab')\ndel c['a'], c['zz']\ndict(c)",
        "from collections import defaultdict\nd = defaultdict(int)\nd[1]\ndel d[1]\ndel d[2]",
        "from collections import deque\nd = deque([1, 2, 3, 4], maxlen=4)\ndel d[1], d[-1]\nlist(d)",
        "from collections import deque\nd = deque([1])\ndel d[1]",
        "from collections import deque\nd = deque([1])\ndel d['a']",
        "def f(xs):\n    for i in range(len(xs) - 1, -1, -1):\n        if xs[i] % 2: del xs[i]\n    return xs\nf([1, 2, 3])",
        "x = {1: 2}\nfor k in list(x): del x[k]\nx",
        "class Box:\n    pass\nb = Box()\nb.items = [1, 2]\ndel b.items[0]\nb.items",
        OWN + "del s['a'], s[1:2], s[1, ::2]\ns.gone == ['a', slice(1, 2), (1, slice(None, None, 2))]",
        OWN + "del s['glued']",
        OWN + "try:\n    del s['glued']\nexcept ValueError as error:\n    why = str(error)\nwhy",
        "class Plain:\n    pass\np = Plain()\ndel p[0]",
        "class Plain:\n    pass\np = Plain()\ndel p['a']",
        "x = 5\ndel x[0]",
        "x = 'ab'\ndel x['a']",
        "x = None\ndel x[0]",
        "x = {1}\ndel x[0]",
        "class Plain:\n    pass\np = Plain()\np.__delitem__ = print\ndel p[0]",
        # names
        "x = 1\ndel x\nx",
        "x = 1\ndel x\nx = 2\nx",
        "x = 1\ndel (x)\nx",
        "x, y = 1, 2\ndel (x,\n  y)  # gone\ny",
        "del never",
        "x = 1\ndel x, x",
        "x = 1\ndel x; y = 2; y",
        "x = 1; \\\ndel x\nx",
        "x = 1; \\\r\ndel x; \\\r\n y = 2\ny, x",
        "x = 1\nif x: \\\n    del x\nx",
        "x = 1\nif x == '#': \\\ndel x; \\\n  y = 2\ny, x",
        "x = 1\nif x:  # or: \\\n    del x\n    y = 2\ny, x",
        "x = [1]\nz = '''\n\\\n'''; del x[0]\nx, z",
        "def f(n): \\\n  m = n; \\\n  del n; \\\n  return m\nf(3)",
        "try: \\\n  x = 1; del x; x\nexcept NameError: \\\n  y = 5; del y; z = 1\nz, y",
        "x = 1; del x; y = 2; del y; y",
        "x = 1;del x;\nx",
        "del print",
        "x = [1]\ny = 2\ndel x[0], y\nx",
        "x = [1]\ny = 2\ndel y, x[0]; x",
        "x = 1\nif x: y = 2; del x; z = y\nz",
        "x = 1\nif x: del x\nx",
        "x = [1]; y = 2\nif x: del x[0]; del y\ny",
        "x = 1\nif not x: pass\nelse: y = 1; del y; del x\nx",
        "x = 1\nif not x: pass\nelif x: del x\nx",
        "try: x = 1; 1 / 0\nexcept ZeroDivisionError: del x; y = 3\nfinally: del y\ny",
        "match 1:\n    case 1: x = 1; del x\nx",
        "for i in range(3):\n  del i\ni",
        "while True:\n\tx = 1\n\tif x: del x; break\nx",
        "len = 3\ndel len\nlen([1])",
        "x = 1\ndef f():\n    return x\ndel x\nf()",
        "def f(n):\n    del n\n    return n\nf(2)",
        "def f(n): m = n; del n; return m\nf(2)",
        "def f(n):\n    if n: del n\n    return n\nf(2)",
        "def f():\n    del n\nf()",
        "def f(n):\n    def g():\n        return n\n    del n\n    return g()\nf(2)",
        "def f(n):\n    def g():\n        nonlocal n\n        del n\n    g()\n    return n\nf(2)",
        "x = 1\ndef f():\n    global x\n    del x\nf()\nx",
        "x = 1\ndef f():\n    global x\n    del x\nf()\nf()",
        "class A:\n    def f(self, n):\n        del n\n        return self\nA().f(1) is None",
        "def f():\n    pass\ndel f\nf()",
        "del ()\n1",
        "ü = 1\ndel ü\nü",
        # methods that are passed on
        "sorted(['b', 'A'], key=str.lower)",
        "sorted(['b', 'A', 'c'], key=str.lower, reverse=True)",
        "sorted([1, 'a'], key=str.lower)",
        "d = {'a': 3, 'b': 1}\nmax(d, key=d.get), min(d, key=d.get), sorted(d, key=d.get)",
        "d = {'a': 3}\nmax(d, key=d.append)",
        "try:\n    max({}, key={}.get)\nexcept ValueError:\n    empty = True\nempty",
        "words = ['b', 'A']\nwords.sort(key=str.lower)\nwords",
        "list(map(str.upper, 'ab')), list(filter(str.isdigit, 'a1')), list(map(', '.join, [['a', 'b']]))",
        "list(map(str . upper, 'ab'))",
        "out = []\nlist(map(out.append, [1, 2]))\nout",
        "try:\n    list(map([3].index, [3, 9]))\nexcept ValueError:\n    missing = True\nmissing",
        "from functools import reduce\nsorted(reduce(set.union, [{1}, {2}, {3}]))",
        "list(map(dict.get, [{1: 2}, {}], [1, 1]))",
        "from collections import Counter, defaultdict\nc, d = Counter('aab'), defaultdict(int, x=1)\nmax(c, key=c.get), max(d, key=d.get)",
        "class P:\n    def __init__(self):\n        self.get = lambda k: -k\n    def index(self, x): return -x\nsorted([1, 2], key=P().get), sorted([1, 2], key=P().index)",
        "class P:\n    def index(self): return 0\nlist(map(P.index, [P()]))",
        "from collections import namedtuple\np = namedtuple('P', 'index count')(7, 8)\ndict(key=p.count), dict(key=p.index)",
        "from collections import namedtuple\nsorted([5, 4], key=namedtuple('P', 'a b')(4, 5).index)",
        "def f(): raise ValueError(n for n in [1])\n1",
        "import math\nlist(map(math.sqrt, [4]))",
        "str = 3\nsorted([1], key=str.lower)",
        "def f(d):\n    return sorted(d, key=d.get)\nf({'a': 2, 'b': 1})",
        "f\"{sorted(['b', 'A'], key=str.lower)}\"",
        # classes
        "class C(object):\n    def f(self): return 5\nC().f()",
        "class C ( object , ) : x = 5\nC.x",
        "class C(\n    object\n):\n    x = 5\nC.x",
        "def f():\n    class C(object):\n        x = 5\n    return C.x\nf()",
        # imports
        "from math import *\nfloor(pi), pow(2, 3)",
        "from random import *\nseed(1)\n0 <= random() < 1",
        "from itertools import *; from functools import *\nreduce(lambda a, b: a + b, chain([1], [2]))",
        "if True:\n    from math import *\nsqrt(4)",
        "from os.path import *\njoin('a', 'b'), splitext('a.txt')",
        "if True: from nowhere import *\n",
        "x = 1; from nowhere.at.all import *; x = 2",
        "try: from nowhere import *\nexcept ImportError: x = 1\nx",
    ],
)  # fmt: skip
def test_it_does_what_cpython_does(session: Session, text: str) -> None:
    session.reset()
    result, ename, evalue = in_cpython(text)
    assert in_session(session, text)[:2] == (result, ename)
    if ename != "TypeError":  # their words differ between versions of Python
        assert in_session(session, text)[2] == evalue


PLACE = st.integers(-7, 7)
BOUND = st.none() | PLACE
SUBSCRIPT = st.one_of(
    PLACE.map(str),
    st.tuples(BOUND, BOUND, st.none() | PLACE.filter(bool)).map(
        lambda three: ":".join("" if each is None else str(each) for each in three)
    ),
)


@given(st.lists(st.lists(SUBSCRIPT, min_size=1, max_size=3), max_size=4), st.sampled_from(["", "if 1: ", "x; "]))
@example([["1:3", "::2"], ["-1"]], "")
def test_any_item_or_slice_of_a_list(session: Session, statements: list[list[str]], before: str) -> None:
    lines = [before + "del " + ", ".join(f"x[{each}]" for each in targets) for targets in statements]
    text = "\n".join(["x = list(range(6))", *lines, "x"])
    assert in_session(session, text) == in_cpython(text)


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("d = {}\nx = 1;  del d['é'], x", [(2, 13)]),
        ("d = {}\ndel d[1 / 0]", [(2, 7)]),
        ("x = 1\n\ndel x\n\nif x: pass", [(5, 4)]),
        ("x = 1\nif x: y = 1; del x, y, z; x", [(2, 24)]),
        ("del x, \\\n  never", [(2, 3)]),
        ("def f():\n    n = 1; del n; n\nf()", [(3, 1), (2, 19)]),
        ("%time x = 1\ndel x; 'é' + x", [(2, 14)]),
        ("%%time\nx = 1\ndel x\nx", [(4, 1)]),
        (">>> x = 1\n>>> del x, x", [(2, 12)]),
        ("class C(object): x = 1\nC.y", [(2, 1)]),
        ("from math import *; sqrt('a')", [(1, 21)]),
        ("x = 1; from nowhere import *; x", [(1, 8)]),
        ("x = 2; list(map([3].index, [3, 9]))", [(1, 13)]),
        ("max({1: 2}, key=x.get)", [(1, 17)]),
        ("[*open('/none')]", [(1, 3)]),
        ("x = sorted(open('/none'))", [(1, 12)]),
    ],
)
def test_errors_are_where_they_were_typed(session: Session, text: str, places: list[tuple[int, int]]) -> None:
    session.reset()
    session.run("x = 1")
    assert session.run(text).places == places


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("class A: pass\na = A()\na.x = 1\ndel a.x", "no 'del' for this yet: assign None to a name or an attribute"),
        ("d = {}\ndel d['a'], d.x", "no 'del' for this yet"),
        ("class A:\n    x = 1\n    del x", "holds only methods"),
        ("if True:\n    \\\n    del x\n    y = 2", "no 'del' for this yet"),
        ("\\\ndel x", "no 'del' for this yet"),
        ("def f():\n    global print\n    del print\nf()", "no 'del' for this yet"),
        ("class A: pass\nclass B(A): pass", "no inheritance yet"),
        ("class A(object, list): pass", "no inheritance yet"),
        ("class A(object, metaclass=type): pass", "no inheritance yet"),
        ("for object in [1]: pass\nclass A(object): pass", "no inheritance yet"),
        ("from os import *", "name what you need"),
        ("import os.path\nfrom sys import *", "name what you need"),
    ],
)
def test_what_would_need_guessing_is_left_alone(session: Session, text: str, words: str) -> None:
    session.reset()
    failure = session.run(text).failure
    assert failure is not None and failure.ename in ("NotImplementedError", "SyntaxError")
    assert words in (hint(failure) or "")


NOT_ASSIGNED = ["None", "True", "False", "__debug__", "__name__", "__doc__", "__package__", "__spec__", "__loader__"]


@pytest.mark.parametrize("name", [name for name in dir(builtins) if name not in NOT_ASSIGNED])
def test_a_builtin_can_be_deleted_where_the_session_has_the_name(session: Session, name: str) -> None:
    session.reset()
    failure = session.run(f"del {name}").failure
    assert failure is not None and (failure.ename, failure.evalue) == ("NameError", f"name {name!r} is not defined")
    for value in ("3", "len", "int", "lambda: 1"):
        assert session.run(f"{name} = {value}\ndel {name}").failure is None
    if session.run(name).failure is None and name not in ("exit", "help", "input", "quit"):  # a built-in of Monty's
        assert session.run(f"{name} = {name}\ndel {name}").failure is None


def test_deleting_a_name_takes_no_longer_in_a_large_session(session: Session) -> None:
    code = "\n".join(["a = 1\ndel a\nlist = 1\ndel list"] * 100)

    def seconds() -> float:
        taken = []
        for _ in range(5):
            start = time.perf_counter()
            assert session.run(code).failure is None
            taken.append(time.perf_counter() - start)
        return min(taken)

    session.reset()
    few = seconds()
    session.run("\n".join(f"n{number} = {number}" for number in range(20_000)))
    assert seconds() < 5 * few + 0.05, "it took 0.5 s when it looked through all names"


def test_the_value_of_a_cell_that_ends_with_del_is_nothing(session: Session) -> None:
    session.reset()
    assert session.run("x = [1]\n5\ndel x[0]").result is None
    assert session.run("_").result == "''"


def test_a_name_that_a_cell_unbound_is_no_longer_listed(session: Session) -> None:
    session.reset()
    assert session.run("kept, gone = 1, 2\ndel gone\n%who").printed.split() == ["kept"]


def test_names_of_results_and_inputs_come_back(session: Session) -> None:
    session.reset()
    session.run("1")
    session.run("2")
    assert session.run("del _, ___, _i, _ii, _iii").failure is None
    for name in ("_", "_i"):
        assert session.run(f"try:\n    del {name}\nexcept NameError:\n    pass").failure is None
    assert session.run("3").result == "3"
    assert session.run("_, __, ___").result == "(3, 2, 1)"
    assert session.run("_i, _ii").result == "('_, __, ___', '3')"
    session.run("_ = 7")
    assert (session.run("4").result, session.run("_").result) == ("4", "7")
    session.run("del Out, In")
    assert session.run("5").result == "5"
    assert session.run(f"_{session.count}").result == "5"


def test_display_is_like_a_built_in_function(session: Session) -> None:
    session.reset()
    assert session.run("del display").failure is not None
    session.run("display = 3\ndel display")
    assert len(session.run("display([1])").displays) == 1


def test_cells_may_have_their_own_list_and_len(session: Session) -> None:
    session.reset()
    ran = session.run("len = list = isinstance = str = set = None\nx = [1, 2, 3, 4]\ndel x[0], x[::2]\nx")
    assert ran.result == "[3]"


def test_star_names_are_what_cpython_exports_and_monty_has(session: Session) -> None:
    for module, names in STAR_NAMES.items():
        host = importlib.import_module(module)
        exported = set(getattr(host, "__all__", None) or (name for name in dir(host) if name[0] != "_"))
        newer = {"isjunction", "splitroot"} if module in ("os.path", "posixpath") else set()  # than Python 3.11
        assert set(names) <= exported | newer
        session.reset()
        assert session.run(f"from {module} import {', '.join(names)}").failure is None
        for name in exported - set(names) - set(GAPS.get(module, ())):
            assert session.run(f"from {module} import {name}").failure is not None, "a later Monty has it"
            # a built-in function of that name must be the same
            assert getattr(builtins, name, None) in (None, getattr(host, name)) or name[:2] == "__"


def test_a_name_that_was_deleted_is_unknown_in_a_key_too(kernel: Kernel) -> None:
    kernel.run("def size(n):\n    return n")
    assert kernel.run("sorted([2, 1], key=lambda n: size(n))").plain == "[1, 2]"
    kernel.run("del size")
    reply = kernel.run("sorted([2, 1], key=lambda n: size(n))").reply
    assert (reply["ename"], reply["evalue"]) == ("NameError", "name 'size' is not defined")


def test_what_needs_no_rewriting_is_told_by_its_text() -> None:
    """Cells without brackets and certain words do not even load what rewrites. Every statement of the corpus is tried alone."""
    tried = 0
    for path in sorted((Path(__file__).parents[1] / "check" / "corpus").glob("*.cells")):
        for line in path.read_text().splitlines():
            text = line.strip()
            try:
                tree = ast.parse(text)
            except SyntaxError:
                continue
            if tree.body and not cell.MAY_BE_REWRITTEN.search(text):
                tried += 1
                assert rewritten(text, tree, NOTHING_KNOWN) == Rewritten([]), text
    assert tried > 100
