"""%lsmagic and help by question mark."""

from __future__ import annotations

import pytest

from tests.support.engine_session import Session


def test_lsmagic_lists_what_works(session: Session) -> None:
    ran = session.run("%lsmagic")
    assert ran.failure is None
    lines = ran.printed.splitlines()
    groups = [line for line in lines if line and line[0] not in " %"]
    assert groups[:2] == ["Time travel: nothing is lost", "Looking into the session"]
    rows = dict(line.split(maxsplit=1) for line in lines if line.startswith("  %"))
    assert {"%lsmagic", "%who", "%whos", "%reset", "%time", "%timeit", "%history", "%limits"} <= set(rows)
    assert {"%%time", "%%timeit", "%%html"} <= set(rows)
    assert rows["%undo"] == "Go back to before the last N cells that changed something."
    assert all(text.endswith(".") and len(text) < 110 for text in rows.values()), "one line each"
    assert "%run" not in ran.printed
    assert ran.result is None


@pytest.mark.parametrize(
    "cell", ["%timeit?", "%timeit ?", "?%timeit", "%%timeit?", "timeit?", "x = 1\n%timeit??\nx = 2"]
)
def test_help_on_a_magic_is_its_page(session: Session, cell: str) -> None:
    ran = session.run(cell)
    assert ran.failure is None
    [page] = ran.pages
    assert "timeit [-n N] [-r R] [-p P] [-q] [-o]" in page
    assert "loops in a run" in page


def test_help_on_a_cell_magic_alone(session: Session) -> None:
    [page] = session.run("%%time?").pages
    assert page.startswith("usage: %%time\n\nRun the cell")


def test_help_on_a_refused_magic_says_why(session: Session) -> None:
    assert "no shell" in session.run("%%bash?").pages[0]
    assert "opens no files" in session.run("%run?").pages[0]


def test_help_on_a_name_comes_from_introspection(session: Session) -> None:
    session.known = {"f": "about f", "time": "the module", "a.b": "about b"}
    assert session.run("f?").pages == ["about f at level 0"]
    assert session.run("f??").pages == ["about f at level 1"]
    assert session.run("??f").pages == ["about f at level 1"]
    assert session.run("?a.b\ntime?").pages == ["about b at level 0", "the module at level 0"]


def test_help_on_what_does_not_exist(session: Session) -> None:
    ran = session.run("nothing?")
    assert ran.printed == "Object `nothing` not found.\n"
    assert not ran.pages
    assert session.run("%nothing?").printed == "Object `%nothing` not found.\n"


@pytest.mark.parametrize("cell", ["?", "??", "x = 1\n? "])
def test_a_question_mark_alone_says_where_help_is(session: Session, cell: str) -> None:
    [page] = session.run(cell).pages
    assert "%lsmagic" in page and "name?" in page


@pytest.mark.parametrize("cell", ["*int*?", "int*?", "?*int*", "x = 1\nnp.*load*??"])
def test_names_are_not_searched_for(session: Session, cell: str) -> None:
    assert "%who lists the session's, and Tab completes a name" in session.refusal(cell)


def test_help_on_a_missing_module_says_what_there_is_instead(session: Session) -> None:
    assert session.run("sqlite3?").printed.startswith("Object `sqlite3` not found. Monty has no module 'sqlite3'")


def test_help_shows_what_the_lines_before_it_made(session: Session) -> None:
    ran = session.run("print(1)\nf?\nprint(2)")
    assert ran.printed == "1\nObject `f` not found.\n2\n"


def test_help_inside_a_block_says_where_it_belongs(session: Session) -> None:
    assert "name? acts on the session" in session.refusal("if True:\n    x?")
