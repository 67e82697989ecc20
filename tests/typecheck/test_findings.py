"""What is found in cells, and what is not: a finding must be true."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from monty_kernel.headless.session_pool import SessionPool
from monty_kernel.introspect.facts import load_facts
from tests.support.checked_session import run
from tests.support.ordinary_cells import FIRST_SESSION, SECOND_SESSION, THIRD_SESSION

FINDING = re.compile(r"Type check: In\[\d+\], line (\d+): .* \[([a-z-]+)\]\n {4}(.*)\n {4}( *)(\^+)\n")


def found(said: str) -> list[tuple[int, str, str]]:
    """Line, rule and the marked text of each finding."""
    return [
        (int(line), rule, text[len(indent) : len(indent) + len(carets)])
        for line, rule, text, indent, carets in FINDING.findall(said)
    ]


@pytest.mark.parametrize("session", [FIRST_SESSION, SECOND_SESSION, THIRD_SESSION], ids=["first", "second", "third"])
def test_ordinary_cells_have_no_findings(pool: SessionPool, session: str) -> None:
    for ran in run(pool, session.strip("\n").split("\n---\n")):
        assert ran.error is None, ran
        assert "ype" not in ran.said, ran


def test_monty_has_more_than_the_checker_knows(pool: SessionPool) -> None:
    """Every name that Monty has, and every member of its modules, passes."""
    facts = load_facts()
    modules = sorted(name for name in facts.modules if "." not in name and facts.of_module(name))
    cells = ["\n".join(f"({name})" for name in sorted(facts.builtins) if name.isidentifier())]
    cells += [f"import {name}\n" + "\n".join(f"{name}.{each}" for each in facts.of_module(name)) for name in modules]
    cells += [f"from {name} import {', '.join(facts.of_module(name))}" for name in modules]
    for ran in run(pool, cells):
        assert found(ran.said) == [], ran.source[:80]


@pytest.mark.parametrize(("before", "cell", "findings"), [
    ("", "x = 1\nx.foo", [(2, "unresolved-attribute", "x.foo")]),
    ("x = 1", "x.foo", [(1, "unresolved-attribute", "x.foo")]),
    ("x = 'a'", "print(x + 1)", [(1, "unsupported-operator", "x + 1")]),
    ("", "resutl = 1\nresult", [(2, "unresolved-reference", "result")]),
    ("", "import numpy as np", [(1, "unresolved-import", "numpy as np")]),
    ("", "from math import squirt", [(1, "unresolved-import", "squirt")]),
    ("import math", "math.squirt(2)", [(1, "unresolved-attribute", "math.squirt")]),
    ("def f(a: int) -> str: return 'x' * a", "f('é'); f(1) + 2",
     [(1, "invalid-argument-type", "'é'"), (1, "unsupported-operator", "f(1) + 2")]),
    ("def f(a, b=2, *, c): ...", "f()\nf(1, 2, 3, c=4)\nf(1, c=2, d=3)",
     [(1, "missing-argument", "f()"), (2, "too-many-positional-arguments", "3"), (3, "unknown-argument", "d=3")]),
    ("class A:\n    def __init__(self): self.n = 1\n    def m(self, k: int): ...\na = A()", "a.m('x')\na.nn\nA(1)",
     [(1, "invalid-argument-type", "'x'"), (2, "unresolved-attribute", "a.nn"), (3, "too-many-positional-arguments", "1")]),
    ("from dataclasses import dataclass\n@dataclass\nclass D:\n    n: int", "D('a')\nD()\nD(1).m",
     [(1, "invalid-argument-type", "'a'"), (2, "missing-argument", "D()"), (3, "unresolved-attribute", "D(1).m")]),
    ("", "def f() -> int:\n    return 'a'", [(2, "invalid-return-type", "'a'")]),
    ("", "n: int = 'a'", [(1, "invalid-assignment", "'a'")]),
    ("xs: list[int] = []", "xs.append('a')", [(1, "invalid-argument-type", "'a'")]),
    ("n = 5", "for i in n: pass\nn[0]\nn()",
     [(1, "not-iterable", "n"), (2, "not-subscriptable", "n[0]"), (3, "call-non-callable", "n()")]),
    ("x = 1", "%%time\nx.foo", [(2, "unresolved-attribute", "x.foo")]),
    ("x = 1", "%who\ny = x.foo", [(2, "unresolved-attribute", "x.foo")]),
    ("x = 1", ">>> x.foo\n... 2", [(1, "unresolved-attribute", "x.foo")]),
    ("x = 1", "if x:\n\tx.foo", [(2, "unresolved-attribute", "x.foo")]),
    ("x = 1", "'ж𝒳'; x.foo;", [(1, "unresolved-attribute", "x.foo")]),
    ("x = 1", "\r\nx.foo\r\n", [(2, "unresolved-attribute", "x.foo")]),
    ("x = 1", "f'{x.foo}'", [(1, "unresolved-attribute", "x.foo")]),
    ("import asyncio\nasync def g() -> int: return 1", "(await g()).foo", [(1, "unresolved-attribute", "(await g()).foo")]),
    ("x = 1", "x.foo  # type: ignore\nx.foo  # ty: ignore[unresolved-attribute]", []),
    ("x = 1", "x.foo  # ty: ignore[other-rule]", [(1, "unresolved-attribute", "x.foo")]),
    ("x = 1", "from typing import reveal_type\nreveal_type(x)", [(2, "revealed-type", "x")]),
    ("x = 1", "try:\n    x.foo\nexcept AttributeError:\n    pass", []),
    ("x = 1", "%reset -f\nx", []),  # what is after it, nobody knows before
    ("x = 1", "%snapshot here\nx.foo", [(2, "unresolved-attribute", "x.foo")]),
    ("from IPython.display import HTML", "HTML('x').anything", []),
    ("", "input().foo", [(1, "unresolved-attribute", "input().foo")]),
    ("", "__mk_stop\n__mk_notebook\n_mkN", []),  # names of its own
])  # fmt: skip
def test_findings(pool: SessionPool, before: str, cell: str, findings: list[tuple[int, str, str]]) -> None:
    assert found(run(pool, [before or "pass", cell])[1].said) == findings


@pytest.mark.parametrize("source", ["def (:", "x = = 1", "if x:\npass", "x = '\0'", "f'{'"])
def test_a_syntax_error_is_said_once(pool: SessionPool, source: str) -> None:
    (ran,) = run(pool, [source], typecheck="strict")
    assert ran.error is not None
    assert ran.error["ename"] in ("SyntaxError", "IndentationError")
    assert ran.said == ""


@pytest.mark.parametrize(("source", "why"), [
    ("x = " + "+".join(["1"] * 5000), "it is too large, or nested too deeply"),
    ("x = 1\n" * 10_000, "it has more than 32,768 characters of code"),
], ids=["deep", "long"])  # fmt: skip
def test_a_cell_that_cannot_be_checked_runs(pool: SessionPool, source: str, why: str) -> None:
    ran, after = run(pool, [source, "'still' + 1"])
    assert ran.said == f"In[1] was not type-checked: {why}.\n"
    assert found(after.said) == [(1, "unsupported-operator", "'still' + 1")]


def test_a_long_text_is_no_long_cell(pool: SessionPool) -> None:
    data, wrong = run(pool, ["data = '''" + "a,b\n" * 50_000 + "'''\nrows = data.splitlines()", "rows.nope"])
    assert data.said == ""
    assert found(wrong.said) == [(1, "unresolved-attribute", "rows.nope")]


def test_tools_are_known_by_their_signatures(pool: SessionPool, tmp_path: Path) -> None:
    tools = tmp_path / "shop.py"
    tools.write_text(
        "LIMIT = 3\ndef order(n: int, title: str = '') -> str:\n    return title * n\nasync def price(t: str) -> float:\n    return 1.5\n"
    )
    cells = [
        "import shop\nfrom shop import order",
        "shop.order('x')\norder(1).foo\nshop.nothing\n(await shop.price('a')).foo\nshop.LIMIT.foo",
        "order(1, 'a') + shop.order(2)\nawait shop.price('x') + 1",
    ]
    imported, wrong, right = run(pool, cells, tools=[str(tools)])
    assert (imported.said, right.said) == ("", "")
    assert found(wrong.said) == [
        (1, "invalid-argument-type", "'x'"),
        (2, "unresolved-attribute", "order(1).foo"),
        (3, "unresolved-attribute", "shop.nothing"),
        (4, "unresolved-attribute", "(await shop.price('a')).foo"),
        (5, "unresolved-attribute", "shop.LIMIT.foo"),
    ]
