"""Declaring a magic is enough for parsing, help, usage errors and completion; families add to the registry."""

from __future__ import annotations

import argparse
import ast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monty_kernel.engine.frontend import UsageError
from monty_kernel.engine.source import Action, CellRewrite, Rewrite
from monty_kernel.magics import MagicContext
from monty_kernel.magics.declare import Family, argument
from monty_kernel.magics.registry import FAMILIES, Magics

MAGICS = Magics()

undo = Family()
undone: list[object] = []


@undo.action("undo", argument("cells", nargs="?", type=int, default=1, metavar="N", help="how many cells"))
def _undo(arguments: argparse.Namespace, context: MagicContext) -> None:
    """Go back to before the last cells."""
    undone.append(arguments.cells)


@undo.host(
    "snapshots",
    argument("-n", "--last", type=int, metavar="N", help="only the last"),
    argument("-l", action="store_true"),
)
def _snapshots(arguments: argparse.Namespace, context: MagicContext) -> list[int]:
    """List the snapshots. 100% of them."""
    return list(range(arguments.last or 3))


def test_a_family_adds_magics_of_each_kind() -> None:
    magics = Magics([*FAMILIES, undo])
    context: MagicContext = None  # type: ignore[assignment]  # these do not use it
    assert {"undo", "snapshots", "time", "lsmagic"} <= set(magics.line_names())
    assert magics.line("undo", "3") == Rewrite(action=Action("undo", "3"))
    magics.act(Action("undo", "3"), context)
    assert undone == [3]
    assert magics.line("snapshots", "-n 2") == Rewrite(before="__mk_magic('snapshots', '-n 2')", is_expression=True)
    assert magics.run("snapshots", "-n 2", context) == [0, 1]
    assert magics.options("snapshots") == ["--last", "-l", "-n"]
    assert "List the snapshots. 100% of them." in (magics.help("%snapshots") or "")
    with pytest.raises(UsageError, match=r"invalid int value: 'x'\nusage: %undo \[N\]"):
        magics.act(Action("undo", "x"), context)


@pytest.mark.parametrize("name", MAGICS.line_names())
def test_every_line_magic_has_a_help_page(name: str) -> None:
    page = MAGICS.help("%" + name)
    assert page is not None
    assert page.startswith(f"usage: %{name}")
    assert len(page.splitlines()) >= 3, "a docstring"
    assert MAGICS.help(name)


@pytest.mark.parametrize("name", MAGICS.cell_names())
def test_every_cell_magic_has_a_help_page(name: str) -> None:
    page = MAGICS.help("%%" + name)
    assert page is not None
    assert page.startswith(f"usage: %%{name}")
    assert "cell" in page


def test_help_on_a_refused_magic_says_why_and_on_none_is_none() -> None:
    assert "no shell" in (MAGICS.help("%%bash") or "")
    assert MAGICS.help("nothing") is None
    assert MAGICS.options("nothing") == []


def test_options_come_from_the_arguments() -> None:
    assert MAGICS.options("timeit") == MAGICS.options("%%timeit") == ["-n", "-o", "-p", "-q", "-r"]
    assert MAGICS.options("who") == []


def test_what_is_listed_is_not_what_is_refused() -> None:
    assert not {"?", "??", "!", "run", "pip"} & set(MAGICS.line_names())
    assert "bash" not in MAGICS.cell_names()


NAMES = st.sampled_from([*MAGICS.line_names(), *MAGICS.cell_names(), "?", "!", "=", "alone", "%html", "run"]) | st.text(
    min_size=1
)
HOST = {magic.name for family in FAMILIES for magic in family.magics if magic.kind == "host"}
TEXT = st.text() | st.text("-nropqgl0123 \\'\"()[]{}#%x=\r", max_size=30)


@given(NAMES, TEXT)
@pytest.mark.slow
def test_no_line_makes_the_table_raise_and_what_it_makes_is_code(name: str, args: str) -> None:
    rewrite = MAGICS.line(name, args.strip())
    if rewrite.action is None and rewrite.keep is None:
        ast.parse(rewrite.before + rewrite.after)


@given(NAMES, TEXT, TEXT)
def test_no_cell_makes_the_table_raise(name: str, args: str, body: str) -> None:
    rewrite = MAGICS.cell(name, args.strip(), body)
    assert isinstance(rewrite, CellRewrite)
    if not rewrite.keep_body:
        ast.parse(rewrite.before)


@given(NAMES, TEXT)
def test_a_cell_that_calls_the_host_itself_gets_no_more_than_a_magic_would_give(name: str, args: str) -> None:
    if name in HOST:
        return
    with pytest.raises((UsageError, SyntaxError)):
        MAGICS.run(name, args, None)  # type: ignore[arg-type]  # actions and rewrites are not run through here
