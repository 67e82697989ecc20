"""Interrupts, dead workers and limits: the session is never lost."""

from __future__ import annotations

import os
import signal
import time
from typing import Any

import pytest

from tests.support.kernel_client import Kernel, kill_workers, worker_pids
from tests.support.kernel_process import alive
from tests.support.waiting import HANGING, until

RESTORED = "The session is as it was before this cell."


def running(message: dict[str, Any]) -> bool:
    return bool(message["msg_type"] == "stream")


def test_a_sleeping_cell_gets_keyboard_interrupt_and_keeps_its_state(kernel: Kernel) -> None:
    answer = kernel.run(
        "before = 1\nprint('go')\nimport time\ntime.sleep(60)", meanwhile=kernel.interrupt_when(running)
    )
    assert answer.reply["ename"] == "KeyboardInterrupt"
    assert RESTORED not in "".join(answer.reply["traceback"])
    assert kernel.run("before").plain == "1"


def test_the_cell_may_catch_it(kernel: Kernel) -> None:
    code = "import time\nprint('go')\ntry:\n    time.sleep(60)\nexcept KeyboardInterrupt:\n    caught = True\ncaught"
    assert kernel.run(code, meanwhile=kernel.interrupt_when(running)).plain == "True"


def test_gathered_sleeps_are_interrupted(kernel: Kernel) -> None:
    code = "import asyncio\nprint('go')\nawait asyncio.gather(asyncio.sleep(60), asyncio.sleep(50))"
    assert kernel.run(code, meanwhile=kernel.interrupt_when(running)).reply["ename"] == "KeyboardInterrupt"


def test_input_is_interrupted_and_asks_again_later(kernel: Kernel) -> None:
    client = kernel.client
    msg_id = client.execute("input('?')", allow_stdin=True)
    client.get_stdin_msg(timeout=HANGING)
    kernel.manager.interrupt_kernel()
    assert kernel.finish(msg_id).reply["ename"] == "KeyboardInterrupt"
    client.input("too late")
    msg_id = client.execute("input('again?')", allow_stdin=True)
    assert client.get_stdin_msg(timeout=HANGING)["content"]["prompt"] == "again?"
    client.input("in time")
    assert kernel.finish(msg_id).plain == "'in time'"


def test_a_computing_cell_is_stopped_and_undone(kernel: Kernel) -> None:
    kernel.run("data = [1, 2]\nalias = data\ndef f(): return data")
    code = "data.append(3)\nprint('go')\nwhile True: pass"
    answer = kernel.run(code, meanwhile=kernel.interrupt_when(running))
    assert answer.reply["ename"] == "KeyboardInterrupt"
    assert RESTORED in "".join(answer.reply["traceback"])
    assert kernel.run("data, f() is data, alias is data").plain == "([1, 2], True, True)"
    assert kernel.run("In[-2]").plain is not None


@pytest.mark.parametrize("wait", [0.0, 0.002, 0.01])
@pytest.mark.parametrize(
    "code",
    [
        "while True: pass",
        "from IPython.display import HTML\nwhile True: pass",  # the prelude's part is fed first
        "first = 1\n%reset -f\nwhile True: pass",  # two feeds, and a new worker between them
        "x = [\n" + "1, 2 + 3,\n" * 20_000 + "]\nwhile True: pass",  # parsed for some 30 ms
    ],
)
def test_an_interrupt_comes_through_at_every_moment(start, code: str, wait: float) -> None:  # type: ignore[no-untyped-def]
    kernel = start()

    def look(message: dict[str, Any]) -> None:
        if message["msg_type"] == "execute_input":
            time.sleep(wait)
            kernel.manager.interrupt_kernel()

    for _ in range(3):
        assert kernel.run(code, meanwhile=look).reply["ename"] == "KeyboardInterrupt"
        assert kernel.run("1").plain == "1"


