"""Completion after a dot: the attributes that Monty's values have."""

from __future__ import annotations

import pytest

from tests.support.introspected_session import Notebook

ROBOT = """
class Robot:
    legs = 4
    def __init__(self, name):
        self.name = name
        self.parts = {"arm": [1, {"bolt": 2}]}
    def walk(self, steps, *, fast=False):
        return steps
robot = Robot("r2")
"""


def test_modules_list_montys_members(notebook: Notebook) -> None:
    notebook.run("import math, collections, os.path\nimport json as j")
    assert "sqrt" in notebook.complete("math.")
    assert notebook.completions("math.p").types["pi"] == "instance"
    assert notebook.complete("collections.") == [
        "ChainMap", "Counter", "defaultdict", "deque", "namedtuple", "OrderedDict",
    ]  # fmt: skip
    assert notebook.complete("j.dum") == ["dump", "dumps"]
    assert "join" in notebook.complete("os.path.")
    assert "fork" not in notebook.complete("os.")


def test_every_member_that_is_offered_exists(notebook: Notebook) -> None:
    for module in ("math", "json", "re", "random", "itertools", "typing", "datetime", "decimal"):
        notebook.run(f"import {module}")
        for name in notebook.complete(f"{module}."):
            notebook.run(f"{module}.{name}")


def test_lists_have_montys_methods(notebook: Notebook) -> None:
    methods = ["append", "clear", "copy", "count", "extend", "index", "insert", "pop", "remove", "reverse", "sort"]
    assert notebook.complete("[].") == methods
    notebook.run("xs = [1]")
    assert notebook.complete("xs.") == methods
    assert notebook.complete("xs.ap") == ["append"]


@pytest.mark.parametrize(("code", "there", "missing"), [
    ("''.", "upper", "translate"),
    ("'a'.upper().", "split", "maketrans"),
    ("b''.", "decode", "expandtabs"),
    ("{}.", "items", "nope"),
    ("{1}.", "union", "difference_update"),
    ("(1, 2).", "count", "append"),
    ("x = 'a'\nx.", "upper", "translate"),
    ("import datetime\ndatetime.date(2020, 1, 1).", "isoformat", "ctime"),
    ("import re\nre.compile('a').", "findall", "subn"),
    ("import collections\ncollections.Counter().", "most_common", "nope"),
    ("from pathlib import Path\nPath('a').", "read_text", "chmod"),
    ("dict.", "fromkeys", "items"),
    ("open('x').", "read", "fileno"),
])  # fmt: skip
def test_builtin_types_by_static_analysis(notebook: Notebook, code: str, there: str, missing: str) -> None:
    found = notebook.complete(code)
    assert there in found
    assert missing not in found


def test_numbers_have_nothing_to_offer(notebook: Notebook) -> None:
    notebook.run("n = 1\nx = 2.5")
    assert (
        notebook.complete("n.") == notebook.complete("x.") == notebook.complete("1.") == notebook.complete("5 .") == []
    )


def test_the_session_knows_types_that_analysis_cannot(notebook: Notebook) -> None:
    notebook.run("import json\ndata = json.loads('{\"a\": [1]}')\ntext = data.get('b', 'c')")
    assert "items" in notebook.complete("data.")
    assert "append" in notebook.complete("data['a'].")
    assert "upper" in notebook.complete("text.")
    assert notebook.complete("json.loads('').") == []


def test_attributes_and_methods_of_instances(notebook: Notebook) -> None:
    notebook.run(ROBOT)
    found = notebook.completions("robot.")
    assert found.matches == ("legs", "name", "parts", "walk")
    assert found.types == {"legs": "instance", "name": "instance", "parts": "instance", "walk": "function"}
    assert notebook.complete("Robot.") == ["legs", "walk"]
    assert "append" in notebook.complete("robot.parts['arm'].")
    assert notebook.complete("Robot('x').") == ["legs", "name", "parts", "walk"]


def test_attributes_set_from_outside(notebook: Notebook) -> None:
    notebook.run("class A:\n    pass\na = A()\nb = A()", "a.extra = 1")
    assert notebook.complete("a.") == ["extra"]
    assert notebook.complete("b.") == []


def test_dataclasses_and_named_tuples(notebook: Notebook) -> None:
    notebook.run(
        "from dataclasses import dataclass\n@dataclass\nclass Point:\n    x: int\n    y: int = 0\np = Point(1)",
        "from collections import namedtuple\nPair = namedtuple('Pair', 'left right')\npair = Pair(1, 2)",
        "import time, sys\nnow = time.localtime(0)",
    )
    assert notebook.complete("p.") == ["x", "y"]
    assert notebook.complete("pair.") == ["left", "right"]
    assert "tm_year" in notebook.complete("now.")
    assert "major" in notebook.complete("sys.version_info.")


def test_a_class_with_getattr_is_not_asked(notebook: Notebook) -> None:
    notebook.run(
        "class Any:\n    def __init__(self):\n        self.known = 1\n    def __getattr__(self, name):\n        print('asked', name)\n"
        "        return 5\n    def method(self):\n        pass\nany_ = Any()"
    )
    assert notebook.complete("any_.") == ["known", "method"]
    assert notebook.session.printed == []


def test_what_the_cell_is_about_to_bind_goes_before_what_the_session_has(notebook: Notebook) -> None:
    notebook.run("x = {}")
    assert "append" in notebook.complete("x = [1]\nx.")
    assert "upper" in notebook.complete("def f():\n    x = 'a'\n    x.")
    assert "items" in notebook.complete("def f():\n    x.")
    assert "items" in notebook.complete("x = unknown(x.|)")


def test_self_in_a_method(notebook: Notebook) -> None:
    found = notebook.complete("class A:\n    def m(self):\n        self.total = 1\n    def n(self):\n        self.")
    assert {"m", "n", "total"} <= set(found)


def test_while_the_session_is_busy(notebook: Notebook) -> None:
    notebook.run(ROBOT, "import math\nxs = [1]")
    notebook.session.busy = True
    assert notebook.complete("robot.") == ["legs", "name", "parts", "walk"]
    assert "append" in notebook.complete("xs.")
    assert "sqrt" in notebook.complete("math.")


def test_modules_monty_lacks_have_nothing_to_offer(notebook: Notebook) -> None:
    assert notebook.complete("import threading\nthreading.") == []
    assert notebook.complete("import threading\nthreading.Thread().") == []
    assert notebook.complete("import numpy as np\nnp.") == []


def test_private_attributes_come_when_asked_for(notebook: Notebook) -> None:
    notebook.run("class A:\n    def __init__(self):\n        self._secret = 1\na = A()")
    assert notebook.complete("a.") == []
    assert "_secret" in notebook.complete("a._")
    assert "__class__" in notebook.complete("a.__")


@pytest.mark.parametrize("code", ["x.\n", "x..", ".", "..", "x. ", "(\nx\n.ap", "x . ap", "x.ap|pend", "x.\\\nap"])
def test_odd_dots(notebook: Notebook, code: str) -> None:
    notebook.run("x = [1]")
    found = notebook.complete(code)
    assert "append" in found if "ap" in code else isinstance(found, list)
