"""The tables by which cells are rewritten say what the files of the modules hold."""

from __future__ import annotations

import ast
import importlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from monty_kernel.engine import prelude, shipped_modules
from monty_kernel.engine.errors import unsupported
from monty_kernel.engine.errors.shipped_hints import lacks
from monty_kernel.engine.shipped_modules import file_of, shipped
from monty_kernel.engine.shipped_names import GAP, GAPS, MODULE, MODULES, NEEDS, parts, parts_of

PARTS = [*parts()]


def test_each_file_is_in_the_tables() -> None:
    folder = Path(prelude.__file__).parent
    files = {*(folder / "modules").rglob("*.py"), *(folder / "gaps").rglob("*.py")}
    assert files == {file_of(part) for part in PARTS}


def needs(part: str) -> dict[str, None]:
    """The parts that the file of a part takes something from."""
    found: dict[str, None] = {}
    for node in ast.walk(ast.parse(file_of(part).read_text())):
        for module in imported(node):
            found.update((each, None) for each in parts_of(module) if each != part)
    return found


def imported(node: ast.AST) -> Iterator[str]:
    """The modules that a statement takes something from that is written for Monty."""
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names if alias.name in MODULES)
    elif isinstance(node, ast.ImportFrom) and node.module:
        names = {alias.name for alias in node.names}
        yield from [node.module] if node.module in MODULES or not names.isdisjoint(GAPS.get(node.module, ())) else []


@pytest.mark.parametrize("part", PARTS)
def test_a_file_gives_the_names_of_the_tables(part: str) -> None:
    about = shipped(part)
    names = MODULES[part.removeprefix(MODULE)] if part.startswith(MODULE) else GAPS[part.removeprefix(GAP)]
    assert about.names == names
    assert tuple(needs(part)) == NEEDS.get(part, ())
    assert about.overrides <= set(names)
    assert not set(about.lacks) & set(names)


@pytest.mark.parametrize("part", PARTS)
def test_a_module_says_what_it_lacks_and_has_no_names_of_its_own(part: str) -> None:
    tree = ast.parse(file_of(part).read_text())
    assert ast.get_docstring(tree)
    try:
        module = importlib.import_module(part.removeprefix(MODULE).removeprefix(GAP))
    except ModuleNotFoundError:  # not of the standard library, and not installed here
        return
    for name in (*shipped(part).names, *shipped(part).lacks):
        assert hasattr(module, name), name


def test_what_is_there_now_is_no_longer_said_to_be_missing() -> None:
    assert not [name for name in unsupported.INSTEAD_OF_MODULE if name in MODULES]
    given = {f"{module}.{name}" for module, names in {**MODULES, **GAPS}.items() for name in names}
    lacking = {f"{module}.{name}" for module in (*MODULES, *GAPS) for name in lacks(module)}
    assert not given & set(unsupported.INSTEAD_OF_MEMBER)
    assert not lacking & set(unsupported.INSTEAD_OF_MEMBER), "LACKS says it already"


def test_an_import_brings_what_the_module_needs_first() -> None:
    for name in (*MODULES, *GAPS):
        found = parts_of(name)
        for part in found:
            assert set(NEEDS.get(part, ())) <= set(found[: found.index(part)])


def test_a_source_is_small_and_says_nothing_that_monty_does_not_need() -> None:
    for part in PARTS:
        text = shipped_modules.source(part)
        assert '"""' not in text and "\n\n" not in text, part
        assert len(text) < 12_000, part
