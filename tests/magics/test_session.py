"""%reset and %limits."""

from __future__ import annotations

from monty_kernel.engine.limits import Limits

from .session import Session


def test_reset_asks_and_takes_no_for_an_answer(session: Session) -> None:
    session.run("x = 1")
    ran = session.run("%reset")
    assert session.questions == ["Once deleted, variables cannot be recovered. Proceed (y/[n])? "]
    assert ran.printed == "Nothing done. %reset -f resets without asking.\n"
    assert session.run("x").result == "1"


def test_reset_asks_and_takes_yes_for_an_answer(session: Session) -> None:
    session.run("x = 1")
    session.answer = True
    assert session.run("%reset").printed == ""
    failure = session.run("x").failure
    assert failure is not None
    assert failure.ename == "NameError"


def test_reset_f_asks_nothing_and_stands_between_other_code(session: Session) -> None:
    session.run("x = 1")
    ran = session.run("y = x\nprint(y)\n%reset -f\nz = 2\n%who_ls")
    assert ran.printed == "1\n"
    assert ran.result == "['z']"
    assert not session.questions
    assert session.run("len(In)").result == "4"


def test_reset_inside_a_block_is_refused_when_it_is_reached(session: Session) -> None:
    session.run("x = 1\ndef f():\n    %reset -f")
    assert "on a line of its own" in session.refusal("f()")
    assert "on a line of its own" in session.refusal("%%time\n%reset -f")
    assert "has no value" in session.refusal("y = %reset -f")
    assert session.run("x").result == "1"


def test_reset_does_not_guess_options(session: Session) -> None:
    assert "unrecognized arguments: -s" in session.refusal("x = 1\n%reset -s")
    assert session.run("x").result == "1"


def test_reset_cannot_be_reached_through_the_host(session: Session) -> None:
    assert "nothing to run on the host" in session.refusal("x = 1\n__mk_magic('reset', '-f')")
    assert session.run("x").result == "1"


def test_limits_are_shown_with_the_options_that_set_them(session: Session) -> None:
    session.limits = Limits()
    printed = session.run("%limits").printed
    assert "1,073,741,824 bytes (1 GiB)" in printed
    assert "no limit" in printed
    for option in ("max_memory", "max_cell_seconds", "max_recursion_depth"):
        assert f"--MontyKernel.{option}=" in printed
    session.limits = Limits(memory=None, seconds=2.5, recursion=1000)
    printed = session.run("%limits").printed
    assert "2.5 s of computing" in printed
    assert "1,000 calls" in printed
