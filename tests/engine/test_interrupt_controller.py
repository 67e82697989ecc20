"""Interrupts find their cell, whatever it is doing, and nothing else."""

from __future__ import annotations

import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from concurrent.futures import Future

import pytest

from monty_kernel.engine.interrupts import GRACE, InterruptController
from tests.support.waiting import HANGING


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
    interrupts = InterruptController()
    assert not interrupts.interrupt()
    interrupts.expect()
    interrupts.over()
    assert not interrupts.interrupt()


def test_an_interrupt_before_the_first_feed_stops_the_cell_there(worker: subprocess.Popen[bytes]) -> None:
    interrupts = InterruptController()
    interrupts.expect()
    assert interrupts.interrupt()
    interrupts.start_feed(worker.pid, of_cell=False)  # a question of the kernel's own
    interrupts.end_feed()
    interrupts.expect()
    with pytest.raises(KeyboardInterrupt):
        interrupts.start_feed(worker.pid)
    interrupts.start_feed(worker.pid)
    assert not interrupts.end_feed()


def test_an_interrupt_between_two_feeds_stops_the_cell_before_the_second(worker: subprocess.Popen[bytes]) -> None:
    interrupts = InterruptController()
    interrupts.expect()
    interrupts.start_feed(worker.pid)
    interrupts.end_feed()
    interrupts.interrupt()
    with pytest.raises(KeyboardInterrupt):
        interrupts.start_feed(worker.pid)


def test_what_one_cell_missed_does_not_reach_the_next(worker: subprocess.Popen[bytes]) -> None:
    interrupts = InterruptController()
    interrupts.expect()
    interrupts.interrupt()
    interrupts.over()
    interrupts.expect()
    interrupts.start_feed(worker.pid)
    time.sleep(GRACE * 2)
    assert not interrupts.end_feed()
    assert worker.poll() is None


def test_a_feed_that_ends_in_time_is_not_killed_and_neither_is_the_next(worker: subprocess.Popen[bytes]) -> None:
    interrupts = InterruptController()
    interrupts.expect()
    interrupts.start_feed(worker.pid)
    interrupts.interrupt()
    assert not interrupts.end_feed()
    interrupts.over()
    interrupts.expect()
    interrupts.start_feed(worker.pid)
    time.sleep(GRACE * 2)
    assert worker.poll() is None


def test_a_computing_cell_is_killed_however_often_it_is_interrupted(worker: subprocess.Popen[bytes]) -> None:
    interrupts = InterruptController()
    interrupts.expect()
    interrupts.start_feed(worker.pid)
    deadline = time.monotonic() + GRACE * 4
    while time.monotonic() < deadline:
        interrupts.interrupt()
        time.sleep(GRACE / 5)
    assert worker.wait(HANGING) == -signal.SIGKILL
    assert interrupts.end_feed()


def test_each_interrupt_has_its_own_grace(worker: subprocess.Popen[bytes]) -> None:
    interrupts = InterruptController()
    interrupts.expect()
    interrupts.start_feed(worker.pid)
    interrupts.interrupt()
    assert interrupts.take_interrupt()  # the cell called the host, caught it, and computes on
    time.sleep(GRACE * 0.8)
    interrupts.interrupt()
    time.sleep(GRACE * 0.6)
    assert worker.poll() is None, "the first interrupt's time is up, the second's is not"
    assert worker.wait(HANGING) == -signal.SIGKILL


def test_an_interrupt_that_meets_the_end_of_a_wait_is_not_lost(worker: subprocess.Popen[bytes]) -> None:
    interrupts = InterruptController()
    for _ in range(200):
        interrupts.expect()
        interrupts.start_feed(worker.pid)
        deadline = time.monotonic() + 0.002
        later(0.002, interrupts.interrupt)
        try:
            interrupts.wait_until(deadline)
            while not interrupts.take_interrupt():  # what a host call finds
                time.sleep(0.0001)
        except KeyboardInterrupt:
            pass
        assert not interrupts.end_feed()
        interrupts.over()
    assert worker.poll() is None


def test_a_question_between_two_feeds_is_interrupted() -> None:
    interrupts = InterruptController()
    interrupts.expect()
    answer: Future[str] = Future()
    later(0.02, interrupts.interrupt)
    with pytest.raises(KeyboardInterrupt):
        interrupts.wait_for(answer)
    assert answer.cancelled()


def caught(interrupts: InterruptController) -> None:
    """A cell that waits is interrupted, and catches it."""
    later(0.01, interrupts.interrupt)
    with pytest.raises(KeyboardInterrupt):
        interrupts.wait_until(time.monotonic() + 60)


def test_the_third_interrupt_that_a_cell_waits_through_kills_it(worker: subprocess.Popen[bytes]) -> None:
    interrupts = InterruptController()
    interrupts.expect()
    interrupts.start_feed(worker.pid)
    for _ in range(2):
        caught(interrupts)
    assert worker.poll() is None
    caught(interrupts)
    assert worker.wait(HANGING) == -signal.SIGKILL
    assert interrupts.end_feed() and interrupts.why == "insisted"


def test_interrupts_apart_and_those_of_another_cell_do_not_count(
    worker: subprocess.Popen[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("monty_kernel.engine.interrupts.INSISTENT_SECONDS", 0.2)
    interrupts = InterruptController()
    for _ in range(2):
        interrupts.expect()
        interrupts.start_feed(worker.pid)
        for _ in range(3):
            caught(interrupts)
            time.sleep(0.11)
        interrupts.end_feed()
        interrupts.over()
    monkeypatch.undo()
    for _ in range(3):
        interrupts.expect()
        interrupts.start_feed(worker.pid)
        for _ in range(2):
            caught(interrupts)
        interrupts.end_feed()
        interrupts.over()
    assert worker.poll() is None
