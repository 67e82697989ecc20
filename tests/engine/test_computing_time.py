"""A cell may compute for so long in all, whatever divides it. Each step below takes at least a tenth of a second of computing."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import Future

import pytest

from monty_kernel.engine.budget import Budget, ComputingTime
from monty_kernel.engine.engine import Engine, Outcome
from monty_kernel.engine.errors.failures import RESTORED
from monty_kernel.engine.limits import Limits, SessionLimits
from monty_kernel.engine.sandbox import FeedError, Sandbox, WorkerLost
from monty_kernel.engine.source import CellSource
from monty_kernel.engine.source.cell import CellOptions, parse
from monty_kernel.engine.workers import Workers
from monty_kernel.outputs import Stream
from tests.support.engine_session import Session

STEP = (
    "import time, asyncio\ndef step(n=1):\n    for i in range(n):\n        end = time.monotonic() + 0.1\n"
    "        while time.monotonic() < end: pass\n        print('.')"
)
CUT = "\n%snapshot here\n"


class Timed(Session):
    """Whose cells may compute for 0.5 s, and whose actions do nothing but divide them."""

    answers = "yes"
    slow = 0.0

    def __init__(self) -> None:
        super().__init__()
        self.engine.close()
        self.engine = Engine(Limits(seconds=0.5))
        self.limits = self.engine.limits
        self.engine.start()
        self.keep(STEP)

    def cell(self, text: str, expressions: Mapping[str, str] | None = None) -> Outcome:
        self._ran.printed = ""
        self.count += 1
        cell = parse(CellSource(f"In[{self.count}]", text), lambda: self.magics, CellOptions(self.count))
        return self.engine.run(cell, self, number=self.count, expressions=expressions)

    def keep(self, text: str) -> None:
        """Run a cell that succeeds, and remember the session."""
        assert self.cell(text).failure is None
        self.engine.save()

    def ends(self, outcome: Outcome, limit: str = "max_cell_seconds = 0.5 s") -> int:
        """The cell was ended by its limit, and undone: how many steps it had come to the end of."""
        assert outcome.failure is not None
        failure = outcome.failure
        assert (failure.kind, failure.ename, failure.note) == ("time", "TimeoutError", RESTORED)
        assert failure.evalue == f"the cell computed for longer than {limit}"
        return self._ran.printed.count(".")

    def value(self, expression: str) -> str:
        result = self.cell(expression).result
        assert result is not None
        return str(result.data["text/plain"])

    def emit(self, output: object) -> None:
        if isinstance(output, Stream):
            time.sleep(self.slow)
            self._ran.printed += output.text

    def ask(self, prompt: str, *, password: bool) -> Future[str]:
        answer: Future[str] = Future()
        threading.Timer(0.3, answer.set_result, (self.answers,)).start()
        return answer


@pytest.fixture(scope="module")
def shared() -> Iterator[Timed]:
    made = Timed()
    yield made
    made.engine.close()


@pytest.fixture
def timed(shared: Timed) -> Iterator[Timed]:
    shared.keep("kept = 'kept'")
    shared.slow = 0.0
    yield shared
    assert shared.value("kept") == "'kept'"


def test_the_parts_of_a_cell_are_added_up(timed: Timed) -> None:
    outcome = timed.cell(CUT.join(f"kept = {n}\nstep(2)" for n in range(5)))
    assert timed.ends(outcome) <= 5
    assert timed.value("kept") == "'kept'"
    timed.keep("step(2)" + CUT + "step(1)")  # each cell has its own


@pytest.mark.parametrize(
    "last",
    [
        "while True: step()",
        "while True:\n    try: step(); help(len)\n    except BaseException: pass",
        "while True:\n    try: step(); time.sleep(0.001)\n    except BaseException: pass",
        "async def f():\n    while True:\n        step()\n        await asyncio.sleep(0.01)\nawait asyncio.gather(f(), f())",
    ],
)
def test_a_later_part_ends_when_the_cell_has_used_up_its_time(timed: Timed, last: str) -> None:
    outcome = timed.cell(f"kept = 0\nstep(3)\n{CUT}{last}")
    assert timed.ends(outcome) <= 5


def test_what_is_not_computing_does_not_count(timed: Timed) -> None:
    waits = ["time.sleep(0.3)", "await asyncio.gather(asyncio.sleep(0.2), asyncio.sleep(0.3))", "said = input()"]
    timed.keep(CUT.join(["step()", *waits, *waits, "step()"]))
    timed.slow = 0.3
    timed.keep(CUT.join(["print(1)"] * 4))
    assert timed.value("said") == "'yes'"


def test_a_wait_in_the_middle_of_a_part_does_not_count_and_what_comes_after_it_does(timed: Timed) -> None:
    outcome = timed.cell(f"kept = 0\nstep(2)\n{CUT}time.sleep(0.8)\nstep()\ntime.sleep(0.8)\nwhile True: step()")
    assert 3 <= timed.ends(outcome) <= 5


def test_user_expressions_are_part_of_their_cell(timed: Timed) -> None:
    outcome = timed.cell("kept = 0\nstep(2)", {"a": "step(2)", "b": "step(2)"})
    assert timed.ends(outcome) <= 5
    found = timed.cell("step()", {"a": "step()", "b": "6 * 7"})
    assert found.failure is None and found.expressions["b"].data["text/plain"] == "42"  # type: ignore[union-attr]


def test_an_interrupt_in_a_later_part_is_one(timed: Timed) -> None:
    timer = threading.Timer(0.2, timed.engine.interrupts.interrupt)
    timer.start()
    outcome = timed.cell(f"kept = 0{CUT}while True: time.sleep(0.01)")
    assert outcome.failure is not None and outcome.failure.ename == "KeyboardInterrupt"
    assert outcome.failure.kind == "raised"
    timed.keep("kept = 'kept'")


def test_cells_of_many_parts_run_again_and_limits_are_tightened_for_the_next_cell() -> None:
    timed = Timed()
    try:
        parts = ["x = 1\nstep()", "x += 1\nstep()", "%limits seconds=0.1", "x += 1\nstep()"]
        assert timed.cell(CUT.join(parts)).failure is None
        timed.engine.save(dump=False)
        assert timed.ends(timed.cell(f"x = 0{CUT}step()"), "%limits seconds = 0.1 s") == 0
        assert timed.value("x") == "3"
        timed.engine.save(dump=False)
        snapshot = timed.engine.snapshot
        assert snapshot is not None
        timed.engine.load(snapshot)
        assert timed.value("x") == "3"
    finally:
        timed.engine.close()


def test_a_limit_that_was_tightened_in_the_cell_is_not_the_one_that_ended_it() -> None:
    timed = Timed()
    try:
        assert timed.ends(timed.cell(f"%limits seconds=0.2{CUT}while True: step()")) >= 2
        assert timed.ends(timed.cell("while True: step()"), "%limits seconds = 0.2 s") <= 2
    finally:
        timed.engine.close()


def test_a_part_does_not_start_when_the_time_is_used_up(timed: Timed) -> None:
    workers, limits = Workers(warm=0), SessionLimits(Limits(seconds=0.1))
    sandbox = Sandbox(limits, workers)
    try:
        sandbox.start()
        spent, fresh = Budget(limits), Budget(limits)
        assert spent.computing is not None
        assert sandbox.feed("x = 1\nx", timed, budget=spent) == 1
        spent.computing.compute(lambda: time.sleep(0.1))
        with pytest.raises(WorkerLost, match=r"max_cell_seconds = 0\.1 s") as lost:
            sandbox.feed("x = 2", timed, budget=spent)
        assert lost.value.cause == "time"
        assert sandbox.feed("x", timed, budget=fresh) == 1
        with pytest.raises(FeedError):
            sandbox.feed("1 / 0", timed, budget=fresh)
    finally:
        sandbox.release()
        workers.close()


def watches() -> int:
    return sum(thread.name == "computing time" for thread in threading.enumerate())


def test_a_watch_ends_with_its_feed() -> None:
    called: list[bool] = []
    computing = ComputingTime(0.5)
    computing.compute(lambda: time.sleep(0.05))
    with computing.watched(lambda: called.append(True)):
        assert watches() == 1
        time.sleep(0.6)
        computing.compute(lambda: computing.beside(time.sleep)(0.6))
    assert not watches() and not called
    assert 0.05 <= computing.used < 0.5 and not computing.is_used_up
    with computing.watched(lambda: called.append(True)):
        time.sleep(0.5)
        assert not called
        computing.compute(lambda: time.sleep(0.6))
    assert called == [True] and computing.is_used_up
