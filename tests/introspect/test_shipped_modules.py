"""Completion and help for the modules that are written for Monty: as for Monty's own, and with what they themselves take."""

from __future__ import annotations

import inspect
from typing import Any

import pytest

from monty_kernel.engine.shipped_names import GAPS, MODULES
from monty_kernel.introspect import shipped
from monty_kernel.introspect.facts import Facts, load_facts
from tests.support.introspected_session import Notebook


def test_imports_offer_them(notebook: Notebook) -> None:
    assert "operator" in notebook.complete("import oper")
    assert "operator" in notebook.complete("from oper")
    assert set(notebook.complete("from operator import ")) == set(MODULES["operator"])
    assert {"wraps", "reduce"} <= set(notebook.complete("from functools import "))


@pytest.mark.parametrize("before", [(), ("import operator",), ("import operator as op",)])
def test_members_are_offered(notebook: Notebook, before: tuple[str, ...]) -> None:
    notebook.run(*before)
    name = "op" if before and before[0].endswith("op") else "operator"
    cell = f"{name}.item" if before else "import operator\noperator.item"
    assert notebook.complete(cell) == ["itemgetter"]
    assert notebook.completions(cell).types["itemgetter"] == "function"


def test_a_module_of_montys_has_the_names_that_it_gets(notebook: Notebook) -> None:
    notebook.run("import functools")
    assert "wraps" in notebook.complete("functools.wr")
    assert "update_wrapper" in notebook.complete("import functools as f\nf.up")


def test_it_is_a_module_among_the_sessions_names(notebook: Notebook) -> None:
    notebook.run("import operator, math")
    types = notebook.completions("").types
    assert (types["operator"], types["math"]) == ("module", "module")


def test_what_takes_the_same_is_described_as_in_cpython(notebook: Notebook) -> None:
    notebook.run("import operator")
    page = notebook.inspect("operator.add")
    assert "add(a, b, /)" in page
    assert "Same as a + b." in page
    assert notebook.inspect("import operator\noperator.add(|") == page


def test_a_name_that_was_imported_is_described(notebook: Notebook) -> None:
    notebook.run("from operator import indexOf as place, countOf", "from functools import wraps")
    assert "Return the first index of b in a." in notebook.inspect("place")
    assert "countOf(a, b, /)" in notebook.inspect("countOf")
    assert "wraps(wrapped, assigned=" in notebook.inspect("wraps")


def _signature(source: str) -> inspect.Signature:
    scope: dict[str, Any] = {}
    exec(f"def made({source}): pass", scope)
    return inspect.signature(scope["made"])


@pytest.mark.parametrize(
    ("ours", "theirs", "same"),
    [
        ("a, b", "a, b, /", True),
        ("a, b, /", "a, b", False),
        ("a, *b, c=1, **d", "a, *b, c=2, **d", True),
        ("a", "a, b=1", False),
        ("a, b", "b, a", False),
        ("a, c", "a, *, c", False),
    ],
)
def test_what_takes_something_else_is_described_as_it_is(ours: str, theirs: str, same: bool) -> None:
    def host() -> None:
        """Theirs."""

    host.__signature__ = _signature(theirs)  # type: ignore[attr-defined]
    member = shipped.Member("function", _signature(ours), "Ours.")
    expected = (host.__signature__, "Theirs.") if same else (member.signature, "Ours.")  # type: ignore[attr-defined]
    assert shipped.described(member, host) == expected


def test_the_module_says_what_it_lacks(notebook: Notebook) -> None:
    assert "Lacks: the in-place operators" in notebook.inspect("import operator|")
    notebook.run("import operator")
    assert "Lacks: the in-place operators" in notebook.inspect("operator")
    assert "Lacks" in (notebook.describe("operator") or "")


def test_a_class_in_its_place_is_not_asked(notebook: Notebook) -> None:
    notebook.run("import operator")
    notebook.run(
        "ran = []\nclass Sly:\n    def __repr__(self):\n        ran.append(1)\n        return 'sly'\n__mk_namespace = Sly\nsly = Sly()"
    )
    notebook.complete("sly.")
    notebook.inspect("sly")
    notebook.run("print(ran)")
    assert "".join(notebook.session.printed) == "[]\n"


def test_every_name_is_among_the_facts_and_has_documentation() -> None:
    facts = load_facts()
    for module, names in {**MODULES, **GAPS}.items():
        assert set(names) <= set(facts.of_module(module)), module
    for module in MODULES:
        assert facts.shipped_docs[module]


def test_a_module_that_monty_has_is_montys() -> None:
    monty = Facts(modules=frozenset({"operator", "functools"}), members={"operator": {"add": "function"}})
    found = monty.with_shipped()
    assert found.of_module("operator") == {"add": "function"}
    assert "operator" not in found.shipped_docs
    assert "operator.add" not in found.shipped
    has = Facts(modules=frozenset({"functools"}), members={"functools": {"wraps": "class"}}).with_shipped()
    overrides = shipped.gaps()["functools"].overrides
    assert ("functools.wraps" in has.shipped) is ("wraps" in overrides)
    assert "functools.update_wrapper" in has.shipped


def test_a_granted_module_is_the_persons_own() -> None:
    class Own:
        add = 1

    facts = load_facts().with_granted({"operator": Own})
    assert facts.of_module("operator") == {"add": "instance"}
    assert "operator.add" not in facts.shipped
