"""A kernel is killed at random moments, over and over: whatever had ended is there when its session is resumed."""

from __future__ import annotations

import ast
import os
import random
import signal
import time
from collections.abc import Callable

import pytest

from .client import Kernel

KILLS = int(os.environ.get("MONTY_KILLS", "200"))


class Victim:
    """A kernel with a session in which every cell leaves its mark, and what must be in it."""

    def __init__(self, kernel: Kernel, chance: random.Random, sure: list[int]) -> None:
        self.kernel = kernel
        self.chance = chance
        self.sure = sure
        """The marks of all cells that have ended."""
        self.sent: list[tuple[str, int]] = []
        """The cells on their way: their ids, and the mark that each makes."""
        self.made = max(sure, default=0)

    def cell(self) -> str:
        """A cell of a random kind that appends a mark to `log`."""
        self.made += 1
        add = f"log.append({self.made})"
        return self.chance.choice(
            [
                add,
                f"{add}\nprint('x' * 100)\nlen(log)",
                f"import random\nlog.append(random.randint({self.made}, {self.made}))",
                f"import time\ntime.sleep(0.002)\n{add}",
                f"rows = [{{'i': i}} for i in range({self.chance.choice([10, 3000])})]\n{add}",
                f"%time {add}",
                f"{add}\n1 / 0",
                f"{add}\n%snapshot n{self.made}",
            ]
        )

    def send(self) -> None:
        """Send a few cells at once."""
        for _ in range(self.chance.randint(1, 4)):
            code = self.cell()
            self.sent.append((self.kernel.client.execute(code, stop_on_error=False), self.made))

    def hear(self) -> None:
        """Wait until one of them has ended."""
        while self.sent:
            message = self.kernel.client.get_iopub_msg(timeout=30)
            idle = message["msg_type"] == "status" and message["content"]["execution_state"] == "idle"
            if idle and message["parent_header"].get("msg_id") == self.sent[0][0]:
                self.sure.append(self.sent.pop(0)[1])
                return

    def kill(self) -> None:
        """Kill it, at once or in the middle of something."""
        if self.chance.random() < 0.6:
            time.sleep(self.chance.random() * self.chance.choice([0.001, 0.01, 0.05, 0.2]))
        os.kill(self.kernel.pid, signal.SIGKILL)

    def found(self, log: list[int]) -> None:
        """Compare what came back with what had ended: of the cells whose end nobody heard of, any first ones may be there."""
        unsure = [mark for _, mark in self.sent]
        assert log[: len(self.sure)] == self.sure, "a cell that had ended is lost"
        assert log[len(self.sure) :] == unsure[: len(log) - len(self.sure)]


@pytest.mark.timeout(900)
def test_killed_at_any_moment_a_kernel_loses_no_cell_that_had_ended(start: Callable[..., Kernel]) -> None:
    chance = random.Random(int(os.environ.get("SEED", "1")))
    env = {"JPY_SESSION_NAME": "/work/notebook.ipynb"}
    kernel = start(env=env)
    env["JUPYTER_DATA_DIR"] = str(kernel.folder / "data")
    kernel.run("log = []")
    sure: list[int] = []
    for _ in range(KILLS):
        victim = Victim(kernel, chance, sure)
        for _ in range(chance.randint(0, 4)):
            victim.send()
            for _ in range(chance.randint(0, len(victim.sent))):
                victim.hear()
        victim.kill()
        kernel.close()
        kernel = start(env=env)
        answer = kernel.run("%resume")
        assert "goes on after In[" in answer.text(), answer
        log = ast.literal_eval(kernel.run("log").plain or "")
        victim.found(log)
        assert "died" in (answer.text("stderr") + kernel.run("None").text("stderr"))
        sure = log
        if len(sure) > 60:
            kernel.run("log.clear()")
            sure = []
    assert kernel.stderr.read_text() == ""
