"""The process that feeds one entry at a time and says what it took; it can be killed, and must be when a regular expression hangs.

One JSON object a line comes in: `{"entry": ..., "shape": [...], "size": ...}`; one list goes out: `Cost`'s fields, and the seconds that
all of it took.
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
import json
import os
import sys
import threading
import time
from pathlib import Path
from typing import NamedTuple

from .entry import Entry
from .shapes import Shape

_TICK = 0.005
_trim = ctypes.CDLL(None).malloc_trim
_STATUS = Path("/proc/self/status")
_RESET_PEAK = "5"  # proc_pid_clear_refs(5): VmHWM begins anew at what is resident


class Cost(NamedTuple):
    """What one text took: seconds of the processor in all threads, the longest that no other thread could run, bytes at the peak."""

    seconds: float
    held: float
    memory: int


class Watch(threading.Thread):
    """Notes how long the feeding thread computes between two chances for others to run: the kernel's loop would be one of these."""

    def __init__(self) -> None:
        super().__init__(daemon=True, name="watch")
        self._clock = time.pthread_getcpuclockid(threading.main_thread().ident or 0)
        self._last = self.computed()
        self.longest = 0.0

    def computed(self) -> float:
        return time.clock_gettime(self._clock)

    def begin(self) -> None:
        self._last, self.longest = self.computed(), 0.0

    def note(self) -> None:
        now = self.computed()
        self.longest = max(self.longest, now - self._last)
        self._last = now

    def run(self) -> None:
        while True:
            time.sleep(_TICK)
            self.note()


def _resident(name: str) -> int:
    for line in _STATUS.read_text().splitlines():
        if line.startswith(name):
            return int(line.split()[1]) * 1024
    raise RuntimeError(f"{_STATUS} says nothing of {name}")


def _measure(entry: Entry, text: str, watch: Watch) -> Cost:
    gc.collect()
    _trim(0)
    Path("/proc/self/clear_refs").write_text(_RESET_PEAK)
    before = _resident("VmRSS")
    watch.begin()
    begun = time.process_time()
    result = entry.feed(text)
    seconds = time.process_time() - begun
    watch.note()
    peak = _resident("VmHWM")
    del result
    return Cost(seconds, watch.longest, max(0, peak - before))


def main() -> None:
    """Serve requests until standard input ends."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # what an entry prints is no answer
    from .registry import find

    watch = Watch()
    watch.start()
    gc.collect()
    gc.freeze()  # the modules are not looked through again before each text
    before = time.process_time()
    for line in sys.stdin:
        asked = json.loads(line)
        entry, shape = find(asked["entry"]), Shape(*asked["shape"])
        cost = _measure(entry, shape.text(asked["size"]), watch)
        spent, before = time.process_time() - before, time.process_time()
        with contextlib.suppress(BrokenPipeError):
            print(json.dumps([*cost, spent]), file=answers, flush=True)


if __name__ == "__main__":
    main()
