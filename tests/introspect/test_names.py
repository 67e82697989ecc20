"""Completion of names: the session's, the cell's own, builtins, keywords, what the kernel supplies."""

from __future__ import annotations

import builtins

import pytest

from monty_kernel.engine.source.ipython import MEDIA, NAMES
from monty_kernel.introspect.units import supplied_modules
from tests.support.introspected_session import Notebook

MISSING = [
    "dir",
    "globals",
    "vars",
    "callable",
    "compile",
    "issubclass",
    "ascii",
    "bytearray",
    "super",
    "exit",
    "quit",
    "memoryview",
    "breakpoint",
]


def test_zi_is_zip(notebook: Notebook) -> None:
    assert notebook.complete("zi") == ["zip"]


def test_names_of_the_session(notebook: Notebook) -> None:
    notebook.run("import json\nclass Robot:\n    pass\nrobot = Robot()\ndef roam():\n    pass")
    found = notebook.completions("ro")
    assert found.matches == ("roam", "robot", "round")
    assert found.types == {"roam": "function", "robot": "instance", "round": "function"}
    assert notebook.completions("Rob").types == {"Robot": "class"}
    assert notebook.completions("jso").types == {"json": "module"}


def test_a_name_that_the_session_does_not_have_is_not_offered(notebook: Notebook) -> None:
    notebook.session.remember("never_bound = 1/0")
    assert notebook.complete("never_b") == []
    notebook.session.busy = True
    assert notebook.complete("never_b") == ["never_bound"]  # as far as can be told now


@pytest.mark.parametrize("name", MISSING)
def test_builtins_that_monty_lacks_are_not_offered(notebook: Notebook, name: str) -> None:
    assert hasattr(builtins, name)
    assert name not in notebook.complete(name[:-1])


def test_every_builtin_that_is_offered_exists(notebook: Notebook) -> None:
    offered = [name for name in notebook.complete("") if notebook.completions(name).types[name] != "keyword"]
    supplied = {"display", "help", "input"}
    assert supplied <= set(offered)
    for name in set(offered) - supplied:
        notebook.run(name)


def test_what_the_kernel_supplies(notebook: Notebook) -> None:
    assert notebook.completions("disp").types == {"display": "function"}
    assert notebook.complete("inpu") == ["input"]
    assert notebook.complete("get_ipy") == ["get_ipython"]
    assert "HTML" not in notebook.complete("HT")  # like everywhere, only after its import


def test_keywords_that_monty_lacks_are_not_offered(notebook: Notebook) -> None:
    assert notebook.complete("yiel") == []
    assert notebook.complete("de") == ["def"]
    assert notebook.completions("whil").types == {"while": "keyword"}


def test_hidden_names_are_never_shown(notebook: Notebook) -> None:
    notebook.run("_mine = 1")
    assert not [name for name in notebook.complete("") if name.startswith("_")]
    assert notebook.complete("__mk") == notebook.complete("__mk_see_") == []
    assert "_mine" in notebook.complete("_")


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("def f(alpha, beta):\n    alp", "alpha"),
        ("def f(alpha):\n    gamma = 1\n    if alpha:\n        return gam", "gamma"),
        ("[element for element in [1] if elem", "element"),
        ("lambda lamb: lam", "lamb"),
        ("for number in range(3):\n    print(numb", "number"),
        ("if (walrus := 1):\n    wal", "walrus"),
        ("above = 1\nabo", "above"),
        ("abo|\nabove = 1", "above"),
        ("try:\n    pass\nexcept ValueError as trouble:\n    trou", "trouble"),
        ("async def f(awaited):\n    await awai", "awaited"),
        ("class A:\n    def m(self, steps):\n        return ste", "steps"),
        ("наука = 1\nнау", "наука"),
        ("import math as maths\nmath", "maths"),
        ("def f(alpha):\n    ", "alpha"),
        ("def f(alpha):\n    |\n    return 1", "alpha"),
        ("x = 1; longer = 2; long", "longer"),
    ],
)
def test_names_of_the_cell_itself(notebook: Notebook, code: str, name: str) -> None:
    assert name in notebook.complete(code)


def test_names_of_another_function_are_not_offered(notebook: Notebook) -> None:
    assert "inner_value" not in notebook.complete("def f():\n    inner_value = 1\ninner")


@pytest.mark.parametrize(
    "code", ["# rob", "'rob", '"""\nrob', 'f"rob', "def rob", "class rob", "import math as rob", "1rob", "x = 5", "0x"]
)
def test_where_no_name_is_wanted_none_is_offered(notebook: Notebook, code: str) -> None:
    notebook.run("robot = 1")
    assert notebook.complete(code) == []


def test_inside_an_f_string(notebook: Notebook) -> None:
    notebook.run("robot = {'name': 1}")
    assert notebook.complete('print(f"the {rob') == ["robot"]
    assert notebook.complete('print(f"the {rob|} and more")') == ["robot"]
    assert "keys" in notebook.complete('f"{robot.')
    assert notebook.complete("f'''\n{robot[\"na") == ['name"]']


def test_case_is_forgiven_where_nothing_fits_otherwise(notebook: Notebook) -> None:
    notebook.run("DataFrame = 1")
    assert notebook.complete("datafr") == ["DataFrame"]


def test_names_while_the_session_is_busy(notebook: Notebook) -> None:
    notebook.run("import math\ndef mean(xs):\n    return 1\nmeaning = 42")
    notebook.session.busy = True
    assert notebook.completions("mea").types == {"mean": "function", "meaning": "instance"}


def test_errors_in_an_earlier_statement_do_not_hide_the_rest(notebook: Notebook) -> None:
    assert "total" in notebook.complete("total = 1\nx = = 2\nprint((\nimport math\ntot")


def test_the_stub_names_what_the_engine_supplies() -> None:
    assert sorted(supplied_modules()["IPython.display"]) == sorted((*NAMES, *MEDIA))