def test_an_interrupt_while_the_session_is_restored(kernel: Kernel) -> None:
    kernel.run("rows = [{'a': i, 'b': str(i)} for i in range(20_000)]")
    kernel.rest()
    kill_workers(kernel.pid)
    look = kernel.interrupt_when(lambda message: message["msg_type"] == "execute_input")
    assert kernel.run("while True: pass", meanwhile=look).reply["ename"] == "KeyboardInterrupt"
    assert kernel.run("len(rows)").plain == "20000"


def test_what_sleep_gave_in_an_earlier_cell_cannot_be_awaited_and_does_no_harm(kernel: Kernel) -> None:
    kernel.run("import asyncio\nkept = [1]\nnap = asyncio.sleep(0.1)")
    answer = kernel.run("await nap")
    assert answer.reply["ename"] == "RuntimeError"
    assert "in the same cell" in answer.reply["traceback"][-1]
    assert kernel.run("await asyncio.sleep(0.01), kept").plain == "(None, [1])"


def test_interrupt_when_idle_does_nothing(kernel: Kernel) -> None:
    kernel.manager.interrupt_kernel()
    assert kernel.run("1").plain == "1"


def test_ten_interrupts_in_a_row(kernel: Kernel) -> None:
    kernel.run("kept = 5")

    def look(message: dict[str, Any]) -> None:
        if message["msg_type"] == "stream":
            for _ in range(10):
                kernel.manager.interrupt_kernel()

    for _ in range(3):
        assert kernel.run("print('go')\nwhile True: pass", meanwhile=look).reply["ename"] == "KeyboardInterrupt"
    kernel.rest()  # else one that comes late interrupts the next cell
    assert kernel.run("kept").plain == "5"


def test_an_interrupt_aborts_what_is_queued(kernel: Kernel) -> None:
    ids = [kernel.client.execute(code) for code in ("print('go')\nwhile True: pass", "never = 1")]
    first = kernel.finish(ids[0], meanwhile=kernel.interrupt_when(running))
    assert first.reply["status"] == "error"
    assert kernel.finish(ids[1]).reply["status"] == "aborted"


def test_a_worker_killed_between_cells_is_replaced(kernel: Kernel) -> None:
    kernel.run("x = {'a': 1}")
    kernel.rest()  # the snapshot is taken after idle
    kill_workers(kernel.pid)
    answer = kernel.run("x")
    assert answer.plain == "{'a': 1}"
    assert "worker had died" in answer.text("stderr")


def test_a_worker_killed_while_a_cell_is_saved_loses_nothing(kernel: Kernel) -> None:
    kernel.run("kept = 1")
    kernel.rest()
    # the dump takes long enough to be caught
    kernel.run("import random; data = [{'a': i, 'b': str(i)} for i in range(100_000)]; drawn = random.random()")
    drawn = kernel.run("drawn", silent=False).plain
    kill_workers(kernel.pid)
    answer = kernel.run("kept, len(data)")
    assert answer.plain == "(1, 100000)"
    assert "after the last cell" in answer.text("stderr")
    assert kernel.run("drawn").plain == drawn
    assert kernel.run("1").text("stderr") == ""


def test_in_remembers_cells_that_were_lost_or_never_ran(start) -> None:  # type: ignore[no-untyped-def]
    kernel = start()
    kernel.run("x = (")
    kernel.run("print('go')\nwhile True: pass", meanwhile=kernel.interrupt_when(running))
    kernel.run("y = )")
    assert kernel.run("In").plain == repr(["", "x = (", "print('go')\nwhile True: pass", "y = )", "In"])
    assert kernel.run("_i, _ii, _iii").plain == repr(("In", "y = )", "print('go')\nwhile True: pass"))


def test_a_worker_killed_in_a_cell_fails_the_cell_alone(kernel: Kernel) -> None:
    kernel.run("y = [1]")

    def look(message: dict[str, Any]) -> None:
        if message["msg_type"] == "stream":
            for pid in worker_pids(kernel.pid):
                os.kill(pid, signal.SIGKILL)

    answer = kernel.run("y.append(2)\nprint('go')\nwhile True: pass", meanwhile=look)
    assert answer.reply["status"] == "error"
    assert RESTORED in "".join(answer.reply["traceback"])
    assert kernel.run("y").plain == "[1]"


