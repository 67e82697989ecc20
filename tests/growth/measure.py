"""Asks the probing process what texts of a shape take, and judges whether that grows faster than they do.

Time is the processor's, of the probe alone, so that a busy machine changes little; a suspicion counts only when it holds over
three doublings, each by its best of several tries, and at twice the size as well.
"""

from __future__ import annotations

import json
import os
import select
import subprocess
import sys
import time
from dataclasses import dataclass
from types import TracebackType

from .entry import MEBI, Entry
from .probe import Cost
from .shapes import Shape

FIRST = 1 << 11  # characters of the first text
FIXED = 64  # characters of the text that shows what any text takes
TICKS = os.sysconf("SC_CLK_TCK")
HELD = 0.6
"""Seconds for which no other thread may be kept from running: an interrupt is to be answered within one."""
MEMORY = 64 * MEBI
"""How far the peak of the process may grow."""

_SUSPECT = 1.45  # exponent of growth over two doublings that is looked at again
_GUILTY = 1.4  # exponent over three doublings, of the best times; n log n has 1.1
_QUICK = 0.002  # seconds below which the next text is so much longer:
_STRIDE = 32
_WORTH = 0.04  # seconds below which growth is not judged: the clock and the caches would be
_MEMORY_WORTH = 12 * MEBI
_FLOOR = {"time": 1e-4, "memory": MEBI / 2}  # less than this is nothing
_PATIENCE = 120.0  # seconds of the wall's clock without an answer, however busy the machine


class Killed(Exception):
    """The probe computed longer than it may, and was killed."""


@dataclass(frozen=True)
class Finding:
    """A shape of text that costs too much. said: what was measured."""

    entry: str
    shape: Shape
    said: str

    def __str__(self) -> str:
        return f"{self.entry}: {self.said}\n    {self.shape!r}"


class Probe:
    """A probing process, started when it is asked and again after it was killed.

    seconds: of the processor that one text may take.
    """

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._process: subprocess.Popen[bytes] | None = None
        self._warm: set[str] = set()
        self.spent = 0.0

    def __enter__(self) -> Probe:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self._end()

    def cost(self, entry: Entry, shape: Shape, size: int, tries: int = 1) -> Cost:
        """What a text takes, by the best of some tries.

        Raises:
            Killed: more than it may.
        """
        if entry.name not in self._warm:
            for _ in range(2):
                self._ask(entry, Shape("x"), FIXED, 30.0)  # it imports, and fills caches
            self._warm.add(entry.name)
        costs = [self._ask(entry, shape, size, self.seconds) for _ in range(tries)]
        return Cost(*map(min, zip(*costs, strict=True)))

    def _ask(self, entry: Entry, shape: Shape, size: int, seconds: float) -> Cost:
        process = self._started()
        assert process.stdin is not None and process.stdout is not None
        request = {"entry": entry.name, "shape": list(shape), "size": size}
        process.stdin.write(json.dumps(request).encode() + b"\n")
        process.stdin.flush()
        begun, deadline = self._computed(process), time.monotonic() + _PATIENCE
        while not select.select([process.stdout], [], [], 0.1)[0]:
            if self._computed(process) - begun > seconds or time.monotonic() > deadline:
                self.spent += self._computed(process) - begun
                self._end()
                raise Killed
        line = process.stdout.readline()
        if not line:
            status = process.wait()
            self._end()
            raise AssertionError(f"{entry.name} ended the process ({status}) with {size:,} characters of {shape!r}")
        *cost, spent = json.loads(line)
        self.spent += spent
        return Cost(*cost)

    def _started(self) -> subprocess.Popen[bytes]:
        if self._process is None:
            command = [sys.executable, "-m", "tests.growth.probe"]
            self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
            self._warm.clear()
        return self._process

    @staticmethod
    def _computed(process: subprocess.Popen[bytes]) -> float:
        with open(f"/proc/{process.pid}/stat") as file:
            fields = file.read().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        process.wait()
        for stream in (process.stdin, process.stdout):
            if stream is not None:
                stream.close()


