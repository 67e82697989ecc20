"""%history prints this session's inputs, those of sessions before it, and those that match."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from monty_kernel.history.history import History
from tests.support.engine_session import Session

LOG = logging.getLogger("history")


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    for number in range(3):
        history = History(tmp_path / "history.sqlite", LOG)
        history.add(1, f"first of {number}")
        history.add(2, f"def f{number}():\n\treturn 1")
        history.close()
    session = Session(History(tmp_path / "history.sqlite", LOG))
    session.answer = True
    session.run("x = 1")
    session.run("if x:\n    y = 2")
    session.run("x")
    session.history.add_output(3, "1")
    yield session
    session.engine.close()
    session.history.close()


@pytest.mark.parametrize(
    ("args", "printed"),
    [
        ("", "x = 1\nif x:\n    y = 2\nx\n%history\n"),
        ("-n 1-2", "   1: x = 1\n   2:\nif x:\n    y = 2\n"),
        ("-n 3 1", "   3: x\n   1: x = 1\n"),
        ("1:2", "x = 1\n"),
        ("3-", "x\n%history 3-\n"),
        ("-o 3", "x\n1\n"),
        ("-l 2", "if x:\n    y = 2\nx\n"),
        (
            "-l 5 -n",
            " 3/1: first of 2\n 3/2:\ndef f2():\n    return 1\n   1: x = 1\n   2:\nif x:\n    y = 2\n   3: x\n",
        ),
        ("~1/", "first of 2\ndef f2():\n    return 1\n"),
        ("-n ~1/1", " 3/1: first of 2\n"),
        ("-n ~3/2-~2/1", " 1/2:\ndef f0():\n    return 1\n 2/1: first of 1\n"),
        ("2/1", "first of 1\n"),
        ("7/", ""),
        ("-g first", " 1/1: first of 0\n 2/1: first of 1\n 3/1: first of 2\n   4: %history -g first\n"),
        (
            "-g f?():",
            "".join(f" {n + 1}/2:\ndef f{n}():\n    return 1\n" for n in range(3)) + "   4: %history -g f?():\n",
        ),
        ("-g first -l 2", " 3/1: first of 2\n   4: %history -g first -l 2\n"),
        ("-u -g 'of [12]'", " 2/1: first of 1\n 3/1: first of 2\n"),
        ("-g nothing*at*all", "   4: %history -g nothing*at*all\n"),
    ],
)
def test_history(session: Session, args: str, printed: str) -> None:
    ran = session.run(f"%history {args}".rstrip())
    assert ran.failure is None
    assert ran.printed == printed


@pytest.mark.parametrize("args", ["-g first", "-l", "~1/", "2/1", "1 ~2/1-3"])
def test_the_inputs_of_other_sessions_need_a_yes(session: Session, args: str) -> None:
    session.answer = False
    assert "only if you answer yes" in session.refusal(f"%history {args}")
    assert "other sessions" in session.questions[-1]


def test_those_of_this_session_need_none(session: Session) -> None:
    session.run("%history -n 1-2")
    assert session.questions == []


@pytest.mark.parametrize("args", ["x", "1-2-3", "/", "~", "-", "1/1-999999999/5", "2/1-1/1", "9999999999999999999"])
def test_what_is_no_range_is_refused(session: Session, args: str) -> None:
    assert "range" in session.refusal(f"%history {args}") or "unrecognized" in session.refusal(f"%history {args}")


def test_options_that_would_write_files_do_not_exist(session: Session) -> None:
    assert "unrecognized arguments: -f" in session.refusal("%history -f /tmp/x")


def test_history_in_a_loop_and_its_value(session: Session) -> None:
    assert session.run("for i in range(2):\n    %history 1").printed == "x = 1\nx = 1\n"
    assert session.run("v = %history 1\nprint(v)").printed == "x = 1\nNone\n"
