"""`monty-kernel dialect`: short enough, made of the tables, and true."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from monty_kernel import run_notebook
from monty_kernel.check.dialect import MOST, OF_THE_KERNEL, REWRITTEN, dialect
from monty_kernel.check.differences import DIFFERENCES, Difference
from monty_kernel.engine import shipped_names
from monty_kernel.engine.errors import unsupported as tables
from monty_kernel.engine.errors.shipped_hints import lacks
from tests.support.waiting import HANGING

from .findings import book

TABLES = ["SYNTAX", "BASES", "BUILTINS", "INSTEAD_OF_MODULE", "INSTEAD_OF_MEMBER", "INSTEAD_OF_METHOD"]


def printed(*words: str) -> str:
    path = str(Path(sys.executable).with_name("monty-kernel"))
    done = subprocess.run([path, "dialect", *words], capture_output=True, timeout=HANGING, check=True)
    return done.stdout.decode()


def test_the_prompt_is_short() -> None:
    assert len(printed()) <= MOST == 6_000
    assert printed() == dialect()
    assert len(printed("--long")) > len(printed())


@pytest.mark.parametrize("table", TABLES)
def test_a_fact_that_is_added_to_a_table_appears(table: str, monkeypatch: pytest.MonkeyPatch) -> None:
    facts = {**getattr(tables, table), "zz.brand_new": "write something else instead."}
    monkeypatch.setattr(tables, table, facts)
    assert "brand_new: write something else" in dialect(long=True) or "- write something else" in dialect(long=True)
    assert "brand_new" in dialect() or "write something else" in dialect()


def test_a_method_that_is_added_appears(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "MISSING_METHODS", {**tables.MISSING_METHODS, "list": frozenset({"brand_new"})})
    assert "list.brand_new" in dialect(long=True)
    assert "list: brand_new" in dialect()


def test_a_module_that_is_added_appears(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "MODULES", (*tables.MODULES, "brand_new"))
    assert "brand_new" in dialect()


def test_the_modules_that_are_written_for_monty_are_there_with_what_they_lack() -> None:
    (line,) = [line for line in dialect().splitlines() if line.startswith("Modules, each with a part")]
    assert set(shipped_names.MODULES) <= set(line.partition(": ")[2].rstrip(".").split())
    text = dialect(long=True)
    for module in (*shipped_names.MODULES, *shipped_names.GAPS):
        for name, advice in lacks(module).items():
            assert f"- {module}.{name}: {advice}" in text


def test_everything_of_the_tables_is_in_the_long_prompt() -> None:
    text = dialect(long=True)
    for table in TABLES:
        for name, advice in getattr(tables, table).items():
            assert advice in text or name in (*OF_THE_KERNEL, *REWRITTEN, "IPython"), name


def test_what_the_kernel_supplies_is_not_called_missing() -> None:
    ran = run_notebook(book("[help, input, exit, quit, display]\nfrom IPython.display import HTML"))
    assert ran.cells[0].execution_count == 1
    (line,) = [line for line in dialect().splitlines() if line.startswith("Built-in names that are missing")]
    assert OF_THE_KERNEL.isdisjoint(line.rstrip(".").split())


def test_what_works_is_not_called_missing() -> None:
    cells = ("x = [1, 2, 3]; del x[0], x[-1:]; del x", "a, *b = [*[1], *[2]]", "class A(object):\n    pass")
    ran = run_notebook(book(*cells))
    assert all(cell.execution_count for cell in ran.cells)
    assert not [name for name in REWRITTEN if f"- {name}" in dialect() or f"- {name}" in dialect(long=True)]
    (line,) = [line for line in dialect().splitlines() if line.startswith("Do without these base classes")]
    assert "object" not in line.rstrip(".").split()


def test_the_short_prompt_names_all_that_is_missing_however_much_that_is(monkeypatch: pytest.MonkeyPatch) -> None:
    more = {**tables.INSTEAD_OF_MODULE, **{f"module{number}": f"Advice {number}." for number in range(60)}}
    monkeypatch.setattr(tables, "INSTEAD_OF_MODULE", more)
    assert len(dialect()) <= MOST
    assert all(name in dialect() for name in more if name != "IPython")
    monkeypatch.setattr(tables, "INSTEAD_OF_MODULE", {f"module{number}": "" for number in range(1_000)})
    with pytest.raises(ValueError, match="more than 6,000"):
        dialect()


@pytest.mark.parametrize("difference", DIFFERENCES, ids=lambda difference: difference.sentence[:30])
def test_a_silent_difference_is_one(difference: Difference) -> None:
    ran = run_notebook(book(difference.code))
    assert ran.cells[0].outputs[-1].data["text/plain"] == difference.gives
    assert difference.sentence in dialect()
