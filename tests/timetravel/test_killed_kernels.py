"""A kernel is killed at random moments, over and over: whatever had ended is there when its session is resumed."""

from __future__ import annotations

import ast
import logging
import os
import random
import re
import signal
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from monty_kernel.store.locks import RunningSessions
from monty_kernel.store.signing import user_key
from monty_kernel.store.store import SnapshotStore
from tests.support.kernel_client import Answer, Kernel, worker_pids
from tests.support.marked_session import Marked, any_cell
from tests.support.waiting import HANGING

pytestmark = pytest.mark.slow

KILLS = int(os.environ.get("MONTY_KILLS", "60"))
"""`make soak` kills more."""


class Victim:
    """A kernel with a session in which every cell leaves its mark, and what must be in it."""

    def __init__(self, kernel: Kernel, chance: random.Random, sure: Marked) -> None:
        self.kernel = kernel
        self.chance = chance
        self.may_be = [sure]
        """What the session is after the last cell that ended, and after each that was sent since."""
        self.sent: list[str] = []
        """The ids of the latter."""
        self.codes: list[str] = []

    def send(self) -> None:
        """Send a few cells at once."""
        for _ in range(self.chance.randint(1, 4)):
            code, after = any_cell(self.may_be[-1], self.chance)
            self.codes.append(code)
            self.may_be.append(after)
            self.sent.append(self.kernel.client.execute(code, stop_on_error=False))

    def hear(self) -> None:
        """Wait until one of them has ended."""
        while self.sent:
            message = self.kernel.client.get_iopub_msg(timeout=HANGING)
            idle = message["msg_type"] == "status" and message["content"]["execution_state"] == "idle"
            if idle and message["parent_header"].get("msg_id") == self.sent[0]:
                del self.sent[0], self.may_be[0]
                return

    def lose_worker(self) -> None:
        """Kill the worker in the middle of a cell, when all others have ended."""
        while self.sent:
            self.hear()
        code = f"log.append({self.may_be[-1].made + 1})\nprint('on')\nwhile True: pass"
        self.codes.append(code)
        self.may_be.append(self.may_be[-1].over())
        self.sent.append(self.kernel.client.execute(code, stop_on_error=False))
        while self.kernel.client.get_iopub_msg(timeout=HANGING)["msg_type"] != "stream":
            pass
        for pid in worker_pids(self.kernel.pid):
            os.kill(pid, signal.SIGKILL)
        if self.chance.random() < 0.5:
            self.send()

    def kill(self) -> None:
        """Kill it, at once or in the middle of something."""
        if self.chance.random() < 0.6:
            time.sleep(self.chance.random() * self.chance.choice([0.001, 0.01, 0.05, 0.2]))
        os.kill(self.kernel.pid, signal.SIGKILL)

    def _moments(self) -> Iterator[Marked]:
        """Where a kill may have come: after a cell, or between two lines of one whose end nobody heard of."""
        yield self.may_be[0]
        for code, before, after in zip(self.codes[1 - len(self.may_be) :], self.may_be, self.may_be[1:], strict=False):
            line, *more = code.splitlines()
            if line.startswith("%restore") and more:
                yield before.went(int(line.split()[1]))
            yield replace(after, names=before.names)
            yield after

    def found(self, store: Path, number: int, log: tuple[int, ...]) -> Marked:
        """Which of what may be there came back; of the cells whose end nobody heard of, any first ones may be there."""
        there = SnapshotStore(
            RunningSessions(store / "snapshots", user_key(store / "key"), versions={}), logging.getLogger()
        )
        infos = there.states(there.sessions()[-1].id)
        there.close()
        states = {info.id.number: info.parent for info in infos}
        names = {name: info.id.number for info in infos for name in info.names}
        for each in reversed(list(self._moments())):
            if each.follows(states) and each.current == number and each.log == log and each.names == names:
                return replace(each, made=self.may_be[-1].made)
        said = [(each.current, each.log, sorted(each.states)[-8:]) for each in self.may_be]
        raise AssertionError(f"{self.codes} left In[{number}], {log}, {sorted(states)[-8:]}, none of {said}")


def log_in(answer: Answer) -> tuple[int, ...]:
    return tuple(ast.literal_eval(answer.plain or ""))


@pytest.mark.timeout(60 + 10 * KILLS)
def test_killed_at_any_moment_a_kernel_loses_no_cell_that_had_ended(start: Callable[..., Kernel]) -> None:
    chance = random.Random(int(os.environ.get("SEED", "1")))
    env = {"JPY_SESSION_NAME": "/work/notebook.ipynb"}
    kernel = start(env=env)
    folder = kernel.folder
    env |= {"JUPYTER_DATA_DIR": str(folder / "data"), "HOME": str(folder)}  # kernels of one home are forked
    kernel.run("log = []")
    sure = Marked({0: ((), None), 1: ((), 0)}, 1, 2)
    for _ in range(KILLS):
        victim = Victim(kernel, chance, sure)
        for _ in range(chance.randint(0, 4)):
            victim.send()
            for _ in range(chance.randint(0, len(victim.sent))):
                victim.hear()
        if chance.random() < 0.1:
            victim.lose_worker()
        victim.kill()
        kernel.close()
        kernel = start(env=env)
        answer = kernel.answer("%resume", "y")[1]
        place = re.search(r"continues after In\[(\d+)\]", answer.text())
        assert place, answer
        looked = kernel.run("log", store_history=False)
        sure = victim.found(folder / "data" / "monty_kernel", int(place[1]), log_in(looked))
        told = (answer, looked, kernel.run("None", store_history=False))
        assert any("died" in each.text("stderr") for each in told)
        number = chance.choice([each for each in sure.states if each])
        back = kernel.run(f"%restore {number}\nlog.append({sure.made + 1})\nlog")
        sure = replace(sure, next=max(sure.states) + 1).went(number).marked()
        assert (log_in(back), back.reply["execution_count"]) == (sure.log, sure.current)
        if len(sure.log) > 60:
            kernel.run("log.clear()")
            sure = sure.ran(())
    assert kernel.stderr.read_text() == ""
