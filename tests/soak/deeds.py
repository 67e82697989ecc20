"""What happens to the one kernel of the soak: deeds, each with what has to come of it."""

from __future__ import annotations

import os
import random
import signal
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil

from tests.support.kernel_client import Answer, Kernel, worker_pids

from .model import Model

BUMP = "n += 1\n"
SHOWN = {"data": {"text/html": "<b>bold</b>"}, "metadata": {}}


class Wrong(AssertionError):
    """Something came of a cell that must not; the message says which cell and what."""


class Deeds:
    """Does things to a kernel, one after the other, and compares what comes of each with the model.

    data: the folder that may be mounted. Every deed raises `Wrong` if the kernel did otherwise than it should.
    """

    def __init__(self, kernel: Kernel, data: Path, chance: random.Random) -> None:
        self.kernel = kernel
        self.data = data
        self.chance = chance
        self.model = Model()
        self.cells = 0
        self.mounted = False
        self.lately: deque[str] = deque(maxlen=8)
        self.begin()

    def begin(self) -> None:
        """The first cell of a session."""
        number = self._number(self._ok("n = 0"))
        self.model.ran(number, 0)

    def all(self) -> list[tuple[Callable[[], None], int]]:
        """The deeds, and how often each comes in relation to the others."""
        return [
            (self.count, 300), (self.prints, 100), (self.displays, 60), (self.defines, 60), (self.holds_data, 30), (self.imports, 20),
            (self.fails, 60), (self.fails_in_a_function, 30), (self.mistypes, 40), (self.names_nothing, 30), (self.misuses_a_magic, 20),
            (self.uses_a_magic, 30), (self.asks, 30), (self.runs_unseen, 20), (self.questions, 60), (self.asks_the_wrong_way, 10),
            (self.sleeps_and_is_interrupted, 15), (self.computes_and_is_interrupted, 12), (self.asks_and_is_interrupted, 8),
            (self.loses_its_worker, 8), (self.finds_its_worker_dead, 6), (self.uses_too_much_memory, 3),
            (self.undoes, 25), (self.restores, 25), (self.names_a_state, 5), (self.lists_states, 2),
            (self.mounts, 12), (self.writes_files, 40), (self.unmounts, 6), (self.resets, 1),
        ]  # fmt: skip

    # Cells that run to their end

    def count(self) -> None:
        self._shows(self._bumped(f"{BUMP}n"))

    def prints(self) -> None:
        size = self.chance.choice([1, 10, 1000, 20_000])
        answer = self._bumped(f"{BUMP}print('é' * {size})\nn")
        self._expect(answer.text() == "é" * size + "\n", "prints something else", answer)
        self._shows(answer)

    def displays(self) -> None:
        code = f"from IPython.display import HTML, display\n{BUMP}display(HTML('<b>bold</b><script>x</script>'))\nn"
        answer = self._bumped(code)
        (shown,) = answer.all("display_data")
        self._expect(shown["data"]["text/html"] == "<b>bold</b>", f"shows {shown}", answer)
        self._shows(answer)

    def defines(self) -> None:
        name = f"f{self.chance.randrange(20)}"
        self._shows(self._bumped(f"{BUMP}def {name}(k=n):\n    'What {name} does.'\n    return [k] * 3\n{name}()[0]"))

    def holds_data(self) -> None:
        rows = self.chance.choice([10, 100, 3000])
        answer = self._bumped(f"{BUMP}data = [{{'i': i, 'n': n}} for i in range({rows})]\ndata[-1]['n']")
        self._shows(answer)

    def imports(self) -> None:
        answer = self._bumped(f"{BUMP}import json, re\njson.loads(json.dumps([n]))[0]")
        self._shows(answer)

    def uses_a_magic(self) -> None:
        line = self.chance.choice(["%who", "%whos", "%time 1", "%timeit -n1 -r1 1", "%history 1-3", "%lsmagic", "n?"])
        self._shows(self._bumped(f"{BUMP}{line}\nn"))

    def runs_unseen(self) -> None:
        answer = self._run("n", store_history=False)
        self._shows(answer)

    # Cells that fail

    def fails(self) -> None:
        self._bumped(f"{BUMP}1 / 0", ename="ZeroDivisionError")

    def fails_in_a_function(self) -> None:
        self._bumped(f"{BUMP}def bad(x):\n    return x[5]\nbad([n])", ename="IndexError")

    def mistypes(self) -> None:
        answer = self._run("n += (1")
        self._failed(answer, "SyntaxError")
        self.model.ran(self._number(answer), self.model.value)
        self._bumped(BUMP)  # a cell that changes nothing may be passed over by %undo, if that can be proved

    def names_nothing(self) -> None:
        self._bumped(f"{BUMP}nothing_of_this_name", ename="NameError")

    def misuses_a_magic(self) -> None:
        self._failed(self._run(self.chance.choice(["%nothing", "%undo x", "%restore nowhere", "!ls"])), "UsageError")

    # Interrupts and lost workers

    def sleeps_and_is_interrupted(self) -> None:
        code = f"{BUMP}import time\nprint('go')\ntime.sleep(60)"
        answer = self._run(code, meanwhile=self.kernel.interrupt_when(_printed))
        self._failed(answer, "KeyboardInterrupt")
        self.model.ran(self._number(answer), self.model.value + 1)

    def computes_and_is_interrupted(self) -> None:
        answer = self._run(f"{BUMP}print('go')\nwhile True: pass", meanwhile=self.kernel.interrupt_when(_printed))
        self._failed(answer, "KeyboardInterrupt")

    def asks_and_is_interrupted(self) -> None:
        msg_id = self._send(f"{BUMP}input('?')")
        self.kernel.client.get_stdin_msg(timeout=20)
        self.kernel.manager.interrupt_kernel()
        answer = self.kernel.finish(msg_id)
        self._failed(answer, "KeyboardInterrupt")
        self.model.ran(self._number(answer), self.model.value + 1)

    def loses_its_worker(self) -> None:
        def kill(message: dict[str, Any]) -> None:
            if _printed(message):
                busiest = max(worker_pids(self.kernel.pid), key=_computed)
                os.kill(busiest, signal.SIGKILL)

        answer = self._run(f"{BUMP}print('go')\nfor i in range(10 ** 9): pass", meanwhile=kill)
        self._expect(answer.reply["status"] == "error", "outlives its worker", answer)

    def finds_its_worker_dead(self) -> None:
        doomed = worker_pids(self.kernel.pid)
        for pid in doomed:
            os.kill(pid, signal.SIGKILL)
        while set(doomed) & set(worker_pids(self.kernel.pid)):
            time.sleep(0.005)
        answer = self._run(f"{BUMP}n")
        if (
            answer.reply["status"] == "error"
        ):  # threads of the dead are still ending, so it looked alive: that is undone
            self._failed(answer, "WorkerCrashed")
            self.count()
        else:
            self.model.ran(self._number(answer), self.model.value + 1)
            self._shows(answer)

    def uses_too_much_memory(self) -> None:
        answer = self._run(f"{BUMP}big = []\nwhile True: big.append('x' * 1_000_000)")
        self._failed(answer, "MemoryError")

    # Time travel

    def undoes(self) -> None:
        wanted = self.model.parent
        if wanted is None:
            return
        answer = self._run("%undo")
        if "the cell 'n' has been dropped to save space" in str(answer.reply.get("evalue")):
            self.runs_unseen()  # what ran unseen is in no journal and on no disk, and memory has its limit; nothing changed
            return
        self._expect(answer.reply["status"] == "ok", "fails", answer)
        there = f"after In[{wanted}]:" in answer.text() or "after the cell 'n'" in answer.text()  # that runs unseen
        self._expect(there, f"does not go to In[{wanted}]", answer)
        self.model.went(wanted)
        self.runs_unseen()

    def restores(self) -> None:
        wanted = self.chance.choice(list(self.model.states))
        self._ok(f"%restore {wanted}")
        self.model.went(wanted)
        self.runs_unseen()

    def names_a_state(self) -> None:
        self._ok(f"%snapshot name{self.chance.randrange(5)}")

    def lists_states(self) -> None:
        self._ok("%snapshots")

    def resets(self) -> None:
        answer = self._ok("%reset -f\nn = 0\nn")
        self.model.ran(self._number(answer), 0)
        self._shows(answer)

    # Files

    def mounts(self) -> None:
        if self.mounted:
            return
        msg_id = self._send(f"%mount {self.data} /data")
        self._answer("y")
        answer = self.kernel.finish(msg_id)
        self._expect(answer.reply["status"] == "ok", "does not mount", answer)
        self.model.ran(self._number(answer), self.model.value)
        self.mounted = True

    def _answer(self, value: str) -> None:
        """Answer the next question by its name, as front ends do: one before it may have been interrupted."""
        client = self.kernel.client
        asked = client.get_stdin_msg(timeout=20)
        client.stdin_channel.send(client.session.msg("input_reply", {"value": value, "status": "ok"}, parent=asked))

    def unmounts(self) -> None:
        if self.mounted:
            self.model.ran(self._number(self._ok("%unmount /data")), self.model.value)
            self.mounted = False

    def writes_files(self) -> None:
        path = f"/data/{self.chance.randrange(5)}.txt"
        code = f"{BUMP}with open('{path}', 'w') as file: written = file.write(str(n))\nint(open('{path}').read())"
        if self.mounted:
            self._shows(self._bumped(code))
        else:
            self._bumped(code, ename="FileNotFoundError")

    # What is not a cell

    def asks(self) -> None:
        msg_id = self._send(f"{BUMP}answer = input('what? ')\nanswer")
        self._answer(f"this {self.cells}")
        answer = self.kernel.finish(msg_id)
        self._expect(answer.plain == f"'this {self.cells}'", "hears something else", answer)
        self.model.ran(self._number(answer), self.model.value + 1)

    def questions(self) -> None:
        client = self.kernel.client
        asked = {
            client.complete(self.chance.choice(["n.", "f1.", "data[0].", "js", "%ti", "import re; re."])),
            client.inspect(self.chance.choice(["n", "f1", "print", "json"])),
            client.is_complete("for i in n:"),
            client.history(hist_access_type="tail", n=5),
        }
        while asked:
            reply = client.get_shell_msg(timeout=30)
            self._expect(reply["parent_header"]["msg_id"] in asked, f"nobody asked for {reply['content']}")
            self._expect(reply["content"]["status"] in ("ok", "incomplete"), f"a question gets {reply['content']}")
            asked.remove(reply["parent_header"]["msg_id"])

    def asks_the_wrong_way(self) -> None:
        client = self.kernel.client
        for kind in ("execute", "complete", "inspect", "is_complete"):
            message = client.session.msg(f"{kind}_request", {"code": [self.cells], "cursor_pos": "x"})
            client.shell_channel.send(message)
            reply = client._recv_reply(message["header"]["msg_id"], timeout=30)
            self._expect(reply["content"]["status"] == "error", f"a wrong {kind}_request gets {reply['content']}")

    # Pieces

    def _send(self, code: str) -> str:
        """Send a cell that will ask something."""
        self.cells += 1
        self.lately.append(code)
        return self.kernel.client.execute(code, allow_stdin=True)

    def _run(self, code: str, **options: Any) -> Answer:
        self.cells += 1
        self.lately.append(code)
        return self.kernel.run(code, timeout=60, **options)

    def _ok(self, code: str) -> Answer:
        answer = self._run(code)
        self._expect(answer.reply["status"] == "ok", "fails", answer)
        return answer

    def _bumped(self, code: str, ename: str | None = None) -> Answer:
        answer = self._run(code)
        if ename is not None:
            self._failed(answer, ename)
        else:
            self._expect(answer.reply["status"] == "ok", "fails", answer)
        self.model.ran(self._number(answer), self.model.value + 1)
        return answer

    def _failed(self, answer: Answer, ename: str) -> None:
        self._expect(answer.reply.get("ename") == ename, f"should end in {ename}", answer)

    def _shows(self, answer: Answer) -> None:
        self._expect(answer.plain == str(self.model.value), f"should show {self.model.value}", answer)

    def _expect(self, holds: bool, what: str, answer: Answer | None = None) -> None:
        if not holds:
            said = "" if answer is None else f": {answer.reply} {[m['content'] for m in answer.messages]}"[:3000]
            raise Wrong(f"cell {self.cells:,} {what}{said}\nThe last cells: {list(self.lately)}")

    @staticmethod
    def _number(answer: Answer) -> int:
        return int(answer.reply["execution_count"])


def _printed(message: dict[str, Any]) -> bool:
    return bool(message["msg_type"] == "stream")


def _computed(pid: int) -> float:
    """Seconds that a process computed within the next 20 ms."""
    try:
        process = psutil.Process(pid)
        before = process.cpu_times().user
        time.sleep(0.02)
        return process.cpu_times().user - before
    except psutil.NoSuchProcess:
        return -1.0
