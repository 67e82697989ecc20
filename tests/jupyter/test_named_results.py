"""Classes and functions as results, and objects that lay themselves out: they look as in IPython."""

from __future__ import annotations

import itertools
import re

import pytest
from IPython.lib.pretty import pretty

from tests.support.kernel_client import Kernel


@pytest.fixture
def fresh(start) -> Kernel:  # type: ignore[no-untyped-def]
    kernel: Kernel = start()
    return kernel


def test_the_cases(fresh: Kernel) -> None:
    for code, shown in [
        ("type(3)", "int"),
        ("[int, str]", "[int, str]"),
        ("class Time: pass\nTime", "__main__.Time"),
        ("def area(r): pass\narea", "<function __main__.area(r)>"),
        ("len", "<function len(obj, /)>"),
        ("class Pretty:\n    def _repr_pretty_(self, p, cycle):\n        p.text('pretty!')\nPretty()", "pretty!"),
        ("[Pretty(), {1: (Pretty(),)}]", "[pretty!, {1: (pretty!,)}]"),
        ("display(Time, area)", None),
    ]:
        assert fresh.run(code).plain == shown
    shown = [each["data"]["text/plain"] for each in fresh.run("display(Time, [area])").all("display_data")]
    assert shown == ["__main__.Time", "[<function __main__.area(r)>]"]


@pytest.mark.parametrize(
    "value",
    [
        "int", "object", "type(None)", "ValueError", "type", "zip", "range", "property", "type(len)", "type(Named.method)",
        "print", "sorted", "max", "abs", "isinstance", "open", "sum",
        "math.sqrt", "math.hypot", "json.dumps", "random.random",
        "datetime.date", "datetime.datetime", "collections.deque", "collections.Counter", "collections.defaultdict",
        "collections.defaultdict(int)", "collections.defaultdict(list, {'a': [1]})",
        "re.compile('fox')", "re.compile(r'(\\w+)@\\d\\n', re.I | re.M)", "[re.compile('a\\nb')]", "re.match('a', 'a')",
        "re.compile('a.b', re.S)",
        "{'int': int, 'len': len}", "(int,)", "[[float, [str]], 1]",
        "Named", "[Named, Named]", "Named.method", "outer()", "(lambda a, *b, c=3, **d: a)",
        "plain", "every", "annotated", "waits",
    ],
)  # fmt: skip
def test_it_looks_as_in_ipython(fresh: Kernel, value: str) -> None:
    setup = """
import collections, datetime, json, math, random, re
class Named:
    def method(self, x=1): pass
def outer():
    def inner(y): pass
    return inner
def plain(): pass
def every(a, b=2, /, c='three', *d, e, f=None, **g): pass
def annotated(x: int, y: "list[int]" = [], z=-1.50) -> float: pass
async def waits(seconds): pass
"""
    names: dict[str, object] = {"__name__": "__main__"}
    exec(compile(setup, "setup", "exec", dont_inherit=True), names)
    fresh.run(setup)
    assert fresh.run(value).plain == pretty(eval(value, names))


ADDRESS = re.compile(r"0x[0-9a-f]+")


@pytest.mark.parametrize(
    "value",
    [
        "iter([2])", "iter((2,))", "iter({1})", "iter({1: 2})", "iter(range(3))", "[iter([1]), iter(range(2))]",
        "itertools.permutations([1, 2])", "itertools.islice([1, 2], 1)", "itertools.chain([1], [2])",
    ],
)  # fmt: skip
def test_iterators_look_as_in_ipython(kernel: Kernel, value: str) -> None:
    kernel.run("import itertools")
    shown = kernel.run(value).plain
    assert shown is not None
    assert ADDRESS.sub("0x", shown) == ADDRESS.sub("0x", pretty(eval(value, {"itertools": itertools})))


@pytest.fixture(scope="module")
def with_classes(kernel: Kernel) -> Kernel:
    kernel.run(PRETTY)
    return kernel


