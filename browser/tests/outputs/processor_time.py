"""How long a page's code has computed, as the system counts it: a machine that does something else does not lengthen it."""

from __future__ import annotations

import threading
import time
from bisect import bisect_right
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Page

_WORK = "() => { let sum = 0; for (let round = 0; round < 2e8; round++) sum += round % 7; return sum; }"
_APART = 0.01
"""Seconds between two looks."""


class PageThread:
    """The thread on which a page's code runs."""

    def __init__(self, page: Page) -> None:
        browser = page.context.browser
        assert browser is not None
        processes = browser.new_browser_cdp_session().send("SystemInfo.getProcessInfo")["processInfo"]
        renderers = [_thread(each["id"]) for each in processes if each["type"] == "renderer"]
        before = [_milliseconds(each) for each in renderers]
        page.evaluate(_WORK)
        computed = [_milliseconds(each) - was for each, was in zip(renderers, before, strict=True)]
        self._thread = renderers[computed.index(max(computed))]

    def milliseconds(self) -> float:
        """For how long it has computed so far."""
        return _milliseconds(self._thread)

    @contextmanager
    def watched(self) -> Iterator[Looks]:
        """While it is entered, another thread looks at how long it has computed."""
        looks = Looks()
        over = threading.Event()

        def look() -> None:
            while not over.wait(_APART):
                looks.add(time.time() * 1000, self.milliseconds())

        looks.add(time.time() * 1000, self.milliseconds())
        looking = threading.Thread(target=look)
        looking.start()
        try:
            yield looks
        finally:
            over.set()
            looking.join()
            looks.add(time.time() * 1000, self.milliseconds())


class Looks:
    """How long a thread had computed at some times; both in milliseconds."""

    def __init__(self) -> None:
        self._times: list[float] = []
        self._computed: list[float] = []

    def add(self, moment: float, computed: float) -> None:
        self._times.append(moment)
        self._computed.append(computed)

    def between(self, begin: float, end: float) -> float:
        """The most that it computed from the one time to the other."""
        first = max(bisect_right(self._times, begin) - 1, 0)
        last = min(bisect_right(self._times, end), len(self._times) - 1)
        return self._computed[last] - self._computed[first]


def _thread(process: int) -> Path:
    return Path(f"/proc/{process}/task/{process}/schedstat")


def _milliseconds(thread: Path) -> float:
    return int(thread.read_text().split()[0]) / 1e6
