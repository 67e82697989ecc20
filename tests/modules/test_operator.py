"""`operator` against CPython's."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.modules.agreement import Sandboxed, in_cpython

TWO = [
    "add",
    "sub",
    "mul",
    "truediv",
    "floordiv",
    "mod",
    "pow",
    "and_",
    "or_",
    "xor",
    "eq",
    "ne",
    "lt",
    "le",
    "gt",
    "ge",
    "is_",
    "is_not",
    "contains",
    "concat",
    "countOf",
    "indexOf",
    "getitem",
]
ONE = ["neg", "pos", "abs", "invert", "not_", "truth"]
VALUES = st.one_of(
    st.integers(-50, 50), st.booleans(), st.text("abc", max_size=3), st.lists(st.integers(0, 3), max_size=4)
)


@settings(deadline=None, max_examples=50)
@given(st.lists(st.tuples(st.sampled_from(TWO), VALUES, VALUES), min_size=1, max_size=40))
def test_functions_of_two(sandboxed: Sandboxed, calls: list[tuple[str, object, object]]) -> None:
    code = "import operator\nfound = []\n"
    for name, left, right in calls:
        if name == "pow" and not (isinstance(right, int) and 0 <= right < 9):
            continue
        code += f"try:\n    found.append(operator.{name}({left!r}, {right!r}))\nexcept Exception as e:\n    found.append(type(e).__name__)\n"
    sandboxed.agrees(code + "found")


@settings(deadline=None, max_examples=50)
@given(st.lists(st.tuples(st.sampled_from(ONE), VALUES), min_size=1, max_size=20))
def test_functions_of_one(sandboxed: Sandboxed, calls: list[tuple[str, object]]) -> None:
    code = "import operator\nfound = []\n"
    for name, value in calls:
        code += f"try:\n    found.append(operator.{name}({value!r}))\nexcept Exception as e:\n    found.append(type(e).__name__)\n"
    sandboxed.agrees(code + "found")


def test_getters(sandboxed: Sandboxed) -> None:
    for code in (
        "from operator import itemgetter\nsorted([(1, 'b'), (2, 'a')], key=itemgetter(1))",
        "from operator import itemgetter\nitemgetter('a', 'b')({'a': 1, 'b': [2]})",
        "from operator import attrgetter\nclass P:\n    def __init__(self): self.x = 3; self.q = 'w'\nattrgetter('x', 'q')(P()), attrgetter('x')(P())",
        "from operator import attrgetter\nclass P:\n    pass\np = P()\np.q = P()\np.q.r = 5\nattrgetter('q.r')(p)",
        "from operator import methodcaller\nlist(map(methodcaller('run', 3, more=4), [R() for R in ()]))",
        "from operator import methodcaller\n[methodcaller('upper')('ab'), methodcaller('split', ',', maxsplit=1)('a,b,c')]",
        "from operator import methodcaller\nlist(map(methodcaller('replace', 'a', 'b'), ['aa', 'ca']))",
        "from operator import methodcaller\nmethodcaller('upper')(5)",
        "from operator import methodcaller\nmethodcaller(5)",
        "from operator import itemgetter\nitemgetter(5)([1])",
        "from operator import attrgetter\nattrgetter(5)",
    ):
        sandboxed.agrees(code)


def test_it_is_named_like_a_module(sandboxed: Sandboxed) -> None:
    assert sandboxed.run("import operator\noperator").result == "<module 'operator'>"
    assert in_cpython("import operator\noperator").result != ""
