"""A cell may catch an interrupt, and a second one; the third within five seconds ends it, whatever it does."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from monty_kernel.engine.interrupts import INSISTENT_SECONDS
from tests.support.kernel_client import Answer, Kernel, Message
from tests.support.waiting import HANGING

RESTORED = "The session is as it was before this cell."
INSISTED = (
    f"The cell caught KeyboardInterrupt and went on, so 3 interrupts within 5 seconds stopped its worker. {RESTORED}"
)


def each_time_it_waits(kernel: Kernel, interrupted: list[float], pause: float = 0.0) -> Callable[[Message], None]:
    """A `meanwhile` that interrupts whenever the cell has printed `wait` and waits or computes, and notes when.

    A cell that computes is stopped by the first interrupt.
    """

    def look(message: Message) -> None:
        if message["msg_type"] == "stream" and "wait" in message["content"]["text"]:
            kernel.rest_or_compute()
            time.sleep(pause)
            interrupted.append(time.monotonic())
            kernel.manager.interrupt_kernel()

    return look


def undone(kernel: Kernel, answer: Answer) -> None:
    assert answer.reply["ename"] == "KeyboardInterrupt"
    assert INSISTED in "".join(answer.reply["traceback"])
    assert kernel.run("kept").plain == "[1]"


WAITS = {
    "sleeps": "time.sleep(60)",
    "awaits": "await asyncio.sleep(60)",
    "gathers": "await asyncio.gather(asyncio.sleep(60), asyncio.sleep(70), asyncio.sleep(80))",
}


@pytest.mark.parametrize("wait", WAITS.values(), ids=WAITS)
def test_a_cell_that_goes_on_catching_is_ended_by_the_third(kernel: Kernel, wait: str) -> None:
    kernel.run("import asyncio, time\nkept = [1]")
    code = f"while True:\n    try:\n        kept.append(2)\n        print('wait')\n        {wait}\n    except KeyboardInterrupt: pass"
    interrupted: list[float] = []
    undone(kernel, kernel.run(code, meanwhile=each_time_it_waits(kernel, interrupted)))
    assert len(interrupted) == 3


def test_one_that_asks_again_and_again(kernel: Kernel) -> None:
    kernel.run("kept = [1]")
    client = kernel.client
    code = "while True:\n    try:\n        kept.append(input('?'))\n    except KeyboardInterrupt: pass"
    request = client.execute(code, allow_stdin=True)
    for _ in range(3):
        client.get_stdin_msg(timeout=HANGING)
        kernel.manager.interrupt_kernel()
    undone(kernel, kernel.finish(request))


@pytest.mark.parametrize("magic", ["%history -g", "%mount {folder} /more"])
def test_a_magic_that_asks(kernel: Kernel, tmp_path: Path, magic: str) -> None:
    kernel.run("kept = [1]")
    client = kernel.client
    asks = magic.format(folder=tmp_path)
    code = f"while True:\n    try:\n        kept.append(2)\n        {asks}\n    except KeyboardInterrupt: pass"
    request = client.execute(code, allow_stdin=True)
    for _ in range(3):
        assert client.get_stdin_msg(timeout=HANGING)["content"]["prompt"].startswith("monty-kernel asks: ")
        kernel.manager.interrupt_kernel()
    undone(kernel, kernel.finish(request))


def test_a_magic_that_asks_between_two_parts_of_the_cell_ends_it_at_once(kernel: Kernel) -> None:
    kernel.run("kept = [1]")
    client = kernel.client
    request = client.execute("kept.append(2)\n%reset\nkept.append(3)", allow_stdin=True)
    client.get_stdin_msg(timeout=HANGING)
    kernel.manager.interrupt_kernel()
    assert kernel.finish(request).reply["ename"] == "KeyboardInterrupt"
    assert kernel.run("kept").plain == "[1, 2]"


NESTED = """
def nest(depth):
    try:
        print('wait')
        time.sleep(60)
    except KeyboardInterrupt:
        kept.append(depth)
        nest(depth + 1)
