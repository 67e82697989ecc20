"""%rewrites: what the kernel made of a cell so that Monty reads it."""

from __future__ import annotations

import pytest

from tests.support.engine_session import Session


def shown(session: Session, cell: str) -> str:
    session.run(cell)
    return session.run("%rewrites").printed


def test_each_changed_line_stands_beside_what_it_became(session: Session) -> None:
    assert shown(session, "d = {'a': 1}\n\ndel d['a']\nd\nx = %time 1") == (
        "In[1], line 3:\n    del d['a']\nbecame\n    __mk_delete_item(d, __mk_key['a'])\n\n"
        "In[1], line 5:\n    x = %time 1\nbecame\n    x = __mk_toc_value(__mk_tic(), (\n    1\n    ))\n\n"
    )


def test_a_statement_of_several_lines_is_one_change(session: Session) -> None:
    printed = shown(session, "d = {1: 2}\ndel (  # gone\n  d[1],\n)\nd")
    assert printed == (
        "In[1], line 2:\n    del (  # gone\n      d[1],\n    )\nbecame\n    __mk_delete_item(d, __mk_key[1])\n\n"
    )


@pytest.mark.parametrize("cell", ["1", "x = [1]\nx", "def f():\n    return 1\nf()\n", "x = (", "x = 1;"])
def test_a_cell_without_changes_says_so(session: Session, cell: str) -> None:
    assert shown(session, cell) == "Monty was given In[1] as it was typed.\n"


def test_a_cell_is_found_by_its_number_when_many_came_after_it(session: Session) -> None:
    session.run("class C(object): pass")
    for _ in range(100):
        session.run("1")
        session.engine.save()
    assert session.run("%rewrites 1").printed.startswith(
        "In[1], line 1:\n    class C(object): pass\nbecame\n    class C: pass"
    )
    assert session.run("%rewrites 50").printed == "Monty was given In[50] as it was typed.\n"


def test_cells_that_are_not_there(session: Session) -> None:
    assert session.refusal("%rewrites") == "%rewrites: there is no cell before this one."
    assert "no cell In[99]" in session.refusal("%rewrites 99")
    assert "invalid int value" in session.refusal("%rewrites x")


def test_a_pasted_cell_and_a_cell_magic(session: Session) -> None:
    assert "    class C:\n" in shown(session, ">>> class C(object):\n...     x = 1\n>>> C.x")
    assert "from functools import cache, lru_cache" in shown(session, "%%time\nfrom functools import *\nreduce")
