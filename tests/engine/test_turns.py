"""Interrupts find their cell, whatever it is doing, and nothing else."""

from __future__ import annotations

import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from concurrent.futures import Future

import pytest

from monty_kernel.engine.interrupts import GRACE, Turns


@pytest.fixture
def worker() -> Iterator[subprocess.Popen[bytes]]:
    """A process that may be killed."""
    process = subprocess.Popen(["sleep", "60"])
    yield process
    process.kill()
    process.wait()


def later(seconds: float, call: object) -> None:
    timer = threading.Timer(seconds, call)  # type: ignore[arg-type]
    timer.daemon = True
    timer.start()


def test_without_a_cell_there_is_nothing_to_interrupt() -> None:
    turns = Turns()
    assert not turns.interrupt()
    turns.expect()
    turns.over()
    assert not turns.interrupt()


def test_an_interrupt_before_the_first_feed_stops_the_cell_there(worker: subprocess.Popen[bytes]) -> None:
    turns = Turns()
    turns.expect()
    assert turns.interrupt()
    turns.begin(worker.pid, of_cell=False)  # a question of the kernel's own
    turns.end()
    turns.expect()
    with pytest.raises(KeyboardInterrupt):
        turns.begin(worker.pid)
    turns.begin(worker.pid)
    assert not turns.end()


def test_an_interrupt_between_two_feeds_stops_the_cell_before_the_second(worker: subprocess.Popen[bytes]) -> None:
    turns = Turns()
    turns.expect()
    turns.begin(worker.pid)
    turns.end()
    turns.interrupt()
    with pytest.raises(KeyboardInterrupt):
        turns.begin(worker.pid)


def test_what_one_cell_missed_does_not_reach_the_next(worker: subprocess.Popen[bytes]) -> None:
    turns = Turns()
    turns.expect()
    turns.interrupt()
    turns.over()
    turns.expect()
    turns.begin(worker.pid)
    time.sleep(GRACE * 2)
    assert not turns.end()
    assert worker.poll() is None


def test_a_feed_that_ends_in_time_is_not_killed_and_neither_is_the_next(worker: subprocess.Popen[bytes]) -> None:
    turns = Turns()
    turns.expect()
    turns.begin(worker.pid)
    turns.interrupt()
    assert not turns.end()
    turns.over()
    turns.expect()
    turns.begin(worker.pid)
    time.sleep(GRACE * 2)
    assert worker.poll() is None


def test_a_computing_cell_is_killed_however_often_it_is_interrupted(worker: subprocess.Popen[bytes]) -> None:
    turns = Turns()
    turns.expect()
    turns.begin(worker.pid)
    deadline = time.monotonic() + GRACE * 4
    while time.monotonic() < deadline:
        turns.interrupt()
        time.sleep(GRACE / 5)
    assert worker.wait(1) == -signal.SIGKILL
    assert turns.end()


def test_each_interrupt_has_its_own_grace(worker: subprocess.Popen[bytes]) -> None:
    turns = Turns()
    turns.expect()
    turns.begin(worker.pid)
    turns.interrupt()
    assert turns.take_interrupt()  # the cell called the host, caught it, and computes on
    time.sleep(GRACE * 0.8)
    turns.interrupt()
    time.sleep(GRACE * 0.6)
    assert worker.poll() is None, "the first interrupt's time is up, the second's is not"
    assert worker.wait(1) == -signal.SIGKILL


def test_an_interrupt_that_meets_the_end_of_a_wait_is_not_lost(worker: subprocess.Popen[bytes]) -> None:
    turns = Turns()
    for _ in range(200):
        turns.expect()
        turns.begin(worker.pid)
        deadline = time.monotonic() + 0.002
        later(0.002, turns.interrupt)
        try:
            turns.wait_until(deadline)
            while not turns.take_interrupt():  # what a host call finds
                time.sleep(0.0001)
        except KeyboardInterrupt:
            pass
        assert not turns.end()
        turns.over()
    assert worker.poll() is None


def test_a_question_between_two_feeds_is_interrupted() -> None:
    turns = Turns()
    turns.expect()
    answer: Future[str] = Future()
    later(0.02, turns.interrupt)
    with pytest.raises(KeyboardInterrupt):
        turns.wait_for(answer)
    assert answer.cancelled()


def caught(turns: Turns) -> None:
    """A cell that waits is interrupted, and catches it."""
    later(0.01, turns.interrupt)
    with pytest.raises(KeyboardInterrupt):
        turns.wait_until(time.monotonic() + 60)


def test_the_third_interrupt_that_a_cell_waits_through_kills_it(worker: subprocess.Popen[bytes]) -> None:
    turns = Turns()
    turns.expect()
    turns.begin(worker.pid)
    for _ in range(2):
        caught(turns)
    assert worker.poll() is None
    caught(turns)
    assert worker.wait(5) == -signal.SIGKILL
    assert turns.end() and turns.why == "insisted"


def test_interrupts_apart_and_those_of_another_cell_do_not_count(
    worker: subprocess.Popen[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("monty_kernel.engine.interrupts.INSISTENT_SECONDS", 0.2)
    turns = Turns()
    for _ in range(2):
        turns.expect()
        turns.begin(worker.pid)
        for _ in range(3):
            caught(turns)
            time.sleep(0.11)
        turns.end()
        turns.over()
    monkeypatch.undo()
    for _ in range(3):
        turns.expect()
        turns.begin(worker.pid)
        for _ in range(2):
            caught(turns)
        turns.end()
        turns.over()
    assert worker.poll() is None
