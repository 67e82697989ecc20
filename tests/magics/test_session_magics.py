"""%reset and %limits."""

from __future__ import annotations

import pytest

from monty_kernel.engine.limits import KINDS
from tests.support.engine_session import Session


def test_reset_asks_and_takes_no_for_an_answer(session: Session) -> None:
    session.run("x = 1")
    ran = session.run("%reset")
    assert session.questions == ["clear all variables of this session? [y]es, [n]o: "]
    assert ran.printed == "Nothing was cleared. %reset -f clears without asking.\n"
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


def test_limits_are_shown_with_the_options_that_grant_them(session: Session) -> None:
    printed = session.run("%limits").printed
    for kind in KINDS.values():
        assert f"--MontyKernel.{kind.option}={kind.unit}" in printed
    lines = {line.split()[0]: line for line in printed.splitlines() if line}
    assert lines["memory"].count("256 MiB") == 2 and "who started the kernel" in lines["memory"]
    assert lines["seconds"].count("no limit") == 2 and "the default" in lines["seconds"]
    assert lines["recursion"].count("1,000") == 2
    session.run("%limits seconds=2.5 output=1MiB")
    lines = {line.split()[0]: line for line in session.run("%limits").printed.splitlines() if line}
    assert "2.5 s" in lines["seconds"] and "no limit" in lines["seconds"] and "%limits in In[2]" in lines["seconds"]
    assert "1 MiB" in lines["output"] and "%limits in In[2]" in lines["output"]


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        ("memory=512MiB", "limited to 256 MiB where the kernel was started"),
        ("memory=99999999999999999999999999", "--MontyKernel.max_memory=BYTES"),
        ("memory=" + "9" * 5000, "is not a limit"),
        ("memory=-5", "is not a limit"),
        ("memory=1.5GiB", "is not a limit"),
        ("memory=", "is not a limit"),
        ("memory=none", "is not a limit"),
        ("memory=100", "cannot be less than 4 MiB"),
        ("recursion=2000", "limited to 1,000"),
        ("recursion=1e2", "write a whole number"),
        ("recursion=3", "cannot be less than 50"),
        ("seconds=nan", "write a number of seconds"),
        ("seconds=inf", "write a number of seconds"),
        ("seconds=-1", "write a number of seconds"),
        ("seconds=1e999", "write a number of seconds"),
        ("seconds=0", "cannot be less than 0.1 s"),
        ("asleep=-0.1", "write a number of seconds"),
        ("host_calls=five", "write a whole number"),
        ("speed=9", "there is no limit 'speed'; the limits are memory, seconds, recursion"),
        ("max_memory=64MiB", "there is no limit 'max_memory'"),
        ("output", "NAME=VALUE"),
        ("=5", "there is no limit ''"),
        ("output=5 output=4", "named twice"),
        ("asleep=1 output=1 memory=1TB", "is not a limit"),
        ("'asleep=", "no closing quotation"),
    ],
)
def test_limits_that_are_refused(session: Session, arguments: str, why: str) -> None:
    before = session.limits.now
    assert why in session.refusal(f"%limits {arguments}")
    assert session.limits.now == before and not session.limits.tightened


def test_what_was_tightened_is_not_loosened(session: Session) -> None:
    session.run("%limits memory=64MiB output=1000 asleep=1")
    for arguments in ("memory=128MiB", "output=1001", "asleep=1.5", "asleep=0.5 memory=65MiB"):
        assert "In[1]; to lift that, restart the kernel" in session.refusal(f"%limits {arguments}")
    session.run("%limits output=1000 asleep=0.5")
    now = session.limits.now
    assert (now.memory, now.output, now.asleep) == (64 << 20, 1000, 0.5)
    assert session.limits.tightened == {"memory": "In[1]", "output": "In[1]", "asleep": "In[6]"}
    session.run("%reset -f")
    assert session.limits.now == now
