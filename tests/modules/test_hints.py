"""What a module that is written for Monty leaves out says what to write instead."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from monty_kernel.engine.errors.hints import hint
from monty_kernel.engine.errors.shipped_hints import lacks
from monty_kernel.engine.shipped_names import GAPS, MODULES
from tests.support.engine_session import Session

LEFT_OUT = [(module, name) for module in (*MODULES, *GAPS) for name in lacks(module)]


@pytest.fixture(scope="module")
def session() -> Iterator[Session]:
    session = Session()
    yield session
    session.engine.close()


def hinted(session: Session, code: str) -> tuple[str, str]:
    """The exception that a cell ends with, and its hint."""
    failure = session.run(code).failure
    assert failure is not None, code
    return failure.ename, str(hint(failure))


@pytest.mark.parametrize(("module", "name"), LEFT_OUT)
def test_a_name_that_is_left_out(session: Session, module: str, name: str) -> None:
    instead = lacks(module)[name]
    assert instead.endswith(".")
    for code, ename in (
        (f"from {module} import {name}", "ImportError"),
        (f"import {module}\n{module}.{name}", "AttributeError"),
        (f"import {module} as m\nm.{name}(1)", "AttributeError"),
    ):
        found, text = hinted(session, code)
        assert found == ename, code
        assert f"{name!r} in {module}" in text, code
        assert text.endswith(instead), code


def test_an_import_of_an_earlier_cell(session: Session) -> None:
    session.run("import contextlib as managers")
    ename, text = hinted(session, "managers.contextmanager")
    assert ename == "AttributeError"
    assert "'contextmanager' in contextlib" in text


def test_what_python_has_not_either_gets_no_hint(session: Session) -> None:
    assert hinted(session, "import heapq\nheapq.no_such") == ("AttributeError", "None")
    assert hinted(session, "from heapq import no_such") == ("ImportError", "None")


def test_code_in_a_string(session: Session) -> None:
    ename, text = hinted(session, "exec('import heapq')")
    assert ename == "ModuleNotFoundError"
    assert "write `import heapq` in the cell itself" in text


def test_ipython_has_words_of_its_own(session: Session) -> None:
    assert hinted(session, "import IPython\nIPython.core.magic")[1].startswith("Of IPython the sandbox has")