@pytest.mark.parametrize(
    "wait",
    [
        "time.sleep(60)",
        "await asyncio.sleep(60)",
        "await asyncio.gather(asyncio.sleep(60), asyncio.sleep(70))",
        "input()",
    ],
)
def test_a_worker_killed_while_its_cell_waits_is_noticed(kernel: Kernel, wait: str) -> None:
    kernel.run("import asyncio, time\ny = [1]")

    def look(message: dict[str, Any]) -> None:
        if message["msg_type"] == "stream":
            for pid in worker_pids(kernel.pid):
                os.kill(pid, signal.SIGKILL)

    answer = kernel.run(f"y.append(2)\nprint('go')\n{wait}", meanwhile=look, allow_stdin=True)
    assert answer.reply["ename"] == "WorkerCrashed"
    assert RESTORED in "".join(answer.reply["traceback"])
    assert kernel.run("y").plain == "[1]"


def test_the_memory_limit_fails_the_cell_alone(start) -> None:  # type: ignore[no-untyped-def]
    kernel = start("--MontyKernel.max_memory=50_000_000")
    kernel.run("small = [1, 2, 3]")
    answer = kernel.run("big = [0] * 10\nwhile True: big = big + big")
    assert answer.reply["ename"] == "MemoryError"
    assert "max_memory" in answer.reply["evalue"]
    assert kernel.run("small").plain == "[1, 2, 3]"
    assert kernel.run("big").reply["ename"] == "NameError"


def test_the_time_limit_counts_computing_not_waiting(start) -> None:  # type: ignore[no-untyped-def]
    kernel = start("--MontyKernel.max_cell_seconds=0.5")
    assert kernel.run("import time; time.sleep(0.8); z = 1").reply["status"] == "ok"
    answer = kernel.run("z = 2\nwhile True: pass")
    assert answer.reply["ename"] == "TimeoutError"
    assert "max_cell_seconds" in answer.reply["evalue"]
    assert kernel.run("z").plain == "1"
    step = "end = time.monotonic() + 0.2\nwhile time.monotonic() < end: pass\nprint('.')\nz += 1\n"
    answer = kernel.run(f"import time\n{step}%snapshot a\n{step}%snapshot b\n{step}{step}")
    assert answer.reply["ename"] == "TimeoutError" and "max_cell_seconds" in answer.reply["evalue"]
    assert answer.text().splitlines().count(".") <= 2
    assert kernel.run("z").plain == "1"
    assert kernel.run("raise TimeoutError('mine')").reply["evalue"] == "mine"
    assert kernel.run("z").plain == "1"


def test_the_recursion_limit(start) -> None:  # type: ignore[no-untyped-def]
    kernel = start("--MontyKernel.max_recursion_depth=50")
    assert kernel.run("def f(n): return n if n == 0 else f(n - 1)\nf(20)").plain == "0"
    assert kernel.run("f(100)").reply["ename"] == "RecursionError"


@pytest.mark.parametrize("ending", ["restart", "shutdown"])
def test_ending_while_a_cell_computes(start, ending: str) -> None:  # type: ignore[no-untyped-def]
    kernel = start()
    kernel.client.execute("print('go')\nwhile True: pass")
    while kernel.client.get_iopub_msg(timeout=HANGING)["msg_type"] != "stream":
        pass
    pids = worker_pids(kernel.pid)
    assert pids
    if ending == "restart":
        kernel.manager.restart_kernel(now=False)
        kernel.client.wait_for_ready(timeout=HANGING)
        assert kernel.run("1").plain == "1"
    else:
        kernel.manager.shutdown_kernel(now=False)
    until(lambda: not any(map(alive, pids)))