PRETTY = """
class Tree:
    def __init__(self, name, *children):
        self.name = name
        self.children = children
    def _repr_pretty_(self, p, cycle):
        if cycle:
            p.text('Tree(...)')
            return
        with p.group(5, 'Tree(', ')'):
            p.pretty(self.name)
            for child in self.children:
                p.text(',')
                p.breakable()
                p.pretty(child)
class Lines:
    def _repr_pretty_(self, p, cycle):
        p.text('first')
        with p.indent(4):
            p.break_()
            p.text('second')
            p.breakable('~')
            p.text('third')
        p.break_()
        p.text('last')
class Manual:
    def __init__(self, items): self.items = items
    def _repr_pretty_(self, p, cycle):
        p.begin_group(2, '<<')
        for number, item in enumerate(self.items):
            if number:
                p.breakable(' | ')
            p.pretty(item)
        p.end_group(2, '>>')
        p.flush()
"""


@pytest.mark.parametrize(
    "value",
    [
        "Tree('leaf')",
        "Tree('root', *[Tree('leaf ' + str(i)) for i in range(3)])",
        "Tree('root', *[Tree('leaf ' + str(i), Tree('x' * i)) for i in range(9)])",
        "Tree('root', {'key': [1, 2, 3], 'other': (4,)}, list(range(60)))",
        "Tree('root', [Tree('a' * 30, Tree('b' * 30)), Tree('c' * 40)], None)",
        "Tree('x' * 100, 'y' * 100)",
        "Lines()",
        "Tree(Lines(), Lines())",
        "Manual(list(range(40)))",
        "Manual([Manual(['a' * 20] * 3), Manual([Tree('b' * 30)] * 4)])",
        "Manual([])",
        "[Tree('short'), 1]",
        "Manual([{str(i): 'v' * i for i in range(14)}])",
        "Manual([list(range(1200))])",
    ],
)
def test_objects_lay_themselves_out_as_in_ipython(with_classes: Kernel, value: str) -> None:
    names: dict[str, object] = {}
    exec(PRETTY, names)
    assert with_classes.run(value).plain == pretty(eval(value, names))


def test_a_layout_knows_cycles_and_survives_its_errors(with_classes: Kernel) -> None:
    assert with_classes.run("t = Tree('top')\nt.children = [t, [t]]\nt").plain == "Tree('top', Tree(...), [Tree(...)])"
    answer = with_classes.run("class Bad:\n    def _repr_pretty_(self, p, cycle): return 1 / 0\n[Bad()]")
    assert answer.plain is not None and answer.plain.startswith("[<__main__.Bad at 0x")
    assert "ZeroDivisionError" in answer.text("stderr") + str(answer.all("error"))


def test_a_signature_that_the_cells_leave_open_is_left_out(fresh: Kernel) -> None:
    fresh.run("def area(r): pass\nold = area")
    assert (
        fresh.run("def area(r, h): pass\n[area, old]").plain
        == "[<function __main__.area(r, h)>, <function __main__.area>]"
    )
    assert fresh.run("if 1:\n    def area(q): pass\narea").plain == "<function __main__.area>"
    assert fresh.run("import json\njson.loads").plain == "<function loads>"  # tomllib has one too
    fresh.run("f = lambda x: 1\ng = lambda y: 1")
    assert fresh.run("f").plain == "<function __main__.<lambda>>"


def test_names_of_the_persons_do_not_disturb(fresh: Kernel) -> None:
    code = "def eval(v): pass\ndef v(x): pass\ndef __mk_v(): pass\n[eval, v]"
    assert fresh.run(code).plain == "[<function __main__.eval(v)>, <function __main__.v(x)>]"
    assert fresh.run("class function: pass\nfunction()").plain is not None
    assert fresh.run("class type: pass\n[type, type()]").reply["status"] == "ok"
    assert fresh.run("__mk_named(1, 2, 3), __mk_named(), __mk_named('<class \\'x\\'>')").plain == "(None, None, 'x')"


def test_what_is_shown_inside_a_method_that_cannot_ask_the_host(fresh: Kernel) -> None:
    code = "class C:\n    def __repr__(self):\n        display(int)\n        return 'C'\nC()"
    assert fresh.run(code).reply["status"] in ("ok", "error")
    assert fresh.run("int").plain == "int"


def test_states_are_as_large_as_without_it(fresh: Kernel) -> None:
    assert fresh.run("1 + 1").plain == "2"
    assert fresh.run("[name for name in locals() if name in ('__mk_print_pretty', '__mk_described')]").plain == "[]"
