"""The parts of a session are made when they are first asked for, and once."""

from __future__ import annotations

import logging
import threading
from concurrent.futures import ThreadPoolExecutor

from monty_kernel.engine.workers import Workers
from monty_kernel.session.services import SessionServices, made_once
from monty_kernel.settings import HEADLESS
from monty_kernel.typecheck.checker import Checker


class Services(SessionServices):
    """A session that nobody starts."""

    def __init__(self) -> None:
        super().__init__(HEADLESS, logging.getLogger("services"))
        self.makers = 0

    def make_workers(self) -> Workers:
        raise AssertionError("no worker is needed")

    def make_checker(self) -> Checker:
        raise AssertionError("no cell is checked")

    @made_once
    def part(self) -> object:
        """It takes long enough for others to ask meanwhile."""
        self.makers += 1
        threading.Event().wait(0.05)
        return object()


def test_threads_that_ask_at_once_get_the_same_part() -> None:
    services, start = Services(), threading.Barrier(8)

    def ask(_: int) -> object:
        start.wait(60)
        return services.part

    with ThreadPoolExecutor(8) as threads:
        parts = list(threads.map(ask, range(8)))
    assert services.makers == 1
    assert all(part is services.part for part in parts)


def test_a_part_is_made_when_it_is_asked_for() -> None:
    services = Services()
    assert not services.has("magics") and not services.has("part")
    assert services.magics is services.magics
    assert services.has("magics") and not services.has("part")


def test_counts_only_grow() -> None:
    services = Services()
    services.count_from(7)
    services.count_from(3)
    assert services.count == 7
