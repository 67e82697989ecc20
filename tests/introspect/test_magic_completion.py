"""Completion and help of magics."""

from __future__ import annotations

import pytest

from tests.support.introspected_session import Notebook


@pytest.mark.parametrize(("code", "matches"), [
    ("%ti", ["%time", "%%time", "%timeit", "%%timeit"]),
    ("%%ti", ["%%time", "%%timeit"]),
    ("x = 1\n%ti", ["%time", "%timeit"]),
    ("x = 1\n%%ti", []),
    ("    %who", ["%who", "%whos"]),
    ("x = %ti", ["%time", "%timeit"]),
    ("%timeit -", ["-n", "--quiet", "-r"]),
    ("%timeit --q", ["--quiet"]),
    ("%timeit -n 3 -", ["-n", "--quiet", "-r"]),
    ("%%timeit -", ["-n", "--quiet", "-r"]),
    ("%who -", []),
    ("%limits ", ["memory=", "seconds="]),
    ("%limits me", ["memory="]),
    ("%limits memory=5 ", ["seconds="]),
    ("%limits memory=5 robo", []),
    ("if True:\n    %limits s", ["seconds="]),
    ("%typecheck ", ["off", "on", "strict"]),
    ("%typecheck o", ["off", "on"]),
    ("%typecheck robo", []),
    ("%nope -", []),
    ("%nope pri", []),
    ("%matplotlib ", []),
    ("%who ", []),
    ("%who robo", []),
    ("%lsmagic pri", []),
    ("%restore ", ["first", "2", "1"]),
    ("%restore f", ["first"]),
    ("%restore 1", ["1"]),
    ("%restore pri", []),
    ("x = 3\n%restore ", ["first", "2", "1"]),
    ("%time robo", ["robot"]),
    ("%timeit -n 3 -r2 robo", ["robot"]),
    ("%timeit --quiet robo", ["robot"]),
    ("x = %time robo", ["robot"]),
    ("%%time\nrobo", ["robot"]),
    ("%%time robo", ["robot"]),
    ("def f():\n    %time robo", ["robot"]),
    ("%time robot.na", ["name"]),
    ("%time robot['", []),
    ("?robo", ["robot"]),
    ("?robot.na", ["name"]),
    ("robo|\n%time 1", ["robot"]),
    ("%matplotlib inline\nrobo", ["robot"]),
    ("!ls\nrobo", ["robot"]),
    ("what?\nrobo", ["robot"]),
    ("!ls robo", []),
    ("%%html\nrobo", []),
    ("robot?", []),
    ("5 %robo", ["robot"]),
    ("x = (100\n%robo", ["robot"]),
    ("'''\n%ti", []),
])  # fmt: skip
def test_completion(notebook: Notebook, code: str, matches: list[str]) -> None:
    notebook.run("class R:\n    def __init__(self):\n        self.name = 1\nrobot = R()\ndef what():\n    pass")
    assert notebook.complete(code) == matches


def test_they_have_an_icon(notebook: Notebook) -> None:
    assert set(notebook.completions("%ti").types.values()) == {"magic"}
    assert notebook.completions("%%ti").cursor_start == 0


@pytest.mark.parametrize("code", ["%timeit", "%%timeit", "%ti|meit x", "%timeit -n", "?%timeit", "%timeit?"])
def test_help_by_inspection(notebook: Notebook, code: str) -> None:
    assert notebook.inspect(code) == "%timeit: what it does"


def test_help_by_name(notebook: Notebook) -> None:
    assert notebook.describe("%timeit") == notebook.describe("%%timeit") == "%timeit: what it does"
    assert notebook.describe("%nope") is None


def test_inspection_in_the_code_of_a_magic(notebook: Notebook) -> None:
    notebook.run("def mean(xs):\n    return 1")
    for code in (
        "%time mean",
        "%%time\nmean(1, ",
        "%timeit -n 3 mean(|)",
        "x = 1\n%time mean([1])|",
        "?mean",
        "mean?",
        "mean??",
    ):
        assert "mean(xs)" in notebook.inspect(code)