nest(0)
"""
FINALLY = """
def again():
    try:
        print('wait')
        time.sleep(60)
    finally:
        kept.append(2)
        again()
again()
"""
BARE = """
while True:
    try:
        try:
            print('wait')
            time.sleep(60)
        except BaseException as error:
            kept.append(2)
            raise ValueError from error
    except ValueError:
        continue
"""
GATHERED = """
async def stay(name):
    while True:
        try:
            print('wait' if name == 0 else 'beside')
            await asyncio.sleep(60 + name)
        except BaseException:
            kept.append(2)
await asyncio.gather(*(stay(name) for name in range(3)))
"""


@pytest.mark.parametrize("code", [NESTED, FINALLY, BARE], ids=["nested", "finally", "bare"])
def test_however_it_catches(kernel: Kernel, code: str) -> None:
    kernel.run("import asyncio, time\nkept = [1]")
    interrupted: list[float] = []
    undone(kernel, kernel.run(code, meanwhile=each_time_it_waits(kernel, interrupted)))
    assert len(interrupted) == 3


def test_tasks_that_catch_end_with_the_third_at_the_latest(kernel: Kernel) -> None:
    kernel.run("import asyncio, time\nkept = [1]")
    interrupted: list[float] = []
    answer = kernel.run(GATHERED, meanwhile=each_time_it_waits(kernel, interrupted))
    assert answer.reply["ename"] == "KeyboardInterrupt" and len(interrupted) <= 3
    assert kernel.run("6 * 7").plain == "42"


def test_one_that_computes_after_catching_is_ended_by_the_second(kernel: Kernel) -> None:
    kernel.run("import time\nkept = [1]")
    code = "try:\n    print('wait')\n    time.sleep(60)\nexcept KeyboardInterrupt:\n    print('wait')\n    while True: kept = [2]"
    interrupted: list[float] = []
    answer = kernel.run(code, meanwhile=each_time_it_waits(kernel, interrupted))
    assert answer.reply["ename"] == "KeyboardInterrupt" and len(interrupted) == 2
    assert f"The cell was computing, so its worker was stopped. {RESTORED}" in "".join(answer.reply["traceback"])
    assert kernel.run("kept").plain == "[1]"


SKIPS = """
import time
skipped = 0
while skipped < {times}:
    try:
        print('wait')
        time.sleep(60)
    except KeyboardInterrupt:
        skipped += 1
skipped
"""


def test_interrupts_that_are_further_apart_may_be_caught_for_ever(kernel: Kernel) -> None:
    interrupted: list[float] = []
    look = each_time_it_waits(kernel, interrupted, INSISTENT_SECONDS / 2 + 0.1)
    assert kernel.run(SKIPS.format(times=3), meanwhile=look).plain == "3"


def test_the_count_starts_anew_with_each_cell(kernel: Kernel) -> None:
    for _ in range(3):
        interrupted: list[float] = []
        assert kernel.run(SKIPS.format(times=2), meanwhile=each_time_it_waits(kernel, interrupted)).plain == "2"


def test_many_at_once_are_one(kernel: Kernel) -> None:
    """Somebody who presses the button in a hurry loses nothing of a cell that does not catch it."""
    kernel.run("import time\nkept = [1]")
    done: list[bool] = []

    def look(message: dict[str, Any]) -> None:
        if message["msg_type"] == "stream" and not done:
            done.append(True)
            kernel.rest()
            kernel.manager.interrupt_kernel()
            for _ in range(9):
                kernel.client.control_channel.send(kernel.client.session.msg("interrupt_request", {}))

    answer = kernel.run("kept.append(2)\nprint('wait')\ntime.sleep(60)", meanwhile=look)
    assert answer.reply["ename"] == "KeyboardInterrupt"
    for _ in range(9):  # the next cell starts when all have arrived: control and shell are two sockets
        assert kernel.client.get_control_msg(timeout=HANGING)["msg_type"] == "interrupt_reply"
    assert kernel.run("6 * 7").plain == "42"
