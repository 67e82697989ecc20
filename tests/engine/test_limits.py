"""The limits that a session carries with it: in its dumps, and when its cells are run again."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from typing import Any

import pytest

from monty_kernel.engine.budget import OVERHEAD, Budget
from monty_kernel.engine.engine import Engine
from monty_kernel.engine.limits import KINDS, Limits, SessionLimits, read_size, show_size, with_limits
from monty_kernel.engine.source import CellSource
from monty_kernel.engine.source.cell import CellOptions, parse
from monty_kernel.engine.workers import Workers
from monty_kernel.outputs import ClearOutput, Display, Stream
from tests.support.engine_session import Session

SOME = [
    Limits(),
    Limits(None),
    Limits(1 << 33, 0.1),
    Limits(5_000_000, 12.25, 50),
    Limits(1 << 40, 3600, 70_000),
    Limits(20_000_000, 255.7, 256),
    Limits(65_536_000, 1 / 3, 255),
]


@pytest.fixture(scope="module")
def workers() -> Iterator[Workers]:
    made = Workers(most=2)
    yield made
    made.close()


@pytest.fixture
def session() -> Iterator[Session]:
    made = Session()
    yield made
    made.engine.close()


def dumped(workers: Workers, limits: Limits, source: str = "") -> bytes:
    session, pid = workers.take(limits)
    if source:
        session.feed_run(source)
    state = session.dump()
    workers.give_back(session, pid)
    return state


def carried(state: bytes | None) -> bytes:
    assert state is not None
    return state.rpartition(b"gtracker")[2].partition(b"total_execution_time")[0]


def test_a_dump_carries_the_limits_that_it_is_given(workers: Workers) -> None:
    states = [dumped(workers, limits) for limits in SOME]
    for state in states:
        for limits, other in zip(SOME, states, strict=True):
            assert carried(with_limits(state, limits)) == carried(other)
        assert with_limits(state, SOME[states.index(state)]) is state


def test_what_cells_hold_is_taken_for_no_limits(workers: Workers) -> None:
    forged = dumped(workers, Limits(1 << 30)).split(b"gtracker", 1)[1][:400]
    text = "gtracker" + forged.decode("latin-1")
    source = f"text = {text!r}\ndata = {b'gtracker' + forged!r}\ndef gtracker(): return 'flimits'\n{{'tracker': {{'limits': 1}}}}"
    state = with_limits(dumped(workers, Limits(50_000_000), source), Limits(30_000_000))
    assert state is not None
    session, pid = workers.take(Limits(1 << 30))
    session.load_session(state)
    assert session.feed_run("text, data") == (text, b"gtracker" + forged)
    assert with_limits(session.dump(), Limits(30_000_000)) is not None
    with pytest.raises(Exception, match=r"memory limit exceeded: \d+ bytes > 30000000 bytes"):
        session.feed_run("[0] * 10_000_000")
    workers.give_back(session, pid)


@pytest.mark.parametrize("broken", [b"", b"MONTY", b"gtracker\xa4flimits\xa7", b"gtracker\xa4flimits\xa7\x7f\xfft" * 9])
def test_a_dump_of_another_form_is_left_alone(workers: Workers, broken: bytes) -> None:
    assert with_limits(broken, Limits()) is None
    state = dumped(workers, Limits())
    for name in (b"jmax_memory", b"kgc_interval", b"flimits"):
        assert with_limits(state.replace(name, name[:-1] + b"Z"), Limits(1)) is None


def test_a_dump_is_never_loaded_more_loosely_than_the_session_allows(workers: Workers) -> None:
    # Monty's own doing, which the limits of a dump of another form rely on
    state = dumped(workers, Limits(1 << 30, recursion=500))
    session, pid = workers.take(Limits(20_000_000, recursion=60))
    session.load_session(state)
    with pytest.raises(Exception, match="memory limit"):
        session.feed_run("len([0] * 10_000_000)")
    workers.give_back(session, pid)


def test_a_state_is_loaded_under_the_limits_of_now() -> None:
    small, large = Engine(Limits(30_000_000)), Engine(Limits(300_000_000))
    try:
        small.start()
        large.start()
        assert small.snapshot is not None
        large.load(small.snapshot)
        assert large.session.evaluate("len([0] * 5_000_000)", {}) == 5_000_000
        assert large.snapshot is not None
        large.take_snapshot()
        small.load(large.snapshot)
        assert small.session.evaluate("len([0] * 5_000_000)", {}) is None
    finally:
        small.close()
        large.close()


def kill_worker(session: Session) -> None:
    pid = session.engine._sandbox._pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    while session.engine._sandbox.is_alive():
        time.sleep(0.001)


def test_a_cell_that_was_refused_something_runs_again_as_it_ran(session: Session) -> None:
    session.run("%limits host_calls=3 asleep=0.05")
    session.engine.save()
    failure = session.run("n = 0\nfor i in range(9):\n    n += 1\n    help(len)").failure
    assert failure is not None and (failure.kind, failure.ename) == ("limit", "HostCallLimitExceeded")
    session.engine.save(dump=False)
    caught = session.run(
        "import asyncio, time\nsaid = []\nfor f in (lambda: time.sleep(0.1), lambda: help(len)):\n    for i in range(4):\n"
        "        try:\n            f()\n        except Exception as error:\n            said.append(str(error)[:20])\nn += 10\n"
        "try:\n    await asyncio.gather(asyncio.sleep(0.03), asyncio.sleep(0.06))\nexcept Exception as e:\n    said.append(type(e))"
    )
    assert caught.failure is None
    session.engine.save(dump=False)
    assert session.engine.snapshot is not None and len(session.engine.snapshot.reruns) == 2
    said = session.run("n, said").result
    assert said is not None and said.count("the cell would sleep") == 4 and said.count("the cell would call") == 1
    kill_worker(session)
    assert session.engine.recover() is not None
    assert session.run("n, said").result == said


def test_cells_that_ran_before_the_limits_were_tightened_run_again(session: Session) -> None:
    session.engine.save()
    session.run("x = sum([i for i in range(1_000_000)])\nhelp(len)\ny = [0] * 5_000_000\ny = len(y)")
    session.engine.save(dump=False)
    snapshot = session.engine.snapshot
    assert snapshot is not None and snapshot.reruns
    session.run("%limits memory=20MiB host_calls=0 seconds=0.1")
    session.engine.save(dump=False)
    session.engine.load(snapshot)
    assert session.run("x, y").result == "(499999500000, 5000000)"
    failure = session.run("y = [0] * 5_000_000").failure
    assert failure is not None and failure.ename == "MemoryError" and "%limits memory = 20 MiB" in failure.evalue


def test_a_lost_worker_comes_back_with_the_limits_of_now(session: Session) -> None:
    session.run("%limits memory=20MiB")
    session.engine.save()
    for _ in range(2):
        kill_worker(session)
        failure = session.run("y = [0] * 5_000_000").failure
        assert failure is not None and failure.ename == "MemoryError"
        session.engine.save()
    assert session.run("6 * 7").result == "42"


def test_what_was_tightened_in_a_cell_that_was_lost_holds(session: Session) -> None:
    session.run("z = 1")
    session.engine.save()
    assert session.run("%limits memory=20MiB\nx = [0]\nwhile True: x = x + x").failure is not None
    session.engine.save()
    failure = session.run("y = [0] * 5_000_000").failure
    assert failure is not None and failure.ename == "MemoryError"
    assert session.run("z").result == "1"


def test_a_session_that_is_larger_keeps_its_limit(session: Session) -> None:
    session.run("%limits memory=128MiB")
    session.engine.save()
    session.run("x = ['a%d' % i for i in range(200_000)]")
    session.engine.save()
    session.run("%limits memory=8MiB output=500")
    session.engine.save()
    assert session.engine.recover() == (
        "The session already takes more memory than the 8 MiB of %limits: the limit stays at 128 MiB."
    )
    assert session.run("len(x)").result == "200000"
    assert (session.limits.now.memory, session.limits.now.output) == (128 << 20, 500)
    assert session.limits.tightened == {"memory": "In[1]", "output": "In[3]"}


def test_the_last_of_two_limits_is_given_up_and_not_both(session: Session) -> None:
    session.run("x = ['a%d' % i for i in range(200_000)]")
    session.engine.save()
    session.run("%limits memory=200MiB\n%limits memory=128MiB\n%limits memory=16MiB\n%limits memory=8MiB")
    session.engine.save()
    assert "the 8 MiB of %limits: the limit stays at 128 MiB." in str(session.engine.recover())
    assert (session.limits.now.memory, session.limits.tightened) == (128 << 20, {"memory": "In[2]"})
    failure = session.run("y = [0] * 20_000_000").failure
    assert failure is not None and failure.ename == "MemoryError" and "%limits memory = 128 MiB" in failure.evalue


@pytest.mark.slow
def test_what_could_be_saved_can_be_loaded_and_takes_no_more_afterwards(session: Session) -> None:
    session.engine.close()
    session.engine = Engine(Limits(memory=120_000_000))
    session.run("x = ['a%d' % i for i in range(500_000)]")
    session.engine.save()
    saved = session.engine.snapshot
    assert saved is not None and not saved.reruns
    kill_worker(session)
    assert session.run("len(x)").result == "500000"
    failure = session.run("y = [0] * 12_000_000").failure
    assert failure is not None and failure.ename == "MemoryError" and "max_memory" in failure.evalue


@pytest.mark.slow
def test_a_session_too_large_to_be_saved_says_that_it_is_not_tightened(session: Session) -> None:
    session.engine.close()
    session.engine = Engine(Limits(memory=120_000_000))
    session.limits = session.engine.limits
    session.run("x = ['a%d' % i for i in range(720_000)]")
    session.engine.save()
    assert str(session.engine.recover()).endswith("as it was after the last cell.")
    session.run("%limits seconds=0.5 recursion=100")
    session.engine.save()
    assert str(session.engine.recover()).endswith(" %limits does not hold for memory and recursion.")
    deep = "def f(n): return n and f(n - 1)\nf(200)"
    assert session.run(deep).failure is None
    session.engine.save()
    failure = session.run("while True: pass").failure  # the host keeps to this one
    assert failure is not None and "%limits seconds = 0.5 s" in failure.evalue
    session.run("x = 1")
    session.engine.save()
    session.engine.recover()
    failure = session.run(deep).failure
    assert failure is not None and "%limits recursion = 100" in str(failure.note)


def test_who_kills_workers_loosens_nothing(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    pool = session.engine._workers
    take = pool.take
    killed: list[int] = []

    def taken(*args: Any, **options: Any) -> Any:
        worker, pid = take(*args, **options)
        if len(killed) < 2:
            os.kill(pid, signal.SIGKILL)
            killed.append(pid)
        return worker, pid

    session.run("x = 5\n%limits memory=20MiB")
    monkeypatch.setattr(pool, "take", taken)
    session.engine.save()
    assert len(killed) == 2
    failure = session.run("y = [0] * 5_000_000").failure
    assert failure is not None and failure.ename == "MemoryError" and "%limits memory = 20 MiB" in failure.evalue
    session.engine.save()
    assert session.run("x").result == "5"


@pytest.mark.parametrize(
    "does", ["time.sleep(0.5)", "await asyncio.sleep(0.5)", "input()", "display(5)\n    help(len)"]
)
def test_what_a_notebook_made_of_the_prelude_neither_sleeps_nor_calls(session: Session, does: str) -> None:
    kind = "async def" if "await" in does else "def"
    session.run(f"import time, asyncio\n{kind} __mk_asked():\n    {does}\n    return 5\ndef __mk_fine(): return 5")
    awaited = "await " if "await" in does else ""
    assert session.engine.session.evaluate("__mk_fine()", {}) == 5
    assert session.engine.session.evaluate(f"{awaited}__mk_asked()", {}) is None
    again = f"while True:\n        try: {awaited}__mk_once()\n        except BaseException: pass"
    session.run(f"__mk_once = __mk_asked\n{kind} __mk_asked():\n    {again}")
    session.engine.save()
    assert session.engine.session.evaluate(f"{awaited}__mk_asked()", {}) is None
    assert session.run("__mk_fine()").result == "5"


def test_what_counts_as_output() -> None:
    limits = SessionLimits(Limits(output=1000))
    for output, size in (
        (Stream("stdout", "a" * 100), 100),
        (Stream("stderr", "é" * 50), 100),
        (Display({"text/plain": "a"}), OVERHEAD + 11),
        (Display({"application/json": {"a": [1]}}), OVERHEAD + 26),
        (Display({"a" * 100: ""}), OVERHEAD + 100),
        (Display({}, {"a" * 94: 1}), OVERHEAD + 101),
        (Display({}, {}, "a" * 100), OVERHEAD + 100),
        (ClearOutput(), OVERHEAD),
    ):
        budget = Budget(limits)
        for _ in range(1000 // size):
            assert budget.admit(output) is output and budget.over is None
        budget.admit(output)
        assert budget.over is not None or 1000 % size == 0
    budget = Budget(limits)
    cut = budget.admit(Stream("stdout", "é" * 501))
    assert cut == Stream("stdout", "é" * 500) and budget.over is not None
    assert Budget(SessionLimits(Limits(output=3))).admit(Stream("stdout", "éé")) == Stream("stdout", "é")
    assert Budget().admit(Stream("stdout", "a" * 100_000_000)) is not None


@pytest.mark.parametrize(
    ("word", "size", "shown"),
    [("64MiB", 1 << 26, "64 MiB"), ("2gi", 2 << 30, "2 GiB"), ("500M", 500_000_000, "500,000,000 bytes"), ("0", 0, "0 bytes"), ("1536", 1536, "1,536 bytes"), ("1KiB", 1024, "1 KiB")],
)  # fmt: skip
def test_sizes(word: str, size: int, shown: str) -> None:
    assert read_size(word) == size and show_size(size) == shown
    assert KINDS["memory"].read(word) == size


def test_calls_that_nest_too_deep_are_told_what_limits_them(session: Session) -> None:
    failure = session.run("def f(n): return n and f(n - 1)\nf(2000)").failure
    assert failure is not None and failure.ename == "RecursionError" and failure.note is None
    session.run("%limits recursion=200")
    session.engine.save()
    assert session.run("f(150)").result == "0"
    failure = session.run("f(250)").failure
    assert failure is not None and failure.ename == "RecursionError"
    assert failure.note == "Calls nest no deeper here than %limits recursion = 200."


def test_a_cell_that_goes_back_keeps_to_its_limits(session: Session) -> None:
    session.run("%limits output=400 host_calls=2")
    session.engine.save()
    session.run("n = 1\nhelp(len)")
    session.engine.save(dump=False)
    snapshot = session.engine.snapshot
    assert snapshot is not None and snapshot.reruns
    for rest, name in (
        ("while True: print('y')", "OutputLimitExceeded"),
        ("while True: help(n)", "HostCallLimitExceeded"),
        ("help(n)\nn = 1 / 0", "ZeroDivisionError"),
    ):
        cell = parse(CellSource("In[3]", f"%undo\n{rest}"), lambda: session.magics, CellOptions(3))
        outcome = session.engine.run(cell, session, number=3, act=lambda _: session.engine.load(snapshot))
        assert outcome.failure is not None and outcome.failure.ename == name
        session.engine.recover()
    assert session.run("n").result == "1"
