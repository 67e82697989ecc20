"""A module that is written for Monty in a session: among the variables, in states, and where a later Monty has it."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from monty_kernel.engine import shipped_modules
from tests.support.engine_session import Session
from tests.support.following_kernels import NOTEBOOK, following
from tests.support.kernel_client import Kernel, kill_workers
from tests.support.timeline_client import ask
from tests.support.waiting import until

Start = Callable[..., Kernel]


@pytest.fixture(scope="module")
def session() -> Iterator[Session]:
    session = Session()
    yield session
    session.engine.close()


def test_it_is_a_module_among_the_variables(session: Session) -> None:
    session.run("import operator, math\nfrom operator import add")
    rows = [line.split(maxsplit=2) for line in session.run("%whos").printed.splitlines()[2:]]
    assert ["operator", "module", "<module 'operator'>"] in rows
    assert ["math", "module", "<module 'math'>"] in rows
    assert session.run("%who_ls module").result == "['math', 'operator']"
    assert session.run("type(operator), repr(operator), operator.__name__").result == (
        "(<class 'module'>, \"<module 'operator'>\", 'operator')"
    )


def test_the_kernels_own_names_stay_hidden(session: Session) -> None:
    session.run("import operator, math\nfrom operator import add")
    assert session.run("sorted(locals())").result == "['add', 'math', 'operator']"
    assert "__mk_" not in (session.run("In").result or "")


def test_an_import_in_a_text_is_explained(session: Session) -> None:
    for cell in ("exec('import operator')", "exec('from operator import add')"):
        failure = session.run(cell).failure
        assert failure is not None
        assert (failure.ename, failure.evalue) == ("ModuleNotFoundError", "No module named 'operator'")


def test_an_import_that_is_tried_first(session: Session) -> None:
    tried = "try:\n    import {0} as found\nexcept ImportError:\n    found = 'none'\nstr(found)"
    assert session.run(tried.format("operator")).result == "\"<module 'operator'>\""
    assert session.run(tried.format("numpy")).result == "'none'"


def test_what_asks_the_host_is_reached_through_it(start: Start) -> None:
    kernel = start()
    kernel.run("from pathlib import Path\nfrom operator import methodcaller\nimport operator, contextlib")
    kernel.run("open('a.txt', 'w').write('hi')\nread = methodcaller('read_text')")
    assert kernel.run("list(map(methodcaller('read_text'), [Path('a.txt')]))").plain == "['hi']"
    assert kernel.run("sorted([Path('a.txt')], key=operator.methodcaller('exists'))").plain == "[PosixPath('a.txt')]"
    assert kernel.run("list(map(read, [Path('a.txt')]))").plain == "['hi']"
    assert kernel.run("with contextlib.suppress(OSError):\n    open('/no/such').read()\n'on'").plain == "'on'"
    assert kernel.run("with contextlib.closing(open('a.txt')) as file:\n    text = file.read()\ntext").plain == "'hi'"
    failed = "\n".join(kernel.run("methodcaller('read_text')(Path('gone.txt'))").reply["traceback"])
    assert "FileNotFoundError" in failed


def test_a_later_monty_that_has_it_is_asked(session: Session, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / "json.py"
    file.write_text('"""Ours. Lacks: all."""\n\n\ndef dumps(value):\n    return "ours"\n')
    monkeypatch.setattr(shipped_modules, "file_of", lambda part: file)
    has, lacks = (shipped_modules.source.__wrapped__(f"module {name}") for name in ("json", "no_such_module"))
    session.run("import operator")  # which brings what modules are made with
    session.engine.session.ask(f"{has}{lacks}None")
    assert session.engine.session.ask("__mk_m_json.dumps([1])") == "[1]"
    assert session.engine.session.ask("__mk_m_no_such_module.dumps([1])") == "ours"


def test_it_survives_what_a_session_survives(start: Start) -> None:
    first = start(env=NOTEBOOK)
    first.run("x = 1")
    first.run(
        "import operator\nfrom operator import itemgetter, methodcaller\nsecond = itemgetter(1)\nup = methodcaller('upper')"
    )
    shown = "second('ab'), up('a'), operator.add(1, 2), operator"
    there = "('b', 'A', 3, <module 'operator'>)"
    kill_workers(first.pid)
    assert first.run(shown, store_history=False).plain == there
    assert "gone: operator, itemgetter, methodcaller, second, up" in first.run("%undo").text()
    assert first.run("operator", store_history=False).reply["ename"] == "NameError"
    assert first.run("import operator as op\nop.add(2, 2)").plain == "4"
    first.run("%undo")
    assert "came back: " in first.run("%restore 2").text()
    assert first.run(shown).plain == there
    until(lambda: ask(first.client, "timeline_request", {})["states"][-1]["where"] in ("disk", "both"))
    os.kill(first.pid, signal.SIGKILL)
    second = following(start, first)
    second.answer("%resume", "y")
    assert second.run(shown).plain == there
    assert second.run("from operator import sub\nsub(3, 1)").plain == "2"
