"""stdout and stderr: order, promptness, volume."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.support.kernel_client import Kernel


def test_streams_keep_their_order(kernel: Kernel) -> None:
    answer = kernel.run("import sys\nfor i in range(50):\n    print(i, file=sys.stderr if i % 2 else sys.stdout)")
    together = "".join(content["text"] for content in answer.all("stream"))
    assert together == "".join(f"{i}\n" for i in range(50))


def test_output_arrives_while_the_cell_runs(kernel: Kernel) -> None:
    for waits in ("time.sleep(600)", "while True: pass"):
        _output_arrives_first(kernel, waits)


def _output_arrives_first(kernel: Kernel, waits: str) -> None:
    first: list[str] = []

    def look(message: dict[str, Any]) -> None:
        if message["msg_type"] == "stream" and not first:
            first.append(message["content"]["text"])
            kernel.manager.interrupt_kernel()

    answer = kernel.run(f"import time\nprint('before')\n{waits}", meanwhile=look)
    assert first == ["before\n"]
    assert answer.reply["ename"] == "KeyboardInterrupt"


def test_tiny_prints_all_arrive(kernel: Kernel) -> None:
    answer = kernel.run("for i in range(100_000): print('.', end='')")
    assert answer.text() == "." * 100_000


def test_100_mb_arrive_within_bounded_memory(start) -> None:  # type: ignore[no-untyped-def]
    kernel = start()
    kernel.run("line = 'x' * 99 + '\\n'")
    before = _resident(kernel.pid)
    received = 0
    peak = before

    def look(message: dict[str, Any]) -> None:
        nonlocal received, peak
        if message["msg_type"] == "stream":
            received += len(message["content"]["text"])
            peak = max(peak, _resident(kernel.pid))

    kernel.run("for i in range(1_000_000): print(line, end='')", meanwhile=look)
    assert received == 100_000_000
    assert peak - before < 64 * 2**20


def test_a_printing_cell_stays_interruptible(kernel: Kernel) -> None:
    kernel.run("kept = 1")
    look = kernel.interrupt_when(lambda message: message["msg_type"] == "stream")
    answer = kernel.run("i = 0\nwhile True:\n    i += 1\n    print(i)", meanwhile=look)
    assert answer.reply["ename"] == "KeyboardInterrupt"
    assert kernel.run("kept").plain == "1"


def test_text_that_json_finds_hard(kernel: Kernel) -> None:
    answer = kernel.run("print('\\x00\\x1b[31m\\u2028\\U0001f40d')")
    assert answer.text() == "\\x00\x1b[31m\u2028\U0001f40d\n"


def _resident(pid: int) -> int:
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * 4096