class Judge:
    """Doubles texts of one entry until they have `most` characters, or take a tenth of a second times `patience`."""

    def __init__(self, probe: Probe, entry: Entry, most: int, patience: float = 1.0) -> None:
        self._probe = probe
        self._entry = entry
        self._most = min(most, entry.limit)
        self._long = 0.1 * patience

    def finding(self, shape: Shape) -> Finding | None:
        """What is wrong with texts of this shape; None if nothing is."""
        size, last, step = min(FIRST, self._most), None, 1.0
        while True:
            try:
                cost = self._probe.cost(self._entry, shape, size)
            except Killed:
                return self._confirmed(shape, size, "time")
            if cost.held > HELD and self._holds(shape, size):
                return self._found(shape, f"no other thread could run for {cost.held:.1f} s, with {size:,} characters")
            if cost.memory > MEMORY:
                return self._found(shape, f"{cost.memory / MEBI:,.0f} MiB of memory for {size:,} characters")
            if last is not None:
                steep = cost.seconds > _WORTH and cost.seconds > max(last.seconds, 1e-4) * step**_SUSPECT
                hungry = cost.memory > _MEMORY_WORTH and cost.memory > last.memory * step**_SUSPECT
                if steep or hungry:
                    found = self._confirmed(shape, size, "time" if steep else "memory")
                    if found is not None:
                        return found
            if cost.seconds > self._long or size == self._most:
                return None
            longer = min(size * (_STRIDE if cost.seconds < _QUICK else 4), self._most)
            size, last, step = longer, cost, longer / size

    def _holds(self, shape: Shape, size: int) -> bool:
        try:
            return self._probe.cost(self._entry, shape, size, tries=3).held > HELD
        except Killed:
            return True

    def _confirmed(self, shape: Shape, size: int, what: str) -> Finding | None:
        """The finding, if growth over three doublings that end here, and over the next one, is too steep."""
        try:
            fixed = self._of(what, self._probe.cost(self._entry, shape, FIXED, tries=2))
        except Killed:
            return self._found(shape, f"{FIXED} characters take more than {self._probe.seconds:g} s")
        costs: list[float] = []
        sizes = [size // 8, size // 4, size // 2, size, *([2 * size] if 2 * size <= self._entry.limit else [])]
        for each in sizes:
            try:
                costs.append(
                    max(self._of(what, self._probe.cost(self._entry, shape, each, tries=3)) - fixed, _FLOOR[what])
                )
            except Killed:
                costs.append(float("inf"))
                break
        known = [cost for cost in costs if cost != float("inf")]
        said = ", ".join(f"{size:,}: {self._shown(what, cost)}" for size, cost in zip(sizes, costs, strict=False))
        if len(known) < len(costs):
            # it was killed: too steep, unless what came before says that it would have been done soon
            steep = not known or known[-1] < self._probe.seconds / 3 or self._is_steep(known)
        else:
            steep = self._is_steep(known[-4:]) and known[-1] > known[-2] * 2**_GUILTY
        return self._found(shape, f"{what} grows faster than the text: {said}") if steep else None

    @staticmethod
    def _is_steep(costs: list[float]) -> bool:
        return len(costs) > 1 and costs[-1] > costs[0] * 2 ** (_GUILTY * (len(costs) - 1))

    @staticmethod
    def _of(what: str, cost: Cost) -> float:
        return cost.seconds if what == "time" else float(cost.memory)

    @staticmethod
    def _shown(what: str, cost: float) -> str:
        if cost == float("inf"):
            return "killed"
        return f"{cost:.3f} s" if what == "time" else f"{cost / MEBI:.0f} MiB"

    def _found(self, shape: Shape, said: str) -> Finding:
        return Finding(self._entry.name, shape, said)
